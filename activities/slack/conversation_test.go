package slack_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdk "github.com/slack-go/slack"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/talk"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

func workspace(t *testing.T) (*slacktest.Server, *slack.Client) {
	t.Helper()
	s, url := slacktest.Start(t, slacktest.Options{})
	s.LimitRates(false)
	return s, newClient(t, url)
}

// history reads all pages.
func history(t *testing.T, c *slack.Client, channel string, in talk.Span) (all []talk.Message) {
	t.Helper()
	return readAll(t, func(cursor string) (talk.Page, error) { return c.History(t.Context(), channel, in, cursor) })
}

func replies(t *testing.T, c *slack.Client, channel, thread string, in talk.Span) []talk.Message {
	t.Helper()
	return readAll(t, func(cursor string) (talk.Page, error) { return c.Replies(t.Context(), channel, thread, in, cursor) })
}

func readAll(t *testing.T, page func(cursor string) (talk.Page, error)) (all []talk.Message) {
	t.Helper()
	for cursor := ""; ; {
		p, err := page(cursor)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p.Messages...)
		if cursor = p.Next; cursor == "" {
			return all
		}
	}
}

func stamps(list []talk.Message) (all []string) {
	for _, m := range list {
		all = append(all, m.TS)
	}
	return all
}

func TestHistoryIsOfTheSpan(t *testing.T) {
	s, c := workspace(t)
	var all []string
	for range 5 {
		all = append(all, s.Say("kenji", "general", "x", ""))
	}
	s.Say("lena", "general", "a reply", all[2])
	slices.Reverse(all)
	tests := map[string]struct {
		in   talk.Span
		want []string
	}{
		"all":    {talk.Span{}, all},
		"after":  {talk.Span{After: all[2]}, all[:2]},
		"before": {talk.Span{Before: all[2]}, all[3:]},
		"within": {talk.Span{After: all[3], Before: all[1]}, all[2:3]},
		"none":   {talk.Span{After: all[0]}, nil},
	}
	for name, tt := range tests {
		if diff := cmp.Diff(tt.want, stamps(history(t, c, slacktest.General, tt.in))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestHistoryReadsEveryPage(t *testing.T) {
	s, c := workspace(t)
	s.Fill(slacktest.General, 1500)
	got := history(t, c, slacktest.General, talk.Span{})
	if n := s.Count("conversations.history"); len(got) != 1200 || n != 6 || !slices.IsSortedFunc(got, func(a, b talk.Message) int { return strings.Compare(b.TS, a.TS) }) {
		t.Errorf("%d messages in %d calls, want 1200 in 6, the newest first", len(got), n)
	}
}

func TestMessage(t *testing.T) {
	s, c := workspace(t)
	first := s.Say("kenji", "general", "first", "")
	reply := s.Say("lena", "general", "reply", first)
	sent := s.Broadcast("kenji", "general", "for all", first)
	gone := s.Say("kenji", "general", "gone", "")
	s.Delete("kenji", "general", gone)
	s.Edit("lena", "general", reply, "reply, better")

	for _, tt := range []struct{ name, ts, thread, text string }{
		{"first", first, "", "first"}, {"first, as its own thread", first, first, "first"}, {"reply", reply, first, "reply, better"},
		{"broadcast", sent, first, "for all"}, {"broadcast, in the channel", sent, "", "for all"},
		{"deleted", gone, "", ""}, {"reply of another thread", reply, sent + "1", ""}, {"deleted reply", gone, first, ""}, {"never", "1000000000.000001", "", ""},
	} {
		m, err := c.Message(t.Context(), slacktest.General, tt.ts, tt.thread)
		if err != nil || (m == nil) != (tt.text == "") || (m != nil && (m.Text != tt.text || m.TS != tt.ts)) {
			t.Errorf("%s: %+v, %v; want %q", tt.name, m, err, tt.text)
		}
	}
	m, err := c.Message(t.Context(), slacktest.General, reply, first)
	if err != nil || m.Edited <= reply || m.Thread != first || m.Author != "Lena Fischer" && m.Author == "" || !m.Said() {
		t.Errorf("reply = %+v, %v", m, err)
	}
}

func TestThreads(t *testing.T) {
	s, c := workspace(t)
	first := s.Say("kenji", "general", "first", "")
	a := s.Say("lena", "general", "a", first)
	b := s.Broadcast("kenji", "general", "b", first)
	s.Delete("kenji", "general", first)

	got := replies(t, c, slacktest.General, first, talk.Span{})
	if diff := cmp.Diff([]string{a, b}, stamps(got)); diff != "" {
		t.Errorf("replies (-want +got)\n%s", diff)
	}
	if last := replies(t, c, slacktest.General, first, talk.Span{After: a}); !slices.Equal(stamps(last), []string{b}) {
		t.Errorf("replies after a = %v, want b", stamps(last))
	}
	for _, m := range got {
		if m.Thread != first {
			t.Errorf("%s is of thread %q, want %s", m.Text, m.Thread, first)
		}
	}
	top := history(t, c, slacktest.General, talk.Span{})
	if len(top) != 2 || top[0].TS != b || top[0].Subtype != "thread_broadcast" || top[0].Thread != first {
		t.Errorf("history = %+v, want the broadcast and the tombstone", top)
	}
	if top[1].Subtype != "tombstone" || top[1].Replies != 2 || top[1].Latest != b || top[1].Thread != "" || top[1].Author != "Slackbot" || top[1].Said() {
		t.Errorf("tombstone = %+v", top[1])
	}
	if none := replies(t, c, slacktest.General, "1000000000.000001", talk.Span{}); len(none) != 0 {
		t.Errorf("a thread that is not there has replies %+v", none)
	}
}

func TestOurs(t *testing.T) {
	s, c := workspace(t)
	if _, err := slacktest.Do((&slack.Activities{Client: c}).PostNotice, slack.PostNotice{Effect: effect("k", true), Channel: slacktest.Ops, Message: slack.Message{Text: "ours"}}); err != nil {
		t.Fatal(err)
	}
	s.Say("aoi", "csirt-ops", "hers", "")
	got := history(t, c, slacktest.Ops, talk.Span{})
	if len(got) != 2 || !got[1].Ours || !got[1].Bot || got[1].Author != "Hikeshi" || got[0].Ours || got[0].Bot {
		t.Errorf("messages = %+v, want hers and ours", got)
	}
}

// TestOddPages reads pages that the fake does not make: other apps' messages, other workspaces' files, fields of types
// that the library refuses.
func TestOddPages(t *testing.T) {
	page := `{"ok":true,"has_more":false,"messages":[
		{"type":"message","ts":"9.1","subtype":"bot_message","bot_id":"B1","username":"Alarm &amp; Co","text":"","attachments":[{"fallback":"disk full","ts":"1"}]},
		{"type":"message","ts":"8.1","bot_id":"B2","bot_profile":{"name":"Other"},"text":"","pinned_to":7,"blocks":[
			{"type":"header","text":{"type":"plain_text","text":"Head"}},
			{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a <b> & "},{"type":"user","user_id":"U1"},{"type":"emoji","name":"fire"},{"type":"link","url":"https://x.example/?a=1&b=2","text":"here"}]},
				{"type":"rich_text_list","style":"ordered","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]},{"type":"rich_text_section","elements":[{"type":"text","text":"two"}]}]}]}]},
		{"type":"message","ts":"7.1","user":"U9","text":"hi","files":[
			{"id":"F1","mode":"tombstone"},
			{"id":"F2","name":"gdoc","mode":"external","is_external":true,"url_private":"https://docs.example/d"},
			{"id":"F3","name":"old","mode":"hidden_by_limit"},
			{"id":"F4","file_access":"check_file_info"},
			{"id":"F5","file_access":"check_file_info"},
			{"id":"F6","name":"ok.bin","mimetype":"application/x","size":"12","mode":"hosted","url_private":"https://files.slack.com/p","url_private_download":"https://files.slack.com/d"}]},
		{"type":"message","ts":"6.1","user":"U1","text":"","blocks":"odd","attachments":[{"fallback":"[no preview available]","title":"T","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"*b*"},"fields":[{"type":"mrkdwn","text":"f"}]}]}]}]}`
	calls := map[string]int{}
	c := &slack.Activities{Client: answering(t, func(method string, args string) string {
		calls[method]++
		switch {
		case method == "auth.test":
			return `{"ok":true,"user_id":"UBOT","bot_id":"BBOT","team_id":"T"}`
		case method == "users.info" && strings.Contains(args, "U1"):
			return `{"ok":true,"user":{"id":"U1","name":"one","deleted":true,"real_name":"Ono One","updated":"x"}}`
		case method == "users.info":
			return `{"ok":false,"error":"user_not_visible"}`
		case method == "files.info" && strings.Contains(args, "F4"):
			return `{"ok":true,"file":{"id":"F4","name":"theirs.txt","mimetype":"text/plain","size":3,"mode":"hosted","file_access":"visible","url_private":"https://files.slack.com/theirs"}}`
		case method == "files.info":
			return `{"ok":false,"error":"file_deleted"}`
		}
		return page
	})}
	got := history(t, c.Client, "C1", talk.Span{})
	want := []talk.Message{
		{Channel: "C1", TS: "9.1", Author: "Alarm & Co", Bot: true, Subtype: "bot_message", Raw: "disk full", Text: "disk full"},
		{Channel: "C1", TS: "8.1", Author: "Other", Bot: true, Text: "Head\na <b> & @Ono One:fire:here (https://x.example/?a=1&b=2)\n1. one\n2. two",
			Raw: "Head\na &lt;b&gt; &amp; <@U1>:fire:<https://x.example/?a=1&amp;b=2|here>\n1. one\n2. two"},
		{Channel: "C1", TS: "7.1", User: "U9", Author: "U9", Raw: "hi", Text: "hi", Files: []talk.File{
			{ID: "F1", Missing: "deleted"},
			{ID: "F2", Name: "gdoc", Missing: "external", External: "https://docs.example/d"},
			{ID: "F3", Name: "old", Missing: "hidden by the workspace's limit"},
			{ID: "F4", Name: "theirs.txt", Mime: "text/plain", Size: 3, URL: "https://files.slack.com/theirs"},
			{ID: "F5", Missing: "deleted"},
			{ID: "F6", Name: "ok.bin", Mime: "application/x", Size: 12, URL: "https://files.slack.com/d"}}},
		{Channel: "C1", TS: "6.1", User: "U1", Author: "Ono One", Raw: "T\n*b*\nf", Text: "T\n*b*\nf"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got)\n%s", diff)
	}
	if calls["users.info"] != 2 || calls["files.info"] != 2 || calls["auth.test"] != 1 {
		t.Errorf("calls = %v, want each user and each unknown file asked about once", calls)
	}
}

// answering is a Slack whose answers a test chooses.
func answering(t *testing.T, answer func(method, args string) string) *slack.Client {
	t.Helper()
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, answer(strings.TrimPrefix(r.URL.Path, "/api/"), string(body)))
	}))
	t.Cleanup(h.Close)
	return newClient(t, h.URL+"/api/")
}

// TestTroubleWithPeople lets the look-up of an author fail: what passes is an error, so that nobody is misnamed for good.
func TestTroubleWithPeople(t *testing.T) {
	for word, class := range map[string]activities.Class{"ratelimited": activities.RateLimited, "internal_error": activities.Unavailable, "token_revoked": activities.Credentials, "user_not_found": ""} {
		c := answering(t, func(method, _ string) string {
			switch method {
			case "auth.test":
				return `{"ok":true,"user_id":"UBOT","bot_id":"BBOT","team_id":"T"}`
			case "users.info":
				return `{"ok":false,"error":"` + word + `"}`
			}
			return `{"ok":true,"messages":[{"ts":"1.1","user":"U1","text":"<@U2> hi"}]}`
		})
		page, err := c.History(t.Context(), "C1", talk.Span{}, "")
		switch {
		case class != "" && !activities.Is(err, class):
			t.Errorf("%s: %v, want %s", word, err, class)
		case class == "" && (err != nil || page.Messages[0].Author != "U1" || page.Messages[0].Text != "@U2 hi"):
			t.Errorf("%s: %+v, %v; want the ids", word, page, err)
		}
	}
}

// TestReadingMeetsFaults lets each reading call meet each fault once: the next try reads the same.
func TestReadingMeetsFaults(t *testing.T) {
	s, url := slacktest.Start(t, slacktest.Options{})
	c := patient(t, url).Client
	first := s.Say("kenji", "general", "first", "")
	s.Say("lena", "general", "reply", first)
	reads := map[string]func(*slack.Client) (int, error){
		"conversations.history": func(c *slack.Client) (int, error) {
			p, err := c.History(t.Context(), slacktest.General, talk.Span{}, "")
			return len(p.Messages), err
		},
		"conversations.replies": func(c *slack.Client) (int, error) {
			p, err := c.Replies(t.Context(), slacktest.General, first, talk.Span{}, "")
			return len(p.Messages), err
		},
		"conversations.info": func(c *slack.Client) (int, error) {
			ch, err := c.Channel(t.Context(), slacktest.Ops, true)
			return min(1, len(ch.Members)), err
		},
	}
	for method, read := range reads {
		for _, f := range faults {
			t.Run(method+"/"+f.name, func(t *testing.T) {
				rule := f.fault
				rule.Match, rule.Times = method, 1
				if err := s.Inject(rule); err != nil {
					t.Fatal(err)
				}
				want := f.class
				if want == activities.Ambiguous {
					want = activities.Unavailable // nothing can have happened
				}
				if _, err := read(meeting(t, url, rule).Client); !activities.Is(err, want) {
					t.Errorf("%v, want %s", err, want)
				}
				if n, err := read(c); err != nil || n != 1 {
					t.Errorf("then %d, %v; want 1", n, err)
				}
			})
		}
	}
}

func TestChannel(t *testing.T) {
	s, c := workspace(t)
	bot := sdk.New(fake.SlackBotToken, sdk.OptionAPIURL(s.URL()+"/api/"))
	made, err := bot.CreateConversation(sdk.CreateConversationParams{ChannelName: "sec-42", IsPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bot.SetTopicOfConversation(made.ID, "a < b"); err != nil {
		t.Fatal(err)
	}
	if _, err := bot.InviteUsersToConversation(made.ID, "U0KENJI05"); err != nil {
		t.Fatal(err)
	}
	got, err := c.Channel(t.Context(), made.ID, true)
	want := talk.Channel{ID: made.ID, Name: "sec-42", Topic: "a < b", Private: true, Members: []string{"U0KENJI05"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	s.Rename("kenji", "sec-42", "renamed")
	s.Leave("hikeshi", made.ID)
	s.Leave("hikeshi", slacktest.Ops)
	for _, id := range []string{made.ID, slacktest.Ops, "C0NOSUCH99"} {
		if _, err := c.Channel(t.Context(), id, false); !activities.Is(err, activities.NotFound) {
			t.Errorf("channel %s: %v, want NotFound", id, err)
		}
	}
}
