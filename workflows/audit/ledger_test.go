package audit_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"hikeshi/workflows/audit"
)

// book is a ledger with some acts, and how the seals know it.
func book(t *testing.T, id string, acts ...string) ([]byte, *audit.Ledger) {
	t.Helper()
	lines := audit.NewLines("")
	for _, a := range append([]audit.Act{{Act: audit.Begin, Reason: id}}, acted(acts)...) {
		if err := lines.Add(a); err != nil {
			t.Fatal(err)
		}
	}
	return lines.Bytes(), &audit.Ledger{ID: id, Records: lines.N, Head: lines.Chain}
}

func acted(acts []string) (list []audit.Act) {
	for _, a := range acts {
		list = append(list, audit.Act{Who: "w", Door: "cli", Act: a})
	}
	return list
}

// A seal names where the ledger stood: what was recorded until then cannot be rewritten, even as a whole. What came
// later may be longer; the ledger of another machine is another one.
func TestLedgerThatSealsKnow(t *testing.T) {
	one := newTape(t, caseID, "run-1", began)
	one.start("")
	n := newNotary(t)
	text, known := book(t, "A", "status", "decode")
	n.ledger = known
	n.seal(one.h)
	grown, _ := book(t, "A", "status", "decode", "audit")
	rewritten, _ := book(t, "A", "status", "nothing")
	other, _ := book(t, "B", "list")
	for name, test := range map[string]struct {
		ledger []byte
		want   audit.Verdict
		note   string
	}{
		"as it was":      {text, audit.Good, ""},
		"grown":          {grown, audit.Good, ""},
		"rewritten":      {rewritten, audit.Broken, ""},
		"cut off":        {text[:bytes.IndexByte(text, '\n')+1], audit.Broken, ""},
		"another's":      {other, audit.Good, "another machine"},
		"not there":      {nil, audit.Good, "not here"},
		"no longer JSON": {bytes.Replace(text, []byte(`"act"`), []byte(`"ac`), 1), audit.Broken, ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string][]byte{}
			for file, b := range n.files {
				files[file] = b
			}
			if test.ledger != nil {
				files[audit.LedgerFile] = test.ledger
			}
			r := audit.Verify(files, n.options())
			want(t, r, test.want)
			if test.note != "" && !slices.ContainsFunc(r.Notes, func(s string) bool { return strings.Contains(s, test.note) }) {
				t.Errorf("notes: %q", r.Notes)
			}
		})
	}
}
