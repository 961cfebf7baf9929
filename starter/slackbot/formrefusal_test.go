package slackbot_test

import (
	"errors"
	"strings"
	"testing"

	"hikeshi/workflows/incident"
)

// A field that must say something does so also for a client that does not ask for it.
func TestAFormIsNotTakenWithoutWhatItNeeds(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	w := newWorkspace(t, d)
	w.interact(t, w.press("U0AOI0001", "aoi", "case_waive", `{"workflow":"case/SEC-1"}`, "1.2"))
	f := w.form1(t)
	if _, body := w.interact(t, w.fill(f, map[string]string{"gate": "scope", "reason": " \n"})); !strings.Contains(body, `"errors":{"reason":"Write something here."}`) || len(d.did()) > 0 {
		t.Errorf("answer %s", body)
	}
}

type fieldRefusal struct {
	*incident.Refusal
	field string
}

func (f fieldRefusal) Field() string { return f.field }
func (f fieldRefusal) Unwrap() error { return f.Refusal }

func TestARefusalStaysInTheFormBesideItsField(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	d.doErr = []error{fieldRefusal{incident.Refuse(incident.Usage, "", "no such <theme>"), "key"}, fieldRefusal{incident.Refuse(incident.Usage, "", "what?"), "colour"}, errors.New("connection refused")}
	w := newWorkspace(t, d)
	w.interact(t, w.press("U0AOI0001", "aoi", "case_decide", `{"workflow":"case/SEC-1"}`, "1.2"))
	f := w.form1(t)
	full := w.fill(f, map[string]string{"lesson": "l1", "as": "join", "key": "SEC-7"})
	for _, want := range []string{`"errors":{"key":"Not done: no such \u003ctheme\u003e."}`, `"errors":{"lesson":"Not done: what?."}`, `"errors":{"lesson":"The case system cannot be reached`, ""} {
		if _, body := w.interact(t, full); !strings.Contains(body, want) || want == "" && body != "" {
			t.Errorf("answer %s, want %s", body, want)
		}
	}
	w.hears(t)
}

// A telephone shows a few lines beside a field: no command lines, and nothing twice.
func TestACaseThatCannotBeClosedYetSaysSoInAFewWords(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	d.doErr = []error{incident.Refuse(incident.Rule, "What to do: scope of the damage (triage --scope …, or: waive scope --reason …)", "case %s cannot be closed yet; still missing: %s", "SEC-1", "scope, conclude a1, conclude a2")}
	w := newWorkspace(t, d)
	w.interact(t, w.press("U0AOI0001", "aoi", "case_close", `{"workflow":"case/SEC-1"}`, "1.2"))
	_, body := w.interact(t, w.fill(w.form1(t), map[string]string{"resolution": "contained"}))
	if want := "Still missing: scope of the damage, conclusion of analysis a1/a2."; !strings.Contains(body, want) || strings.Contains(body, "--") {
		t.Errorf("answer %s, want %s", body, want)
	}
}
