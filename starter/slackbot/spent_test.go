package slackbot_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// recorder answers as a case does: an id gets its first answer again, whatever has become of the case.
type recorder struct {
	*desk
	mu      sync.Mutex
	answers map[string]error
	asked   []string // ids, as they came
	missing bool     // something is, so that what is asked is refused
	lost    int      // how many answers nobody hears of in time
	meet    *sync.WaitGroup
}

func newRecorder() *recorder {
	return &recorder{desk: inPhase(incident.PhaseAnalysis), answers: map[string]error{}, missing: true}
}

func (r *recorder) answer(id, words string) error {
	if r.meet != nil {
		r.meet.Done()
		r.meet.Wait() // until all who ask at once have asked
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, id)
	answer, known := r.answers[id+words]
	if !known {
		if r.missing {
			answer = slackbot.Spent{Refusal: incident.Refuse(incident.Rule, "", "containment is missing")}
		}
		r.answers[id+words] = answer
	}
	if r.lost--; r.lost >= 0 {
		return slackbot.ErrNotConfirmed
	}
	return answer
}

func (r *recorder) Do(_ context.Context, a slackbot.Act) (slackbot.Done, error) {
	return slackbot.Done{Number: "SEC-1"}, r.answer(a.ID, strings.Join(a.Fields["text"], ""))
}

func (r *recorder) Decide(_ context.Context, d slackbot.Decision, _ slackbot.Viewer) (slackbot.Taken, error) {
	return d.Step, r.answer(d.ID, strconv.Itoa(d.Generation))
}

func (r *recorder) Open(_ context.Context, q incident.Request) error { return r.answer(q.ID, "") }

func (r *recorder) Follow(context.Context, string) (notice.Case, error) {
	return notice.Case{Number: "SEC-1"}, nil
}

// mend makes the case such that it takes what it has refused.
func (r *recorder) mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.missing = false
}

func (r *recorder) ids() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.asked)
}

// done is how often something was done.
func (r *recorder) done() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, err := range r.answers {
		if err == nil {
			n++
		}
	}
	return n
}

func (r *recorder) want(t *testing.T, done int, ids ...string) {
	t.Helper()
	if got := r.ids(); !slices.Equal(got, ids) || r.done() != done {
		t.Errorf("asked as %q and done %d times; want %q and %d", got, r.done(), ids, done)
	}
}

// lessonForm is a form that was opened, to be filled in with the words.
func lessonForm(t *testing.T, w *workspace) func(words string) map[string]any {
	t.Helper()
	w.interact(t, w.press("U0AOI0001", "aoi", "case_lesson", `{"workflow":"case/SEC-1"}`, "1.2"))
	f := w.form1(t)
	return func(words string) map[string]any { return w.fill(f, map[string]string{"text": words}) }
}

// A form that was refused stays open, and is taken as it is once nothing speaks against it; delivered again it is the same.
func TestARefusedFormIsSentAgain(t *testing.T) {
	r := newRecorder()
	w := newWorkspace(t, r)
	form := lessonForm(t, w)
	for range 2 {
		if _, body := w.interact(t, form("x")); !strings.Contains(body, "containment is missing") {
			t.Fatalf("answer %s, want the refusal", body)
		}
	}
	r.mend()
	for range 3 {
		if status, body := w.interact(t, form("x")); status != http.StatusOK || body != "" {
			t.Errorf("again: %d %s", status, body)
		}
		w.hears(t)
	}
	r.want(t, 1, "V0VIEW001", "V0VIEW001.1", "V0VIEW001.2", "V0VIEW001.2", "V0VIEW001.2")
}

// What was done stays done: that other words were refused under the same id says nothing of it.
func TestOtherWordsThatAreRefusedDoNothingTwice(t *testing.T) {
	r := newRecorder()
	w := newWorkspace(t, r)
	form := lessonForm(t, w)
	r.missing = false
	w.interact(t, form("x"))
	r.missing = true
	w.interact(t, form("y"))
	w.interact(t, form("x"))
	r.want(t, 1, "V0VIEW001", "V0VIEW001", "V0VIEW001")
}

// A refusal that is not the case's recorded answer says nothing of what came before under the same id.
func TestARefusalAtTheDoorUsesNothingUp(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	d.doErr = []error{incident.Refuse(incident.NotFound, "", "this channel belongs to no case")}
	w := newWorkspace(t, d)
	form := lessonForm(t, w)
	for range 2 {
		w.interact(t, form("x"))
	}
	if acts := d.did(); len(acts) != 1 || acts[0].ID != "V0VIEW001" {
		t.Errorf("acts %+v", acts)
	}
}

// Two deliveries at once are one, refused once: the next one is one, too.
func TestTwoDeliveriesAtOnceUseUpOneID(t *testing.T) {
	r := newRecorder()
	w := newWorkspace(t, r)
	form := lessonForm(t, w)
	twice := func() {
		r.meet = &sync.WaitGroup{}
		r.meet.Add(2)
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() { w.interact(t, form("x")) })
		}
		all.Wait()
	}
	twice()
	r.mend()
	twice()
	r.want(t, 1, "V0VIEW001", "V0VIEW001", "V0VIEW001.1", "V0VIEW001.1")
}

// What is not known yet keeps its id until it is; a refusal that comes late counts as one that comes at once.
func TestARefusalThatComesLateIsOne(t *testing.T) {
	r := newRecorder()
	r.lost = 2
	w := newWorkspace(t, r)
	form := lessonForm(t, w)
	w.interact(t, form("x"))
	if told := w.hears(t) + w.hears(t); !strings.Contains(told, "Not confirmed yet") || !strings.Contains(told, "containment is missing") {
		t.Fatalf("told %q", told)
	}
	r.mend()
	w.interact(t, form("x"))
	r.want(t, 1, "V0VIEW001", "V0VIEW001", "V0VIEW001", "V0VIEW001.1")
}

func TestWhatIsNotKnownYetKeepsItsID(t *testing.T) {
	r := newRecorder()
	r.missing, r.lost = false, 1
	w := newWorkspace(t, r)
	form := lessonForm(t, w)
	w.interact(t, form("x"))
	w.interact(t, form("x"))
	for range 3 {
		w.hears(t)
	}
	r.want(t, 1, "V0VIEW001", "V0VIEW001", "V0VIEW001")
}

// Whom the rules did not let retry a step can press again once they do, whatever generation it is at.
func TestARefusedRetryIsPressedAgain(t *testing.T) {
	r := newRecorder()
	r.became = notice.Outcome{Became: "done"}
	w := newWorkspace(t, r)
	press := func(says string) {
		t.Helper()
		w.interact(t, w.press("U0AOI0001", "aoi", "resolve_retry:1", value(chosen), "1700000000.000100"))
		if got := w.hears(t); !strings.Contains(got, says) {
			t.Errorf("told %q, want %s", got, says)
		}
	}
	press("containment is missing")
	r.mend()
	press("is done")
	press("is done")
	other := chosen
	other.Generation++
	w.interact(t, w.press("U0AOI0001", "aoi", "resolve_retry:1", value(other), "1700000000.000100"))
	w.hears(t)
	r.want(t, 2, "press.U0AOI0001", "press.U0AOI0001.1", "press.U0AOI0001.1", "press.U0AOI0001")
}

func TestARefusedDialogIsSentAgain(t *testing.T) {
	r := newRecorder()
	r.became = notice.Outcome{Became: "done"}
	w := newWorkspace(t, r)
	dialog := w.submit("U0AOI0001", "V1", privateOf(w, "skip"), map[string]string{"reason": "x"})
	if _, body := w.interact(t, dialog); !strings.Contains(body, "containment is missing") {
		t.Errorf("answer %s", body)
	}
	r.mend()
	for range 2 {
		if _, body := w.interact(t, dialog); body != "" {
			t.Errorf("again: %s", body)
		}
		w.hears(t)
	}
	r.want(t, 1, "V1", "V1.1", "V1.1")
}
