package incident_test

import (
	"encoding/json"
	"slices"
	"testing"

	"hikeshi/workflows/incident"
)

func TestParseSeverity(t *testing.T) {
	for text, want := range map[string]incident.Severity{
		"": incident.SeverityUnknown, " ": incident.SeverityUnknown, "1": incident.Sev1, "sev2": incident.Sev2, "SEV-3": incident.Sev3, " Sev4 ": incident.Sev4,
	} {
		if got, err := incident.ParseSeverity(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"0", "5", "12", "-2", "sev", "sev--1", "high", "sev 2"} {
		_, err := incident.ParseSeverity(text)
		if r := asRefusal(err); r == nil || r.Code != incident.Usage || r.Message != `unknown severity "`+text+`"` {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestSeverityString(t *testing.T) {
	for s, want := range map[incident.Severity]string{incident.SeverityUnknown: "unknown", incident.Sev1: "Sev1", incident.Sev4: "Sev4", 5: "unknown", -1: "unknown"} {
		if got := s.String(); got != want {
			t.Errorf("%d: got %q, want %q", int(s), got, want)
		}
	}
}

func TestParseAudience(t *testing.T) {
	for _, text := range []string{"", "group", "organisation", "restricted"} {
		if got, err := incident.ParseAudience(text); err != nil || string(got) != text {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
	_, err := incident.ParseAudience("organization")
	if err == nil || err.Error() != `unknown audience "organization". Use group, organisation or restricted` {
		t.Errorf("got %v", err)
	}
}

func TestKnownKind(t *testing.T) {
	for kind, want := range map[string]string{"": "", " ": "", "Phishing ": "phishing", "data leak": "data leak", "tax matters of Ms Ito": "other", "フィッシング": "other"} {
		if got := incident.KnownKind(kind); got != want {
			t.Errorf("%q: got %q, want %q", kind, got, want)
		}
	}
}

func TestNewGate(t *testing.T) {
	met, first, second := incident.Need{Name: "severity", Met: true}, incident.Need{Name: "scope"}, incident.Need{Name: "commander"}
	if g := incident.NewGate(incident.PhaseTriage, met, first, second); g.Open || g.Name != "triage" || !slices.Equal(g.Missing, []string{"scope", "commander"}) {
		t.Errorf("got %+v", g)
	}
	open, err := json.Marshal(incident.NewGate(incident.PhaseTriage, met))
	if want := `{"name":"triage","open":true,"missing":[]}`; err != nil || string(open) != want { // a list, for programs, even if empty
		t.Errorf("got %s, %v; want %s", open, err, want)
	}
}

func TestShorten(t *testing.T) {
	for _, test := range []struct {
		text string
		n    int
		want string
	}{{"", 5, ""}, {"exact", 5, "exact"}, {"longer", 5, "long…"}, {"日本語の件名", 4, "日本語…"}, {"two words", 5, "two…"}, {"ab", 1, "…"}} {
		if got := incident.Shorten(test.text, test.n); got != test.want {
			t.Errorf("%q at %d: got %q, want %q", test.text, test.n, got, test.want)
		}
	}
}

func TestUnlistedOrganisation(t *testing.T) {
	a, b := incident.UnlistedOrganisation("Acme Foods"), incident.UnlistedOrganisation("Bravo")
	if a.Name != "Acme Foods" || len(a.ID) != 14 || a.ID == b.ID || a != incident.UnlistedOrganisation("Acme Foods") {
		t.Errorf("got %+v and %+v", a, b)
	}
}

func TestByValid(t *testing.T) {
	whole := incident.By{Who: "U1", Door: incident.DoorSlack, Assurance: incident.SlackSigned}
	if !whole.Valid() {
		t.Errorf("%+v is not valid", whole)
	}
	for _, cut := range []func(*incident.By){func(b *incident.By) { b.Who = "" }, func(b *incident.By) { b.Door = "" }, func(b *incident.By) { b.Assurance = "" }} {
		by := whole
		if cut(&by); by.Valid() {
			t.Errorf("%+v is valid", by)
		}
	}
}
