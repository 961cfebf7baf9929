package notice

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Seal is a seal over a case's audit, as its witness names it.
type Seal struct {
	Number int
	Case   string // workflow id
	Branch string // run id of the last reset; empty: never reset
	Head   string // hexadecimal SHA-256
	At     time.Time
}

// AuditName is the name of the folder of seals, inside the case's own.
func AuditName(lang string) string { return in(lang).say("audit_name") }

// SealComment goes onto the log ticket when a seal is made. Its last line is for programs: `starter audit verify` finds
// it in any export of the ticket.
func (c Case) SealComment(e Escape, s Seal) string {
	lines := []string{
		e.text(c.banner()) + c.say("seal_comment", "Number", e.text(c.Number), "Seal", strconv.Itoa(s.Number), "At", clock(s.At)),
		c.say("seal_rules"), "", "{noformat}", s.Line(), "{noformat}",
	}
	return strings.Join(lines, "\n")
}

// Line names the seal in one line: hikeshi-seal NUMBER BRANCH CASE HEAD; the branch of a case that was never reset is -.
func (s Seal) Line() string {
	branch := s.Branch
	if branch == "" {
		branch = "-"
	}
	return fmt.Sprintf("hikeshi-seal %d %s %s %s", s.Number, branch, s.Case, s.Head)
}
