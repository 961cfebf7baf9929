package slackbot

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// wrapped is an event in the envelope of our app, A1, whose bot is UBOT.
func wrapped(event string) string {
	return `{"token":"t","team_id":"T1","api_app_id":"A1","type":"event_callback","event_id":"Ev1","event_time":1,"authorizations":[{"team_id":"T1","user_id":"UBOT","is_bot":true}],"event":` + event + `}`
}

func TestHear(t *testing.T) {
	hint := func(ts, thread string, deleted bool) *Hint {
		return &Hint{Channel: "C0CASE", TS: ts, Thread: thread, Deleted: deleted}
	}
	act := func(did, user, name string) heard {
		return heard{channel: "C0CASE", event: &Event{Channel: "C0CASE", Did: did, User: user, Name: name}}
	}
	saidAnd := func(h heard) heard { h.said = true; return h }
	nothing, ours := heard{}, heard{channel: "C0CASE"}
	for _, tt := range []struct {
		name, event string
		want        heard
		reason      string
	}{
		{"new message", `{"type":"message","channel":"C0CASE","user":"U1","text":"secret","ts":"1.1"}`, heard{channel: "C0CASE", said: true}, ""},
		{"of another bot", `{"type":"message","subtype":"bot_message","channel":"C0CASE","bot_id":"B9","bot_profile":{"app_id":"A9"},"ts":"1.1"}`, heard{channel: "C0CASE", said: true}, ""},
		{"with a file of a new kind of size", `{"type":"message","subtype":"file_share","channel":"C0CASE","user":"U1","files":[{"size":"big"}],"ts":"1.1"}`, heard{channel: "C0CASE", said: true}, ""},
		{"first of a thread", `{"type":"message","channel":"C0CASE","user":"U1","ts":"1.1","thread_ts":"1.1"}`, heard{channel: "C0CASE", said: true}, ""},
		{"reply", `{"type":"message","channel":"C0CASE","user":"U1","ts":"2.1","thread_ts":"1.1"}`, heard{channel: "C0CASE", hint: hint("2.1", "1.1", false)}, ""},
		{"reply to the channel as well", `{"type":"message","subtype":"thread_broadcast","channel":"C0CASE","user":"U1","ts":"2.1","thread_ts":"1.1"}`, heard{channel: "C0CASE", said: true, hint: hint("2.1", "1.1", false)}, ""},
		{"edit", `{"type":"message","subtype":"message_changed","channel":"C0CASE","ts":"9.9","message":{"user":"U1","ts":"1.1","text":"secret"}}`, heard{channel: "C0CASE", hint: hint("1.1", "", false)}, ""},
		{"edit of a reply", `{"type":"message","subtype":"message_changed","channel":"C0CASE","ts":"9.9","message":{"user":"U1","ts":"2.1","thread_ts":"1.1"}}`, heard{channel: "C0CASE", hint: hint("2.1", "1.1", false)}, ""},
		{"deletion of what has replies", `{"type":"message","subtype":"message_changed","channel":"C0CASE","ts":"9.9","message":{"subtype":"tombstone","user":"USLACKBOT","ts":"1.1","thread_ts":"1.1"}}`, heard{channel: "C0CASE", hint: hint("1.1", "", true)}, ""},
		{"deletion", `{"type":"message","subtype":"message_deleted","channel":"C0CASE","ts":"9.9","deleted_ts":"1.1","previous_message":{"ts":"1.1"}}`, heard{channel: "C0CASE", hint: hint("1.1", "", true)}, ""},
		{"deletion of a reply", `{"type":"message","subtype":"message_deleted","channel":"C0CASE","deleted_ts":"2.1","previous_message":{"ts":"2.1","thread_ts":"1.1"}}`, heard{channel: "C0CASE", hint: hint("2.1", "1.1", true)}, ""},
		{"deletion of ours", `{"type":"message","subtype":"message_deleted","channel":"C0CASE","deleted_ts":"1.1","previous_message":{"user":"UBOT","app_id":"A1"}}`, heard{channel: "C0CASE", hint: hint("1.1", "", true)}, ""},
		{"our own post, by its app", `{"type":"message","channel":"C0CASE","app_id":"A1","ts":"1.1"}`, ours, ""},
		{"our own post, by its bot's profile", `{"type":"message","channel":"C0CASE","bot_profile":{"app_id":"A1"},"ts":"2.1","thread_ts":"1.1"}`, ours, ""},
		{"our own post, by its user", `{"type":"message","channel":"C0CASE","user":"UBOT","ts":"1.1"}`, ours, ""},
		{"our own edit", `{"type":"message","subtype":"message_changed","channel":"C0CASE","message":{"app_id":"A1","ts":"1.1"}}`, ours, ""},
		{"what Slack says of joining", `{"type":"message","subtype":"channel_join","channel":"C0CASE","user":"U1","ts":"1.1"}`, ours, ""},
		{"direct message", `{"type":"message","channel":"D0DIRECT","channel_type":"im","user":"U1","ts":"1.1"}`, nothing, ""},

		{"joined", `{"type":"member_joined_channel","channel":"C0CASE","user":"U1"}`, act("joined", "U1", ""), ""},
		{"joined ourselves", `{"type":"member_joined_channel","channel":"C0CASE","user":"UBOT"}`, ours, ""},
		{"left", `{"type":"member_left_channel","channel":"C0CASE","user":"U1"}`, act("left", "U1", ""), ""},
		{"we were removed", `{"type":"channel_left","channel":"C0CASE","actor_id":"U1"}`, act("left", "UBOT", ""), ""},
		{"we were removed from a private one", `{"type":"group_left","channel":"C0CASE","actor_id":"U1"}`, act("left", "UBOT", ""), ""},
		{"archived", `{"type":"channel_archive","channel":"C0CASE","user":"U1"}`, act("archived", "U1", ""), ""},
		{"archived a private one", `{"type":"group_archive","channel":"C0CASE","user":"U1"}`, act("archived", "U1", ""), ""},
		{"deleted", `{"type":"channel_deleted","channel":"C0CASE","actor_id":"U1"}`, act("archived", "U1", ""), ""},
		{"unarchived", `{"type":"group_unarchive","channel":"C0CASE","user":"U1"}`, act("unarchived", "U1", ""), ""},
		{"made public", `{"type":"message","subtype":"channel_convert_to_public","channel":"C0CASE","user":"U1","ts":"1.1","channel_type":"channel"}`, saidAnd(act("public", "U1", "")), ""},
		{"made private", `{"type":"message","subtype":"channel_convert_to_private","channel":"C0CASE","user":"U1","ts":"1.1","channel_type":"group"}`, saidAnd(act("private", "U1", "")), ""},
		{"renamed", `{"type":"channel_rename","channel":{"id":"C0CASE","name":"new\u202ename","created":1}}`, act("renamed", "", "newname"), ""},
		{"renamed a private one", `{"type":"group_rename","channel":{"id":"C0CASE","name":"new"}}`, act("renamed", "", "new"), ""},

		{"of newer Slack", `{"type":"huddle_ended","channel":{"a":[1]}}`, nothing, ""},
		{"no event", `null`, nothing, ""},
		{"a list", `[1,2]`, nothing, ""},
		{"no channel", `{"type":"message","ts":"1.1"}`, nothing, "it names no channel"},
		{"channel that is none", `{"type":"message","channel":"C1' OR ''='","ts":"1.1"}`, nothing, "it names no channel"},
		{"channel that is a number", `{"type":"channel_archive","channel":7}`, nothing, "it names no channel"},
		{"edit without a message", `{"type":"message","subtype":"message_changed","channel":"C0CASE"}`, ours, "its message has no time"},
		{"time that is none", `{"type":"message","subtype":"message_deleted","channel":"C0CASE","deleted_ts":"now"}`, ours, "its message has no time"},
		{"thread that is none", `{"type":"message","subtype":"thread_broadcast","channel":"C0CASE","user":"U1","ts":"2.1","thread_ts":"x"}`, heard{channel: "C0CASE", said: true}, "its message has no time"},
		{"nobody joined", `{"type":"member_joined_channel","channel":"C0CASE","user":"<@U1>"}`, ours, "it does not say who"},
		{"renamed to nothing", `{"type":"channel_rename","channel":{"id":"C0CASE"}}`, ours, "it has no name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := openEnvelope([]byte(wrapped(tt.event)))
			if err != nil {
				t.Fatal(err)
			}
			got, reason := e.hear()
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(heard{})); diff != "" || reason != tt.reason {
				t.Errorf("reason %q, want %q (-want +got):\n%s", reason, tt.reason, diff)
			}
		})
	}
}

func TestEnvelopes(t *testing.T) {
	for _, tt := range []struct{ name, body, reason string }{
		{"rate limited", `{"type":"app_rate_limited","minute_rate_limited":1}`, ""},
		{"without an event", `{"type":"event_callback"}`, "there is none in it"},
		{"of newer Slack", `{"type":"event_bundle","events":[]}`, ""},
		{"fields of other types", `{"type":"event_callback","event_id":7,"authorizations":{},"event":{"type":"team_join"}}`, ""},
		{"a list", `[]`, ""},
	} {
		e, err := openEnvelope([]byte(tt.body))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got, reason := e.hear(); got != (heard{}) || reason != tt.reason {
			t.Errorf("%s: %+v, %q; want nothing, %q", tt.name, got, reason, tt.reason)
		}
	}
	for _, body := range []string{"", "open", `{"type":`, strings.Repeat(`{"event":`, 20_000) + "1" + strings.Repeat("}", 20_000)} {
		if _, err := openEnvelope([]byte(body)); err == nil {
			t.Errorf("%.20q is JSON", body)
		}
	}
	if e, _ := openEnvelope([]byte(`{"event_id":"Ev1\nsecret"}`)); e.id() != "" {
		t.Errorf("id %q, want none", e.id())
	}
}

// plainDesk fails the test if anything arrives that is not Slack's own word for something.
type plainDesk struct {
	Desk
	t  *testing.T
	mu sync.Mutex
}

func (d *plainDesk) Ring(_ context.Context, b Bell) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !plainChannel.MatchString(b.Channel) {
		d.t.Errorf("rung for %q", b.Channel)
	}
	for _, h := range b.Hints {
		if h.Channel != b.Channel || !h.plain() {
			d.t.Errorf("hint %+v for %s", h, b.Channel)
		}
	}
	return nil
}

func (d *plainDesk) Happened(_ context.Context, e Event) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !plainChannel.MatchString(e.Channel) || e.Did == "" || e.User != "" && !plainUser.MatchString(e.User) || strings.ContainsAny(e.Name, "\n\x00") || len([]rune(e.Name)) > maxName {
		d.t.Errorf("happened: %+v", e)
	}
	return nil
}

func FuzzEvent(f *testing.F) {
	for _, event := range []string{
		`{"type":"message","channel":"C0CASE","user":"U1","ts":"1.1"}`, `{"type":"message","subtype":"message_changed","channel":"C0CASE","message":{"ts":"1.1","thread_ts":"0.1"}}`,
		`{"type":"message","subtype":"message_deleted","channel":"C0CASE","deleted_ts":"1.1","previous_message":null}`, `{"type":"channel_rename","channel":{"id":"C0CASE","name":"n"}}`,
		`{"type":"member_left_channel","channel":"G0CASE","user":"U1"}`, `{"type":"message","channel":["C0CASE"],"message":[],"bot_profile":"x"}`, `[{}]`, `7`, `null`,
	} {
		f.Add([]byte(wrapped(event)))
	}
	f.Add([]byte(`{"type":"url_verification","challenge":"x"}`))
	f.Add([]byte(`{"type":"event_callback","event":"x"}`))
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, body []byte) {
		ctx, cancel := context.WithCancel(t.Context())
		g := New(ctx, Options{Desk: &plainDesk{t: t}, Log: slog.New(slog.DiscardHandler)})
		if got := g.handle(ctx, request{kind: events, payload: body, received: time.Now()}); got.verdict == deferred {
			t.Error("asked to come again, although the desk takes everything")
		}
		cancel()
		g.Wait()
	})
}
