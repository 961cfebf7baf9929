package slacktest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdk "github.com/slack-go/slack"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
)

func bot(base string) *sdk.Client {
	return sdk.New(fake.SlackBotToken, sdk.OptionAPIURL(base+"/api/"))
}

// control posts to /_control/what and decodes the answer, if it is 200.
func control(t *testing.T, base, what string, in map[string]string) (out map[string]any, status int) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(base+"/_control/"+what, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
			t.Fatal(err)
		}
	}
	return out, resp.StatusCode
}

func TestSurvivesReopening(t *testing.T) {
	o := slacktest.Options{Path: filepath.Join(t.TempDir(), "slack.db")}
	s, err := slacktest.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s)
	ch, err := bot(h.URL).CreateConversation(sdk.CreateConversationParams{ChannelName: "給与-sec-42", IsPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := bot(h.URL).PostMessage(ch.ID, sdk.MsgOptionText("kept", false)); err != nil {
		t.Fatal(err)
	}
	before, said := s.Channels(), s.Messages(ch.ID)
	h.Close()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	if s, err = slacktest.Open(o); err != nil {
		t.Fatal(err)
	}
	h = httptest.NewServer(s)
	t.Cleanup(func() { h.Close(); _ = s.Close() })
	if diff := cmp.Diff(before, s.Channels()); diff != "" {
		t.Errorf("channels (-before +after)\n%s", diff)
	}
	if diff := cmp.Diff(said, s.Messages(ch.ID)); diff != "" || len(said) != 2 {
		t.Errorf("messages (-before +after)\n%s", diff)
	}
	_, ts, err := bot(h.URL).PostMessage(ch.ID, sdk.MsgOptionText("later", false))
	if err != nil || ts <= said[len(said)-1].TS {
		t.Errorf("ts %s, %v; want one after %s", ts, err, said[len(said)-1].TS)
	}
	other, err := bot(h.URL).CreateConversation(sdk.CreateConversationParams{ChannelName: "next"})
	if err != nil || other.ID == ch.ID {
		t.Errorf("new channel %v, %v; want another id", other, err)
	}
}

func TestRules(t *testing.T) {
	r, base := record(t, slacktest.Options{})
	aoi, kenji := sdk.New("xoxp-sandbox-aoi", sdk.OptionAPIURL(base+"/api/")), sdk.New("xoxp-sandbox-kenji", sdk.OptionAPIURL(base+"/api/"))
	ch, err := aoi.CreateConversation(sdk.CreateConversationParams{ChannelName: "secret", IsPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	create := func(api *sdk.Client, name string) error {
		_, err := api.CreateConversation(sdk.CreateConversationParams{ChannelName: name})
		return err
	}
	info := func(api *sdk.Client, id string) error {
		_, err := api.GetConversationInfo(&sdk.GetConversationInfoInput{ChannelID: id})
		return err
	}
	post := func(api *sdk.Client, id, text string) error {
		_, _, err := api.PostMessage(id, sdk.MsgOptionText(text, false))
		return err
	}
	if err := create(aoi, "open-house"); err != nil {
		t.Fatal(err)
	}
	house, _ := r.Channel("open-house")
	tests := map[string]struct {
		err  error
		want string
	}{
		"a private channel's name is taken, even if invisible": {create(kenji, "secret"), "name_taken"},
		"a private channel is invisible to others":             {info(kenji, ch.ID), "channel_not_found"},
		"capitals":                {create(aoi, "Big"), "invalid_name_specials"},
		"81 characters":           {create(aoi, string(bytes.Repeat([]byte("x"), 81))), "invalid_name_maxlength"},
		"no letter":               {create(aoi, "--"), "invalid_name_punctuation"},
		"no name":                 {create(aoi, ""), "invalid_name_required"},
		"no text":                 {post(aoi, ch.ID, ""), "no_text"},
		"a channel one is not in": {post(bot(base), house.ID, "x"), "not_in_channel"},
		"no token":                {info(sdk.New("", sdk.OptionAPIURL(base+"/api/")), ch.ID), "not_authed"},
		"a wrong token":           {info(sdk.New("xoxb-wrong", sdk.OptionAPIURL(base+"/api/")), ch.ID), "invalid_auth"},
		"a scope the bot lacks":   {func() error { _, _, err := bot(base).ListPins(slacktest.Ops); return err }(), "missing_scope"},
		"somebody else's message": {func() error {
			_, _, _, err := kenji.UpdateMessage(house.ID, r.Messages(house.ID)[0].TS, sdk.MsgOptionText("x", false))
			return err
		}(), "cant_update_message"},
		"inviting oneself":          {func() error { _, err := aoi.InviteUsersToConversation(ch.ID, "U0AOI0001"); return err }(), "cant_invite_self"},
		"a channel that is private": {func() error { _, _, _, err := kenji.JoinConversation(ch.ID); return err }(), "channel_not_found"},
	}
	for name, tt := range tests {
		if got := fmt.Sprint(tt.err); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

func TestPagesAndTombstones(t *testing.T) {
	_, base := record(t, slacktest.Options{})
	aoi := sdk.New("xoxp-sandbox-aoi", sdk.OptionAPIURL(base+"/api/"))
	var all []string
	for n := range 7 {
		_, ts, err := aoi.PostMessage(slacktest.Ops, sdk.MsgOptionText(strconv.Itoa(n), false))
		if err != nil {
			t.Fatal(err)
		}
		all = append([]string{ts}, all...)
	}
	if _, _, err := aoi.PostMessage(slacktest.Ops, sdk.MsgOptionText("re", false), sdk.MsgOptionTS(all[0])); err != nil {
		t.Fatal(err)
	}
	if _, _, err := aoi.DeleteMessage(slacktest.Ops, all[0]); err != nil {
		t.Fatal(err)
	}
	var got []string
	for cursor := ""; ; {
		h, err := aoi.GetConversationHistory(&sdk.GetConversationHistoryParameters{ChannelID: slacktest.Ops, Limit: 3, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range h.Messages {
			got = append(got, m.Timestamp)
			if (m.SubType == "tombstone") != (m.Timestamp == all[0]) {
				t.Errorf("message %s has subtype %q", m.Timestamp, m.SubType)
			}
		}
		if cursor = h.ResponseMetaData.NextCursor; cursor == "" {
			break
		}
	}
	if diff := cmp.Diff(all, got); diff != "" {
		t.Errorf("history (-want +got)\n%s", diff)
	}
}

func TestRateLimits(t *testing.T) {
	_, url := slacktest.Start(t, slacktest.Options{})
	api := sdk.New(fake.SlackBotToken, sdk.OptionAPIURL(url))
	for n := range 21 {
		_, err := api.CreateConversation(sdk.CreateConversationParams{ChannelName: "c" + strconv.Itoa(n)})
		limited, ok := err.(*sdk.RateLimitedError)
		if ok != (n == 20) || (ok && limited.RetryAfter <= 0) || (!ok && err != nil) {
			t.Fatalf("call %d: %v; want the 21st within a minute limited, with a time to wait", n, err)
		}
	}
}

func TestEventsAreRetriedInOrder(t *testing.T) {
	g, gate := startGateway(t)
	g.answer = func(n int, _ *http.Request) int {
		if n < 2 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	}
	_, base := record(t, slacktest.Options{EventsURL: gate})
	for _, text := range []string{"one", "two"} {
		if _, status := control(t, base, "message", map[string]string{"user": "ben", "channel": "csirt-ops", "text": text}); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
	}
	events, heads := g.wait(4)
	var got []string
	ids := map[string]bool{}
	for i, raw := range events {
		var e struct {
			ID    string `json:"event_id"`
			Event struct {
				Text, User string
			} `json:"event"`
		}
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		ids[e.ID] = true
		got = append(got, e.Event.Text+" "+heads[i].Get("X-Slack-Retry-Num"))
	}
	if diff := cmp.Diff([]string{"one ", "one 1", "one 2", "two "}, got); diff != "" || len(ids) != 2 {
		t.Errorf("%d ids; deliveries (-want +got)\n%s", len(ids), diff)
	}
}

func TestCommand(t *testing.T) {
	g, gate := startGateway(t)
	s, base := record(t, slacktest.Options{EventsURL: gate})
	var form url.Values
	g.onForm = func(f url.Values) string {
		form = f
		// As a worker would: the answer must not wait for this call, nor this call for the answer.
		if _, err := bot(base).AuthTest(); err != nil {
			t.Error(err)
		}
		return `{"response_type":"ephemeral","text":"opening"}`
	}
	out, status := control(t, base, "command", map[string]string{"user": "aoi", "channel": "csirt-ops", "command": "/case", "text": "open sev2 x", "trigger_id": "1.2.3"})
	if status != http.StatusOK || out["status"] != 200.0 || form.Get("trigger_id") != "1.2.3" || form.Get("user_id") != "U0AOI0001" || form.Get("channel_id") != slacktest.Ops || form.Get("text") != "open sev2 x" {
		t.Fatalf("answer %v (%d), form %v", out, status, form)
	}
	resp, err := http.Post(form.Get("response_url"), "application/json", bytes.NewReader([]byte(`{"text":"open: sec-42"}`)))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	seen := s.Ephemerals("U0AOI0001")
	if len(seen) != 2 || seen[0].Text != "opening" || seen[1].Text != "open: sec-42" || seen[1].Source != "response_url" {
		t.Errorf("aoi sees %+v", seen)
	}
	if others := s.Ephemerals("U0BEN0002"); len(others) != 0 {
		t.Errorf("ben sees %+v, want nothing", others)
	}
	if _, status := control(t, base, "command", map[string]string{"user": "nobody", "channel": "csirt-ops", "command": "/case"}); status != http.StatusBadRequest {
		t.Errorf("status %d for a user who does not exist", status)
	}
}
