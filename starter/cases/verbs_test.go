package cases

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

var aoi = incident.By{Who: "U0AOI0001", Name: "aoi", Door: incident.DoorSlack, Assurance: incident.SlackSigned}

func TestVerbsBecomeUpdates(t *testing.T) {
	for _, tt := range []struct {
		verb   string
		fields Fields
		update string
		want   any
	}{
		{"triage", Fields{"severity": {"sev2"}, "commander": {"<@U0BEN0002|ben>"}, "scope": {" 3 mailboxes\n"}}, workflows.TriageUpdate,
			workflows.TriageCommand{Severity: 2, Commander: "U0BEN0002", Scope: "3 mailboxes", By: aoi}},
		{"severity", Fields{"severity": {"SEV-1"}, "reason": {"worse"}}, workflows.SeverityUpdate, workflows.SeverityCommand{Severity: 1, Reason: "worse", By: aoi}},
		{"take", nil, workflows.TakeUpdate, workflows.TakeCommand{By: aoi}},
		{"handover", Fields{"to": {"<@U0BEN0002>"}, "note": {"the press waits"}}, workflows.HandoverUpdate, workflows.HandoverCommand{To: "U0BEN0002", Note: "the press waits", By: aoi}},
		{"accept", nil, workflows.AcceptUpdate, workflows.AcceptCommand{By: aoi}},
		{"accept", Fields{"decline": {"yes"}, "reason": {"asleep"}}, workflows.AcceptUpdate, workflows.AcceptCommand{Decline: true, Reason: "asleep", By: aoi}},
		{"details", Fields{"reporter": {"Ms Ito"}, "unclear": {"no"}, "invite": {"<@U0BEN0002>"}}, workflows.DetailsUpdate,
			workflows.DetailsCommand{Reporter: "Ms Ito", Unclear: new(bool), Invite: []string{"U0BEN0002"}, By: aoi}},
		{"close", Fields{"resolution": {"opened by mistake"}, "reason": {"a test"}}, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "opened by mistake", Reason: "a test", By: aoi}},
		{"contain", Fields{"state": {"Not-Applicable"}}, workflows.ContainUpdate, workflows.ContainCommand{State: incident.NotApplicable, By: aoi}},
		{"analyze", Fields{"name": {"mailbox"}, "lead": {"@ben"}, "invite": {"<!subteam^S0NET|@net>", "chie@example.com", " "}}, workflows.AnalyzeUpdate,
			workflows.AnalyzeCommand{Name: "mailbox", Lead: "@ben", Invite: []string{"S0NET", "chie@example.com"}, By: aoi}},
		{"analyze", Fields{"analysis": {"A1"}, "lead": {"ben"}}, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Analysis: "a1", Lead: "ben", By: aoi}},
		{"conclude", Fields{"analysis": {"a1"}, "drop": {"the logs are gone"}}, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Drop: "the logs are gone", By: aoi}},
		{"task", Fields{"title": {"buy bread"}, "owner": {"@ben"}}, workflows.TaskUpdate, workflows.TaskCommand{Title: "buy bread", Owner: "@ben", By: aoi}},
		{"task", Fields{"done": {"T1"}}, workflows.TaskUpdate, workflows.TaskCommand{Task: "t1", Status: incident.TaskDone, By: aoi}},
		{"update", Fields{"text": {"locked"}, "next": {"2 h"}}, workflows.PublishUpdate, workflows.PublishCommand{Text: "locked", Next: 2 * time.Hour, By: aoi}},
		{"run", Fields{"runbook": {"phishing mail"}}, workflows.RunUpdate, workflows.RunCommand{Runbook: "phishing mail", By: aoi}},
		{"run", Fields{"abort": {"R1"}, "reason": {"a false alarm"}}, workflows.RunUpdate, workflows.RunCommand{Abort: "r1", Reason: "a false alarm", By: aoi}},
		{"lesson", Fields{"text": {"who owns the gateway?"}}, workflows.LessonUpdate, workflows.LessonCommand{Text: "who owns the gateway?", By: aoi}},
		{"note", Fields{"text": {"seen"}, "link": {"https://example.slack.com/archives/C1/p1"}, "at": {"2026-11-30T09:15:00+09:00"}}, workflows.NoteUpdate,
			workflows.NoteCommand{Text: "seen", Link: "https://example.slack.com/archives/C1/p1", At: time.Date(2026, 11, 30, 0, 15, 0, 0, time.UTC), By: aoi}},
		{"decide", Fields{"lesson": {"l1"}, "as": {"join:SEC-7"}}, workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "join:SEC-7", By: aoi}},
		{"waive", Fields{"gate": {"scope"}, "reason": {"gone"}}, workflows.WaiveUpdate, workflows.WaiveCommand{Gate: "scope", Reason: "gone", By: aoi}},
		{"back", Fields{"phase": {"Triage"}, "reason": {"new"}}, workflows.BackUpdate, workflows.BackCommand{Phase: incident.PhaseTriage, Reason: "new", By: aoi}},
		{"close", Fields{"resolution": {"contained"}}, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: aoi}},
		{"merge", Fields{"into": {"sec-12"}, "reason": {"the same mail"}}, workflows.MergeUpdate, workflows.MergeCommand{Into: "SEC-12", Reason: "the same mail", By: aoi}},
		{"reopen", Fields{"reason": {"again"}}, workflows.ReopenUpdate, workflows.ReopenCommand{Reason: "again", By: aoi}},
	} {
		update, got, err := command(tt.verb, tt.fields, aoi)
		if err != nil || update != tt.update {
			t.Errorf("%s %v: update %q, error %v", tt.verb, tt.fields, update, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %v (-want +got):\n%s", tt.verb, tt.fields, diff)
		}
	}
}

// What is wrong is said of the field in which it is, so that a form can show it there.
func TestWhatIsWrongNamesItsField(t *testing.T) {
	for _, tt := range []struct {
		verb   string
		fields Fields
		field  string
	}{
		{"triage", nil, "severity"},
		{"triage", Fields{"severity": {"9"}}, "severity"},
		{"severity", Fields{"reason": {"worse"}}, "severity"},
		{"handover", Fields{"note": {"x"}}, "to"},
		{"contain", Fields{"state": {"perhaps"}}, "state"},
		{"analyze", Fields{"lead": {"@ben"}}, "name"},
		{"analyze", Fields{"analysis": {"a1"}}, "name"},
		{"conclude", Fields{"finding": {"x"}}, "analysis"},
		{"conclude", Fields{"analysis": {"a1"}}, "finding"},
		{"conclude", Fields{"analysis": {"a1"}, "finding": {"x"}, "drop": {"y"}}, "drop"},
		{"task", Fields{"owner": {"@ben"}}, "title"},
		{"task", Fields{"task": {"t1"}}, "title"},
		{"task", Fields{"title": {"x"}, "status": {"soon"}}, "status"},
		{"task", Fields{"done": {"t1"}, "owner": {"@ben"}}, "done"},
		{"update", Fields{"text": {"\n "}}, "text"},
		{"update", Fields{"text": {"x"}, "next": {"tomorrow"}}, "next"},
		{"update", Fields{"text": {"x"}, "next": {"-2h"}}, "next"},
		{"note", Fields{"text": {"x"}, "at": {"noon"}}, "at"},
		{"run", Fields{}, "runbook"},
		{"run", Fields{"abort": {" "}, "reason": {"x"}}, "abort"},
		{"run", Fields{"runbook": {"x"}, "abort": {"r1"}, "reason": {"y"}}, "abort"},
		{"run", Fields{"runbook": {"x"}, "reason": {"y"}}, "reason"},
		{"accept", Fields{"reason": {"late"}}, "reason"},
		{"accept", Fields{"decline": {"no"}, "reason": {"late"}}, "reason"},
		{"analyze", Fields{"analysis": {""}, "name": {"x"}}, "analysis"},
		{"task", Fields{"task": {""}, "title": {"x"}}, "task"},
		{"task", Fields{"done": {""}}, "done"},
		{"run", Fields{"abort": {"r1"}}, "reason"},
		{"decide", Fields{"lesson": {"l1"}, "as": {"join"}}, "key"},
		{"decide", Fields{"lesson": {"l1"}, "as": {"perhaps"}}, "as"},
		{"decide", Fields{"lesson": {"l1"}, "as": {"accept"}}, "reason"},
		{"waive", Fields{"gate": {"scope"}}, "reason"},
		{"back", Fields{"phase": {"lessons"}, "reason": {"x"}}, "phase"},
		{"close", Fields{"resolution": {"duplicate"}}, "resolution"},
		{"close", Fields{"resolution": {"Opened-by-mistake"}}, "reason"},
		{"details", nil, "reporter"},
		{"merge", Fields{"reason": {"x"}}, "into"},
		{"reopen", nil, "reason"},
	} {
		_, _, err := command(tt.verb, tt.fields, aoi)
		var bad *BadField
		var refusal *incident.Refusal
		if !errors.As(err, &bad) || bad.Field() != tt.field || !errors.As(err, &refusal) || refusal.Message == "" {
			t.Errorf("%s %v: %v, want a refusal of %s", tt.verb, tt.fields, err, tt.field)
		}
	}
	for verb, fields := range map[string]Fields{"explode": nil, "reopen": {"reason": {"x"}, "scope": {"y"}}} {
		if _, _, err := command(verb, fields, aoi); !isRefusal(err) {
			t.Errorf("%s %v: %v, want a refusal", verb, fields, err)
		}
	}
}
