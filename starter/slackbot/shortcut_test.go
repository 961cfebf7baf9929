package slackbot_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
)

// choose is the payload of a shortcut: a global one without a channel.
func (w *workspace) choose(callback, channel, text string) map[string]any {
	p := map[string]any{"type": "shortcut", "team": map[string]any{"id": "T0SANDBOX"}, "user": map[string]any{"id": "U0AOI0001", "username": "aoi"},
		"trigger_id": "1.2.abc", "callback_id": callback}
	if channel != "" {
		p["type"], p["response_url"], p["channel"] = "message_action", w.URL+"/actions/1", map[string]any{"id": channel, "name": "x"}
		p["message"] = map[string]any{"ts": "1700000000.000100", "text": text, "user": "U0BEN0002"}
	}
	return p
}

func TestACaseIsOpenedInOneFieldAndOneClick(t *testing.T) {
	in := map[string]string{"the command": "C0GENERAL", "the button": "C0CASE001"} // the shortcut is made in no channel
	for name, ask := range map[string]func(w *workspace){
		"the command":         func(w *workspace) { w.post("/slack/commands", w.form("open").Encode(), time.Now(), secret) },
		"the button":          func(w *workspace) { w.interact(t, w.press("U0AOI0001", "aoi", "case_open", "{}", "1.2")) },
		"the global shortcut": func(w *workspace) { w.interact(t, w.choose("open_case_anywhere", "", "")) },
	} {
		d := newDesk()
		w := newWorkspace(t, d)
		ask(w)
		f := w.form1(t)
		required := 0
		for _, b := range f.Blocks {
			if b.Type == "input" && !b.Optional {
				required++
			}
		}
		if f.Callback != "form_open" || required != 1 {
			t.Errorf("%s: %d required fields in %+v", name, required, f)
		}
		if _, body := w.interact(t, w.fill(f, map[string]string{"severity": "2"})); !strings.Contains(body, `"errors":{"title":`) || len(d.kept()) > 0 {
			t.Errorf("%s without a title: %s", name, body)
		}
		full := w.fill(f, map[string]string{"title": "<!channel> mail", "severity": "2", "org": "acme", "invite": "U0BEN0002", "audience": "organisation", "drill": "yes"})
		for range 2 { // a network may deliver it again
			_, body := w.interact(t, full)
			if name == "the global shortcut" { // which has no address for answers
				if !strings.Contains(body, `"response_action":"update"`) || !strings.Contains(body, "Your case is being opened") {
					t.Errorf("%s: answer %s", name, body)
				}
			} else if first, then := w.hears(t), w.hears(t); body != "" || !strings.Contains(first, "Your case is being opened") || !strings.Contains(then, "SEC-1 is open: <#C0CASE001>") {
				t.Errorf("%s: answer %s, told %q and %q", name, body, first, then)
			}
		}
		want := []incident.Request{{ID: "V0VIEW001", Title: "<!channel> mail", Severity: 2, Organisations: []string{"acme"}, Invite: []string{"U0BEN0002"}, Audience: "organisation", Drill: true,
			By: naming(aoi("T0SANDBOX", in[name]), "U0BEN0002")}}
		if diff := cmp.Diff(want, d.kept(), cmpopts.IgnoreFields(incident.Request{}, "Asked", "Where")); diff != "" {
			t.Errorf("%s: requests (-want +got):\n%s", name, diff)
		}
	}
}

func TestARefusedCaseStaysInItsForm(t *testing.T) {
	d := newDesk()
	d.openErr = []error{incident.Refuse(incident.Rule, "Ask the CSIRT", "no place for <it>")}
	w := newWorkspace(t, d)
	w.interact(t, w.choose("open_case_anywhere", "", ""))
	if _, body := w.interact(t, w.fill(w.form1(t), map[string]string{"title": "mail"})); !strings.Contains(body, `"errors":{"title":"Not done: no place for`) {
		t.Errorf("answer %s", body)
	}
}

func TestAMessageBecomesALessonATaskOrACase(t *testing.T) {
	const text = "Who owns &lt;it&gt;? <@U0BEN0002|ben>\nNobody knows."
	for callback, want := range map[string]struct{ form, private string }{
		"mark_lesson": {"form_lesson", "SEC-1"}, "make_task": {"form_task", "SEC-1"}, "open_case": {"form_open", ""},
	} {
		w := newWorkspace(t, inPhase(incident.PhaseAnalysis))
		w.interact(t, w.choose(callback, "C0CASE001", text))
		raw := <-w.opened
		if got := string(raw.View); !strings.Contains(got, `"callback_id":"`+want.form+`"`) || !strings.Contains(got, want.private) || !strings.Contains(got, "Who owns") || strings.Contains(got, "<@U0BEN0002") {
			t.Errorf("%s: %s", callback, got)
		}
	}
	w := newWorkspace(t, inPhase(incident.PhaseAnalysis))
	w.interact(t, w.choose("mark_lesson", "C0GENERAL", text))
	if got := w.hears(t); !strings.Contains(got, "there is no case") || len(w.opened) > 0 {
		t.Errorf("elsewhere: %q", got)
	}
}

// Whoever reads the case finds what it was opened from: also a message of an app, a long one, and one that Slack says nothing of.
func TestACaseOfAMessageSaysWhichItIs(t *testing.T) {
	const link = "https://example.slack.com/archives/C0GENERAL/p1700000000000100"
	reported := func(w *workspace, p map[string]any) string {
		t.Helper()
		w.interact(t, p)
		f := w.form1(t)
		for _, b := range f.Blocks {
			if b.ID == "report" {
				return b.Element.Value
			}
		}
		return ""
	}
	w := newWorkspace(t, newDesk())
	if got, want := reported(w, w.choose("open_case", "C0GENERAL", "mail\nmore")), "mail\nmore\n\nFrom a message of "+called("U0BEN0002")+": "+link; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	reply := w.choose("open_case", "C0GENERAL", strings.Repeat("長", 4000))
	reply["message"].(map[string]any)["thread_ts"] = "1600000000.000100"
	if got := reported(w, reply); utf8.RuneCountInString(got) > 3000 || !strings.HasSuffix(got, "…\n\nFrom a message of "+called("U0BEN0002")+": "+link) {
		t.Errorf("a long one in a thread: %d characters, %q", utf8.RuneCountInString(got), got[len(got)-200:])
	}
	disguised := w.choose("open_case", "C0GENERAL", "I got <https://evil.example/"+strings.Repeat("x", 300)+"|https://bank.example>, what now?")
	if got, want := reported(w, disguised), "I got https://bank.example (https://evil.example/"+strings.Repeat("x", 300)+"), what now?\n\nFrom"; !strings.HasPrefix(got, want) {
		t.Errorf("of a link in disguise: %q", got)
	}
	app := w.choose("open_case", "C0GENERAL", "alert")
	app["message"] = map[string]any{"ts": "1700000000.000100", "text": "alert", "username": "<pager>\n" + strings.Repeat("x", 200), "bot_id": "B1"}
	if got := reported(w, app); !strings.HasPrefix(got, "alert\n\nFrom a message of <pager> x") || !strings.HasSuffix(got, "…: "+link) {
		t.Errorf("of an app: %q", got)
	}
	w = newWorkspace(t, newDesk())
	w.people.silent = true
	if got := reported(w, w.choose("open_case", "C0GENERAL", "mail")); got != "mail\n\nFrom a message of U0BEN0002" {
		t.Errorf("of which Slack says nothing: %q", got)
	}
	if got := reported(w, w.choose("open_case", "", "")); got != "" {
		t.Errorf("of none: %q", got)
	}
}

// Each press is an act of its own, which may be refused for now; that it is the same message, the case knows by its place.
func TestAMessageIsAddedToTheTimeline(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	w := newWorkspace(t, d)
	press := w.choose("add_timeline", "C0CASE001", "the server is <!here|off>")
	for _, trigger := range []string{"1.1.a", "1.1.a", "1.2.b"} {
		press["trigger_id"] = trigger
		if status, body := w.interact(t, press); status != http.StatusOK || body != "" {
			t.Errorf("%d %s", status, body)
		}
		w.hears(t)
	}
	want := slackbot.Act{Keyed: true, Verb: "note", Fields: said{"text": {"the server is @off"}, "link": {"https://example.slack.com/archives/C0CASE001/p1700000000000100"}, "at": {"2023-11-14T22:13:20Z"},
		"message": {"C0CASE001/1700000000.000100"}},
		By:     aoi("T0SANDBOX", "C0CASE001"),
		Viewer: slackbot.Viewer{User: "U0AOI0001", Channel: "C0CASE001"}}
	one, two := want, want
	one.ID, two.ID = incident.RequestID("1.1.a"), incident.RequestID("1.2.b")
	if diff := cmp.Diff([]slackbot.Act{one, two}, d.did()); diff != "" {
		t.Errorf("acts (-want +got):\n%s", diff)
	}
	bad := w.choose("add_timeline", "C0CASE001", "x")
	bad["message"] = map[string]any{"ts": "<!here>", "text": "x"}
	if status, _ := w.interact(t, bad); status != http.StatusBadRequest {
		t.Errorf("a message without a time: %d", status)
	}
}
