package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// byHand is what a person does at a vendor, past our product.
func byHand(t *testing.T, address, kind, body string, login func(*http.Request), into any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", kind)
	login(request)
	reply, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = reply.Body.Close() }()
	require.Less(t, reply.StatusCode, 300, address)
	require.NoError(t, json.NewDecoder(reply.Body).Decode(into))
}

// People began by hand while the bot was away. With a lost reply at each call that makes channel and ticket the case's,
// they become its, once, with what was said before; another case does not get them.
func TestWhatPeopleBeganBecomesACase(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	aoi := cast(t, "aoi")
	var room struct{ Channel struct{ ID string } }
	byHand(t, in.at.Slack+"/api/conversations.create", "application/x-www-form-urlencoded", url.Values{"name": {"war-room"}}.Encode(),
		func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+fake.SlackUserToken(aoi)) }, &room)
	channel := room.Channel.ID
	in.says(t, "aoi", channel, "", "said before the bot came")
	var ticket struct{ Key string }
	byHand(t, in.at.Jira+"/rest/api/2/issue", "application/json", `{"fields":{"project":{"key":"SEC"},"issuetype":{"name":"Incident"},"summary":"made by hand","description":"our own words"}}`,
		func(r *http.Request) { r.SetBasicAuth(aoi.Email, fake.JiraUserToken(aoi)) }, &ticket)

	for _, match := range []string{"conversations.join", "conversations.setPurpose"} {
		fault(t, in.at.Slack, fake.Fault{Match: match, Mode: "after", Times: 1})
	}
	fault(t, in.at.Jira, fake.Fault{Match: "PUT /rest/api/2/issue", Mode: "after", Times: 2})
	request := incident.Request{ID: trigger(), Asked: time.Now(), Title: "begun by hand", Channel: channel, Ticket: ticket.Key, Consent: true, By: principal()}
	_, err := in.desk.Open(t.Context(), request)
	require.NoError(t, err)
	s := in.settle(t, request.ID, "it has both, and logs what was said", func(s workflows.Status) bool { return len(s.Debts) == 0 && s.Mirror.Messages >= 1 })
	require.Equal(t, ticket.Key, s.Number)
	require.Equal(t, channel, s.Links.Channel)
	require.Contains(t, s.Members, aoi.ID)
	is, ok := in.site.Slack.Channel(channel)
	require.True(t, ok)
	require.Equal(t, "war-room", is.Name)
	require.Equal(t, 1, strings.Count(is.Purpose.Value, "[key:"))
	issues := in.site.Jira.Issues()
	require.Equal(t, "made by hand", issues[0].Summary)
	require.Contains(t, issues[0].Description, "our own words")
	require.Len(t, in.world(t, request.ID).Channels, 1)

	require.Eventually(t, func() bool { // visibility is a moment behind
		again := request
		again.ID = trigger()
		_, err := in.desk.Open(t.Context(), again)
		return err != nil && strings.Contains(err.Error(), "belongs to case "+ticket.Key)
	}, patient, 50*time.Millisecond)
	recorded, err := in.desk.Open(t.Context(), request)
	require.NoError(t, err)
	require.True(t, recorded.Again, "the same request is the same case")
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "false positive", By: principal()})
	in.closed(t, request.ID)
}
