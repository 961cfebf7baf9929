package audit

import (
	"encoding/json"
	"time"
)

// Act is a record of the installation's ledger: what no history knows. It is written before the act.
type Act struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	Door   string    `json:"door"`           // cli or codec
	Act    string    `json:"act"`            // begin, status, list, audit, decode, resume --all …; status refused
	Case   string    `json:"case,omitempty"` // workflow id; empty: several, or none
	Reason string    `json:"reason,omitempty"`
	Count  int       `json:"count,omitempty"` // payloads that were decoded, cases that were touched
}

// Begin is the first act of a ledger: its reason is the ledger's own id.
const Begin = "begin"

// checkLedger follows the installation's ledger, if it is here: no number may be missing, and it must be the one that the
// seals knew.
func (v *verifier) checkLedger() {
	b, here := v.files[LedgerFile]
	known := false
	for _, s := range v.seals {
		known = known || s.Ledger != nil
	}
	if !here {
		if known {
			v.report.note("the seals name the installation's ledger, which is not here: who has read the case was not checked")
		} else if len(v.seals) > 0 {
			v.report.note("the seals know of no ledger: who has read the case is not recorded")
		}
		return
	}
	v.used[LedgerFile] = true
	bodies, _, wrong := readLines(LedgerFile, b, "")
	v.report.add(wrong)
	if wrong != nil {
		return
	}
	id, hidden := "", 0
	for i, body := range bodies {
		if body == nil {
			hidden++
		}
		var a Act
		if body != nil && json.Unmarshal(body, &a) != nil {
			v.report.add(problem(LedgerFile, i+1, "it is no record of a ledger"))
		}
		if i == 0 && a.Act == Begin {
			id = a.Reason
		}
	}
	if hidden > 0 {
		v.report.note("%d records of the ledger are hidden, as being of other cases: only the whole ledger shows whether they are", hidden)
	}
	for _, s := range v.seals {
		l := s.Ledger
		if l != nil && l.ID != "" && l.ID != id {
			v.report.note("%s names the ledger %s, which is on another machine: this one is %s", s.name, l.ID, id)
			continue
		}
		if l != nil && l.Records > 0 && chainAt(b, l.Records) != l.Head {
			v.report.add(problem(LedgerFile, l.Records, "it is not the ledger that %s knew: records up to %d were altered or removed", s.name, l.Records))
			return
		}
	}
}

// chainAt is the chain of the n-th line of sound lines; empty: there is none.
func chainAt(b []byte, n int) string {
	const before = `,"chain":"`
	line := nth(b, n)
	for i := 0; i+len(before)+64 <= len(line); i++ {
		if line[i:i+len(before)] == before {
			return line[i+len(before) : i+len(before)+64]
		}
	}
	return ""
}

func nth(b []byte, n int) string {
	start, line := 0, 1
	for i, c := range b {
		if c != '\n' {
			continue
		}
		if line == n {
			return string(b[start:i])
		}
		start, line = i+1, line+1
	}
	return ""
}
