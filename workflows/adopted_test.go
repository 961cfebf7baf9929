package workflows_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// makeChannel opens a channel as aoi would, with something said in it, and returns its id.
func (w *world) makeChannel(name string, private bool) string {
	w.Helper()
	made := w.asPerson(fake.Cast()[0], "conversations.create", url.Values{"name": {name}, "is_private": {map[bool]string{true: "true", false: "false"}[private]}})
	id, _ := made["channel"].(map[string]any)["id"].(string)
	require.NotEmpty(w, id)
	w.asPerson(fake.Cast()[0], "conversations.setPurpose", url.Values{"channel": {id}, "purpose": {"mail <at> payroll"}})
	w.slack.Say("aoi", id, "we are looking at it", "")
	return id
}

// asPerson calls Slack as somebody else than our bot.
func (w *world) asPerson(p fake.Person, method string, form url.Values) (out map[string]any) {
	w.Helper()
	req, err := http.NewRequest("POST", w.slack.URL()+"/api/"+method, strings.NewReader(form.Encode()))
	require.NoError(w, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+fake.SlackUserToken(p))
	reply, err := http.DefaultClient.Do(req)
	require.NoError(w, err)
	defer reply.Body.Close()
	require.NoError(w, json.NewDecoder(reply.Body).Decode(&out))
	require.Equal(w, true, out["ok"], out)
	return out
}

// adopting is a request that takes over a channel and a ticket.
func adopting(id, channel, ticket string) incident.Request {
	r := report(id)
	r.Channel, r.Ticket, r.Consent = channel, ticket, true
	return r
}

func TestACaseTakesOverWhatPeopleMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, channel := w.makeTicket("SEC", "made by hand"), w.makeChannel("war-room", true)
	w.slack.Join(slacktest.BotUser, channel, "aoi")
	w.slack.Join("daigo", channel, "aoi")
	state, opened := w.intake(adopting("req-take", channel, key))
	require.Equal(t, key, opened.Number)
	status, next := w.live(state, 2*time.Minute)

	require.Empty(t, status.Debts)
	require.Empty(t, status.Notes)
	require.Equal(t, channel, status.Links.Channel)
	require.Equal(t, "war-room", status.Links.ChannelName, "people's name stays")
	require.ElementsMatch(t, []string{"U0AOI0001", "U0BEN0002", "U0CHIE003", "U0DAIGO04"}, status.Members, "who was there is known")
	is, _ := w.slack.Channel(channel)
	require.Regexp(t, `^SEC-1 .* · mail &lt;at&gt; payroll \[key:req-take\]$`, is.Purpose.Value)
	require.Equal(t, 1, w.count("conversations.create"), "aoi's")
	require.Len(t, w.jira.Issues(), 1)
	require.Equal(t, "made by hand", w.jira.Issues()[0].Summary)
	require.Contains(t, w.jira.Issues()[0].Description, "Hikeshi status")
	require.Equal(t, 1, w.cardsWith(channel, "now that of case SEC-1"))
	require.ElementsMatch(t, []string{"open.channel", "open.ticket"}, next.Adopted)
	written := next.Counters.Entries

	again, last := w.live(next, time.Minute)
	require.Empty(t, again.Debts)
	require.Equal(t, written, last.Counters.Entries, "the timeline says it once")
	require.Equal(t, 1, w.cardsWith(channel, "now that of case SEC-1"))
}

// cardsWith counts the bot's messages in a channel that say something.
func (w *world) cardsWith(channel, words string) (n int) {
	for _, m := range w.slack.Messages(channel) {
		if m.BotID != "" && m.ThreadTS == "" && strings.Contains(string(m.Blocks), words) {
			n++
		}
	}
	return n
}

func TestATicketIsTakenOverWhenJiraIsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, channel := w.makeTicket("SEC", "made by hand"), w.makeChannel("war-room", false)
	require.NoError(t, w.jira.Inject(fake.Fault{Match: "*", Mode: "before"}))
	state, opened := w.intake(adopting("req-late", channel, key))
	require.Regexp(t, `^P-`, opened.Number)
	status, next := w.live(state, 20*time.Minute)
	require.Contains(t, status.Debts, "open.ticket")
	require.Equal(t, channel, status.Links.Channel, "people are together")

	w.jira.ClearFaults()
	status, _ = w.live(next, time.Hour)
	require.Empty(t, status.Debts)
	require.Equal(t, key, status.Number)
	require.Equal(t, "war-room", status.Links.ChannelName, "the number is not put into people's name")
	is, _ := w.slack.Channel(channel)
	require.Regexp(t, `^SEC-1 .* · mail &lt;at&gt; payroll \[key:req-late\]$`, is.Purpose.Value)
	require.Len(t, w.jira.Issues(), 1)
	require.Zero(t, w.count("conversations.rename"))
}

// A case that few may know of takes over nothing that more people can read; what it needs can be made after all.
func TestNothingIsOpenedWider(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Audience, w.place.HideTitle, w.place.SecurityLevel, w.place.Folder = incident.AudienceRestricted, true, "CSIRT only", "fld-restricted"
	key, channel := w.makeTicket("SEC", "made by hand"), w.makeChannel("war-room", false)
	state, opened := w.intake(adopting("req-narrow", channel, key))
	require.Regexp(t, `^P-`, opened.Number)
	status, next := w.live(state, 20*time.Minute)
	for id, cause := range map[string]string{"open.ticket": "more people could read it", "open.channel": "must be private"} {
		stuck := step(t, status, id)
		require.Equal(t, workflows.StepStuck, stuck.State)
		require.Contains(t, stuck.Cause, cause)
		require.NotEmpty(t, stuck.Hint)
	}
	is, _ := w.slack.Channel(channel)
	require.NotContains(t, is.Purpose.Value, "[key:")
	require.NotContains(t, w.jira.Issues()[0].Description, "Hikeshi")

	status, _ = w.tell(next,
		resolve("open.channel", step(t, status, "open.channel").Generation, workflows.ActionRetry, somebody, `{"names":["quiet-room"]}`, ""),
		resolve("open.ticket", step(t, status, "open.ticket").Generation, workflows.ActionRetry, somebody, `{"issue_type":"Task"}`, ""))
	require.Empty(t, status.Debts)
	require.Equal(t, "SEC-2", status.Number)
	require.NotEqual(t, channel, status.Links.Channel)
	require.Zero(t, w.cardsWith(status.Links.Channel, "from the first message on"), "it is no channel of theirs")
}

// What the people in a channel have said is not for others to give away.
func TestWhoeverAsksIsInTheChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	channel := w.makeChannel("war-room", false)
	req := adopting("req-asker", channel, "")
	req.By.Who, req.By.Name = "U0DAIGO04", "daigo"
	state, _ := w.intake(req)
	status, next := w.live(state, 10*time.Minute)
	require.Contains(t, step(t, status, "open.channel").Cause, "whoever asks is not in the channel")
	w.slack.Join("daigo", channel, "aoi")
	status, _ = w.live(next, 2*time.Hour)
	require.Empty(t, status.Debts, "it heals by itself")
	require.Equal(t, channel, status.Links.Channel)
	require.Equal(t, "SEC-1", status.Number)
}

func TestAChannelIsTakenOverOnceWhateverIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, channel := w.makeTicket("SEC", "made by hand"), w.makeChannel("war-room", false)
	for _, match := range []string{"conversations.join", "conversations.setPurpose"} {
		require.NoError(t, w.slack.Inject(fake.Fault{Match: match, Mode: "after", Times: 1}))
	}
	require.NoError(t, w.jira.Inject(fake.Fault{Match: "PUT /rest/api/2/issue", Mode: "after", Times: 2}))
	state, _ := w.intake(adopting("req-lost", channel, key))
	for range 3 {
		_, state = w.live(state, 3*time.Second)
	}
	status, _ := w.live(state, time.Hour, func(*testsuite.TestWorkflowEnvironment) {})
	require.Empty(t, status.Debts)
	require.Equal(t, key, status.Number)
	require.Len(t, w.jira.Issues(), 1)
	require.Len(t, w.jira.Issues()[0].Labels, 1)
	require.Equal(t, 1, w.cardsWith(channel, "now that of case"))
	is, _ := w.slack.Channel(channel)
	require.Equal(t, 1, strings.Count(is.Purpose.Value, "[key:"))
}

// A ticket that is not there is refused to whoever asks in Slack: they are still at the form. At a command line the case
// opens, and says what is stuck.
func TestATicketThatIsNotThereIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	env := w.env()
	env.ExecuteWorkflow(workflows.IntakeType, adopting("req-nowhere", "", "SEC-999"))
	require.ErrorContains(t, env.GetWorkflowError(), "the ticket SEC-999 cannot be taken over")
	typed := adopting("req-typed", "", "SEC-999")
	typed.By = somebody
	state, opened := w.intake(typed)
	require.True(t, strings.HasPrefix(opened.Number, "P-"), opened.Number)
	require.Equal(t, workflows.StepStuck, state.Steps["open.ticket"].State)
}
