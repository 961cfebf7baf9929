package slackbot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// shelf has so many cases, of which every third is stuck.
func shelf(n int) (list []notice.Listed) {
	for i := range n {
		c := notice.Listed{Number: fmt.Sprintf("SEC-%d", i+1), WorkflowID: fmt.Sprintf("case/SEC-%d", i+1), Title: "<!here> mail at <b>payroll</b> " + strings.Repeat("very ", i), Commander: "Aoi Sato",
			Channel: fmt.Sprintf("C0CASE%03d", i), Severity: incident.Sev2, Phase: incident.PhaseTriage, Status: incident.Waiting, Opened: time.Unix(int64(i), 0)}
		if i%3 == 1 {
			c.Status, c.Commander, c.Channel, c.Drill = incident.Stuck, "U0BEN0002", "", true
		}
		list = append(list, c)
	}
	return list
}

func stuckShelf(n int) (l notice.StuckList) {
	for i := range n {
		number := fmt.Sprintf("SEC-%d", i+1)
		l.Cases = append(l.Cases, notice.StuckNotice{Number: number, Title: "<!here> mail", Links: []notice.Link{{Kind: "channel", Text: "<#C0CASE001>"}}, Steps: []notice.StuckStep{
			{Step: notice.Step{ID: "open.ticket", System: "jira", Class: "Invalid", Cause: "<https://evil.example|Region> is required", Hint: "Give it a default in JIRA", State: "stuck"}, WorkflowID: "case/" + number, Generation: 2, Actions: []string{"retry", "supply"}},
			{Step: notice.Step{ID: "a1/analysis.channel", System: "slack", Class: "Denied", State: "stuck"}, WorkflowID: "case/" + number + "/a1", Generation: 1, Actions: []string{"retry", "skip", "abort"}},
		}})
	}
	l.Held = []notice.Breaker{{Vendor: "google", Phase: "held", Class: "Credentials", Cause: "invalid_grant"}}
	return l
}

// shown is an answer in blocks.
type shown struct {
	Type   string        `json:"response_type"`
	Text   string        `json:"text"`
	Blocks []listedBlock `json:"blocks"`
}

type listedBlock struct {
	Type string `json:"type"`
	Text struct {
		Text string `json:"text"`
	} `json:"text"`
	Elements []struct {
		Text     json.RawMessage `json:"text"`
		ActionID string          `json:"action_id"`
		Value    string          `json:"value"`
	} `json:"elements"`
}

func (s shown) all() string {
	raw, _ := json.Marshal(s)
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\"`, `"`).Replace(string(raw))
}

func (s shown) actions() (ids []string) {
	for _, b := range s.Blocks {
		for _, e := range b.Elements {
			if e.ActionID != "" {
				ids = append(ids, e.ActionID)
			}
		}
	}
	return ids
}

func (w *workspace) asks(t *testing.T, text string) (s shown) {
	t.Helper()
	_, body := w.post("/slack/commands", w.form(text).Encode(), time.Now(), secret)
	if err := json.Unmarshal([]byte(body), &s); err != nil || s.Type != "ephemeral" {
		t.Fatalf("%s: %s, %v", text, body, err)
	}
	return s
}

// keepsBounds checks what Slack refuses: https://docs.slack.dev/reference/block-kit/blocks
func (s shown) keepsBounds(t *testing.T, most int) {
	t.Helper()
	size := 0
	for _, b := range s.Blocks {
		if n := len([]rune(b.Text.Text)); n > 3000 || b.Type == "section" && n == 0 {
			t.Errorf("a block has %d characters", n)
		}
		size += len([]rune(b.Text.Text))
		if b.Type == "actions" && (len(b.Elements) == 0 || len(b.Elements) > 25) {
			t.Errorf("%d buttons in a row", len(b.Elements))
		}
	}
	if len(s.Blocks) > most || size > 12000 {
		t.Errorf("%d blocks with %d characters", len(s.Blocks), size)
	}
	if ids := s.actions(); most <= 50 && len(slices.Compact(slices.Sorted(slices.Values(ids)))) != len(ids) {
		t.Errorf("two buttons have the same id: %q", ids)
	}
}

func TestListShowsTheCases(t *testing.T) {
	d := newDesk()
	d.listed = shelf(60)
	w := newWorkspace(t, d)
	for text, which := range map[string]string{"list": "", "LIST  Open": "open", "list ｍｉｎｅ": "mine", "list closed": "closed", "list all": ""} {
		d.lists = nil
		got := w.asks(t, text)
		got.keepsBounds(t, 50)
		if !slices.Equal(d.lists, []string{which}) || !strings.Contains(got.all(), "*SEC-1* &lt;!here&gt; mail") || !strings.Contains(got.all(), "more have no room here") || strings.Contains(got.all(), "<!here>") {
			t.Errorf("%s asked for %q: %s", text, d.lists, got.all())
		}
	}
	if v := d.viewers[0]; v != (slackbot.Viewer{User: "U0AOI0001", Channel: "C0GENERAL"}) {
		t.Errorf("judged as %+v", v)
	}
	d.listed, d.lists = nil, nil
	if got := w.asks(t, "list mine"); !strings.Contains(got.all(), "You are in no open case") {
		t.Errorf("nobody's cases: %s", got.all())
	}
	for _, text := range []string{"list nonsense", "list open closed", "list SEC-1", "stuck SEC-1"} {
		if got := w.asks(t, text); !strings.Contains(got.Text, "Not done: ") || !strings.Contains(got.Text, "\n") || len(got.Blocks) > 0 {
			t.Errorf("%s: %s", text, got.all())
		}
	}
	if len(d.lists) != 1 {
		t.Errorf("asked for %q", d.lists)
	}
}

func TestStuckShowsWhatCanBeDecided(t *testing.T) {
	d := newDesk()
	d.stuck = stuckShelf(20)
	d.stuck.Silent = []string{"SEC-7"}
	d.became = notice.Outcome{Became: "done"}
	w := newWorkspace(t, d)
	got := w.asks(t, "stuck")
	got.keepsBounds(t, 50)
	for _, words := range []string{"decide about: 40", "28 more", "Google", "invalid_grant", "&lt;https://evil.example|Region&gt; is required", "Give it a default", "<#C0CASE001>", "SEC-7 did not answer"} {
		if !strings.Contains(got.all(), words) {
			t.Errorf("%q is missing: %s", words, got.all())
		}
	}
	at := slices.IndexFunc(got.Blocks, func(b listedBlock) bool { return b.Type == "actions" })
	button := got.Blocks[at].Elements[0]
	w.interact(t, w.press("U0AOI0001", "aoi", button.ActionID, button.Value, "1700000000.000100"))
	w.hears(t)
	if list := d.decisions(); len(list) != 1 || list[0].Chosen != (notice.Chosen{WorkflowID: "case/SEC-1", Step: "open.ticket", Generation: 2}) || list[0].Action != "retry" {
		t.Errorf("decided %+v", list)
	}
	d.stuck = notice.StuckList{}
	if got := w.asks(t, "stuck"); !strings.Contains(got.all(), "Nothing is stuck") {
		t.Errorf("nothing is: %s", got.all())
	}
}

// A list that takes longer than Slack waits follows as a later answer.
func TestAListThatTakesLonger(t *testing.T) {
	d := newDesk()
	d.listed, d.slow = shelf(1), make(chan struct{})
	w := newWorkspace(t, d)
	if got := w.asks(t, "list"); !strings.Contains(got.Text, "takes longer") {
		t.Fatalf("at once: %s", got.all())
	}
	close(d.slow)
	if got := w.hears(t); !strings.Contains(got, "Cases") {
		t.Errorf("later: %q", got)
	}
}

func TestListsForWhoMayRead(t *testing.T) {
	d := newDesk()
	d.listed, d.stuck = shelf(1), stuckShelf(1)
	w := newWorkspace(t, d)
	w.reading = func(verb string, _ incident.By, inside bool) error {
		if verb != incident.VerbList || inside {
			return errors.New("asked for something else")
		}
		return incident.Refuse(incident.Rule, "Ask one of them to do it", "list is for everybody in the workspace (rule 1), and you are a guest in this workspace")
	}
	for _, text := range []string{"list", "stuck", "list mine"} {
		if got := w.asks(t, text); !strings.Contains(got.Text, "you are a guest") || len(got.Blocks) > 0 {
			t.Errorf("%s: %s", text, got.all())
		}
	}
	if len(d.viewers) > 0 {
		t.Error("the desk was asked")
	}
	w.reading, d.down = nil, errors.New("connection refused")
	if got := w.asks(t, "list"); !strings.Contains(got.Text, "cannot be reached") {
		t.Errorf("while Temporal is down: %s", got.all())
	}
	d.down = fmt.Errorf("%w: late", slackbot.ErrNotConfirmed)
	if got := w.asks(t, "stuck"); !strings.Contains(got.Text, "No answer came") {
		t.Errorf("without an answer: %s", got.all())
	}
}

// The buttons of bare /case show the same.
func TestListsByButton(t *testing.T) {
	d := newDesk()
	d.listed, d.stuck = shelf(2), stuckShelf(1)
	w := newWorkspace(t, d)
	if ids := w.asks(t, "").actions(); !slices.Equal(ids, []string{"case_open", "case_adopt", "case_list", "case_stuck"}) {
		t.Fatalf("bare /case in a channel like any other has the buttons %q", ids)
	}
	for action, words := range map[string]string{"case_list": "Cases", "case_stuck": "decide about: 2"} {
		w.interact(t, w.press("U0AOI0001", "aoi", action, "{}", "1700000000.000100"))
		if got := w.hears(t); !strings.Contains(got, words) {
			t.Errorf("%s: %q", action, got)
		}
	}
	d.found = notice.Case{Phase: incident.PhaseTriage, Status: incident.Stuck}
	form := w.form("")
	form.Set("channel_id", "C0CASE001")
	_, body := w.post("/slack/commands", form.Encode(), time.Now(), secret)
	if !strings.Contains(body, "case_stuck") {
		t.Errorf("bare /case in the channel of a stuck case: %s", body)
	}
}

func TestListsLookAsTheyShould(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		d := newDesk()
		w := newWorkspaceIn(t, d, lang)
		all := []byte{}
		show := func(text string) {
			_, body := w.post("/slack/commands", w.form(text).Encode(), time.Now(), secret)
			all = append(all, indented(t, []byte(body))...)
		}
		show("list")
		show("list mine")
		show("stuck")
		show("list nonsense")
		d.listed, d.stuck = shelf(5), stuckShelf(1)
		d.stuck.Silent = []string{"SEC-2", "SEC-3"}
		show("list closed")
		show("stuck")
		d.listed, d.stuck = shelf(60), stuckShelf(7)
		show("list open")
		show("stuck")
		golden(t, "lists."+lang+".json", all)
	}
}
