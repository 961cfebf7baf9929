package serve

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/starter/cases"
	"hikeshi/starter/slackbot"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

func TestCaseOf(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	analysis := incident.Analysis{ID: "a1", Name: "mailbox", Lead: "Ben", State: incident.AnalysisOpen}
	s := workflows.Status{
		Number: "SEC-1", Title: "mail", Phase: incident.PhaseLessons, Audience: incident.AudienceRestricted, Links: workflows.Links{Channel: "C0CASE001"},
		Analyses:   []workflows.AnalysisStatus{{Analysis: analysis, ChannelName: "sec-1-a1", ChannelURL: "https://x/C0A1", Temporal: "https://ui/a1", Members: []string{"U1", "U2"}}},
		Tasks:      []incident.Task{{ID: "t1", Status: incident.TaskTodo}},
		Lessons:    []incident.Lesson{{ID: "l1", Text: "better"}},
		LastUpdate: &incident.Update{ID: "u1"}, Deadlines: []incident.Deadline{{Name: "reopen", At: at}, {Name: "update", At: at.Add(time.Hour)}},
		Commander: "Aoi", CommanderID: "U1", ProvisionalCommander: true, Offer: &workflows.OfferStatus{To: "Chie", ToID: "U2", By: "Aoi"}, Details: incident.Details{Where: "payroll"},
		Resolution: "contained", ResolutionReason: "all of it", Waivers: []incident.Waiver{{Need: "scope"}}, BrokenGlass: []incident.BrokenGlass{{Act: "waive"}},
		Mirror:  workflows.MirrorStatus{Logs: []workflows.LogLink{{Ticket: "SEC-2", URL: "https://j/SEC-2"}}, Through: &at, At: &at, Gaps: 1, Messages: 2, Edits: 3, Deletions: 4, Files: 5, NotKept: 6, Masked: 7, Temporal: "https://ui/m"},
		Archive: workflows.ArchiveStatus{FolderURL: "https://d/1", SHA256: "abc", Verified: &at, Messages: 8, Files: 9},
		Steps:   []workflows.StepStatus{{ID: "open.sheet", State: workflows.StepStuck, Since: &at}, {ID: "open.channel", State: workflows.StepDone}}, Debts: []string{"open.sheet", "a1/analysis.channel"},
	}
	got := caseOf(s)
	want := notice.Case{
		Number: "SEC-1", Title: "mail", Phase: incident.PhaseLessons, Audience: incident.AudienceRestricted, HideTitle: true, Provisional: true,
		Commander: "Aoi", CommanderID: "U1", ProvisionalCommander: true, OfferedTo: "Chie", OfferedToID: "U2", OfferedBy: "Aoi", Details: incident.Details{Where: "payroll"}, ResolutionReason: "all of it",
		Links:    []notice.Link{{Kind: "ticket"}, {Kind: "channel", Text: "<#C0CASE001>"}, {Kind: "folder", Text: "SEC-1"}, {Kind: "sheet", Text: "SEC-1"}},
		Analyses: []notice.Analysis{{Analysis: analysis, ChannelName: "sec-1-a1", ChannelURL: "https://x/C0A1", Temporal: "https://ui/a1", People: 2}},
		Tasks:    s.Tasks, Lessons: s.Lessons, LastUpdate: s.LastUpdate, NextUpdate: at.Add(time.Hour), Resolution: "contained", Waivers: s.Waivers, BrokenGlass: s.BrokenGlass,
		Mirror:  notice.Mirror{Logs: []notice.Link{{Kind: "log", Text: "SEC-2", URL: "https://j/SEC-2"}}, Through: at, At: at, Gaps: 1, Messages: 2, Edits: 3, Deletions: 4, Files: 5, NotKept: 6, Masked: 7, Temporal: "https://ui/m"},
		Archive: notice.Archive{Folder: notice.Link{Kind: "archive", Text: "SEC-1", URL: "https://d/1"}, SHA256: "abc", Verified: at, Messages: 8, Files: 9},
		Steps:   []notice.Step{{ID: "open.sheet", State: "stuck", Since: at}, {ID: "a1/analysis.channel", State: "owed"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("case (-want +got):\n%s", diff)
	}
	if text := notice.StatusText(got, strings.ToUpper); !strings.Contains(text, "MAILBOX") {
		t.Errorf("/case status shows no analysis: %s", text)
	}
}

// A case of which nothing is known but its head has no times and no archive.
func TestCaseOfLittle(t *testing.T) {
	if got := caseOf(workflows.Status{}); !got.Mirror.Through.IsZero() || !got.NextUpdate.IsZero() || !reflect.DeepEqual(got.Archive, notice.Archive{}) {
		t.Errorf("%+v", got)
	}
}

// What is stuck is shown with what is needed to decide about it.
func TestStuckOf(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	got := stuckOf(cases.StuckCase{Head: workflows.Head{Number: "SEC-1", Title: "mail", Drill: true, Channel: "C0CASE001"}, Steps: []workflows.StepStatus{{
		ID: "a1/analysis.channel", WorkflowID: "case/SEC-1/a1", State: workflows.StepStuck, Generation: 3, Class: "Denied", Cause: "no", Hint: "ask", System: "slack", Since: &at, Actions: []workflows.Action{"retry", "skip"},
	}}}, slackbot.Viewer{User: "U1", Channel: "C0CASE001"}, "")
	want := notice.StuckNotice{Number: "SEC-1", Title: "mail", Drill: true, Links: []notice.Link{{Kind: "channel", Text: "<#C0CASE001>"}}, Steps: []notice.StuckStep{{
		Step:       notice.Step{ID: "a1/analysis.channel", System: "slack", Class: "Denied", Cause: "no", Hint: "ask", State: "stuck", Since: at},
		WorkflowID: "case/SEC-1/a1", Generation: 3, Actions: []string{"retry", "skip"},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A run, the mirror and an analysis refuse whoever they do not know: nobody is offered what would be refused.
func TestOnlyWhatIsHeededIsOffered(t *testing.T) {
	c := cases.StuckCase{Head: workflows.Head{WorkflowID: "case/SEC-1", Channel: "C0CASE001", CommanderID: "U1"},
		Analyses: []workflows.AnalysisStatus{{Analysis: incident.Analysis{LeadID: "U3"}, WorkflowID: "case/SEC-1/a1", Channel: "C0ANALYS1", Members: []string{"U4"}}}}
	for _, id := range []string{"case/SEC-1", "case/SEC-1/mirror", "case/SEC-1/run/1", "case/SEC-1/a1"} {
		c.Steps = append(c.Steps, workflows.StepStatus{ID: id, WorkflowID: id, State: workflows.StepStuck, Generation: 1, Actions: []workflows.Action{"retry"}})
	}
	for _, test := range []struct {
		name string
		v    slackbot.Viewer
		want []bool // the case's, the mirror's, a run's, an analysis's
	}{
		{"a member at home", slackbot.Viewer{User: "U2"}, []bool{true, false, false, false}},
		{"nobody known at home", slackbot.Viewer{}, []bool{true, false, false, false}},
		{"a member in another channel", slackbot.Viewer{User: "U2", Channel: "C0GENERAL"}, []bool{true, false, false, false}},
		{"a member in the case's channel", slackbot.Viewer{User: "U2", Channel: "C0CASE001"}, []bool{true, true, true, true}},
		{"an operator in theirs", slackbot.Viewer{User: "U5", Channel: "C0OPS0001"}, []bool{true, true, true, true}},
		{"the commander at home", slackbot.Viewer{User: "U1"}, []bool{true, true, true, true}},
		{"the lead at home", slackbot.Viewer{User: "U3"}, []bool{true, false, false, true}},
		{"who analyses, at home", slackbot.Viewer{User: "U4"}, []bool{true, false, false, true}},
		{"in the analysis's channel", slackbot.Viewer{User: "U2", Channel: "C0ANALYS1"}, []bool{true, false, false, true}},
	} {
		for i, s := range stuckOf(c, test.v, "C0OPS0001").Steps {
			if (len(s.Actions) == 1) != test.want[i] || s.Elsewhere == test.want[i] {
				t.Errorf("%s: %s: %v, elsewhere %t", test.name, s.ID, s.Actions, s.Elsewhere)
			}
		}
	}
}

// The open cases come first; the closed ones also when their workflows have ended.
func TestFiltersOf(t *testing.T) {
	closed := cases.Filter{All: true, Phase: incident.PhaseClosed}
	for which, want := range map[string][]cases.Filter{"": {{}, closed}, notice.ListOpen: {{}}, notice.ListClosed: {closed}, notice.ListMine: {{Of: "U1"}}} {
		if got := filtersOf(which, "U1"); !cmp.Equal(got, want) {
			t.Errorf("%q: %+v, want %+v", which, got, want)
		}
	}
}
