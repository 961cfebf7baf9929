package slackbot

import (
	"slices"
	"strings"
	"testing"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// What is offered fits the channel and the person, not the phase alone; what the rules can only refuse has no button.
func TestFitting(t *testing.T) {
	rules := append(incident.Rights{{Verbs: []string{"close"}, Roles: []incident.Role{incident.RoleCommander}}, {Verbs: []string{"waive"}, Groups: []string{"S1"}}}, incident.DefaultRights()...)
	c := notice.Case{Number: "SEC-1", Phase: incident.PhaseAnalysis, CommanderID: "U1", OfferedToID: "U2",
		Analyses: []notice.Analysis{{Analysis: incident.Analysis{ID: "a1", LeadID: "U3", State: incident.AnalysisOpen}, Channel: "C2"}}}
	provisional := c
	provisional.ProvisionalCommander = true
	unread := notice.Case{Number: "SEC-1"} // by somebody who may not read it
	const all = "triage details severity contain analyze conclude lead run task update lesson take handover waive close merge mistake"
	const member = "triage details severity contain analyze conclude lead run task update lesson take handover merge"
	for name, test := range map[string]struct {
		c             notice.Case
		user, channel string
		by            incident.By
		want          string
	}{
		"a member":                    {c, "U4", "C1", incident.By{}, member},
		"of a group":                  {c, "U4", "C1", incident.By{Groups: []string{"S1"}}, strings.Replace(member, "merge", "waive merge", 1)},
		"the commander":               {c, "U1", "C1", incident.By{}, strings.Replace(member, "take handover merge", "handover close merge mistake", 1)},
		"the provisional commander":   {provisional, "U1", "C1", incident.By{}, strings.Replace(member, "merge", "close merge mistake", 1)},
		"who is offered command":      {c, "U2", "C1", incident.By{}, "accept decline " + member},
		"in an analysis's channel":    {c, "U4", "C2", incident.By{}, "conclude lead " + strings.Replace(member, "conclude lead ", "", 1)},
		"a guest":                     {c, "U4", "C1", incident.By{Guest: true}, ""},
		"of another workspace":        {c, "U4", "C1", incident.By{External: true}, ""},
		"a guest who is offered it":   {c, "U2", "C1", incident.By{Guest: true}, ""},
		"nothing known of the case":   {unread, "U4", "C1", incident.By{}, strings.NewReplacer("conclude lead ", "", "waive ", "").Replace(all)},
		"a guest who may not read it": {unread, "U4", "C1", incident.By{Guest: true}, ""},
	} {
		test.by.Who, test.by.Assurance, test.by.Known, test.by.GroupsKnown = test.user, incident.SlackSigned, true, true
		g := &Gateway{o: Options{Rights: rules}}
		if got := strings.Join(g.fitting(asker{viewer: Viewer{test.user, test.channel}, by: test.by}, test.c), " "); got != test.want {
			t.Errorf("%s: %s\nwant %s", name, got, test.want)
		}
	}
	if got := strings.Join((&Gateway{}).fitting(asker{viewer: Viewer{"U4", "C1"}}, c), " "); got != all {
		t.Errorf("without rules: %s", got)
	}
}

// What Slack has not said in time hides nothing: the case decides, and says that it is not known.
func TestFittingOfSomebodyUnknown(t *testing.T) {
	c := notice.Case{Number: "SEC-1", Phase: incident.PhaseAnalysis, CommanderID: "U1"}
	by := incident.By{Who: "U4", Assurance: incident.SlackSigned}
	abroad := by
	abroad.External = true
	for name, test := range map[string]struct {
		right incident.Right
		by    incident.By
	}{
		"whose groups are not known":                       {incident.Right{Groups: []string{"S1"}}, by},
		"of another workspace, as far as the request says": {incident.Right{Roles: []incident.Role{incident.RoleMember}}, abroad},
	} {
		test.right.Verbs = []string{incident.EveryVerb}
		g := &Gateway{o: Options{Rights: incident.Rights{test.right}}}
		if got := g.fitting(asker{viewer: Viewer{"U4", "C1"}, by: test.by}, c); !slices.Contains(got, "task") {
			t.Errorf("%s: %q", name, got)
		}
	}
}
