package audit_test

import (
	"bytes"
	"testing"

	"hikeshi/workflows/audit"
)

// What Temporal still holds gives the same seal again, byte for byte; what it holds only in part gives none.
func TestRebuild(t *testing.T) {
	one := newTape(t, caseID, "run-1", began)
	one.start("")
	one.roll("run-2")
	two := newTape(t, caseID, "run-2", one.at)
	two.start("run-1")
	n := newNotary(t)
	s := n.seal(one.h, two.h)
	two.step("seal@1.history.0", "SealHistory", map[string]any{"doc": string(n.files["seal-001.json"]), "head": s.Head})
	two.step("seal@1.stamp", "StampSeal", map[string]any{"token": n.files["seal-001.tsr"]})

	histories := []audit.History{one.h, two.h}
	seals, texts, tokens := audit.FindSeals(histories, plain)
	if len(seals) != 1 || !bytes.Equal(texts[s.Head], n.files["seal-001.json"]) {
		t.Fatalf("found %d seals", len(seals))
	}
	if len(tokens) != 1 { // the tape's input names no head
		t.Errorf("found %d timestamps", len(tokens))
	}
	history, records, ok := audit.Rebuild(seals[0], histories, plain)
	if !ok || !bytes.Equal(history, n.files[s.History.Name]) || !bytes.Equal(records, n.files[s.Records.Name]) {
		t.Error("the files made anew are others than those that were sealed")
	}
	if _, _, ok := audit.Rebuild(seals[0], histories[1:], plain); ok {
		t.Error("a seal was made anew without one of its runs")
	}
	if _, _, ok := audit.Rebuild(seals[0], []audit.History{cut(one.h, 1), two.h}, plain); ok {
		t.Error("a seal was made anew without its last event")
	}
}

// The files of an early seal are gone with the runs that Temporal has deleted: the export says so, and the auditor puts
// those from Drive beside it.
func TestAnExportWithoutItsBeginning(t *testing.T) {
	n, _ := life(t)
	files := n.export("en")
	for _, name := range []string{"seal-001.history.jsonl", "seal-001.records.jsonl", audit.ExportFile, audit.LinesFile, audit.PageFile} {
		delete(files, name)
	}
	r := audit.Verify(files, n.options())
	want(t, r, audit.Incomplete)
	if len(r.Missing) != 2 || r.Missing[0] != "seal-001.history.jsonl" {
		t.Errorf("missing: %q", r.Missing)
	}
	files["seal-001.history.jsonl"], files["seal-001.records.jsonl"] = n.files["seal-001.history.jsonl"], n.files["seal-001.records.jsonl"]
	want(t, audit.Verify(files, n.options()), audit.Good)
}
