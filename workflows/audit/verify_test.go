package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"hikeshi/workflows/audit"
)

func sum(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func (n *notary) options() audit.Options { return audit.Options{Roots: n.roots(), Open: plain} }

func want(t testing.TB, r audit.Report, verdict audit.Verdict) {
	t.Helper()
	if r.Verdict != verdict {
		t.Errorf("the verdict is %s, want %s\nproblems: %v\nmissing: %v\nunwitnessed: %v\nnotes: %v", r.Verdict, verdict, r.Problems, r.Missing, r.Unwitnessed, r.Notes)
	}
}

func TestAGoodExport(t *testing.T) {
	n, _ := life(t)
	r := audit.Verify(n.export("ja"), n.options())
	want(t, r, audit.Good)
	if len(r.Seals) != 2 || r.Seals[0].Stamped == nil || r.Seals[1].Stamped == nil || r.Case != caseID {
		t.Errorf("got the seals %+v of %s", r.Seals, r.Case)
	}
	if len(r.Glass) != 1 || r.Glass[0].Glass != "it burns" {
		t.Errorf("broken glass is not first: %+v", r.Glass)
	}
	if len(r.Uncovered) > 0 {
		t.Errorf("nobody vouches for %q", r.Uncovered)
	}
}

// An export of a case that nothing is sealed of yet is not called good, but nothing is wrong with it either.
func TestBeforeTheFirstSeal(t *testing.T) {
	n, histories := life(t)
	young := &notary{TB: t, tsa: n.tsa, files: map[string][]byte{}, through: map[string]int64{}}
	history, records, err := audit.Tail(nil, histories, plain)
	if err != nil {
		t.Fatal(err)
	}
	young.files[audit.TailHistoryFile], young.files[audit.TailRecordsFile] = history, records
	files := young.export("en")
	r := audit.Verify(files, n.options())
	want(t, r, audit.Unwitnessed)
	if r.Case != caseID || r.Tail == 0 || r.Records != 0 {
		t.Errorf("got %s with %d records sealed and %d not", r.Case, r.Records, r.Tail)
	}
	files[audit.TailRecordsFile] = bytes.Replace(records, []byte(caseID), []byte("case/SEC-8"), 1)
	want(t, audit.Verify(files, n.options()), audit.Broken)
}

// The files as they lie in Drive need no list of an export; a file that is none of ours is named, loudly.
func TestFilesFromDrive(t *testing.T) {
	n, _ := life(t)
	files := maps.Clone(n.files)
	files["notes.txt"] = []byte("by the auditor")
	r := audit.Verify(files, n.options())
	want(t, r, audit.Good)
	if !slices.Equal(r.Uncovered, []string{"notes.txt"}) {
		t.Errorf("uncovered: %q", r.Uncovered)
	}
	files["seal-003.records.jsonl"] = nil
	want(t, audit.Verify(files, n.options()), audit.Broken)
}

// Each single byte of every file of an export, flipped in turn, is detected, and the file is named.
func TestAnyByteThatFlipsIsLocated(t *testing.T) {
	n := small(t)
	files := n.export("en")
	total := 0
	for name, text := range files {
		for i := range text {
			broken := maps.Clone(files)
			broken[name] = bytes.Clone(text)
			broken[name][i] ^= 1
			r := audit.Verify(broken, audit.Options{Roots: n.roots()}) // as an auditor without our keys
			if total++; r.Verdict != audit.Broken || !slices.ContainsFunc(r.Problems, func(p audit.Problem) bool { return p.File == name }) {
				t.Fatalf("byte %d of %s: %s, %v", i, name, r.Verdict, r.Problems)
			}
			line := bytes.Count(text[:i], []byte("\n")) + 1
			if strings.HasSuffix(name, ".jsonl") && strings.HasPrefix(name, "seal-") {
				first := r.Problems[slices.IndexFunc(r.Problems, func(p audit.Problem) bool { return p.File == name })]
				if first.Line != line {
					t.Fatalf("byte %d of %s is in line %d: %v", i, name, line, first)
				}
			}
		}
	}
	t.Logf("flipped %d bytes of %d files, each was named", total, len(files))
}

// Records and events that are removed, added or swapped are named with the first line that is not as it was.
func TestLinesThatMove(t *testing.T) {
	n, _ := life(t)
	files := n.export("ja")
	for _, name := range []string{"seal-001.history.jsonl", "seal-001.records.jsonl", "seal-002.history.jsonl", "seal-002.records.jsonl"} {
		lines := bytes.SplitAfter(files[name], []byte("\n"))
		lines = lines[:len(lines)-1]
		for i := range lines {
			removed := slices.Delete(slices.Clone(lines), i, i+1)
			located(t, n, files, name, bytes.Join(removed, nil), i+1, "removed")
			added := slices.Insert(slices.Clone(lines), i, lines[0])
			if i > 0 {
				located(t, n, files, name, bytes.Join(added, nil), i+1, "added")
			}
			if i+1 < len(lines) {
				swapped := slices.Clone(lines)
				swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
				located(t, n, files, name, bytes.Join(swapped, nil), i+1, "swapped")
			}
		}
	}
}

func located(t *testing.T, n *notary, files map[string][]byte, name string, text []byte, line int, what string) {
	t.Helper()
	broken := maps.Clone(files)
	broken[name] = text
	delete(broken, audit.ExportFile) // an attacker would leave it out
	r := audit.Verify(broken, n.options())
	if r.Verdict != audit.Broken || r.Problems[0].File != name || r.Problems[0].Line != line {
		t.Errorf("%s: line %d %s: %s %v", name, line, what, r.Verdict, r.Problems)
	}
}

func TestFilesThatGo(t *testing.T) {
	n, _ := life(t)
	files := n.export("ja")
	for name := range files {
		less := maps.Clone(files)
		delete(less, name)
		r := audit.Verify(less, n.options())
		if name != audit.ExportFile && (r.Verdict != audit.Broken || !slices.ContainsFunc(r.Problems, func(p audit.Problem) bool { return p.File == name })) {
			t.Errorf("without %s: %s %v", name, r.Verdict, r.Problems)
		}
		delete(less, audit.ExportFile)
		switch r := audit.Verify(less, n.options()); {
		case slices.Contains([]string{audit.ExportFile, audit.LinesFile, audit.PageFile}, name):
			want(t, r, audit.Good) // the records are whole without what is made of them
		case r.Verdict == audit.Good && name != "seal-001.tsr":
			t.Errorf("without %s and the list it is called good", name)
		}
	}
}

// Where the newest seals are taken away, what is left agrees with itself. Only witnesses from elsewhere show it.
func TestTruncation(t *testing.T) {
	n, _ := life(t)
	files := maps.Clone(n.files)
	for name := range files {
		if strings.HasPrefix(name, "seal-002") {
			delete(files, name)
		}
	}
	o := n.options()
	o.Witnesses = map[string][]byte{"mail.eml": n.ticket()}
	r := audit.Verify(files, o)
	want(t, r, audit.Incomplete)
	o.Witnesses = map[string][]byte{"kept.tsr": n.files["seal-002.tsr"]}
	want(t, audit.Verify(files, o), audit.Broken)
}

// A file without its witnesses is never called good.
func TestWithoutWitnesses(t *testing.T) {
	n, _ := life(t)
	bare := n.export("ja")
	delete(bare, "seal-001.tsr")
	delete(bare, "seal-002.tsr")
	delete(bare, audit.ExportFile)
	for name, test := range map[string]struct {
		files map[string][]byte
		o     audit.Options
		want  audit.Verdict
	}{
		"timestamps are gone":                        {bare, n.options(), audit.Incomplete}, // a seal names the token before it
		"timestamps, but nobody vouches for them":    {n.export("ja"), audit.Options{Open: plain}, audit.Unwitnessed},
		"timestamps, but another authority's":        {n.export("ja"), newNotary(t).options(), audit.Broken},
		"only the ticket, where an authority is":     {bare, audit.Options{Roots: n.roots(), Witnesses: map[string][]byte{"t": n.ticket()}}, audit.Incomplete},
		"the ticket of another case":                 {n.export("ja"), audit.Options{Witnesses: map[string][]byte{"t": bytes.ReplaceAll(n.ticket(), []byte(caseID), []byte("case/SEC-8"))}}, audit.Unwitnessed},
		"nothing at all":                             {map[string][]byte{}, n.options(), audit.Unwitnessed},
		"the ticket, where there is no authority":    {n.export("ja"), audit.Options{Witnesses: map[string][]byte{"t": n.ticket()}}, audit.Good},
		"the ticket as JSON, with slashes in dashes": {n.export("ja"), audit.Options{Witnesses: map[string][]byte{"t": bytes.ReplaceAll(n.ticket(), []byte("/"), []byte(`\/`))}}, audit.Good},
	} {
		t.Run(name, func(t *testing.T) { want(t, audit.Verify(test.files, test.o), test.want) })
	}
}

// An installation without an authority: seals without timestamps, and the verification says so.
func TestWithoutAnAuthority(t *testing.T) {
	n, histories := life(t)
	alone := &notary{TB: t, tsa: n.tsa, files: map[string][]byte{}, through: map[string]int64{}}
	alone.seal(histories...)
	delete(alone.files, "seal-001.tsr")
	files := alone.export("ja")
	want(t, audit.Verify(files, audit.Options{}), audit.Unwitnessed)
	r := audit.Verify(files, audit.Options{Witnesses: map[string][]byte{"t": alone.ticket()}})
	want(t, r, audit.Good)
	if !slices.ContainsFunc(r.Notes, func(s string) bool { return strings.Contains(s, "no certificate of a timestamp authority") }) {
		t.Errorf("notes: %q", r.Notes)
	}
	want(t, audit.Verify(files, audit.Options{Roots: n.roots(), Witnesses: map[string][]byte{"t": alone.ticket()}}), audit.Unwitnessed)
}

// An attacker who holds all our tokens and keys rewrites a record, computes everything anew and edits the ticket. The
// authority's key is not among them.
func TestAnAttackerWithAllOurKeys(t *testing.T) {
	n, _ := life(t)
	forged, lies := life(t)
	lies = forgedHistories(t, lies)
	forged.files, forged.heads, forged.through = map[string][]byte{}, nil, map[string]int64{}
	forged.tsa = n.tsa // a public authority signs anything, now
	now := began.Add(30 * 24 * time.Hour)
	first := []audit.History{lies[0], cut(lies[1], 1)}
	forged.seal(first...)
	forged.seal(lies...)
	ticket := map[string][]byte{"SEC-8.json": forged.ticket()}
	o := audit.Options{Roots: n.roots(), Open: plain, Witnesses: ticket}

	t.Run("with the old timestamps", func(t *testing.T) {
		files := maps.Clone(forged.files)
		files["seal-001.tsr"], files["seal-002.tsr"] = n.files["seal-001.tsr"], n.files["seal-002.tsr"]
		want(t, audit.Verify(files, o), audit.Broken)
	})
	t.Run("without timestamps", func(t *testing.T) {
		files := maps.Clone(forged.files)
		delete(files, "seal-001.tsr")
		delete(files, "seal-002.tsr")
		if r := audit.Verify(files, o); r.Verdict == audit.Good {
			t.Error("it is called good")
		}
	})
	t.Run("with timestamps of today", func(t *testing.T) {
		again := &notary{TB: t, tsa: n.tsa, files: map[string][]byte{}, through: map[string]int64{}}
		for i, part := range [][]audit.History{first, lies} {
			s := again.seal(part...)
			again.files[audit.FileName(s.Seal, "", "tsr")] = again.stamp(s.Head, now.Add(time.Duration(i)*time.Second))
		}
		r := audit.Verify(again.files, audit.Options{Roots: n.roots(), Open: plain, Witnesses: map[string][]byte{"SEC-8.json": again.ticket()}})
		if r.Verdict == audit.Good || len(r.Unwitnessed) != 2 || !strings.Contains(r.Unwitnessed[0], "rewritten") {
			t.Errorf("%s: %q", r.Verdict, r.Unwitnessed)
		}
	})
	t.Run("but the auditor kept a mail and a timestamp", func(t *testing.T) {
		for name, witness := range map[string][]byte{"mail.eml": n.ticket(), "kept.tsr": n.files["seal-001.tsr"]} {
			o := audit.Options{Roots: n.roots(), Open: plain, Witnesses: map[string][]byte{name: witness}}
			want(t, audit.Verify(forged.files, o), audit.Broken)
		}
	})
}

func forgedHistories(t *testing.T, histories []audit.History) []audit.History {
	t.Helper()
	one := newTape(t, caseID, "run-1", began)
	one.start("")
	one.step("open.ticket", "OpenTicket", map[string]any{"id": "10007", "key": "SEC-7"})
	one.update("triage", map[string]any{"severity": 4, "by": by}, map[string]any{"text": "SEC-7: Sev4"})
	one.roll("run-2")
	return []audit.History{one.h, histories[1]}
}

func cut(h audit.History, n int) audit.History {
	h.Events = h.Events[:n]
	return h
}

// A case that rolled over three times and was reset once verifies from its first second, with both branches; what the
// reset gave up is not lost, and nobody can invent it.
func TestABranch(t *testing.T) {
	one := newTape(t, caseID, "run-1", began)
	one.start("")
	one.step("open.ticket", "OpenTicket", map[string]any{"id": "10007", "key": "SEC-7"})
	one.roll("run-2")
	two := newTape(t, caseID, "run-2", one.at)
	two.start("run-1")
	n := newNotary(t)
	n.seal(one.h, two.h)
	before, heads := maps.Clone(n.through), slices.Clone(n.heads)
	point := newTape(t, caseID, "run-2", two.at)
	point.h.Events = slices.Clone(two.h.Events)
	two.update("close", map[string]any{"resolution": "contained", "by": by}, map[string]any{"text": "closed"})
	given := n.seal(one.h, two.h) // the branch that the reset gives up
	after := point.reset("0195b2c4-3", two.at)
	two.terminate("history-service", "reset")
	after.update("triage", map[string]any{"severity": 1, "by": by}, map[string]any{"text": "Sev1"})
	n.through, n.heads, n.branch = before, heads, "0195b2c4-3"
	n.seal(one.h, two.h, after.h)
	after.roll("run-4")
	four := newTape(t, caseID, "run-4", after.at)
	four.start("0195b2c4-3")
	n.seal(one.h, two.h, after.h, four.h)

	r := audit.Verify(n.files, n.options())
	want(t, r, audit.Good)
	if len(r.Seals) != 4 {
		t.Errorf("%d seals, want both branches' four", len(r.Seals))
	}
	if len(r.ByHand) == 0 || r.ByHand[len(r.ByHand)-1].Action != "reset" {
		t.Errorf("the reset is not told: %v", r.ByHand)
	}
	less := maps.Clone(n.files)
	for _, kind := range []string{"json", "history.jsonl", "records.jsonl", "tsr"} {
		delete(less, audit.FileName(given.Seal, given.Branch, kind))
	}
	o := n.options()
	o.Witnesses = map[string][]byte{"mail": fmt.Appendf(nil, "hikeshi-seal %d - %s %s\n", given.Seal, caseID, given.Head)}
	want(t, audit.Verify(less, o), audit.Incomplete)
}

// A sealer that writes other records than those of the events is found by whoever has the keys.
func TestRecordsThatAreNotTheEvents(t *testing.T) {
	n, histories := life(t)
	liar := &notary{TB: t, tsa: n.tsa, files: map[string][]byte{}, through: map[string]int64{}}
	s := liar.seal(histories...)
	other := forgedHistories(t, histories)
	made, err := audit.Make(audit.Order{Case: caseID, Number: "SEC-7", Seal: 1, Why: "roll", Asked: began}, other, plain)
	if err != nil {
		t.Fatal(err)
	}
	lie := s
	lie.Records = made.Seal.Records
	text, err := audit.Forge(&lie)
	if err != nil {
		t.Fatal(err)
	}
	liar.files["seal-001.json"], liar.files[lie.Records.Name] = text, made.Records
	liar.files["seal-001.tsr"] = liar.stamp(lie.Head, lie.Through.Add(time.Minute))
	r := audit.Verify(liar.files, n.options())
	want(t, r, audit.Broken)
	if len(r.Problems) == 0 || r.Problems[0].File != "seal-001.records.jsonl" || r.Problems[0].Line == 0 || r.Problems[0].Record == "" {
		t.Errorf("problems: %v", r.Problems)
	}
}

// Gaps between seals, and runs that no seal holds, are named.
func TestGaps(t *testing.T) {
	n, histories := life(t)
	gap := &notary{TB: t, tsa: n.tsa, files: map[string][]byte{}, through: map[string]int64{}}
	gap.seal(histories[0])
	gap.through["run-2"] = 1 // as if the first seal had held its beginning
	gap.seal(histories...)
	want(t, audit.Verify(gap.files, n.options()), audit.Broken)

	alone := &notary{TB: t, tsa: n.tsa, files: map[string][]byte{}, through: map[string]int64{}}
	alone.seal(histories[1]) // it continues a run that nobody has sealed
	r := audit.Verify(alone.files, n.options())
	want(t, r, audit.Broken)
	if !strings.Contains(r.Problems[0].What, "run-1") {
		t.Errorf("problems: %v", r.Problems)
	}
}
