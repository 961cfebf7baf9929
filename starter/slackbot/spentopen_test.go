package slackbot_test

import (
	"context"
	"strings"
	"testing"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// openingForm is the form that opens a case, filled in with the title.
func openingForm(t *testing.T, w *workspace) func(title string) map[string]any {
	t.Helper()
	w.interact(t, w.press("U0AOI0001", "aoi", "case_open", "{}", "1.2"))
	f := w.form1(t)
	return func(title string) map[string]any { return w.fill(f, map[string]string{"title": title}) }
}

// A request that its workflow has refused opens nothing under its id any more, whatever is written: the form asks under
// another one. What is recorded is one case, also with another title.
func TestARefusedRequestIsAskedForAgain(t *testing.T) {
	r := newRecorder()
	w := newWorkspace(t, r)
	form := openingForm(t, w)
	if _, body := w.interact(t, form("mail")); !strings.Contains(body, "containment is missing") {
		t.Fatalf("answer %s", body)
	}
	r.mend()
	for _, title := range []string{"mail", "mail", "mail at payroll"} {
		if _, body := w.interact(t, form(title)); strings.Contains(body, "errors") {
			t.Errorf("%s: %s", title, body)
		}
	}
	r.want(t, 1, "V0VIEW001", "V0VIEW001.1", "V0VIEW001.1", "V0VIEW001.1")
}

// What is refused before anything is recorded keeps its id: the request may have been recorded by an earlier delivery,
// whose answer never came.
func TestARequestThatIsRefusedAtTheDoorStaysItself(t *testing.T) {
	d := newDesk()
	d.openErr = []error{slackbot.ErrNotConfirmed, nil, incident.Refuse(incident.Rule, "", "Acme Foods has no folder")}
	w := newWorkspace(t, d)
	form := openingForm(t, w)
	w.interact(t, form("mail"))
	w.hears(t)
	w.hears(t) // it was asked for again
	if _, body := w.interact(t, form("mail at acme")); !strings.Contains(body, "has no folder") {
		t.Fatalf("answer %s", body)
	}
	w.interact(t, form("mail"))
	if kept := d.kept(); len(kept) != 1 || kept[0].ID != "V0VIEW001" {
		t.Errorf("kept %+v", kept)
	}
}

// lateDesk refuses a request for good, too late for the answer.
type lateDesk struct{ *recorder }

func (l lateDesk) Open(ctx context.Context, q incident.Request) error {
	_ = l.recorder.Open(ctx, q)
	return nil
}

func (l lateDesk) Follow(_ context.Context, id string) (notice.Case, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.answers[id]; err != nil {
		return notice.Case{}, err
	}
	return notice.Case{Number: "SEC-1"}, nil
}

func TestARequestThatIsRefusedLateIsAskedForAgain(t *testing.T) {
	r := newRecorder()
	w := newWorkspace(t, lateDesk{r})
	form := openingForm(t, w)
	w.interact(t, form("mail"))
	for !strings.Contains(w.hears(t), "containment is missing") {
	}
	r.mend()
	w.interact(t, form("mail"))
	r.want(t, 1, "V0VIEW001", "V0VIEW001.1")
}
