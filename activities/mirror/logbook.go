package mirror

import (
	"context"
	"slices"

	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// logbook is what a call knows of the log: for each message the newest state that was logged. It is read from the log's
// end backwards, as far as it is needed, and grows with what the call logs itself.
type logbook struct {
	log     Log
	tickets []string // the newest first
	ask     func(func() error) error

	known map[string]*state // by the message's key
	kept  map[string]string // files: the chat's id → the store's
	files *inventory        // what it says of files
	since int               // the last digest before this call
	whole bool              // all of it was read
}

// state is the newest that the log says of a message.
type state struct {
	kind        ledger.Kind
	sum, edited string
	thread      string
	part, parts int
	begun       bool // its first entry was read, so that everything logged later was read, too
	seen        bool // it was looked at by this call
}

func (s *state) gone() bool { return s != nil && (s.kind == ledger.Deleted || s.kind == ledger.Lost) }

func newLogbook(log Log, in MirrorMessages, ask func(func() error) error) *logbook {
	b := &logbook{log: log, ask: ask, known: map[string]*state{}, kept: map[string]string{}, files: newInventory(in.Lacking), since: in.Seq}
	b.tickets = slices.Clone(in.Logs)
	if in.Log != "" && !slices.Contains(b.tickets, in.Log) {
		b.tickets = append(b.tickets, in.Log)
	}
	slices.Reverse(b.tickets)
	return b
}

// read takes digests in, the newest first, until enough says so of one.
func (b *logbook) read(ctx context.Context, enough func(ticket string, d ledger.Digest) bool) error {
	for _, ticket := range b.tickets {
		stop := false
		err := b.ask(func() error {
			return b.log.Digests(ctx, ticket, func(d ledger.Digest) (bool, error) {
				if stop = enough(ticket, d); stop {
					return false, nil
				}
				for _, e := range slices.Backward(d.Entries) {
					b.older(e, d.Seq <= b.since)
				}
				return true, nil
			})
		})
		if err != nil || stop {
			return err
		}
	}
	b.whole = true
	return nil
}

// until reads back until nothing is missing any more.
func (b *logbook) until(ctx context.Context, missing func() bool) error {
	if b.whole || !missing() {
		return nil
	}
	return b.read(ctx, func(string, ledger.Digest) bool { return !missing() })
}

// older takes in an entry behind which everything has been read already, of a digest before this call or of its own.
func (b *logbook) older(e ledger.Entry, before bool) {
	s := b.known[e.Key()]
	if s == nil {
		s = &state{}
		b.known[e.Key()] = s
		s.take(e)
	}
	s.begun = s.begun || e.Kind == ledger.Said || e.Kind == ledger.Lost
	b.note(e, before)
}

// newer takes in an entry that this call logs.
func (b *logbook) newer(e ledger.Entry) {
	s := b.known[e.Key()]
	if s == nil {
		s = &state{}
		b.known[e.Key()] = s
	}
	s.take(e)
	s.begun, s.seen = s.begun || e.Kind == ledger.Said || e.Kind == ledger.Lost, true
	b.note(e, false)
}

func (s *state) take(e ledger.Entry) {
	s.kind, s.sum, s.edited, s.thread, s.part, s.parts = e.Kind, e.Sum, e.Edited, e.Thread, e.Part, e.Parts
}

func (b *logbook) note(e ledger.Entry, before bool) {
	for _, f := range e.Files {
		b.files.note(f, before)
		if f.Kept != "" && b.kept[f.ID] == "" {
			b.kept[f.ID] = f.Kept
		}
	}
}

// due says what the log still lacks of a message as it stands now: nothing (an empty kind), or an entry of a kind, from
// the part of it that is missing on.
func (b *logbook) due(m talk.Message, parts func() int) (kind ledger.Kind, from int) {
	s := b.known[m.Key()]
	switch {
	case m.Subtype == tombstone && s == nil:
		return ledger.Lost, 0
	case m.Subtype == tombstone && !s.gone():
		return ledger.Deleted, 0
	case !m.Said():
		return "", 0
	case s == nil || s.kind == ledger.Lost:
		return ledger.Said, 0
	case s.kind == ledger.Deleted:
		return "", 0
	case s.sum != ledger.Sum(m) || (m.Edited != "" && s.edited != m.Edited):
		return ledger.Edited, 0 // without an edit's time and another text it is an unfurled link: nothing
	case s.part == s.parts:
		return "", 0
	case s.parts == parts():
		return s.kind, s.part
	}
	return ledger.Edited, 0 // it was begun when other secrets were masked: once more, whole
}

// tombstone is what Slack leaves of a deleted message that has replies.
const tombstone = "tombstone"
