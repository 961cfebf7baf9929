package audit_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"hikeshi/workflows/audit"
)

// A reset can strike while a seal is being made. The branch seals the same events, and then nothing is missing; but only
// what it really holds is forgiven.
func TestASealThatAResetGaveUp(t *testing.T) {
	for name, tt := range map[string]struct {
		gone    []string // kinds of its files that were not made
		ticket  bool     // the ticket names it
		altered bool     // what is there is not what happened
		want    audit.Verdict
	}{
		"before its timestamp":                   {[]string{"tsr"}, true, false, audit.Good},
		"before its records":                     {[]string{"tsr", "records.jsonl"}, false, false, audit.Good},
		"before its history":                     {[]string{"tsr", "records.jsonl", "history.jsonl"}, false, false, audit.Good},
		"witnessed, so it was made":              {[]string{"tsr", "records.jsonl"}, true, false, audit.Incomplete},
		"timestamped, so it was made":            {[]string{"history.jsonl"}, false, false, audit.Incomplete},
		"what it held is not what the others do": {[]string{"tsr"}, true, true, audit.Unwitnessed},
	} {
		t.Run(name, func(t *testing.T) {
			one := newTape(t, caseID, "run-1", began)
			one.start("")
			n := newNotary(t)
			n.seal(one.h)
			before, heads := maps.Clone(n.through), slices.Clone(n.heads)
			point := newTape(t, caseID, "run-1", one.at)
			point.h.Events = slices.Clone(one.h.Events)
			one.update("close", map[string]any{"resolution": "contained", "by": by}, map[string]any{"text": "closed"})
			sealed := one.h
			if tt.altered {
				forged := newTape(t, caseID, "run-1", point.at)
				forged.h.Events = slices.Clone(point.h.Events)
				forged.update("close", map[string]any{"resolution": "nothing", "by": by}, map[string]any{"text": "closed"})
				sealed = forged.h
			}
			given := n.seal(sealed)
			for _, kind := range tt.gone {
				delete(n.files, audit.FileName(given.Seal, given.Branch, kind))
			}
			after := point.reset("0195b2c4-3", one.at)
			one.terminate("history-service", "reset")
			n.through, n.heads, n.branch = before, heads, "0195b2c4-3"
			n.seal(one.h, after.h)
			o := n.options()
			if tt.ticket {
				o.Witnesses = map[string][]byte{"mail": fmt.Appendf(nil, "hikeshi-seal %d - %s %s\n", given.Seal, caseID, given.Head)}
			}
			r := audit.Verify(n.files, o)
			want(t, r, tt.want)
			told := slices.ContainsFunc(r.Notes, func(note string) bool { return strings.Contains(note, "given up") })
			if told != (tt.want == audit.Good) {
				t.Errorf("notes: %q", r.Notes)
			}
		})
	}
}
