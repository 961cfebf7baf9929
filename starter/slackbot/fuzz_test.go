package slackbot

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// strictDesk fails the test if it gets what nobody downstream expects: invalid text, ids that are none of Slack's.
type strictDesk struct {
	plainDesk
	t *testing.T
}

func (d *strictDesk) Open(_ context.Context, r incident.Request) error {
	if r.ID == "" || len(r.ID) > 200 || !plainUser.MatchString(r.By.Who) || !utf8.ValidString(r.Title+r.Report+r.Reporter+strings.Join(r.Invite, "")) {
		d.t.Errorf("open: %+v", r)
	}
	return incident.Refuse(incident.Rule, "", "no")
}

func (d *strictDesk) Status(_ context.Context, number string, v Viewer) (notice.Case, error) {
	if !plainUser.MatchString(v.User) || !utf8.ValidString(number) {
		d.t.Errorf("status of %+q for %+v", number, v)
	}
	return notice.Case{}, incident.Refuse(incident.NotFound, "", "there is no case %s", number)
}

func (d *strictDesk) Decide(_ context.Context, n Decision, v Viewer) (Taken, error) {
	if !n.Valid() || !known[n.Action] || n.ID == "" || !plainUser.MatchString(v.User) {
		d.t.Errorf("decide %+v for %+v", n, v)
	}
	return nil, incident.Refuse(incident.Rule, "", "no")
}

func (d *strictDesk) Do(_ context.Context, a Act) (Done, error) {
	if a.ID == "" || a.Verb == "" || !plainUser.MatchString(a.Viewer.User) || a.By.Who != a.Viewer.User {
		d.t.Errorf("do %+v", a)
	}
	for name, values := range a.Fields {
		if text := strings.Join(values, ""); !utf8.ValidString(text) || strings.TrimSpace(text) == "" {
			d.t.Errorf("do %s with %s %+q", a.Verb, name, text)
		}
	}
	return Done{}, incident.Refuse(incident.Rule, "", "no %q", a.Fields)
}

func (d *strictDesk) CaseOf(_ context.Context, channel string) (string, error) {
	if channel == "C1" {
		return "SEC-1", nil
	}
	return "", nil
}

// gatewayFor is one that has nobody to answer to.
func gatewayFor(t *testing.T) *Gateway {
	ctx, cancel := context.WithCancel(t.Context())
	g := New(ctx, Options{Desk: &strictDesk{plainDesk{t: t}, t}, Lang: "en", Log: slog.New(slog.DiscardHandler), Secret: func() (string, error) { return "s", nil }})
	g.answers = &http.Client{Transport: nowhere{}}
	t.Cleanup(func() { cancel(); g.Wait() })
	return g
}

// nowhere leads to nobody, at once.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) { return nil, net.ErrClosed }

// over HTTP, with the signature left out: what is signed may hold anything.
func (g *Gateway) fuzzed(t *testing.T, k kind, unwrap func([]byte) ([]byte, error), body []byte) {
	payload, err := unwrap(body)
	if err != nil {
		return
	}
	said := g.handle(t.Context(), request{kind: k, payload: payload, received: time.Now()})
	rec := httptest.NewRecorder()
	write(rec, said)
	if rec.Code != http.StatusOK && rec.Code != http.StatusBadRequest {
		t.Errorf("status %d", rec.Code)
	}
	if said.answer != nil && !json.Valid(said.answer) {
		t.Errorf("the answer is no JSON: %q", said.answer)
	}
}

// FuzzCommand types commands, as forms with anything in them.
func FuzzCommand(f *testing.F) {
	for _, text := range []string{
		"", "help", "status", "status SEC-1", "open mail", "open sev2 給与担当へのフィッシング", "open ｓｅｖ２　メール", "open sev9 <!channel> <http://x|y> `", "open --org \"Acme Foods\" --invite <@U1|aoi> mail\nreport",
		"open --", "open --reporter", "open \xff\xfe", "open " + strings.Repeat("x", 300), "открыть", "open --audience restricted --kind \"", "open —org acme “mail”", "open",
		"triage sev2 --scope \"3\" --commander <@U2|ben>", "task buy <@U2> bread @ben", "conclude a1 --drop x", "decide l1 join --key <!here>", "waive <http://x|y>", "analyze --invite ,,<@U1>", "take", "triage sev",
	} {
		f.Add("U1", "1.2.abc", "C1", text)
	}
	f.Add("", "", "", "open")
	f.Add("U1\xff", "\x00", "<!here>", "status \x00")
	f.Fuzz(func(t *testing.T, user, trigger, channel, text string) {
		form := url.Values{"command": {"/case"}, "user_id": {user}, "trigger_id": {trigger}, "channel_id": {channel}, "text": {text}}
		g := gatewayFor(t)
		g.fuzzed(t, commands, unwrapCommand, []byte(form.Encode()))
		payload, err := json.Marshal(map[string]string{"user_id": "U1", "trigger_id": "1.2", "command": "/case", "text": text})
		if err != nil {
			t.Fatal(err)
		}
		var shown struct {
			Text string `json:"text"`
		}
		said := g.handle(t.Context(), request{kind: commands, payload: payload, received: time.Now()})
		if err := json.Unmarshal(said.answer, &shown); err != nil {
			t.Fatalf("%+q is answered with %q", text, said.answer)
		}
		for _, markup := range []string{"<!channel", "<!here", "<!everyone", "<@", "<http"} {
			if strings.Contains(shown.Text, markup) {
				t.Errorf("%+q is answered with %q", text, shown.Text)
			}
		}
	})
}

// FuzzInteraction does things with messages and dialogs that may be none of ours.
func FuzzInteraction(f *testing.F) {
	const who = `"api_app_id":"A1","team":{"id":"T1"},"user":{"id":"U1","username":"aoi"},"channel":{"id":"C1"},"trigger_id":"1.2","response_url":"https://hooks.slack.com/x"`
	for _, payload := range []string{
		`{"type":"block_actions",` + who + `,"actions":[{"action_id":"resolve_retry:1","value":"{\"workflow_id\":\"case/SEC-1\",\"step\":\"open.ticket\",\"generation\":1}","action_ts":"1.2"}]}`,
		`{"type":"block_actions",` + who + `,"actions":[{"action_id":"resolve_skip:1","value":"x","action_ts":"1.2"}]}`,
		`{"type":"view_submission",` + who + `,"view":{"id":"V1","callback_id":"resolve","private_metadata":"{\"workflow_id\":\"case/SEC-1\",\"step\":\"open.ticket\",\"generation\":1,\"action\":\"skip\"}","state":{"values":{"reason":{"reason":{"value":"x"}}}}}}`,
		`{"type":"view_submission",` + who + `,"view":{"id":"V1","callback_id":"form_open","private_metadata":"{}","state":{"values":{"title":{"title":{"value":"<!channel>"}}}}}}`,
		`{"type":"block_actions",` + who + `,"actions":[{"action_id":"case_take","value":"{\"workflow\":\"case/SEC-1\"}","action_ts":"1.2"}]}`,
		`{"type":"view_submission",` + who + `,"view":{"id":"V1","callback_id":"form_triage","private_metadata":"{\"workflow\":\"case/SEC-1/a1\",\"fields\":{\"task\":\"t1\"},\"shown\":{\"scope\":\"x\"}}","state":{"values":{"scope":{"scope":{"value":"<!channel>","selected_users":["U1"]}}}}}}`,
		`{"type":"message_action","callback_id":"add_timeline",` + who + `,"message":{"ts":"1.2","text":"<!here>"}}`,
		`{"type":"shortcut","callback_id":"open_case",` + who + `}`, `{"type":"message_action","callback_id":"mark_lesson",` + who + `,"message":{"ts":"1.2","text":"x"}}`,
		`{"type":"view_closed",` + who + `}`, `{"type":"block_actions","user":[]}`, `{"type":7}`, `[]`, `null`, `"x"`, `{`, "{\"user\":{\"id\":\"\xff\"}}",
	} {
		f.Add([]byte(payload))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		gatewayFor(t).fuzzed(t, interactions, unwrapInteraction, []byte(url.Values{"payload": {string(payload)}}.Encode()))
	})
}

// FuzzBody posts bodies that are not even forms.
func FuzzBody(f *testing.F) {
	for _, body := range []string{"", "payload", "payload=%", "payload=%7B%7D", "user_id=U1&trigger_id=1&text=open+%ff", "{}", "a;b", strings.Repeat("user_id=U1&", 100)} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		g := gatewayFor(t)
		g.fuzzed(t, commands, unwrapCommand, body)
		g.fuzzed(t, interactions, unwrapInteraction, body)
		g.fuzzed(t, events, unwrapEvent, body)
	})
}

// FuzzPacket sends over a socket what the library cannot decode.
func FuzzPacket(f *testing.F) {
	for _, raw := range []string{
		`{"envelope_id":"1","type":"events_api","payload":{"type":"event_callback","event":{"type":"message","channel":"C0CASE","ts":"1.1","files":[{"size":"1"}]}}}`,
		`{"envelope_id":"1","type":"slash_commands","payload":{"user_id":"U1","trigger_id":"1","text":7}}`, `{"envelope_id":"1","type":"interactive","payload":"x"}`,
		`{"envelope_id":7,"type":[],"payload":{}}`, `{"envelope_id":"1","type":"of_tomorrow"}`, `{"type":"events_api"}`, `[]`, `{`,
	} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		g := gatewayFor(t)
		s := &socket{g: g, ack: func(_ context.Context, id string, answer any) error {
			if id == "" {
				t.Error("acknowledged nothing")
			}
			if _, err := json.Marshal(answer); err != nil {
				t.Errorf("answer %v: %v", answer, err)
			}
			return nil
		}}
		s.takeRaw(t.Context(), raw)
		s.inHand.Wait()
	})
}
