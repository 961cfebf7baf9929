package audit

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// witnessLine is how the log ticket's comments name a seal; see package notice.
var witnessLine = regexp.MustCompile(`hikeshi-seal ([0-9]{1,9}) ([^\s"]{1,64}) ([^\s"]{1,200}) ([0-9a-f]{64})`)

// unfold takes out what JSON, and mail that breaks long lines, put into a line.
var unfold = strings.NewReplacer(`\/`, "/", "=\r\n", "", "=\n", "")

// witness finds out who stands for each seal.
func (v *verifier) witness() {
	for _, s := range v.seals {
		v.stamp(s)
	}
	for _, name := range slices.Sorted(maps.Keys(v.o.Witnesses)) {
		v.hear(name, v.o.Witnesses[name])
	}
	first := v.firstStamps()
	for _, s := range v.seals {
		if o := v.insteadOf(s); o != nil {
			v.report.note("%s was given up half-made by a reset of the case: %s holds all that it held", s.title(), o.title())
		} else {
			v.report.Missing = append(v.report.Missing, s.missing...)
			v.judgeSeal(s, first)
		}
		r := SealReport{Seal: s.Seal.Seal, Branch: s.Branch, Head: s.Head, Records: s.Records.Lines, Through: s.Through, Ticket: s.ticket}
		if !s.stamp.IsZero() {
			r.Stamped = &s.stamp
		}
		v.report.Seals = append(v.report.Seals, r)
	}
	if end := v.end(); end != nil && !end.ticket {
		v.report.note("no witness from elsewhere names seal %d%s, the last one here: whether newer seals were taken away was not checked", end.Seal.Seal, ofBranch(end.Branch))
	}
	if v.o.Roots == nil && len(v.seals) > 0 {
		v.report.note("no certificate of a timestamp authority is given: only the ticket can stand for the seals, and whoever may edit it can rewrite both")
	}
}

// stamp checks the timestamp that lies beside a seal.
func (v *verifier) stamp(s *sealed) {
	name := FileName(s.Seal.Seal, s.Branch, "tsr")
	token, here := v.files[name]
	if !here {
		return
	}
	v.used[name] = true
	at, err := CheckToken(token, s.Head, v.o.Roots)
	switch {
	case errors.Is(err, errUnpinned): // nobody vouches for it
	case err != nil:
		v.report.add(problem(name, 0, "%v", err))
	default:
		s.stamp = at
	}
}

// hear takes a witness that came from elsewhere.
func (v *verifier) hear(name string, b []byte) {
	if at := v.heardToken(name, b); at {
		return
	}
	found, other := false, ""
	for _, m := range witnessLine.FindAllStringSubmatch(unfold.Replace(string(b)), -1) {
		number, _ := strconv.Atoi(m[1]) // digits
		branch, of, head := strings.Trim(m[2], "-"), strings.ReplaceAll(m[3], `\`, ""), m[4]
		if v.report.Case != "" && of != v.report.Case {
			other = of
			continue
		}
		found = true
		v.heard(name, number, branch, head)
	}
	switch {
	case !found && other != "":
		v.report.Unwitnessed = append(v.report.Unwitnessed, fmt.Sprintf("the witness %s names seals of %s: the files here are those of another case, or it is another's witness", name, other))
	case !found:
		v.report.note("the witness %s says nothing of this case", name)
	}
}

func (v *verifier) heard(name string, number int, branch, head string) {
	if s := v.byHead[head]; s != nil && s.Seal.Seal == number && s.Branch == branch {
		s.ticket = true
		return
	}
	for _, s := range v.seals {
		if s.Seal.Seal == number && s.Branch == branch {
			v.report.add(problem(s.name, 0, "the witness %s says that the head of seal %d is %s, not %s", name, number, head, s.Head))
			return
		}
	}
	v.report.miss("seal %d%s, which the witness %s names (head %s)", number, ofBranch(branch), name, head)
}

func (s *sealed) title() string { return fmt.Sprintf("seal %d%s", s.Seal.Seal, ofBranch(s.Branch)) }

func ofBranch(branch string) string {
	if branch == "" {
		return ""
	}
	return " of the branch " + branch
}

// heardToken takes a timestamp that was kept elsewhere; false: it is none.
func (v *verifier) heardToken(name string, b []byte) bool {
	if len(b) == 0 || b[0] != 0x30 || utf8.Valid(b) { // a token is a sequence in DER; a text may begin with a 0, which is the same byte
		return false
	}
	var wrong error
	for _, s := range v.seals {
		at, err := CheckToken(b, s.Head, v.o.Roots)
		if errors.Is(err, errUnpinned) {
			v.report.note("the timestamp %s is of %s, but no certificate is pinned: nobody vouches for it", name, s.title())
			return true
		}
		if err == nil {
			if s.stamp.IsZero() || at.Before(s.stamp) {
				s.stamp = at
			}
			return true
		}
		wrong = err
	}
	v.report.add(problem(name, 0, "this timestamp stands for no seal that is here: a seal was rewritten or removed (%v)", wrong))
	return true
}

// judgeSeal says whether anybody stands for a seal. A timestamp over a later seal stands for it too, for the heads are
// chained; but one that was given long after the newest event shows nothing about the time between.
func (v *verifier) judgeSeal(s *sealed, first map[string]time.Time) {
	name := s.title()
	at, oldest := v.earliest(s), v.oldest(s, first)
	switch {
	case !s.stamp.IsZero() && s.stamp.Before(s.Through.Add(-skew)):
		v.report.add(problem(s.name, 0, "its timestamp (%s) is older than what it seals (%s)", clock(s.stamp), clock(s.Through)))
	case !at.IsZero() && at.Sub(s.Through) > v.o.Late:
		v.report.Unwitnessed = append(v.report.Unwitnessed, fmt.Sprintf(
			"%s: its first timestamp was given at %s, %s after the newest event in it: nothing shows that it was not rewritten meanwhile", name, clock(at), at.Sub(s.Through).Round(time.Minute)))
	case !at.IsZero() && !oldest.IsZero():
		v.report.Unwitnessed = append(v.report.Unwitnessed, fmt.Sprintf(
			"%s: its first timestamp was given at %s, %s after a record in it, but what is recorded is sealed every %s: nothing shows that it was not rewritten, and sealed anew, meanwhile",
			name, clock(at), at.Sub(oldest).Round(time.Minute), v.o.Every))
	case !at.IsZero():
	case v.o.Roots == nil && s.ticket:
	case v.o.Roots != nil && s.ticket:
		v.report.Unwitnessed = append(v.report.Unwitnessed, name+": only the ticket names it, which whoever holds our tokens can edit; its timestamp is missing")
	case v.o.Roots == nil:
		v.report.Unwitnessed = append(v.report.Unwitnessed, name+": no witness was given that names it")
	default:
		v.report.Unwitnessed = append(v.report.Unwitnessed, name+": it has no timestamp")
	}
}

// firstStamps are the times of the first timestamp over each record, as it stands. After a reset two branches hold the
// same records, and what was witnessed in one is witnessed.
func (v *verifier) firstStamps() map[string]time.Time {
	first := map[string]time.Time{}
	for _, s := range v.seals {
		at := v.earliest(s)
		if at.IsZero() || s.content == nil {
			continue
		}
		for _, body := range s.content.bodies {
			sum := digest(body)
			if had, ok := first[sum]; !ok || at.Before(had) {
				first[sum] = at
			}
		}
	}
	return first
}

// oldest is when the oldest record of a seal happened whose first timestamp came too late for it; zero: there is none.
// What sealing does itself is sealed with what comes next, however late that is.
func (v *verifier) oldest(s *sealed, first map[string]time.Time) (at time.Time) {
	if s.content == nil {
		return at
	}
	for i, r := range s.content.parsed {
		stamped, ok := first[digest(s.content.bodies[i])]
		if ok && !r.Own && stamped.Sub(r.At) > v.o.Every+v.o.Late && (at.IsZero() || r.At.Before(at)) {
			at = r.At
		}
	}
	return at
}

// earliest is when a seal was first witnessed by a timestamp, over itself or a seal that follows on it; zero: never.
func (v *verifier) earliest(s *sealed) (at time.Time) {
	for _, other := range v.seals {
		if !other.stamp.IsZero() && slices.Contains(other.line(), s) && (at.IsZero() || other.stamp.Before(at)) {
			at = other.stamp
		}
	}
	return at
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }
