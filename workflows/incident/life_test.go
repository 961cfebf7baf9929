package incident_test

import (
	"strings"
	"testing"

	"hikeshi/workflows/incident"
)

func TestParseContainment(t *testing.T) {
	for text, want := range map[string]incident.Containment{
		"none": incident.NotContained, "Acting": incident.Acting, "contained": incident.Contained, "not applicable": incident.NotApplicable,
		"not-applicable": incident.NotApplicable, "N/A": incident.NotApplicable, " not_applicable ": incident.NotApplicable,
	} {
		if got, err := incident.ParseContainment(text); err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"", "yes", "contained?"} {
		if _, err := incident.ParseContainment(text); asRefusal(err) == nil || asRefusal(err).Hint == "" {
			t.Errorf("%q: got %v, want a refusal with a hint", text, err)
		}
	}
	if incident.Acting.Stated() || !incident.NotApplicable.Stated() {
		t.Error("containment is stated when it is contained or does not apply, not before")
	}
}

func TestParseDecision(t *testing.T) {
	for text, want := range map[string]struct {
		as  incident.Decision
		key string
	}{
		"theme": {incident.DecideTheme, ""}, "Accept": {incident.DecideAccept, ""}, "join:SEC-7": {incident.DecideJoin, "SEC-7"}, "join: sec-7 ": {incident.DecideJoin, "SEC-7"},
	} {
		if as, key, err := incident.ParseDecision(text); err != nil || as != want.as || key != want.key {
			t.Errorf("%q: got %q %q, %v", text, as, key, err)
		}
	}
	for _, text := range []string{"", "join", "join:", "join:../x", "join:SEC-7 OR 1=1", "theme:SEC-7", "later"} {
		if _, _, err := incident.ParseDecision(text); asRefusal(err) == nil || asRefusal(err).Hint == "" {
			t.Errorf("%q: got %v, want a refusal with a hint", text, err)
		}
	}
}

func TestParseResolution(t *testing.T) {
	for text, want := range map[string]struct {
		resolution incident.Resolution
		early      bool
	}{
		"contained": {"contained", false}, "False Positive": {incident.FalsePositive, true}, "opened-by-mistake": {incident.OpenedByMistake, true},
		"duplicate of sec-12": {"duplicate of SEC-12", true}, "誤検知ではない": {"誤検知ではない", false},
	} {
		got, err := incident.ParseResolution(text)
		if err != nil || got != want.resolution || got.Early() != want.early {
			t.Errorf("%q: got %q (early: %v), %v", text, got, got.Early(), err)
		}
	}
	for _, text := range []string{"", " \n", "duplicate", "duplicate of ", strings.Repeat("x", 501)} {
		if _, err := incident.ParseResolution(text); asRefusal(err) == nil || asRefusal(err).Hint == "" {
			t.Errorf("%q: got %v, want a refusal with a hint", text, err)
		}
	}
}

func TestParsePhase(t *testing.T) {
	if p, err := incident.ParsePhase(" Analysis"); err != nil || p != incident.PhaseAnalysis {
		t.Errorf("got %q, %v", p, err)
	}
	if _, err := incident.ParsePhase("contain"); asRefusal(err) == nil {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestByVerified(t *testing.T) {
	for assurance, want := range map[incident.Assurance]bool{incident.SelfDeclared: false, incident.TemporalPrincipal: true, incident.SlackSigned: true} {
		if by := (incident.By{Who: "ben", Assurance: assurance}); by.Verified() != want {
			t.Errorf("%s is verified: %v", assurance, by.Verified())
		}
	}
	if by := (incident.By{Who: "U1", Name: "Ben"}); by.Called() != "Ben" {
		t.Errorf("called %q", by.Called())
	}
}
