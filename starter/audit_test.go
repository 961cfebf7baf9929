package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/types/known/timestamppb"

	"hikeshi/workflows/audit"
)

// sealedDir is a directory with the files of one seal, as they lie in Drive, and the line that the ticket has of it.
func sealedDir(t *testing.T) (dir, ticket string) {
	t.Helper()
	h := audit.History{Case: "case/SEC-7", Workflow: "case/SEC-7", Run: "run-1", Events: []*historypb.HistoryEvent{{
		EventId: 1, EventTime: timestamppb.New(time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)), EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
		Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{
			WorkflowType: &commonpb.WorkflowType{Name: "Case"}, Identity: "gateway",
		}},
	}}}
	made, err := audit.Make(audit.Order{Case: "case/SEC-7", Number: "SEC-7", Seal: 1, Why: "daily"}, []audit.History{h}, func(*commonpb.Payload) ([]byte, error) { return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for name, text := range map[string][]byte{"seal-001.json": made.Text, made.Seal.History.Name: made.History, made.Seal.Records.Name: made.Records} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ticket = filepath.Join(t.TempDir(), "mail.eml")
	if err := os.WriteFile(ticket, []byte("Subject: SEC-8\n\nhikeshi-seal 1 - case/SEC-7 "+made.Seal.Head+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, ticket
}

// verified runs audit verify and returns its exit status and its document.
func verified(t *testing.T, getenv func(string) string, line ...string) (int, audit.Report, *failure) {
	t.Helper()
	var out, errs bytes.Buffer
	status := run(t.Context(), append([]string{"audit", "verify", "-o", "json"}, line...), getenv, &out, &errs)
	var document struct {
		audit.Report
		Error *failure
	}
	if err := json.Unmarshal(out.Bytes(), &document); err != nil {
		t.Fatalf("%v: %s%s", err, out.Bytes(), errs.Bytes())
	}
	return status, document.Report, document.Error
}

// Exit status 0 is for a good verdict only, and the first thing that is wrong is named.
func TestAuditVerify(t *testing.T) {
	dir, ticket := sealedDir(t)
	nowhere := func(string) string { return "" }
	if status, r, f := verified(t, nowhere, dir, "--witness", ticket); status != done || r.Verdict != audit.Good || f != nil {
		t.Errorf("got %d, %s, %+v", status, r.Verdict, r)
	}
	if status, r, f := verified(t, nowhere, dir); status != failed || r.Verdict != audit.Unwitnessed || f.Code != "unwitnessed" || !strings.Contains(f.Hint, "--witness") {
		t.Errorf("got %d, %s, %+v", status, r.Verdict, f)
	}
	if err := os.Remove(filepath.Join(dir, "seal-001.history.jsonl")); err != nil {
		t.Fatal(err)
	}
	if status, r, f := verified(t, nowhere, dir, "--witness", ticket); status != failed || r.Verdict != audit.Incomplete || !strings.Contains(f.Message, "seal-001.history.jsonl") {
		t.Errorf("got %d, %s, %+v", status, r.Verdict, f)
	}
	records := filepath.Join(dir, "seal-001.records.jsonl")
	text, err := os.ReadFile(records)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(records, bytes.Replace(text, []byte("gateway"), []byte("nobody!"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, r, f := verified(t, nowhere, dir, "--witness", ticket); status != failed || r.Verdict != audit.Broken || !strings.Contains(f.Message, "seal-001.records.jsonl:1 (record run-1/1)") {
		t.Errorf("got %d, %s, %+v", status, r.Verdict, f)
	}
}

func TestAuditVerifyInWords(t *testing.T) {
	dir, ticket := sealedDir(t)
	var out, errs bytes.Buffer
	if status := run(t.Context(), []string{"audit", "verify", dir, "--witness", ticket}, func(string) string { return "" }, &out, &errs); status != done {
		t.Errorf("status %d: %s", status, errs.Bytes())
	}
	for _, want := range []string{"verdict case/SEC-7: good", "seal 1 until 2026-11-22 03:00Z: records 1, witnesses ticket", "records: 1 sealed, 0 newer"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, out.Bytes())
		}
	}
}

func TestAuditUsage(t *testing.T) {
	withoutTemporalVariables(t)
	getenv := environment(t)
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "old"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		line   []string
		status int
		want   string
	}{
		{[]string{"audit"}, usage, "audit takes one case number"},
		{[]string{"audit", "SEC-1"}, usage, "--out is missing"},
		{[]string{"audit", "SEC-1", "--out", full}, failed, "is not empty"},
		{[]string{"audit", "verify"}, usage, "verify takes one directory"},
		{[]string{"audit", "verify", filepath.Join(full, "nothing")}, failed, "read "},
		{[]string{"audit", "verify", full, "--witness", filepath.Join(full, "nothing")}, failed, "read "},
		{[]string{"audit", "verify", t.TempDir()}, failed, "there is no audit of a case in "},
		{[]string{"audit", "verify", full, "--ca", filepath.Join(full, "old")}, failed, "holds none in PEM form"},
	} {
		var out, errs bytes.Buffer
		if status := run(t.Context(), test.line, getenv, &out, &errs); status != test.status || !strings.Contains(errs.String(), test.want) {
			t.Errorf("%q: status %d, want %d: %s", test.line, status, test.status, errs.Bytes())
		}
	}
}
