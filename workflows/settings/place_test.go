package settings_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// ordinary is the placement of a case for the group with the base configuration.
func ordinary() workflows.Placement {
	return workflows.Placement{
		Audience: "group", Organisations: []incident.Organisation{}, Project: "SEC", IssueType: "Incident", Folder: "fld-cases",
		Readers: []string{"smg@group.example"}, Responders: []string{"S0CSIRT01", "S0DUTY001"}, PublicChannel: true, Language: "en",
		SlackURL: "https://x.slack.com/archives/", Patience: 3 * time.Second, Probe: 15 * time.Minute, Settle: 20 * time.Second, SearchLag: 3 * time.Minute, Retry: workflows.Retry{Attempts: 14, First: time.Second, Longest: time.Minute},
		LinkType: "Relates", LogType: "Incident", ThemeType: "Incident", ReopenWindow: 720 * time.Hour, SealEvery: 24 * time.Hour, Escalation: 30 * time.Second,
	}
}

func acmeOnly(p *workflows.Placement) {
	p.Audience, p.SecurityLevel, p.Folder, p.PublicChannel = "organisation", "Acme", "fld-acme", false
	p.Organisations = []incident.Organisation{{ID: "acme", Name: "Acme Foods"}}
	p.Responders, p.Readers = []string{"S0ACME002", "S0CSIRT01", "S0DUTY001"}, []string{"sec@acme.example"}
}

func restricted(p *workflows.Placement) {
	p.Audience, p.SecurityLevel, p.Folder, p.PublicChannel, p.HideTitle = "restricted", "CSIRT only", "fld-restricted", false, true
	p.Responders, p.Readers = []string{"S0LEAD001"}, []string{"lead@group.example"}
}

func TestPlace(t *testing.T) {
	tests := map[string]struct {
		request incident.Request
		want    func(*workflows.Placement)
	}{
		"default audience": {incident.Request{}, func(*workflows.Placement) {}},
		"group with an organisation nobody configured": {incident.Request{Organisations: []string{"Charlie KK", " "}}, func(p *workflows.Placement) {
			p.Organisations = []incident.Organisation{incident.UnlistedOrganisation("Charlie KK")}
		}},
		"one organisation":                        {incident.Request{Audience: "organisation", Organisations: []string{"Acme Foods"}}, acmeOnly},
		"the same one by id and two spellings":    {incident.Request{Audience: "organisation", Organisations: []string{"ACME", "ａｃｍｅ  foods", "ｱｸﾒ食品"}}, acmeOnly},
		"a drill of one organisation keeps place": {incident.Request{Audience: "organisation", Organisations: []string{"acme"}, Drill: true}, func(p *workflows.Placement) { acmeOnly(p); p.Project = "DRILL" }},
		"several organisations go where restricted cases go": {incident.Request{Audience: "organisation", Organisations: []string{"bravo", "acme"}}, func(p *workflows.Placement) {
			acmeOnly(p)
			p.SecurityLevel, p.Folder = "CSIRT only", "fld-restricted"
			p.Organisations = []incident.Organisation{{ID: "bravo", Name: "Bravo Logistics"}, {ID: "acme", Name: "Acme Foods"}}
			p.Responders, p.Readers = []string{"S0BRAVO02", "S0ACME002", "S0CSIRT01", "S0DUTY001"}, []string{"sec@bravo.example", "sec@acme.example"}
		}},
		"restricted": {incident.Request{Audience: "restricted"}, restricted},
		"restricted lets no organisation in by itself": {incident.Request{Audience: "restricted", Organisations: []string{"acme"}}, func(p *workflows.Placement) {
			restricted(p)
			p.Organisations = []incident.Organisation{{ID: "acme", Name: "Acme Foods"}}
		}},
		"drill":            {incident.Request{Drill: true}, func(p *workflows.Placement) { p.Project, p.Folder = "DRILL", "fld-drills" }},
		"restricted drill": {incident.Request{Drill: true, Audience: "restricted"}, func(p *workflows.Placement) { restricted(p); p.Project = "DRILL" }},
	}
	c := load(t, base)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := c.Place(test.request)
			if err != nil {
				t.Fatal(err)
			}
			want := ordinary()
			test.want(&want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("placement (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlaceLinksAndSwitches(t *testing.T) {
	text := base + "language: ja\ntemporal_ui: http://127.0.0.1:8233\nforce_look_up: true\ntiming: {intake_patience: 1s}\nenvironment: {TEMPORAL_NAMESPACE: csirt team}\n"
	want := ordinary()
	want.Language, want.ForceLookUp, want.Patience = "ja", true, time.Second
	want.UI = "http://127.0.0.1:8233/namespaces/csirt%20team/workflows/"
	if got, err := load(t, text).Place(incident.Request{}); err != nil || !cmp.Equal(want, got) {
		t.Errorf("%v\n%s", err, cmp.Diff(want, got))
	}
	want.UI = "http://127.0.0.1:8233/namespaces/other/workflows/"
	if got, err := load(t, text, "TEMPORAL_NAMESPACE=other").Place(incident.Request{}); err != nil || !cmp.Equal(want, got) {
		t.Errorf("the process's namespace does not win: %v\n%s", err, cmp.Diff(want, got))
	}
}

// The executives hear of cases for the whole group, and of no drill.
func TestPlaceOfAWholeLife(t *testing.T) {
	text := strings.Replace(base, "slack: {", "slack: {executives_channel: C0EXEC001, operators_channel: G0OPS0001, ", 1)
	text = strings.Replace(text, "google: {", "google: {evidence_folder: fld-evidence, ", 1)
	text = strings.Replace(text, "jira: {", "jira: {issue_type: Case, log_issue_type: Log, theme_issue_type: Story, link_type: Blocks, ", 1)
	c := load(t, text+"timing: {reopen_window: 0s}\n")
	for name, tt := range map[string]struct {
		request    incident.Request
		executives string
		evidence   string
	}{
		"group":            {incident.Request{}, "C0EXEC001", "fld-evidence"},
		"drill":            {incident.Request{Drill: true}, "", "fld-evidence"},
		"organisation":     {incident.Request{Audience: "organisation", Organisations: []string{"acme"}}, "", "fld-evidence"},
		"organisations":    {incident.Request{Audience: "organisation", Organisations: []string{"acme", "bravo"}}, "", "fld-evidence"},
		"restricted":       {incident.Request{Audience: "restricted"}, "", ""}, // its own folder shows them to fewer people
		"restricted drill": {incident.Request{Audience: "restricted", Drill: true}, "", ""},
	} {
		p, err := c.Place(tt.request)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got := []any{p.Executives, p.Operators, p.Evidence, p.IssueType, p.LogType, p.ThemeType, p.LinkType, p.ReopenWindow}
		want := []any{tt.executives, "G0OPS0001", tt.evidence, "Case", "Log", "Story", "Blocks", time.Duration(0)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	c = load(t, strings.Replace(base, "jira: {", "jira: {issue_type: Case, ", 1))
	if p, err := c.Place(incident.Request{}); err != nil || p.LogType != "Case" || p.ThemeType != "Case" {
		t.Errorf("logs are %q and themes %q, %v; want the cases' own type where none is named", p.LogType, p.ThemeType, err)
	}
}

// The channels in which operators and executives read are not a case's to take over.
func TestPlaceOfAnAdoption(t *testing.T) {
	c := load(t, strings.Replace(base, "slack: {", "slack: {executives_channel: C0EXEC001, operators_channel: G0OPS0001, ", 1))
	for channel, fits := range map[string]bool{"C0EXEC001": false, "G0OPS0001": false, "C0WARROOM": true, "": true} {
		_, err := c.Place(incident.Request{Channel: channel})
		var refused *incident.Refusal
		if fits != (err == nil) || err != nil && (!errors.As(err, &refused) || refused.Hint == "") {
			t.Errorf("channel %q: got %v, want a placement: %t", channel, err, fits)
		}
	}
}

// Who is called when Slack is silent.
func TestPlaceOfEscalations(t *testing.T) {
	text := strings.Replace(base, "jira: {", "jira: {on_call: 5b10ac8d82e05b22cc7d4ef5, ", 1) + "pager: {url: https://oncall.example/hook}\ntiming: {escalation: 2m}\n"
	for _, audience := range []incident.Audience{"group", "restricted"} {
		p, err := load(t, text).Place(incident.Request{Audience: audience})
		if err != nil || !p.Pager || p.OnCall != "5b10ac8d82e05b22cc7d4ef5" || p.Escalation != 2*time.Minute {
			t.Errorf("%s: pager %v, on call %q, escalation %s, %v", audience, p.Pager, p.OnCall, p.Escalation, err)
		}
	}
}

const (
	names   = "Name one of Acme Foods, Bravo Logistics; or use the audience group or restricted"
	ask     = "Ask an operator to set it. Nothing was opened"
	askOpen = "Ask an operator to set it, or, if everybody who handles incidents may know of this case, open it with the audience group"
)

func TestPlaceRefuses(t *testing.T) {
	organisation := func(names ...string) incident.Request {
		return incident.Request{Audience: "organisation", Organisations: names}
	}
	tests := map[string]struct {
		lacks   string // taken out of the base file
		request incident.Request
		want    incident.Refusal
	}{
		"no organisation named": {"", organisation(), incident.Refusal{Code: "rule", Hint: names, Message: "a case for the people of an organisation must name the organisation"}},
		"one of two is unknown": {"", organisation("acme", "Charlie KK"), incident.Refusal{Code: "rule", Hint: names,
			Message: `"Charlie KK" is not among the configured organisations, so a case for its people only cannot be opened`}},
		"unknown audience": {"", incident.Request{Audience: "world"}, incident.Refusal{Code: "usage", Hint: "Use group, organisation or restricted", Message: `unknown audience "world"`}},
		"organisation without level": {"security_level: Acme, ", organisation("acme"), incident.Refusal{Code: "rule", Hint: askOpen,
			Message: "the configuration lacks organisations (acme).security_level, without which too many people could read its ticket"}},
		"organisation without folder": {"folder: fld-acme, ", organisation("acme"), incident.Refusal{Code: "rule", Hint: askOpen,
			Message: "the configuration lacks organisations (acme).folder, without which too many people could read its files"}},
		"restricted without level": {"security_level: CSIRT only, ", incident.Request{Audience: "restricted"}, incident.Refusal{Code: "rule", Hint: askOpen,
			Message: "the configuration lacks audiences.restricted.security_level, without which too many people could read its ticket"}},
		"several without the restricted folder": {"folder: fld-restricted, ", organisation("acme", "bravo"), incident.Refusal{Code: "rule", Hint: askOpen,
			Message: "the configuration lacks audiences.restricted.folder, without which too many people could read its files"}},
		"drill without project": {", drill_project: DRILL", incident.Request{Drill: true}, incident.Refusal{Code: "rule", Hint: ask,
			Message: "the configuration lacks jira.drill_project, the JIRA project that numbers drills"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(base, test.lacks) {
				t.Fatalf("%q is not in the base file", test.lacks)
			}
			place, err := load(t, strings.Replace(base, test.lacks, "", 1)).Place(test.request)
			var got *incident.Refusal
			if !errors.As(err, &got) {
				t.Fatalf("no refusal but %v, %+v", err, place)
			}
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

// Where organisations are the default, the group may have no place: then a case for it is refused.
func TestPlaceGroupWithoutFolder(t *testing.T) {
	c := load(t, "default_audience: organisation\njira: {project: SEC}\n")
	_, err := c.Place(incident.Request{Audience: "group"})
	if want := "the configuration lacks audiences.group.folder, the Drive folder of such cases. " + ask; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = c.Place(incident.Request{})
	if want := "a case for the people of an organisation must name the organisation. No organisations are configured: use the audience group or restricted"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
