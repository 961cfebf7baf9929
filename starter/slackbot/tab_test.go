package slackbot_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

const opensHome = `{"type":"app_home_opened","user":"U0AOI0001","channel":"D0AOI0001","tab":"home","event_ts":"1.1"}`

// tab waits for the next Home tab.
func (w *workspace) tab(t *testing.T) shown {
	t.Helper()
	select {
	case p := <-w.published:
		if p.User != "U0AOI0001" || p.View.Type != "" {
			t.Fatalf("published %+v", p)
		}
		p.View.keepsBounds(t, 100)
		return p.View
	case <-time.After(patience):
		t.Fatal("no Home tab was shown")
		return shown{}
	}
}

// pressAtHome is the payload of a button of the Home tab: it has no channel and no response_url.
func (w *workspace) pressAtHome(action, value string) map[string]any {
	p := w.press("U0AOI0001", "aoi", action, value, "1700000000.000100")
	delete(p, "channel")
	delete(p, "response_url")
	p["container"], p["view"] = map[string]any{"type": "view", "view_id": "V0HOME001"}, map[string]any{"id": "V0HOME001", "type": "home"}
	return p
}

// atHome are cases of the person: one that she is offered, one that she commands, one with a stuck step.
func atHome(mine, others int) (h notice.Home) {
	for i, l := range shelf(mine) {
		c := notice.HomeCase{Listed: l, URL: "https://example.slack.com/archives/" + l.Channel}
		switch i % 3 {
		case 0:
			c.Offer, c.OfferBy = "h1", "<Ben>"
		case 1:
			c.Roles, c.Missing, c.Stuck = []string{"commander", "lead"}, []string{"scope"}, stuckShelf(1).Cases[0].Steps
		case 2:
			c.Roles, c.Tasks = []string{"owner"}, []incident.Task{{ID: "t1", Title: "<!here> call", Due: "today"}}
		}
		h.Mine = append(h.Mine, c)
	}
	h.Others = shelf(others)
	return h
}

func TestHomeIsShownToWhoeverOpensIt(t *testing.T) {
	d := newDesk()
	d.home = atHome(3, 2)
	w := newWorkspace(t, d)
	w.event(t, opensHome, http.StatusOK)
	got := w.tab(t)
	for _, words := range []string{"Incident cases", "&lt;Ben&gt; offers you command", "scope", "Region", "&lt;!here&gt; call", "To the channel of SEC-1", "Other open cases", "commander"} {
		if !strings.Contains(got.all(), words) {
			t.Errorf("%q is missing: %s", words, got.all())
		}
	}
	for _, action := range []string{"case_open", "case_accept", "case_decline", "case_triage", "resolve_retry:1", "link_channel:1"} {
		if !slices.Contains(got.actions(), action) {
			t.Errorf("there is no button %s: %q", action, got.actions())
		}
	}
	if v := d.viewers[0]; v != (slackbot.Viewer{User: "U0AOI0001"}) || !slices.Contains(d.names, "@"+called("U0AOI0001")) {
		t.Errorf("judged as %+v, %q", v, d.names)
	}
	w.event(t, strings.Replace(opensHome, `"home"`, `"messages"`, 1), http.StatusOK)
	w.event(t, strings.Replace(opensHome, `"U0AOI0001"`, `"<@U1>"`, 1), http.StatusOK)
	select {
	case p := <-w.published:
		t.Errorf("published %+v", p)
	case <-time.After(100 * time.Millisecond):
	}
}

func TestHomeIsInTheReadersLanguage(t *testing.T) {
	d := newDesk()
	d.home = atHome(3, 0)
	w := newWorkspace(t, d)
	w.people.speaks("ja-JP")
	w.event(t, opensHome, http.StatusOK)
	if got := w.tab(t).all(); !strings.Contains(got, "あなたの対応待ち") || !strings.Contains(got, "打診") || strings.Contains(got, "Waits for you") {
		t.Errorf("in Japanese: %s", got)
	}
}

// Many cases are cut to what Slack takes; none are said to be none.
func TestHomeOfManyAndOfNone(t *testing.T) {
	for _, n := range []int{0, 60} {
		d := newDesk()
		d.home = atHome(n, n)
		w := newWorkspace(t, d)
		w.event(t, opensHome, http.StatusOK)
		got := w.tab(t).all()
		if n == 0 && (!strings.Contains(got, "Nothing, just now") || !strings.Contains(got, "No case is open")) || n > 0 && !strings.Contains(got, "90 more have no room") {
			t.Errorf("of %d: %s", n, got)
		}
	}
}

func TestHomeOfWhoMaySeeNothing(t *testing.T) {
	d := newDesk()
	d.home = atHome(3, 3)
	w := newWorkspace(t, d)
	w.reading = func(string, incident.By, bool) error {
		return incident.Refuse(incident.Rule, "Ask one of them to do it", "list is for everybody in the workspace (rule 1), and you are a guest in this workspace")
	}
	w.event(t, opensHome, http.StatusOK)
	if got := w.tab(t); !strings.Contains(got.all(), "you are a guest") || strings.Contains(got.all(), "SEC-1") || len(got.actions()) > 0 || len(d.viewers) > 0 {
		t.Errorf("a guest sees %s", got.all())
	}
	w.reading, d.down = nil, errors.New("connection refused")
	w.event(t, opensHome, http.StatusOK)
	if got := w.tab(t); !strings.Contains(got.all(), "cannot be reached") || !slices.Contains(got.actions(), "case_open") {
		t.Errorf("while Temporal is down: %s", got.all())
	}
	d.down = fmt.Errorf("%w: late", slackbot.ErrNotConfirmed)
	w.event(t, opensHome, http.StatusOK)
	if got := w.tab(t); !strings.Contains(got.all(), "No answer came") {
		t.Errorf("without an answer: %s", got.all())
	}
}

// What came of a button of the Home tab stands there: Slack takes no other answer.
func TestButtonsOfHome(t *testing.T) {
	d := newDesk()
	d.home, d.became = atHome(3, 0), notice.Outcome{Became: "done"}
	w := newWorkspace(t, d)
	for _, test := range []struct{ action, value, says string }{
		{"case_accept", `{"workflow":"case/SEC-1","offer":"h1"}`, "SEC-1"},
		{"resolve_retry:1", value(chosen), "is done"},
	} {
		if status, body := w.interact(t, w.pressAtHome(test.action, test.value)); status != http.StatusOK || body != "" {
			t.Fatalf("%s: %d %s", test.action, status, body)
		}
		if got := w.tab(t).all(); !strings.Contains(got, ":information_source:") || !strings.Contains(got, test.says) {
			t.Errorf("%s: %s", test.action, got)
		}
		if got := w.tab(t).all(); !strings.Contains(got, test.says) {
			t.Errorf("when lists know of %s: %s", test.action, got)
		}
	}
	if acts := d.did(); len(acts) != 1 || acts[0].Verb != "accept" || acts[0].Number != "SEC-1" || acts[0].Viewer.Channel != "" {
		t.Errorf("did %+v", acts)
	}
	w.interact(t, w.pressAtHome("link_channel:1", ""))
	w.interact(t, w.pressAtHome("case_triage", `{"workflow":"case/SEC-1"}`))
	select {
	case v := <-w.opened:
		if !strings.Contains(string(v.View), "home:U0AOI0001") {
			t.Errorf("the form does not know where it was asked for: %s", v.View)
		}
	case <-time.After(patience):
		t.Error("no form was opened")
	}
	w.interact(t, w.pressAtHome("case_nonsense", "{}"))
}

// Somebody who opens the tab again and again gets it once more, not once for each time.
func TestHomeIsFilledOnceAtATime(t *testing.T) {
	d := newDesk()
	d.slow = make(chan struct{})
	w := newWorkspace(t, d)
	for range 20 {
		w.event(t, opensHome, http.StatusOK)
	}
	close(d.slow)
	w.tab(t)
	w.tab(t)
	select {
	case <-w.published:
		t.Error("it was filled more often")
	case <-time.After(200 * time.Millisecond):
	}
}
