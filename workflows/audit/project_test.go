package audit_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"hikeshi/workflows/audit"
	"hikeshi/workflows/audit/collect"
	"hikeshi/workflows/wire"
)

// shown is what a test looks at of a record.
type shown struct {
	Kind, What, Actor, Sure, Outcome, Result, External string
	Attempts                                           int
	ByHand                                             bool
}

func show(r audit.Record) shown {
	what := r.Step
	if what == "" {
		what = r.Action
	}
	return shown{string(r.Kind), what, r.Actor, r.Sure, string(r.Outcome), r.Result, r.External, len(r.Attempts), r.ByHand}
}

func TestProjection(t *testing.T) {
	p := newTape(t, caseID, "run-1", began)
	p.start("")
	p.update("close", map[string]any{"resolution": "contained", "by": by}, map[string]any{
		"text": "no", "refused": map[string]any{"code": "rule", "message": "case SEC-7 cannot be closed yet"}})
	s := p.schedule("open.folder#2", "OpenFolder")
	p.started(s, 3, nil)
	p.completed(s, worker, map[string]any{"id": "fld-1", "adopted": true, "attempts": []any{
		map[string]any{"n": 1, "class": "Unavailable", "cause": "HTTP 503"}, map[string]any{"n": 2, "class": "Ambiguous", "cause": "no answer in time"}}})
	s = p.schedule("open.sheet", "OpenSheet")
	p.started(s, 1, nil)
	p.failed(s, worker, "Denied", map[string]any{"class": "Denied", "cause": "no", "attempts": []any{map[string]any{"n": 1, "class": "Denied", "cause": "no"}}})
	s = p.schedule("open.channel", "OpenChannel")
	p.started(s, 14, nil)
	p.completed(s, "op@laptop", map[string]any{"id": "C0123"})
	s = p.schedule("open.pin", "PinNotice")
	p.started(s, 1, nil)
	p.failed(s, "op@laptop", "", nil)
	s = p.schedule("seal@1.history.0", "SealHistory")
	p.started(s, 1, nil)
	p.completed(s, worker, map[string]any{"head": "x"})
	p.terminate("op@laptop", "to see")

	var got []shown
	own := 0
	for _, r := range audit.Project(p.h, plain) {
		got = append(got, show(r))
		if r.Own {
			own++
		}
	}
	want := []shown{
		{"run", "started", "hikeshi-gateway@g1", "", "done", "", "Case", 0, false},
		{"command", "close", "U0AOI0001", "slack-signed", "refused", "rule: case SEC-7 cannot be closed yet", "", 0, false},
		{"step", "open.folder", "", "", "done", "", "fld-1", 2, false},
		{"step", "open.sheet", "", "", "failed", "Denied: it said no", "", 1, false},
		{"step", "open.channel", "op@laptop", "self-declared", "done", "", "C0123", 1, true},
		{"step", "open.pin", "op@laptop", "self-declared", "failed", "it said no", "", 0, true},
		{"step", "seal@1.history.0", "", "", "done", "", "", 0, false},
		{"run", "terminated", "op@laptop", "self-declared", "done", "to see", "", 0, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if own != 1 {
		t.Errorf("%d records are of sealing itself, want 1", own)
	}
}

// A payload that nobody can read is no reason to lose the record.
// A workflow that cancels a step between two tries, as a decision about a slow one does, is nobody's hand: the server
// names the worker that had the workflow's task, and there was no attempt. One that ends a running attempt is somebody.
func TestAStepCanceledBetweenTriesIsNobodysHand(t *testing.T) {
	p := newTape(t, caseID, "run-1", began)
	canceled := func(scheduled int64, by string) {
		p.event(&historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_ACTIVITY_TASK_CANCELED, Attributes: &historypb.HistoryEvent_ActivityTaskCanceledEventAttributes{
			ActivityTaskCanceledEventAttributes: &historypb.ActivityTaskCanceledEventAttributes{ScheduledEventId: scheduled, Identity: by}}})
	}
	canceled(p.schedule("open.ticket", "OpenTicket"), worker)
	running := p.schedule("open.ticket#2", "OpenTicket")
	p.started(running, 1, nil)
	canceled(running, "op@laptop")
	list := audit.Project(p.h, plain)
	if len(list) != 2 || list[0].ByHand || list[0].Actor != "" || list[0].Outcome != audit.Canceled || !list[1].ByHand || list[1].Actor != "op@laptop" {
		t.Errorf("%+v", list)
	}
}

func TestGarbageIsRecorded(t *testing.T) {
	p := newTape(t, caseID, "run-1", began)
	p.start("")
	p.update("close", "no object", 7)
	p.h.Events[1].GetWorkflowExecutionUpdateAcceptedEventAttributes().AcceptedRequest.Input.Args.Payloads[0].Data = []byte{0xff, 0}
	records := audit.Project(p.h, plain)
	if len(records) != 2 || records[1].Action != "close" || records[1].Actor != "hikeshi-cli@h" {
		t.Errorf("got %+v", records)
	}
}

// The recorded histories of real cases, decrypted with the key ring beside them: what people did is there with who they
// are, each step has an end, ids are unique, and no text of a vendor's token is in any record.
func TestProjectionOfRecordedHistories(t *testing.T) {
	folder := filepath.Join("..", "testdata", "histories")
	ring, err := wire.LoadKeyRing(filepath.Join(folder, "keys.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	open := collect.Opener(wire.DataConverter(ring))
	files, err := filepath.Glob(filepath.Join(folder, "*", "*.json.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded history was found: %v", err)
	}
	var commands, steps, external int
	for _, file := range files {
		for _, r := range recorded(t, file, open) {
			switch {
			case r.Kind == audit.KindCommand:
				commands++
				if r.Actor == "" || r.Sure == "" || r.Action == "" || len(r.Said) == 0 && r.Action != "accept" { // whoever accepts need say no more
					t.Errorf("%s: a command without its sender or its words: %+v", file, r)
				}
			case r.Kind == audit.KindStep:
				steps++
				if r.Step == "" || r.ByHand || r.Actor != "" {
					t.Errorf("%s: %+v", file, r)
				}
				if r.External != "" {
					external++
				}
			}
			if token.MatchString(string(r.Said) + r.Result) {
				t.Errorf("%s: a token is in %+v", file, r)
			}
		}
	}
	if commands < 5 || steps < 50 || external < 20 {
		t.Errorf("only %d commands and %d steps, %d with an id outside, were found", commands, steps, external)
	}
}

// token is one of Slack's; a hint may say how they begin.
var token = regexp.MustCompile(`xox[a-z]-[0-9A-Za-z]`)

func recorded(t *testing.T, file string, open audit.Opener) []audit.Record {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	var h historypb.History
	if err := protojson.Unmarshal(text, &h); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	run := h.Events[0].GetWorkflowExecutionStartedEventAttributes().GetOriginalExecutionRunId()
	history := audit.History{Case: caseID, Workflow: filepath.Base(file), Run: run, Events: h.Events}
	records := audit.Project(history, open)
	ids := map[string]bool{}
	for _, r := range records {
		if ids[r.ID] {
			t.Errorf("%s: two records have the id %s", file, r.ID)
		}
		ids[r.ID] = true
	}
	for n := 1; n < len(h.Events); n += 37 { // what is projected early does not change later
		history.Events = h.Events[:n]
		if early := audit.Project(history, open); cmp.Diff(records[:len(early)], early) != "" {
			t.Errorf("%s: the records of the first %d events are others than those of all", file, n)
		}
	}
	return records
}
