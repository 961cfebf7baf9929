package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

// content is what two files of chained lines hold.
type content struct {
	history, records File
	events           []*historypb.HistoryEvent
	runs             []Segment // of each event: workflow and run only
	bodies           [][]byte  // of the records
	parsed           []Record
}

// read reads a seal's files and compares them with what the seal says of them; nil: they are not here.
func (v *verifier) read(after string, history, records File) *content {
	c := &content{history: history, records: records}
	events, ok := v.readFile(after, history)
	bodies, also := v.readFile(after, records)
	if !ok && !also {
		return nil
	}
	for i, body := range events {
		var line event
		e := &historypb.HistoryEvent{}
		if err := json.Unmarshal(body, &line); err != nil {
			v.report.add(problem(history.Name, i+1, "it is no event: %v", err))
			break
		}
		if err := protojson.Unmarshal(line.Event, e); err != nil {
			v.report.add(problem(history.Name, i+1, "it is no event that this program knows: %v", err))
			break
		}
		c.events, c.runs = append(c.events, e), append(c.runs, Segment{Workflow: line.Workflow, Run: line.Run})
	}
	for i, body := range bodies {
		var r Record
		if err := json.Unmarshal(body, &r); err != nil {
			v.report.add(problem(records.Name, i+1, "it is no record: %v", err))
			break
		}
		c.bodies, c.parsed = append(c.bodies, body), append(c.parsed, r)
	}
	return c
}

// readFile reads a file of chained lines. The first line that is not as it was is named, with the record that it held.
func (v *verifier) readFile(after string, f File) (bodies [][]byte, here bool) {
	b, here := v.files[f.Name]
	if !here {
		v.report.miss("%s", f.Name)
		return nil, false
	}
	v.used[f.Name] = true
	bodies, last, wrong := readLines(f.Name, b, after)
	if hidden := slices.IndexFunc(bodies, func(b []byte) bool { return b == nil }); wrong == nil && hidden >= 0 {
		bodies, wrong = bodies[:hidden], problem(f.Name, hidden+1, "what it said was taken out")
	}
	switch {
	case wrong != nil:
		wrong.Record = recordIn(b, wrong.Line)
		v.report.add(wrong)
	case f.Chain != "" && len(bodies) < f.Lines:
		v.report.add(problem(f.Name, len(bodies)+1, "the last %d lines were removed", f.Lines-len(bodies)))
	case f.Chain != "" && len(bodies) > f.Lines:
		v.report.add(problem(f.Name, f.Lines+1, "%d lines were added", len(bodies)-f.Lines))
	case f.Chain != "" && last != f.Chain || digest(b) != f.SHA256 || len(b) != f.Size:
		v.report.add(problem(f.Name, 0, "it is not what was sealed: it was written anew"))
	}
	return bodies, true
}

// recordIn finds the id of the record in a line that is not as it was, for people; empty: it holds none.
func recordIn(b []byte, line int) string {
	lines := bytes.Split(b, []byte("\n"))
	if line < 1 || line > len(lines) {
		return ""
	}
	_, rest, _ := bytes.Cut(lines[line-1], []byte(`"id":"`))
	id, _, ended := bytes.Cut(rest, []byte(`"`))
	if !ended || len(id) > 80 {
		return ""
	}
	return string(id)
}

// cover checks that the events of a seal are those that its segments promise, that nothing is left out between it and
// the seals before, and that the records are those of the events.
func (v *verifier) cover(s *sealed) {
	for _, part := range s.Segments {
		r := s.reach[part.Run]
		if r == nil {
			r = &reach{history: History{Case: s.Case, Workflow: part.Workflow, Run: part.Run}}
			s.reach[part.Run] = r
		}
		if part.From != r.through+1 && (s.prev != nil || s.Prev == "") {
			v.report.add(problem(s.name, 1, "of run %s it holds the events from %d on, but those before it end with %d", part.Run, part.From, r.through))
		}
		r.through = part.Through
	}
	if s.Branch != "" && (s.prev == nil || s.prev.Branch != s.Branch) && !branched(s) {
		v.report.add(problem(s.name, 1, "it begins a branch, but nothing here says that run %s began with a reset", s.Branch))
	}
	if s.content == nil || len(s.content.events) == 0 {
		return
	}
	next := 0
	for _, part := range s.Segments {
		next = v.coverPart(s, part, next)
	}
	if next >= 0 && next < len(s.content.events) {
		v.report.add(problem(s.History.Name, next+1, "no segment of %s promises this event: it was added", s.name))
	}
	if newest := s.content.newest(); next >= 0 && !newest.Equal(s.Through) {
		v.report.add(problem(s.name, 1, "it says that its newest event happened at %s, but that was at %s", clock(s.Through), clock(newest)))
	}
	v.checkLinks(s)
	v.project(s.content, s.reach, s.Segments)
}

// newest is when the newest event happened.
func (c *content) newest() (at time.Time) {
	for _, e := range c.events {
		if t := e.GetEventTime().AsTime(); t.After(at) {
			at = t
		}
	}
	return at
}

func branched(s *sealed) bool {
	return slices.ContainsFunc(s.Segments, func(part Segment) bool { return part.Run == s.Branch && part.Base != "" })
}

// coverPart takes the events of one segment; it returns the index of the one after them, or less than 0 if it gave up.
func (v *verifier) coverPart(s *sealed, part Segment, next int) int {
	for id := part.From; next >= 0 && id <= part.Through; id++ {
		if next >= len(s.content.events) {
			if !v.located(s.History.Name) {
				v.report.add(problem(s.History.Name, next+1, "event %d of run %s is missing", id, part.Run))
			}
			return -1
		}
		e, of := s.content.events[next], s.content.runs[next]
		if of.Run != part.Run || of.Workflow != part.Workflow || e.GetEventId() != id {
			v.report.add(problem(s.History.Name, next+1, "here should be event %d of run %s, not %d of %s", id, part.Run, e.GetEventId(), of.Run))
			return -1
		}
		r := s.reach[part.Run]
		r.history.Events = append(r.history.Events, e)
		next++
	}
	return next
}

// checkLinks looks for runs of which another says that it follows on them. Where an earlier seal is not here, they may
// be in it.
func (v *verifier) checkLinks(s *sealed) {
	if s.line()[0].Prev != "" {
		return
	}
	for _, part := range s.Segments {
		r := s.reach[part.Run]
		if len(r.history.Events) == 0 {
			continue
		}
		before := r.history.Events[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
		for _, run := range []string{before, part.Base} {
			if run != "" && s.reach[run] == nil && !missingIn(s, run) {
				v.report.add(problem(s.name, 1, "run %s of %s follows on run %s, which no seal holds", part.Run, part.Workflow, run))
			}
		}
	}
}

func missingIn(s *sealed, run string) bool {
	return slices.ContainsFunc(s.line(), func(o *sealed) bool {
		return slices.ContainsFunc(o.Missing, func(m Missing) bool { return m.Run == run })
	})
}

// coverTail takes the events after the last seal.
func (v *verifier) coverTail(reached map[string]*reach) {
	var parts []Segment
	for i, e := range v.tail.events {
		of := v.tail.runs[i]
		r := reached[of.Run]
		if r == nil {
			r = &reach{history: History{Case: v.report.Case, Workflow: of.Workflow, Run: of.Run}}
			reached[of.Run] = r
		}
		if e.GetEventId() != r.through+1 {
			v.report.add(problem(TailHistoryFile, i+1, "here should be event %d of run %s, not %d", r.through+1, of.Run, e.GetEventId()))
			return
		}
		if n := len(parts); n == 0 || parts[n-1].Run != of.Run {
			parts = append(parts, Segment{Workflow: of.Workflow, Run: of.Run, From: e.GetEventId()})
		}
		parts[len(parts)-1].Through = e.GetEventId()
		r.through = e.GetEventId()
		r.history.Events = append(r.history.Events, e)
	}
	v.project(v.tail, reached, parts)
}

// project computes the records anew, if the whole of each run is here, and names the first that differs.
func (v *verifier) project(c *content, reached map[string]*reach, parts []Segment) {
	if _, here := v.files[c.records.Name]; !here || v.located(c.records.Name) || v.located(c.history.Name) {
		return // it is named among what is missing, or among the problems
	}
	if i := slices.IndexFunc(c.parsed, func(r Record) bool { return r.Version != version }); i >= 0 {
		v.report.Unwitnessed = append(v.report.Unwitnessed, fmt.Sprintf(
			"%s: line %d is in version %d of the records, this program knows version %d: whether they are those of its events was not checked", c.records.Name, i+1, c.parsed[i].Version, version))
		return
	}
	n := 0
	for _, part := range parts {
		h := reached[part.Run].history
		if int64(len(h.Events)) != part.Through { // the beginning is in a seal that is not here
			v.report.note("the records of run %s in %s were not computed anew: its beginning is not here", part.Run, c.records.Name)
			return
		}
		for _, r := range between(Project(h, v.opener()), part.From-1, part.Through) {
			if n >= len(c.bodies) || !v.same(r, c, n) {
				v.report.add(&Problem{File: c.records.Name, Line: n + 1, Record: r.ID, What: "it is not the record of its event"})
				return
			}
			n++
		}
	}
	if n < len(c.bodies) {
		v.report.add(&Problem{File: c.records.Name, Line: n + 1, Record: c.parsed[n].ID, What: fmt.Sprintf("it belongs to no event of %s", c.history.Name)})
	}
}

// same reports whether a line of a file is the record of its event. Whoever cannot open payloads compares what stands in
// plain text; above all what it is and when it was, by which a timestamp is judged.
func (v *verifier) same(want Record, c *content, line int) bool {
	if v.o.Open != nil {
		body, err := json.Marshal(want)
		return err == nil && bytes.Equal(body, c.bodies[line])
	}
	got := c.parsed[line]
	return got.plain() == want.plain() && got.At.Equal(want.At)
}

// plain is what of a record does not depend on payloads.
func (r Record) plain() [10]string {
	ended := string(r.Outcome)
	if r.Kind == KindCommand { // whether it was refused is part of the answer
		ended = ""
	}
	return [...]string{r.ID, r.Case, r.Workflow, string(r.Kind), r.Action, r.Step, ended, fmt.Sprint(r.ByHand), fmt.Sprint(r.Took), fmt.Sprint(r.Own)}
}

// opener decodes payloads, or says that it cannot.
func (v *verifier) opener() Opener {
	if v.o.Open != nil {
		return v.o.Open
	}
	return func(*commonpb.Payload) ([]byte, error) { return nil, errors.New("there is no key to open it") }
}
