package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"bytes"
)

// Seal names what is sealed. Its head is the SHA-256 over all the other fields.
type Seal struct {
	Format   string    `json:"format"`
	Version  int       `json:"version"`
	Case     string    `json:"case"`   // workflow id
	Number   string    `json:"number"` // as people called the case then
	Seal     int       `json:"seal"`
	Branch   string    `json:"branch"` // run id of the last reset; empty: never reset
	Prev     string    `json:"prev"`   // head of the seal before; empty: this is the first
	Token    string    `json:"token"`  // SHA-256 of the timestamp over Prev; empty: there is none
	Why      string    `json:"why"`
	Asked    time.Time `json:"asked"`
	Through  time.Time `json:"through"` // when the newest event that it holds happened
	Segments []Segment `json:"segments"`
	Missing  []Missing `json:"missing"` // runs that Temporal had deleted before they were sealed
	History  File      `json:"history"`
	Records  File      `json:"records"`
	Ledger   *Ledger   `json:"ledger"` // null: the worker knows of none
	Head     string    `json:"head"`
}

const (
	sealFormat  = "hikeshi seal"
	sealVersion = 1
)

// Segment is the part of a run's history that a seal holds.
type Segment struct {
	Workflow string `json:"workflow"`
	Run      string `json:"run"`
	From     int64  `json:"from"`
	Through  int64  `json:"through"`
	Closed   bool   `json:"closed"` // the run ended with it
	Base     string `json:"base"`   // run that this one was reset from; empty: it was not
}

// Missing is a run of which there is nothing any more.
type Missing struct {
	Workflow string `json:"workflow"`
	Run      string `json:"run"`
}

// File is a file of chained lines.
type File struct {
	Name   string `json:"name"`
	Size   int    `json:"size"`
	Lines  int    `json:"lines"`
	SHA256 string `json:"sha256"`
	Chain  string `json:"chain"` // of the last line
}

// Ledger is where the installation's ledger of side records stood.
type Ledger struct {
	ID      string `json:"id"` // each machine may have one of its own
	Records int    `json:"records"`
	Head    string `json:"head"`
}

// event is a line of a history.
type event struct {
	Workflow string          `json:"workflow"`
	Run      string          `json:"run"`
	Event    json.RawMessage `json:"event"`
}

// Order says what to seal. Through are the events that earlier seals of this branch hold, by run.
type Order struct {
	Case, Number string
	Seal         int
	Branch       string
	Prev, Token  string
	Why          string
	Asked        time.Time
	Through      map[string]int64
	Missing      []Missing
	Ledger       *Ledger
}

// Made is a seal with its files.
type Made struct {
	Seal    Seal
	Text    []byte // of the seal's own file
	History []byte
	Records []byte
	News    int // records of anything but the sealing itself
}

// Make seals what histories hold beyond the order's Through. The same order and histories make the same bytes.
func Make(o Order, histories []History, open Opener) (Made, error) {
	s := Seal{
		Format: sealFormat, Version: sealVersion, Case: o.Case, Number: o.Number, Seal: o.Seal, Branch: o.Branch, Prev: o.Prev, Token: o.Token,
		Why: o.Why, Asked: o.Asked.UTC(), Segments: []Segment{}, Missing: append([]Missing{}, o.Missing...), Ledger: o.Ledger,
	}
	events, records := NewLines(o.Prev), NewLines(o.Prev)
	news := 0
	for _, h := range histories {
		part, ok := h.segment(o.Through[h.Run])
		if !ok {
			continue
		}
		s.Segments = append(s.Segments, part)
		if err := h.write(events, part, &s.Through); err != nil {
			return Made{}, err
		}
		for _, r := range between(Project(h, open), part.From-1, part.Through) {
			if err := records.Add(r); err != nil {
				return Made{}, err
			}
			if !r.Own {
				news++
			}
		}
	}
	s.History = events.file(FileName(o.Seal, o.Branch, "history.jsonl"))
	s.Records = records.file(FileName(o.Seal, o.Branch, "records.jsonl"))
	text, err := s.finish()
	return Made{Seal: s, Text: text, History: events.Bytes(), Records: records.Bytes(), News: news}, err
}

// FileName is the name of a file of a seal: seal-003.json, or seal-003-1a2b3c4d.json after a reset.
func FileName(seal int, branch, kind string) string {
	if branch != "" {
		branch = "-" + branch[:min(8, len(branch))]
	}
	return fmt.Sprintf("seal-%03d%s.%s", seal, branch, kind)
}

// segment is what of the history is not sealed yet; false: nothing.
func (h History) segment(through int64) (Segment, bool) {
	if len(h.Events) == 0 {
		return Segment{}, false
	}
	last := h.Events[len(h.Events)-1]
	part := Segment{Workflow: h.Workflow, Run: h.Run, From: through + 1, Through: last.GetEventId(), Closed: closes(last), Base: h.base()}
	return part, part.Through > through
}

// closes reports whether a run ends with the event.
func closes(e *historypb.HistoryEvent) bool {
	return e.GetWorkflowExecutionContinuedAsNewEventAttributes() != nil || e.GetWorkflowExecutionCompletedEventAttributes() != nil ||
		e.GetWorkflowExecutionFailedEventAttributes() != nil || e.GetWorkflowExecutionTerminatedEventAttributes() != nil ||
		e.GetWorkflowExecutionTimedOutEventAttributes() != nil || e.GetWorkflowExecutionCanceledEventAttributes() != nil
}

// write writes the events of a segment.
func (h History) write(lines *Lines, part Segment, newest *time.Time) error {
	for _, e := range h.Events {
		if e.GetEventId() < part.From {
			continue
		}
		text, err := eventText(e)
		if err != nil {
			return fmt.Errorf("event %d of run %s of %s: %w", e.GetEventId(), h.Run, h.Workflow, err)
		}
		if err := lines.Add(event{h.Workflow, h.Run, text}); err != nil {
			return err
		}
		if at := e.GetEventTime().AsTime(); at.After(*newest) {
			*newest = at
		}
	}
	return nil
}

// eventText is an event as JSON. The library puts spaces wherever it likes, on purpose; we take them out.
func eventText(e proto.Message) ([]byte, error) {
	text, err := protojson.Marshal(e)
	if err != nil {
		return nil, err
	}
	var plain bytes.Buffer
	err = json.Compact(&plain, text)
	return plain.Bytes(), err
}

func (l *Lines) file(name string) File {
	return File{Name: name, Size: l.buf.Len(), Lines: l.N, SHA256: digest(l.buf.Bytes()), Chain: l.Chain}
}

// finish computes the head, and the text of the seal's own file.
func (s *Seal) finish() ([]byte, error) {
	head, err := s.head()
	if err != nil {
		return nil, err
	}
	s.Head = head
	text, err := json.Marshal(s)
	return append(text, '\n'), err
}

func (s Seal) head() (string, error) {
	s.Head = ""
	text, err := json.Marshal(s)
	return digest(append([]byte(sealFormat+"\n"), text...)), err
}

// ReadSeal reads a seal's own file, and refuses one whose head is not that of what it says.
func ReadSeal(text []byte) (Seal, error) {
	var s Seal
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("it is no seal: %w", err)
	}
	again, err := json.Marshal(s)
	switch {
	case err != nil:
		return s, err
	case s.Format != sealFormat || s.Version != sealVersion:
		return s, errors.New("it is a seal of another version, or none")
	case !bytes.Equal(append(again, '\n'), text):
		return s, errors.New("it was altered: it is not written as seals are")
	}
	if head, err := s.head(); err != nil || head != s.Head {
		return s, errors.New("it was altered: its head is not that of what it says")
	}
	return s, nil
}
