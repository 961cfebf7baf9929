package notice_test

import (
	"testing"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// One button stands out: for what the phase needs first.
func TestTheNextButtonStandsOut(t *testing.T) {
	gate := func(p incident.Phase, missing ...string) incident.Gate {
		var needs []incident.Need
		for _, m := range missing {
			needs = append(needs, incident.Need{Name: m})
		}
		return incident.NewGate(p, needs...)
	}
	for _, test := range []struct {
		gate incident.Gate
		want string
	}{
		{gate(incident.PhaseTriage, "scope"), "triage"},
		{gate(incident.PhaseAnalysis, "containment", "resolution"), "contain"},
		{gate(incident.PhaseAnalysis, "resolution"), "close"},
		{gate(incident.PhaseAnalysis, "conclude a1", "resolution"), "conclude"},
		{gate(incident.PhaseLessons, "decide l1"), "decide"},
		{gate(incident.PhaseArchive, "debt archive@1.verify"), ""},
		{gate(incident.PhaseClosed), ""},
	} {
		c := notice.Case{Lang: "en", WorkflowID: "case/SEC-1", Phase: incident.Phase(test.gate.Name), Gates: []incident.Gate{gate(incident.PhaseOpen, "severity"), test.gate}}
		got := ""
		for _, b := range c.ActButtons("triage", "contain", "conclude", "close", "decide", "back", "reopen") {
			if b.Style == "primary" {
				got += b.ActionID
			}
		}
		want := ""
		if test.want != "" {
			want = notice.ActPrefix + test.want
		}
		if got != want {
			t.Errorf("%s, missing %v: %q stands out, want %q", test.gate.Name, test.gate.Missing, got, want)
		}
	}
}

// What stands out is on the card, also where its button is seldom wanted.
func TestTheNextButtonIsOnTheCard(t *testing.T) {
	c := notice.Case{Lang: "en", WorkflowID: "case/SEC-1", Phase: incident.PhaseAnalysis, Analyses: []notice.Analysis{{Analysis: incident.Analysis{ID: "a1", State: incident.AnalysisOpen}}}}
	shown := func(missing string) (out string, buttons int) {
		c.Gates = []incident.Gate{incident.NewGate(incident.PhaseAnalysis, incident.Need{Name: missing})}
		for _, b := range c.Card(nil).Blocks {
			for _, button := range b.Buttons {
				buttons++
				if button.Style == "primary" {
					out += button.ActionID
				}
			}
		}
		return out, buttons
	}
	conclude, more := shown("conclude a1")
	_, usual := shown("containment")
	if want := notice.ActPrefix + "conclude"; conclude != want || more != usual+1 {
		t.Errorf("%q stands out, want %q, with %d buttons, otherwise %d", conclude, want, more, usual)
	}
	c.Phase = incident.PhaseClosed
	if out, n := shown(""); out != "" || n == 0 {
		t.Errorf("%q of %d buttons stands out on a closed case", out, n)
	}
}
