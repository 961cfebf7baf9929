package incident_test

import (
	"strings"
	"testing"

	"hikeshi/workflows/incident"
)

func TestRights(t *testing.T) {
	table := append(incident.Rights{
		{Verbs: []string{"close"}, Groups: []string{"S1"}, Roles: []incident.Role{incident.RoleCommander}},
		{Verbs: []string{"lesson"}, Roles: []incident.Role{incident.RoleAnyone}, Guests: true, External: true},
		{Verbs: []string{"merge"}, Groups: []string{"S1"}, Who: "the leads of the CSIRT"},
	}, incident.DefaultRights()...)
	person := func(change func(*incident.By)) incident.By {
		by := incident.By{Who: "U1", Door: incident.DoorSlack, Assurance: incident.SlackSigned, Known: true, GroupsKnown: true}
		change(&by)
		return by
	}
	as := func(roles ...incident.Role) []incident.Role { return roles }
	plain := person(func(*incident.By) {})
	inGroup := person(func(b *incident.By) { b.Groups = []string{"S1"} })
	guest := person(func(b *incident.By) { b.Guest = true })
	stranger := person(func(b *incident.By) { b.External = true })
	unknown := person(func(b *incident.By) { b.Known, b.GroupsKnown = false, false })
	afar := person(func(b *incident.By) { b.Known, b.GroupsKnown, b.External = false, false, true })
	atCLI := incident.By{Who: "ben", Door: incident.DoorCLI, Assurance: incident.SelfDeclared}
	for _, tt := range []struct {
		verb    string
		by      incident.By
		roles   []incident.Role
		grave   bool
		refused string // empty: allowed
	}{
		{"open", plain, nil, false, ""},
		{"open", unknown, nil, false, ""}, // nobody waits for Slack to open a case
		{"open", guest, nil, false, "open is for everybody in the workspace (rule 4), and you are a guest"},
		{"open", stranger, nil, false, "you are of another workspace"},
		{"open", afar, nil, false, "Slack did not say who you are"},
		{"task", afar, as(incident.RoleMember), false, "Slack did not say who you are"},
		{"status", guest, nil, true, "you are a guest"},
		{"status", unknown, nil, true, "Slack did not say who you are"},
		{"task", plain, nil, false, "task is for the commander, the leads of its analyses, whoever opened the case, members of its channels, the operators (rule 5)"},
		{"task", plain, as(incident.RoleMember), false, ""},
		{"task", unknown, as(incident.RoleMember), false, ""},
		{"waive", plain, as(incident.RoleMember), true, ""},
		{"waive", unknown, as(incident.RoleMember), true, "Slack did not say who you are"},
		{"waive", guest, as(incident.RoleMember), true, "you are a guest"},
		{"close", plain, as(incident.RoleMember), true, "close is for the commander, the user group S1 (rule 1)"},
		{"close", plain, as(incident.RoleCommander), true, ""},
		{"close", inGroup, nil, true, ""},
		{"close", unknown, as(incident.RoleMember), true, "Slack did not say who you are"},
		{"close", atCLI, as(incident.RoleOperator), true, "close is for the commander"},
		{"lesson", guest, nil, false, ""},
		{"lesson", stranger, nil, false, ""},
		{"lesson", afar, nil, false, ""},
		{"merge", plain, as(incident.RoleCommander), true, "merge is for the leads of the CSIRT (rule 3)"},
	} {
		said := ""
		if refused := table.Allow(tt.verb, tt.by, tt.roles, tt.grave); refused != nil {
			said = refused.Message
		}
		if said != tt.refused && (tt.refused == "" || !strings.Contains(said, tt.refused)) {
			t.Errorf("%s as %v by %+v: %q, want %q", tt.verb, tt.roles, tt.by, said, tt.refused)
		}
	}
	if refused := (incident.Rights{}).Allow("close", plain, nil, true); refused == nil {
		t.Error("without a rule it is allowed")
	}
}
