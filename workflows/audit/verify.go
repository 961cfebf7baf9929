package audit

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"hikeshi/workflows/incident"
)

// Options are what a verification is given besides the files.
type Options struct {
	// Roots is the certificate of the timestamp authority. If it is given, a seal without a timestamp is unwitnessed,
	// whatever the ticket says: the ticket can be edited by whoever holds our tokens.
	Roots *x509.CertPool
	// Witnesses are files that did not come from where the others did, by name: an export of the log ticket, a mail
	// with its comments, or timestamps that were kept elsewhere.
	Witnesses map[string][]byte
	// Keys are the gateways': what they have not signed is told. Without any no claim is checked.
	Keys []incident.Key
	// Open decodes payloads, so that records can be computed anew from the events; nil: only what of them stands in the
	// events in plain text is compared, and the rest believed as far as it was sealed.
	Open Opener
	// Late is how long after the newest event a seal may be timestamped; 0: an hour.
	Late time.Duration
	// Every is how often what a case records is sealed; 0: a day. Records that are much older than the first timestamp
	// over them may have been rewritten, and everything sealed anew, before it was given.
	Every time.Duration
}

const (
	usualLate  = time.Hour
	usualEvery = 24 * time.Hour
	// skew is how far Temporal's and the authority's clocks may be apart.
	skew = 5 * time.Minute
)

// The files of an export besides those of seals.
const (
	ExportFile      = "export.json"
	TailHistoryFile = "tail.history.jsonl"
	TailRecordsFile = "tail.records.jsonl"
	LinesFile       = "audit.jsonl"
	PageFile        = "audit.html"
	LedgerFile      = "ledger.jsonl"
)

var sealFile = regexp.MustCompile(`^seal-[0-9]{3,}(-[0-9a-f-]{1,8})?\.(json|history\.jsonl|records\.jsonl|tsr)$`)

// Verify checks the files of a case's audit, by name, as `starter audit` writes them or as they lie in the case's folder.
func Verify(files map[string][]byte, o Options) Report {
	if o.Late == 0 {
		o.Late = usualLate
	}
	if o.Every == 0 {
		o.Every = usualEvery
	}
	v := &verifier{files: files, o: o, used: map[string]bool{}, byHead: map[string]*sealed{}, report: Report{
		Unproven: []Record{}, Glass: []Record{}, ByHand: []Record{}, Problems: []Problem{}, Missing: []string{}, Unwitnessed: []string{}, Notes: []string{}, Uncovered: []string{}, Seals: []SealReport{},
	}}
	v.readSeals()
	v.follow()
	v.checkTail()
	v.checkLedger()
	v.witness()
	v.checkPages()
	v.checkExport()
	v.checkProofs()
	v.listFirst()
	v.report.judge()
	return v.report
}

type verifier struct {
	files  map[string][]byte
	o      Options
	report Report
	used   map[string]bool // files that something vouches for
	seals  []*sealed       // by number, then branch
	byHead map[string]*sealed
	tail   *content
}

// sealed is a seal with what was found of it.
type sealed struct {
	Seal
	name    string
	content *content // nil: its files are not here
	missing []string // those of its files that are not
	prev    *sealed
	last    bool // no seal follows on it
	stamp   time.Time
	ticket  bool
	reach   map[string]*reach // what is sealed with it and before, by run
}

// reach is how much of a run is known.
type reach struct {
	history History
	through int64
}

// readSeals reads the seals' own files, and what each says of its others.
func (v *verifier) readSeals() {
	for _, name := range slices.Sorted(maps.Keys(v.files)) {
		if !sealFile.MatchString(name) || !strings.HasSuffix(name, ".json") {
			continue
		}
		v.used[name] = true
		s, err := ReadSeal(v.files[name])
		switch {
		case err != nil:
			v.report.add(problem(name, 1, "%v", err))
			continue
		case name != FileName(s.Seal, s.Branch, "json"):
			v.report.add(problem(name, 0, "it is another seal: %s", FileName(s.Seal, s.Branch, "json")))
			continue
		case v.report.Case == "":
			v.report.Case = s.Case
		case v.report.Case != s.Case:
			v.report.add(problem(name, 0, "it is a seal of another case, %s", s.Case))
			continue
		}
		one := &sealed{Seal: s, name: name, last: true}
		v.seals, v.byHead[s.Head] = append(v.seals, one), one
	}
	slices.SortStableFunc(v.seals, func(a, b *sealed) int { return a.Seal.Seal - b.Seal.Seal })
}

// follow checks each seal against the one before it.
func (v *verifier) follow() {
	for _, s := range v.seals {
		v.link(s)
		known := len(v.report.Missing)
		s.content = v.read(s.Prev, s.History, s.Records)
		s.missing, v.report.Missing = slices.Clone(v.report.Missing[known:]), v.report.Missing[:known] // it may have been given up
		s.reach = map[string]*reach{}
		if s.prev != nil {
			for run, r := range s.prev.reach {
				h := r.history
				h.Events = slices.Clip(h.Events) // two branches may go on from here
				s.reach[run] = &reach{h, r.through}
			}
		}
		v.cover(s)
		for _, m := range s.Missing {
			v.report.miss("run %s of %s: Temporal had deleted it before it was sealed in %s", m.Run, m.Workflow, s.name)
		}
		if s.content != nil {
			v.report.Records += len(s.content.parsed)
		}
	}
}

// link finds the seal that this one follows on.
func (v *verifier) link(s *sealed) {
	if s.Prev == "" {
		if s.Seal.Seal != 1 {
			v.report.add(problem(s.name, 1, "seal %d follows on nothing: the seals before it were removed", s.Seal.Seal))
		}
		return
	}
	s.prev = v.byHead[s.Prev]
	switch {
	case s.prev == nil:
		v.report.miss("the seal before %s (number %d, head %s): it is in the case's folder in Drive, or was removed", s.name, s.Seal.Seal-1, s.Prev)
	case s.Seal.Seal != s.prev.Seal.Seal+1:
		v.report.add(problem(s.name, 1, "it has number %d, but follows on number %d", s.Seal.Seal, s.prev.Seal.Seal))
	case s.Branch == s.prev.Branch && !s.prev.last && v.sameBranchFollows(s):
		v.report.add(problem(s.name, 1, "two seals of one branch follow on %s: one of them was added", s.prev.name))
	}
	if s.prev != nil {
		s.prev.last = false
		v.checkToken(s)
	}
}

func (v *verifier) sameBranchFollows(s *sealed) bool {
	return slices.ContainsFunc(v.seals, func(o *sealed) bool { return o != s && o.Prev == s.Prev && o.Branch == s.Branch })
}

// checkToken compares the timestamp of the seal before with the one that this seal names.
func (v *verifier) checkToken(s *sealed) {
	name := FileName(s.prev.Seal.Seal, s.prev.Branch, "tsr")
	token, here := v.files[name]
	switch {
	case s.Token == "" && here, !here && s.Token == "":
	case !here:
		v.report.miss("the timestamp %s, which %s names", name, s.name)
	case digest(token) != s.Token:
		v.report.add(problem(name, 0, "it is not the timestamp that %s names: it was altered or exchanged", s.name))
	}
}

// checkTail checks what was exported beyond the last seal. Nothing vouches for it yet.
func (v *verifier) checkTail() {
	history, here := v.files[TailHistoryFile]
	records, also := v.files[TailRecordsFile]
	if !here && !also {
		return
	}
	after, reached := "", map[string]*reach{}
	if end := v.end(); end != nil {
		after, reached = end.Head, end.reach
	}
	of := func(name string, b []byte) File { return File{Name: name, Size: len(b), SHA256: digest(b)} }
	v.tail = v.read(after, of(TailHistoryFile, history), of(TailRecordsFile, records))
	if v.tail != nil {
		if v.report.Case == "" && len(v.tail.parsed) > 0 { // nothing is sealed yet: the case's own word must do
			v.report.Case = v.tail.parsed[0].Case
		}
		v.coverTail(reached)
		v.report.Tail = len(v.tail.parsed)
		v.report.note("%d records are newer than the last seal: nothing vouches for them yet", v.report.Tail)
	}
}

// end is the last seal of the line that is the longest: the newest branch.
func (v *verifier) end() (end *sealed) {
	for _, s := range v.seals {
		if s.last && (end == nil || s.Through.After(end.Through)) {
			end = s
		}
	}
	return end
}

// line are the seals up to one, the first first.
func (s *sealed) line() (list []*sealed) {
	for ; s != nil; s = s.prev {
		list = append(list, s)
	}
	slices.Reverse(list)
	return list
}

// Export lists the files of an export: it vouches for nothing, but shows which file is not as it was written.
type Export struct {
	Format string       `json:"format"`
	Case   string       `json:"case"`
	Number string       `json:"number"`
	At     time.Time    `json:"at"`
	By     string       `json:"by"`
	Files  []ExportSum  `json:"files"`
	Gone   []Missing    `json:"gone"` // runs that Temporal has deleted: they are in the seals' files in Drive
	Status *SealsStatus `json:"seals"`
	Digest string       `json:"digest"`
}

// SealsStatus is what the case itself says of its seals.
type SealsStatus struct {
	Seals   int    `json:"seals"`
	Head    string `json:"head"`
	Witness string `json:"witness"` // key of the ticket whose comments name the heads
	Folder  string `json:"folder"`  // address in Drive
}

// ExportSum is one file.
type ExportSum struct {
	Name   string `json:"name"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
}

const exportFormat = "hikeshi audit export 1"

// Text computes the digest and returns the file.
func (e Export) Text() ([]byte, error) {
	e.Format, e.Digest = exportFormat, ""
	text, err := json.MarshalIndent(e, "", " ")
	if err != nil {
		return nil, err
	}
	e.Digest = digest(text)
	text, err = json.MarshalIndent(e, "", " ")
	return append(text, '\n'), err
}

// List fills in the files.
func (e *Export) List(files map[string][]byte) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		e.Files = append(e.Files, ExportSum{name, len(files[name]), digest(files[name])})
	}
}

// checkExport compares the files with the list that was written with them. A difference that was not located yet is
// named here.
func (v *verifier) checkExport() {
	text, here := v.files[ExportFile]
	if !here {
		v.listUncovered()
		return
	}
	var e Export
	v.used[ExportFile] = true
	err := json.Unmarshal(text, &e)
	if again, wrong := e.Text(); err != nil || wrong != nil || !bytes.Equal(again, text) {
		v.report.add(problem(ExportFile, 0, "it was altered: it is not the list that was written"))
	}
	if e.Status != nil && e.Status.Head != "" && v.byHead[e.Status.Head] == nil && len(v.report.Problems) == 0 {
		v.report.miss("seal %d, of which the case says that it is its last (head %s)", e.Status.Seals, e.Status.Head)
	}
	for _, m := range e.Gone {
		v.report.miss("run %s of %s: Temporal has deleted it; take the files of the folder %q in Drive", m.Run, m.Workflow, "audit")
	}
	listed := map[string]bool{ExportFile: true}
	for _, f := range e.Files {
		listed[f.Name] = true
		v.used[f.Name] = true
		switch b, there := v.files[f.Name]; {
		case !there:
			v.report.add(problem(f.Name, 0, "it was removed"))
		case digest(b) != f.SHA256 && !v.located(f.Name):
			v.report.add(problem(f.Name, 0, "it was altered"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v.files)) {
		if !listed[name] {
			v.used[name] = true
			v.report.add(problem(name, 0, "it was added: the export did not have it"))
		}
	}
}

func (v *verifier) located(file string) bool {
	return slices.ContainsFunc(v.report.Problems, func(p Problem) bool { return p.File == file })
}

// listUncovered names the files that nothing here vouches for.
func (v *verifier) listUncovered() {
	for _, name := range slices.Sorted(maps.Keys(v.files)) {
		if v.used[name] {
			continue
		}
		if sealFile.MatchString(name) {
			v.report.add(problem(name, 0, "no seal names it: it was added, or its seal was removed"))
			continue
		}
		v.report.Uncovered = append(v.report.Uncovered, name)
	}
}

// listFirst puts first what every reader should see first.
func (v *verifier) listFirst() {
	for _, r := range v.records(v.end(), true) {
		switch {
		case r.Glass != "":
			v.report.Glass = append(v.report.Glass, r)
		case r.ByHand || r.Kind == KindRun && r.Door == "temporal":
			v.report.ByHand = append(v.report.ByHand, r)
		}
	}
}

// records are those of a line, with the tail if it is wanted.
func (v *verifier) records(end *sealed, tail bool) (list []Record) {
	for _, s := range end.line() {
		if s.content != nil {
			list = append(list, s.content.parsed...)
		}
	}
	if tail && v.tail != nil {
		list = append(list, v.tail.parsed...)
	}
	return list
}
