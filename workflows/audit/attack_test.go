package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strings"
	"testing"
	"time"

	"hikeshi/workflows/audit"
)

// Whatever is done to the files as they lie in Drive, without our keys: it is located, or never called good.
func TestFilesThatAreEdited(t *testing.T) {
	n, _ := life(t)
	other, _ := life(t) // another authority, and so other timestamps
	short := func(b []byte) []byte { return b[:bytes.LastIndexByte(b[:len(b)-1], '\n')+1] }
	for name, test := range map[string]struct {
		edit    func(files map[string][]byte)
		problem string // file of a problem; empty: it is not good for another reason
	}{
		"bytes after a timestamp":     {func(f map[string][]byte) { f["seal-002.tsr"] = append(bytes.Clone(f["seal-002.tsr"]), 'x') }, "seal-002.tsr"},
		"an empty timestamp":          {func(f map[string][]byte) { f["seal-002.tsr"] = nil }, "seal-002.tsr"},
		"a timestamp of another seal": {func(f map[string][]byte) { f["seal-002.tsr"] = f["seal-001.tsr"] }, "seal-002.tsr"},
		"timestamps exchanged":        {func(f map[string][]byte) { f["seal-001.tsr"], f["seal-002.tsr"] = f["seal-002.tsr"], f["seal-001.tsr"] }, "seal-001.tsr"},
		"another authority's":         {func(f map[string][]byte) { f["seal-002.tsr"] = other.stamp(n.heads[1].Head, n.heads[1].Through) }, "seal-002.tsr"},
		"a timestamp renewed":         {func(f map[string][]byte) { f["seal-001.tsr"] = n.stamp(n.heads[0].Head, n.heads[0].Through) }, "seal-001.tsr"},
		"an empty history":            {func(f map[string][]byte) { f["seal-001.history.jsonl"] = nil }, "seal-001.history.jsonl"},
		"an empty seal":               {func(f map[string][]byte) { f["seal-002.json"] = nil }, "seal-002.json"},
		"records cut off":             {func(f map[string][]byte) { f["seal-002.records.jsonl"] = short(f["seal-002.records.jsonl"]) }, "seal-002.records.jsonl"},
		"a last line without its end": {func(f map[string][]byte) {
			b := f["seal-002.records.jsonl"]
			f["seal-002.records.jsonl"] = b[:len(b)-1]
		}, "seal-002.records.jsonl"},
		"an empty line at the end": {func(f map[string][]byte) {
			f["seal-002.records.jsonl"] = append(bytes.Clone(f["seal-002.records.jsonl"]), '\n')
		}, "seal-002.records.jsonl"},
		"lines that end as in Windows": {func(f map[string][]byte) {
			f["seal-001.records.jsonl"] = bytes.ReplaceAll(f["seal-001.records.jsonl"], []byte("\n"), []byte("\r\n"))
		}, "seal-001.records.jsonl"},
		"a key twice in a seal": {func(f map[string][]byte) {
			f["seal-002.json"] = bytes.Replace(f["seal-002.json"], []byte(`{`), []byte(`{"seal":7,`), 1)
		}, "seal-002.json"},
		"a key twice in a record": {func(f map[string][]byte) {
			f["seal-002.records.jsonl"] = bytes.Replace(f["seal-002.records.jsonl"], []byte(`"is":{`), []byte(`"is":{"v":1,`), 1)
		}, "seal-002.records.jsonl"},
		"a number with a zero": {func(f map[string][]byte) {
			f["seal-001.history.jsonl"] = bytes.Replace(f["seal-001.history.jsonl"], []byte(`{"n":1,`), []byte(`{"n":01,`), 1)
		}, "seal-001.history.jsonl"},
		"the same letter, escaped": {func(f map[string][]byte) {
			f["seal-002.records.jsonl"] = bytes.Replace(f["seal-002.records.jsonl"], []byte("waive"), []byte(`\u0077aive`), 1)
		}, "seal-002.records.jsonl"},
		"a byte order mark": {func(f map[string][]byte) { f["seal-001.json"] = append([]byte("\ufeff"), f["seal-001.json"]...) }, "seal-001.json"},
		"a record that is hidden": {func(f map[string][]byte) {
			f["seal-002.records.jsonl"] = audit.Hide(f["seal-002.records.jsonl"], func([]byte) bool { return true })
		}, "seal-002.records.jsonl"},
		"a seal under another number":  {func(f map[string][]byte) { f["seal-003.json"] = f["seal-002.json"] }, "seal-003.json"},
		"a number written otherwise":   {func(f map[string][]byte) { f["seal-0002.json"] = f["seal-002.json"]; delete(f, "seal-002.json") }, "seal-0002.json"},
		"a seal's own file is removed": {func(f map[string][]byte) { delete(f, "seal-002.json") }, "seal-002.records.jsonl"},
		"the first seal is removed": {func(f map[string][]byte) {
			for name := range f {
				if strings.HasPrefix(name, "seal-001") {
					delete(f, name)
				}
			}
		}, ""},
		"records of the other seal": {func(f map[string][]byte) { f["seal-002.records.jsonl"] = f["seal-001.records.jsonl"] }, "seal-002.records.jsonl"},
		"a branch that is none":     {func(f map[string][]byte) { f["seal-002-0195b2c4.records.jsonl"] = f["seal-002.records.jsonl"] }, "seal-002-0195b2c4.records.jsonl"},
		"a page that says more": {func(f map[string][]byte) {
			f[audit.PageFile] = append(bytes.Clone(n.export("en")[audit.PageFile]), "<!-- -->"...)
		}, audit.PageFile},
		"records for people, cut": {func(f map[string][]byte) { f[audit.LinesFile] = short(n.export("en")[audit.LinesFile]) }, audit.LinesFile},
	} {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(n.files)
			test.edit(files)
			r := audit.Verify(files, audit.Options{Roots: n.roots()}) // as an auditor without our keys
			if r.Verdict == audit.Good {
				t.Fatal("it is called good")
			}
			located := test.problem == ""
			for _, p := range r.Problems {
				located = located || p.File == test.problem
			}
			if !located {
				t.Errorf("%s, but %s is not named: %v %q", r.Verdict, test.problem, r.Problems, r.Missing)
			}
		})
	}
}

// Another case's files agree with themselves. Whoever gives the witness of the case that was asked for is told.
func TestFilesOfAnotherCase(t *testing.T) {
	n, _ := life(t)
	o := n.options()
	o.Witnesses = map[string][]byte{"mail": bytes.ReplaceAll(n.ticket(), []byte(caseID), []byte("case/SEC-9"))}
	want(t, audit.Verify(n.files, o), audit.Unwitnessed)
}

// An older set of files is whole in itself: that newer seals may be gone is said wherever no witness names the last.
func TestWhetherSealsAreTheNewest(t *testing.T) {
	n, _ := life(t)
	told := func(o audit.Options) bool {
		r := audit.Verify(n.files, o)
		want(t, r, audit.Good)
		return strings.Contains(strings.Join(r.Notes, "\n"), "newer seals")
	}
	o := n.options()
	if !told(o) {
		t.Error("nobody is told")
	}
	o.Witnesses = map[string][]byte{"mail": n.ticket()}
	if told(o) {
		t.Error("it is told although the ticket names the last")
	}
}

// Mail breaks long lines, and a text may begin with a zero, as a timestamp does.
func TestWitnessesAsTheyCome(t *testing.T) {
	n, _ := life(t)
	for name, text := range map[string][]byte{
		"mail":   bytes.ReplaceAll(n.ticket(), []byte(n.heads[0].Head[:20]), []byte(n.heads[0].Head[:20]+"=\r\n")),
		"a zero": append([]byte("0 comments\n"), n.ticket()...),
	} {
		r := audit.Verify(n.files, audit.Options{Roots: n.roots(), Witnesses: map[string][]byte{name: text}})
		want(t, r, audit.Good)
		for _, s := range r.Seals {
			if !s.Ticket {
				t.Errorf("%s: seal %d is not found in it: %q", name, s.Seal, r.Notes)
			}
		}
	}
}

// An attacker with all our keys, whose timestamps are of today, must make them look soon: by saying that the newest event
// is of today, or by sealing the whole case anew, together with what happened today.
func TestAnAttackerInNoHurry(t *testing.T) {
	n, lies := life(t)
	lies = forgedHistories(t, lies)
	now := began.Add(30 * 24 * time.Hour)
	t.Run("says that it was today", func(t *testing.T) {
		forged := &notary{TB: t, tsa: n.tsa, files: map[string][]byte{}, through: map[string]int64{}}
		s := forged.seal(lies...)
		s.Through = now
		text, err := audit.Forge(&s)
		if err != nil {
			t.Fatal(err)
		}
		forged.files["seal-001.json"], forged.files["seal-001.tsr"] = text, forged.stamp(s.Head, now.Add(time.Minute))
		r := audit.Verify(forged.files, n.options())
		want(t, r, audit.Broken)
		if len(r.Problems) == 0 || r.Problems[0].File != "seal-001.json" {
			t.Errorf("problems: %v", r.Problems)
		}
	})
	t.Run("seals all of it with what happened today", func(t *testing.T) {
		two := newTape(t, caseID, "run-2", now)
		two.h.Events = lies[1].Events
		two.update("note", map[string]any{"by": by}, map[string]any{"text": "today"})
		forged := &notary{TB: t, tsa: n.tsa, files: map[string][]byte{}, through: map[string]int64{}}
		forged.seal(lies[0], two.h)
		r := audit.Verify(forged.files, n.options())
		want(t, r, audit.Unwitnessed)
		if len(r.Unwitnessed) != 1 || !strings.Contains(r.Unwitnessed[0], "sealed anew") {
			t.Errorf("unwitnessed: %q", r.Unwitnessed)
		}
		o := n.options()
		o.Every = 31 * 24 * time.Hour
		want(t, audit.Verify(forged.files, o), audit.Good)
	})
}

// What is too old for its timestamp is told by records. An attacker with all our keys forges them too: that they are part
// of sealing, that they are of today, or that there were none. An auditor without our keys sees it as well.
func TestAnAttackerWhoForgesRecords(t *testing.T) {
	n, lies := life(t)
	lies = forgedHistories(t, lies)
	now := began.Add(30 * 24 * time.Hour)
	two := newTape(t, caseID, "run-2", now)
	two.h.Events = lies[1].Events
	two.update("note", map[string]any{"by": by}, map[string]any{"text": "today"})
	each := func(edit func(*audit.Record)) func([]audit.Record) []audit.Record {
		return func(list []audit.Record) []audit.Record {
			for i := range list {
				edit(&list[i])
			}
			return list
		}
	}
	for name, edit := range map[string]func([]audit.Record) []audit.Record{
		"part of sealing":                    each(func(r *audit.Record) { r.Own = true }),
		"of today":                           each(func(r *audit.Record) { r.At = now }),
		"part of sealing, in a version more": each(func(r *audit.Record) { r.Own, r.Version = true, 2 }),
		"none but today's":                   func(list []audit.Record) []audit.Record { return list[len(list)-1:] },
	} {
		t.Run(name, func(t *testing.T) {
			forged := &notary{TB: t, tsa: n.tsa, files: map[string][]byte{}, through: map[string]int64{}}
			s := forged.seal(lies[0], two.h)
			forged.rewrite(s, edit)
			o := n.options()
			for o.Witnesses = map[string][]byte{"ticket": forged.ticket()}; ; o.Open = nil {
				if r := audit.Verify(forged.files, o); r.Verdict == audit.Good {
					t.Errorf("it is called good, with our keys: %v", o.Open != nil)
				}
				if o.Open == nil {
					return
				}
			}
		})
	}
}

// What stands in the events in plain text cannot be told otherwise by records, even to an auditor who has no keys.
func TestForgedRecordsAreNotOfTheirEvents(t *testing.T) {
	n, lies := life(t)
	for name, edit := range map[string]func(*audit.Record) bool{
		"a step that failed": func(r *audit.Record) bool {
			was := r.Outcome
			r.Outcome = audit.Failed
			return r.Kind == audit.KindStep && was != r.Outcome
		},
		"an act by hand":  func(r *audit.Record) bool { r.ByHand = !r.ByHand; return true },
		"of another step": func(r *audit.Record) bool { r.Step += "x"; return r.Kind == audit.KindStep },
	} {
		forged := &notary{TB: t, tsa: n.tsa, files: map[string][]byte{}, through: map[string]int64{}}
		forged.rewrite(forged.seal(lies...), func(list []audit.Record) []audit.Record {
			for i, r := range list {
				if edit(&r) {
					list[i] = r
					return list
				}
			}
			t.Fatalf("%s: no record is of this kind", name)
			return nil
		})
		r := audit.Verify(forged.files, audit.Options{Roots: n.roots(), Witnesses: map[string][]byte{"ticket": forged.ticket()}})
		if r.Verdict != audit.Broken || len(r.Problems) != 1 || !strings.Contains(r.Problems[0].What, "not the record of its event") {
			t.Errorf("%s: %s %v", name, r.Verdict, r.Problems)
		}
	}
}

// rewrite exchanges the records of the only seal, and seals them.
func (n *notary) rewrite(s audit.Seal, edit func([]audit.Record) []audit.Record) {
	n.Helper()
	list, err := audit.Records(n.files[s.Records.Name])
	if err != nil {
		n.Fatal(err)
	}
	lines := audit.NewLines("")
	for _, r := range edit(list) {
		if err := lines.Add(r); err != nil {
			n.Fatal(err)
		}
	}
	sum := sha256.Sum256(lines.Bytes())
	s.Records = audit.File{Name: s.Records.Name, Size: len(lines.Bytes()), Lines: lines.N, SHA256: hex.EncodeToString(sum[:]), Chain: lines.Chain}
	text, err := audit.Forge(&s)
	if err != nil {
		n.Fatal(err)
	}
	n.heads = []audit.Seal{s}
	n.files[audit.FileName(1, "", "json")], n.files[s.Records.Name] = text, lines.Bytes()
	n.files[audit.FileName(1, "", "tsr")] = n.stamp(s.Head, s.Through.Add(time.Minute))
}

// A timestamp that was kept elsewhere is one of a seal, whether or not somebody vouches for it.
func TestATimestampNobodyVouchesFor(t *testing.T) {
	n, _ := life(t)
	token := n.files["seal-001.tsr"]
	r := audit.Verify(n.files, audit.Options{Witnesses: map[string][]byte{"kept.tsr": token, "ticket": n.ticket()}})
	want(t, r, audit.Good)
	if !strings.Contains(strings.Join(r.Notes, "\n"), "the timestamp kept.tsr is of seal 1, but no certificate is pinned") {
		t.Errorf("notes: %q", r.Notes)
	}
	other, _ := life(t)
	want(t, audit.Verify(n.files, audit.Options{Witnesses: map[string][]byte{"kept.tsr": other.stamp(strings.Repeat("ab", 32), n.heads[0].Through)}}), audit.Broken)
}

// After a reset to long ago the new branch seals again what the other one has sealed in time: that is witnessed.
func TestAResetToLongAgo(t *testing.T) {
	one := newTape(t, caseID, "run-1", began)
	one.start("")
	point := newTape(t, caseID, "run-1", one.at)
	point.h.Events = one.h.Events
	n := newNotary(t)
	one.update("triage", map[string]any{"severity": 2, "by": by}, map[string]any{"text": "Sev2"})
	n.seal(one.h)
	late := one.at.Add(5 * 24 * time.Hour)
	after := point.reset("0195b2c4-3", late)
	one.at = late
	one.terminate("history-service", "reset")
	n.through, n.heads, n.branch = map[string]int64{}, nil, "0195b2c4-3"
	n.seal(one.h, after.h)
	want(t, audit.Verify(n.files, n.options()), audit.Good)
}

// A line of the ledger that shows its digest only is said to be of another case. Anybody can make one so: it is told.
func TestHiddenLinesOfTheLedgerAreCounted(t *testing.T) {
	n, _ := life(t)
	text, _ := book(t, "A", "status", "decode")
	files := maps.Clone(n.files)
	files[audit.LedgerFile] = audit.Hide(text, func(body []byte) bool { return bytes.Contains(body, []byte("decode")) })
	r := audit.Verify(files, n.options())
	if !strings.Contains(strings.Join(r.Notes, "\n"), "1 records of the ledger are hidden") {
		t.Errorf("notes: %q", r.Notes)
	}
}
