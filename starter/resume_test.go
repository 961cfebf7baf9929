package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// carryOut does what a case does with a decision: it tries the step, which works unless its cause says otherwise.
func (s *temporal) carryOut(update string) {
	if update != workflows.ResolveUpdate || s.status == nil {
		return
	}
	step := &s.status.Steps[0]
	step.Generation++
	if step.Cause != "again" {
		step.State = workflows.StepDone
	}
}

// stuckCase is a case with a step that waits for a decision.
func stuckCase(s *temporal, cause string) {
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	s.status = &workflows.Status{Number: "SEC-12", WorkflowID: "case/SEC-12", Audience: incident.AudienceGroup, Status: incident.Stuck, Opened: at,
		Steps: []workflows.StepStatus{{ID: "open.ticket", WorkflowID: "case/SEC-12", State: workflows.StepStuck, Generation: 2, System: "jira", Class: "Invalid", Cause: cause,
			Hint: "Give it a default", Since: &at, Actions: []workflows.Action{workflows.ActionRetry, workflows.ActionSupply, workflows.ActionAbort}}}}
	s.answer = workflows.Answer{Number: "SEC-12", Text: "SEC-12: open.ticket is tried again", ID: "open.ticket"}
}

func TestResume(t *testing.T) {
	s, getenv := newTemporal(t, "")
	stuckCase(s, "Region is required")
	status, stdout, stderr := line(t, getenv, "resume", "sec-12", "--step", "open.ticket", "--action", "Retry", "--reason", "it has a default", "-o", "json")
	var got resumed
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || status != done || got.Outcome != cases.OutcomeDone || got.Generation != 2 || got.Step != "open.ticket" {
		t.Fatalf("status %d, %q, %q, %v", status, stdout, stderr, err)
	}
	checkCommand(t, "resume", s.taken["resolveStep"], `{"step":"open.ticket","generation":2,"action":"retry","reason":"it has a default"}`, false)
	stuckCase(s, "again")
	supply := []string{"resume", "SEC-12", "--step", "open.ticket", "--generation", "2", "--action", "supply", "--input", `{"id":"SEC-99"}`, "--reason", "made by hand", "--break-glass", "now"}
	status, stdout, stderr = line(t, getenv, supply...)
	if status != failed || stdout != "SEC-12: open.ticket is tried again\n" || stderr != "error: step open.ticket of case SEC-12 is stuck again: again\nhint: Give it a default\n" {
		t.Errorf("stuck again: status %d, %q, %q", status, stdout, stderr)
	}
	checkCommand(t, "resume", s.taken["resolveStep"], `{"step":"open.ticket","generation":2,"action":"supply","input":{"id":"SEC-99"},"reason":"made by hand"}`, true)
}

func TestWhatResumeRefuses(t *testing.T) {
	s, getenv := newTemporal(t, "")
	stuckCase(s, "Region is required")
	for args, want := range map[string]struct {
		status int
		says   string
	}{
		"resume|SEC-12|--action|retry|--reason|x":                                    {usage, "--step is missing"},
		"resume|SEC-12|--step|open.ticket|--action|maybe|--reason|x":                 {usage, "use retry, supply, skip or abort"},
		"resume|SEC-12|--step|open.ticket|--action|retry|--reason| ":                 {usage, "--reason is missing"},
		"resume|SEC-12|--step|open.ticket|--action|supply|--reason|x":                {usage, "--input is missing"},
		"resume|SEC-12|--step|open.ticket|--action|retry|--input|[1]|--reason|x":     {usage, "no JSON object"},
		"resume|SEC-12|--step|open.ticket|--action|retry|--generation|-1|--reason|x": {usage, "no generation"},
		"resume|SEC-12|--step|open.ticket|--action|retry|--dry-run|--reason|x":       {usage, "go with --all"},
		"resume|--step|open.ticket|--action|retry|--reason|x":                        {usage, "takes one case number"},
		"resume|SEC-12|--all":                                         {usage, "leave out"},
		"resume|--all":                                                {usage, "--reason is missing"},
		"resume|--all|--action|skip|--reason|x":                       {usage, "only retries"},
		"resume|--all|--rate|fast|--reason|x":                         {usage, "is no rate"},
		"resume|--all|--rate|0|--reason|x":                            {usage, "is no rate"},
		"resume|SEC-99|--step|open.ticket|--action|retry|--reason|x":  {notFound, "there is no case SEC-99"},
		"resume|SEC-12|--step|open.nothing|--action|retry|--reason|x": {refused, "has no step"},
		"stuck|SEC-12":                                                {usage, "starter status SEC-12"},
	} {
		status, stdout, stderr := line(t, getenv, strings.Split(args, "|")...)
		if status != want.status || stdout != "" || !strings.Contains(stderr, want.says) {
			t.Errorf("%s: status %d, %q, %q; want %d and %q", args, status, stdout, stderr, want.status, want.says)
		}
	}
	if len(s.ids) != 0 {
		t.Errorf("%d updates were sent", len(s.ids))
	}
	s.answer.Refused = incident.Refuse(incident.Rule, "If it cannot wait, say why with --break-glass REASON", "resolveStep abort needs somebody whose identity is verified")
	abort := []string{"resume", "SEC-12", "--step", "open.ticket", "--action", "abort", "--reason", "x"}
	if status, _, stderr := line(t, getenv, abort...); status != refused || !strings.Contains(stderr, "--break-glass") {
		t.Errorf("not verified: status %d, %q", status, stderr)
	}
	s.lost, s.answer.Refused = true, nil
	stuckCase(s, "x")
	if status, _, stderr := line(t, getenv, append(abort, "--request-id", "r-7")...); status != unknown || !strings.Contains(stderr, "--request-id r-7") {
		t.Errorf("lost: status %d, %q", status, stderr)
	}
}

func TestStuckAndResumeAll(t *testing.T) {
	s, getenv := newTemporal(t, "")
	if status, stdout, _ := line(t, getenv, "stuck"); status != done || stdout != "nothing is stuck\n" {
		t.Errorf("status %d, %q", status, stdout)
	}
	if status, stdout, _ := line(t, getenv, "stuck", "-o", "json"); status != done || stdout != "[]\n" {
		t.Errorf("status %d, %q", status, stdout)
	}
	stuckCase(s, "Region is required")
	want := "NUMBER  STEP         GENERATION  SYSTEM  CLASS    SINCE              ACTIONS             CAUSE\n" +
		"SEC-12  open.ticket  2           jira    Invalid  2026-11-22 09:30Z  retry supply abort  Region is required\n" +
		"decide with: starter resume NUMBER --step STEP --generation GENERATION --action retry --reason …\n"
	if status, stdout, stderr := line(t, getenv, "stuck", "--system", "jira"); status != done || stdout != want {
		t.Errorf("status %d, %q, %q", status, stdout, stderr)
	}
	_, stdout, _ := line(t, getenv, "stuck", "-o", "json")
	var list []cases.StuckCase
	if err := json.Unmarshal([]byte(stdout), &list); err != nil || len(list) != 1 || list[0].Number != "SEC-12" || !cmp.Equal(list[0].Steps, s.status.Steps) {
		t.Errorf("%s, %v", stdout, err)
	}
	if status, stdout, stderr := line(t, getenv, "resume", "--all", "--class", "Invalid", "--dry-run"); status != done || !strings.Contains(stdout, "would retry  Region is required") || len(s.ids) != 0 {
		t.Errorf("dry run: status %d, %q, %q", status, stdout, stderr)
	}
	if status, stdout, stderr := line(t, getenv, "resume", "--all", "--class", "Denied", "--reason", "x"); status != done || stdout != "nothing is stuck that fits\n" {
		t.Errorf("nothing fits: status %d, %q, %q", status, stdout, stderr)
	}
	s.answer.Refused = incident.Refuse(incident.Rule, "", "not now")
	if status, stdout, stderr := line(t, getenv, "resume", "--all", "--reason", "x"); status != failed || !strings.Contains(stdout, "refused  not now") || !strings.Contains(stderr, "1 of 1 steps were not retried") {
		t.Errorf("refused: status %d, %q, %q", status, stdout, stderr)
	}
	stuckCase(s, "Region is required")
	status, stdout, stderr := line(t, getenv, "resume", "--all", "--step", "open.ticket", "--reason", "fixed", "--rate", "50/s", "-o", "json")
	var all resumedAll
	if err := json.Unmarshal([]byte(stdout), &all); err != nil || status != done || all.Retried != 1 || all.Failed != 0 || len(all.Steps) != 1 || all.Steps[0].Result != cases.RetryTaken {
		t.Errorf("status %d, %q, %q, %v", status, stdout, stderr, err)
	}
}

// A vendor that cannot be used holds up every case, and nothing of it is stuck.
func TestStuckTellsOfHeldVendors(t *testing.T) {
	s, getenv := newTemporal(t, "")
	if status, stdout, stderr := line(t, getenv, "stuck", "--held"); status != done || stdout != "every vendor can be used\n" {
		t.Errorf("status %d, %q, %q", status, stdout, stderr)
	}
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	s.held = &workflows.HeldVendor{Vendor: "jira", Phase: workflows.BreakerHeld, Class: "Credentials", Cause: "HTTP 401", Hint: "Renew JIRA_TOKEN", Since: at}
	want := "jira since 2026-11-22 09:30Z: HTTP 401 (Credentials): every case waits for it. Renew JIRA_TOKEN\n"
	if status, stdout, stderr := line(t, getenv, "stuck"); status != done || stdout != want+"nothing is stuck\n" {
		t.Errorf("status %d, %q, %q", status, stdout, stderr)
	}
	status, stdout, _ := line(t, getenv, "stuck", "--held", "-o", "json")
	var got []workflows.HeldVendor
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || status != done || len(got) != 1 || got[0] != *s.held {
		t.Errorf("status %d, %q, %v", status, stdout, err)
	}
}

// Programs read these fields.
func TestStepsOfAStatusAsJSON(t *testing.T) {
	s, getenv := newTemporal(t, "")
	stuckCase(s, "Region is required")
	_, stdout, stderr := line(t, getenv, "status", "SEC-12", "-o", "json")
	var got struct {
		Steps json.RawMessage `json:"steps"`
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatalf("%q, %q, %v", stdout, stderr, err)
	}
	want := `[
    {
      "id": "open.ticket",
      "workflow_id": "case/SEC-12",
      "title": "",
      "state": "stuck",
      "generation": 2,
      "class": "Invalid",
      "cause": "Region is required",
      "hint": "Give it a default",
      "system": "jira",
      "since": "2026-11-22T09:30:00Z",
      "actions": [
        "retry",
        "supply",
        "abort"
      ]
    }
  ]`
	if diff := cmp.Diff(want, string(got.Steps)); diff != "" {
		t.Error(diff)
	}
}
