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
		{gate(incident.PhaseClosed), "reopen"},
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
