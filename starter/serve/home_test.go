package serve

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// What waits for somebody is theirs by id, not by a name that others may have too.
func TestHomeCase(t *testing.T) {
	s := workflows.Status{
		Number: "SEC-1", WorkflowID: "case/SEC-1", Title: "mail", Commander: "Aoi", CommanderID: "U1", Phase: incident.PhaseTriage, Status: incident.Stuck, Severity: incident.Sev2,
		Links: workflows.Links{Channel: "C0CASE001", ChannelURL: "https://x/C0CASE001"}, Offer: &workflows.OfferStatus{ID: "h1", ToID: "U2", By: "Aoi"},
		Gates:    []incident.Gate{{Name: "open", Missing: []string{"channel"}}, {Name: "triage", Missing: []string{"scope"}}},
		Analyses: []workflows.AnalysisStatus{{Analysis: incident.Analysis{ID: "a1", LeadID: "U1", State: incident.AnalysisOpen}}, {Analysis: incident.Analysis{ID: "a2", LeadID: "U2", State: incident.AnalysisConcluded}}},
		Tasks: []incident.Task{{ID: "t1", Owner: "aoi", OwnerID: "U2", Status: incident.TaskTodo}, {ID: "t2", Owner: "@Aoi", Status: incident.TaskDoing}, {ID: "t3", OwnerID: "U1", Status: incident.TaskDone},
			{ID: "t4", OwnerID: "U1", Status: incident.TaskTodo}, {ID: "t5", Status: incident.TaskTodo}},
		Steps: []workflows.StepStatus{{ID: "open.sheet", WorkflowID: "case/SEC-1", State: workflows.StepStuck, Generation: 2, Actions: []workflows.Action{"retry"}}, {ID: "open.folder", State: workflows.StepDone},
			{ID: "mirror/log", WorkflowID: "case/SEC-1/mirror", State: workflows.StepStuck, Generation: 1, Actions: []workflows.Action{"retry"}}},
	}
	listed := notice.Listed{Number: "SEC-1", WorkflowID: "case/SEC-1", Title: "mail", Commander: "Aoi", Channel: "C0CASE001", Severity: incident.Sev2, Phase: incident.PhaseTriage, Status: incident.Stuck}
	stuck := []notice.StuckStep{{Step: notice.Step{ID: "open.sheet", State: "stuck"}, WorkflowID: "case/SEC-1", Generation: 2, Actions: []string{"retry"}},
		{Step: notice.Step{ID: "mirror/log", State: "stuck"}, WorkflowID: "case/SEC-1/mirror", Generation: 1, Elsewhere: true}}
	commanders := slices.Clone(stuck) // the mirror knows them
	commanders[1].Actions, commanders[1].Elsewhere = []string{"retry"}, false
	for _, test := range []struct {
		user  string
		names []string
		want  notice.HomeCase
	}{
		{"U1", []string{"U1", "aoi", "@aoi"}, notice.HomeCase{Listed: listed, URL: "https://x/C0CASE001", Roles: []string{"commander", "lead", "owner"}, Missing: []string{"scope"}, Tasks: []incident.Task{s.Tasks[1], s.Tasks[3]}, Stuck: commanders}},
		{"U2", []string{"U2"}, notice.HomeCase{Listed: listed, URL: "https://x/C0CASE001", Roles: []string{"owner"}, Offer: "h1", OfferBy: "Aoi", Tasks: []incident.Task{s.Tasks[0]}, Stuck: stuck}},
		{"U3", []string{"U3", ""}, notice.HomeCase{Listed: listed, URL: "https://x/C0CASE001", Stuck: stuck}},
	} {
		if diff := cmp.Diff(test.want, homeCase(cases.View{Status: s}, test.user, test.names)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.user, diff)
		}
	}
	if got := homeCase(cases.View{Status: s, Partial: true}, "U3", nil); !got.Silent || got.Stuck != nil {
		t.Errorf("without an answer: %+v", got)
	}
}
