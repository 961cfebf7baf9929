package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

var update = flag.Bool("update", false, "write the golden files anew")

// whole is a case in analysis in which everything has happened that can.
func whole() workflows.Status {
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	return workflows.Status{
		Number: "SEC-12", WorkflowID: "case/SEC-12", Title: "Phishing at payroll\x1b[2J", Phase: incident.PhaseAnalysis, Status: incident.Waiting, Severity: incident.Sev2,
		Kind: "phishing", Commander: "Aoi", Reporter: "Tanaka, Acme Foods", Organisations: []incident.Organisation{{ID: "acme", Name: "Acme Foods"}},
		Audience: incident.AudienceGroup, Drill: true, Opened: at, Containment: incident.Acting, Scope: "payroll, 40 laptops",
		Links: workflows.Links{Ticket: "SEC-12", TicketURL: "https://jira.example/browse/SEC-12", Channel: "C0CASE001", ChannelName: "csirt-12"},
		Gates: []incident.Gate{
			{Name: "triage", Open: true}, {Name: "analysis", Missing: []string{"conclude a1", "containment", "resolution"}}, {Name: "lessons", Missing: []string{"decide l2"}},
		},
		Analyses: []workflows.AnalysisStatus{
			{Analysis: incident.Analysis{ID: "a1", Name: "mailbox", Lead: "Ben", LeadGone: true, State: incident.AnalysisOpen}, Channel: "C0A1", ChannelName: "csirt-12-a1-mailbox"},
			{Analysis: incident.Analysis{ID: "a2", Name: "network", Lead: "Chie", State: incident.AnalysisConcluded, Finding: "nothing\nleft the house"}},
			{Analysis: incident.Analysis{ID: "a3", Name: "host", Lead: "Dan", State: incident.AnalysisDropped, Reason: "the disk is gone"}},
		},
		Runs: []workflows.RunStatus{
			{ID: "r1", Name: "phishing-mail", State: "aborted", Reason: "a false alarm", Steps: []workflows.RunStepStatus{{State: "done"}, {State: "owed", Title: "Task: x"}}},
			{ID: "r2", Name: "lost-device", State: "stuck", Steps: []workflows.RunStepStatus{{State: "skipped"}, {State: "stuck", Title: "Invite @legal"}, {State: "owed"}}},
		},
		Tasks: []incident.Task{
			{ID: "t1", Title: "Collect the proxy logs", Owner: "Ben", Due: "Friday", Status: incident.TaskDoing}, {ID: "t2", Title: "Lock the account", Status: incident.TaskDone},
		},
		Lessons:     []incident.Lesson{{ID: "l1", Text: "done", As: incident.DecideTheme}, {ID: "l2", Text: "Nobody knew who owns the gateway"}},
		Debts:       []string{"open.sheet", "a1/analysis.channel"},
		Steps:       []workflows.StepStatus{{ID: "open.sheet", State: workflows.StepStuck, Generation: 2, Class: "Denied", Cause: "no access", Hint: "Ask", Actions: []workflows.Action{workflows.ActionRetry, workflows.ActionSupply}}},
		Notes:       []string{"@zoe was not found"},
		Deadlines:   []incident.Deadline{{Name: "update", At: at.Add(2 * time.Hour)}, {Name: "of newer code", At: at}},
		Waivers:     []incident.Waiver{{Need: "scope", Reason: "the server is gone", By: "Aoi", At: at}},
		BrokenGlass: []incident.BrokenGlass{{Act: "waive", Reason: "the lead is on a plane", By: "aoi", At: at}},
		LastUpdate:  &incident.Update{ID: "u1", Text: "never shown here", By: "Aoi", At: at},
		Mirror: workflows.MirrorStatus{Logs: []workflows.LogLink{{Ticket: "SEC-13", URL: "https://jira.example/browse/SEC-13"}}, Through: &at, At: &at,
			Messages: 120, Edits: 3, Deletions: 1, Files: 4, Gaps: 2, NotKept: 1, Masked: 5},
	}
}

func TestStatusAsText(t *testing.T) {
	verified := time.Date(2026, 11, 30, 9, 30, 0, 0, time.UTC)
	closed := whole()
	closed.Phase, closed.Status, closed.Resolution, closed.Debts, closed.BrokenGlass = incident.PhaseClosed, incident.Ended, "contained", nil, nil
	closed.Deadlines = []incident.Deadline{{Name: "reopen", At: verified.Add(720 * time.Hour)}}
	closed.Archive = workflows.ArchiveStatus{FolderURL: "https://drive.example/1", SHA256: "abc", Verified: &verified, Messages: 120, Files: 3}
	var b bytes.Buffer
	for _, v := range []cases.View{
		{Status: whole()}, {Status: closed},
		{Status: workflows.Status{Number: "SEC-1", Title: "Mail", Phase: incident.PhaseOpen, Status: incident.Running}, Partial: true, Why: "no worker answered: is one running?"},
	} {
		(&page{&b}).status(v)
		b.WriteString("---\n")
	}
	golden(t, "status.golden", b.Bytes())
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("other words than in %s (-want +got; go test -update writes it anew):\n%s", file, diff)
	}
}

func TestAnswerAsText(t *testing.T) {
	var b bytes.Buffer
	(&page{&b}).answer(workflows.Answer{Text: "SEC-1: recorded", Missing: []string{"scope", "commander"}})
	if want := "SEC-1: recorded\n  missing: scope\n  missing: commander\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
