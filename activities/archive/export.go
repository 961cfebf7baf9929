package archive

import (
	"bytes"
	"compress/flate"
	"context"
	"io"
	"slices"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/talk"
)

// export is where an export is, as an attempt leaves it for the next one.
type export struct {
	Tallies    []tally   `json:"tallies,omitempty"` // a channel each; empty: nothing has been written
	Channel    int       `json:"channel,omitempty"` // the one that is being written
	Begun      bool      `json:"begun,omitempty"`   // its part of the transcript has a heading
	Place      place     `json:"place"`             // in that channel
	Day        string    `json:"day,omitempty"`     // the last heading of a day in it
	Ended      bool      `json:"ended,omitempty"`   // everything is written
	Messages   packed    `json:"messages,omitzero"`
	Transcript packed    `json:"transcript,omitzero"`
	Made       *Artifact `json:"made,omitempty"`  // messages.jsonl, once it is put away
	Doubt      bool      `json:"doubt,omitempty"` // the store did not say that all is well when a file was put away
}

// noteAfter is how many messages are written before a note is taken of the place: as many as Slack gives at a time. A
// note costs a little, for it may hold most of a chunk of either file.
const noteAfter = 200

// maxTails bounds what a note holds of the files: Temporal refuses 2 MiB.
const maxTails = 1 << 20

// note leaves word of where the export is. While what it would have to hold is too large, the last note stays as it is.
func (e *exporting) note() (err error) {
	at := e.export
	at.Tallies = slices.Clone(e.Tallies)
	if at.Channel < len(at.Tallies) {
		if err := at.Tallies[at.Channel].save(); err != nil {
			return err
		}
	}
	if e.messages != nil {
		if at.Messages, err = pack(e.messages); err != nil {
			return err
		}
	}
	if at.Transcript, err = pack(e.transcript); err != nil {
		return err
	}
	if len(at.Messages.Tail)+len(at.Transcript.Tail) <= maxTails {
		e.unnoted = 0
		e.pulse.At(at)
	}
	return nil
}

// broken leaves word of where the export broke off, if that is a place to go on from.
func (e *exporting) broken(err error) error {
	if e.whole {
		if noted := e.note(); noted != nil {
			return noted
		}
	}
	return err
}

// open goes on with what an earlier try has begun, or begins.
func (e *exporting) open(ctx context.Context) error {
	e.export = e.pulse.Where()
	if len(e.Tallies) != len(e.in.Channels) || len(e.Tallies) == 0 {
		return e.begin(ctx)
	}
	e.Tallies = slices.Clone(e.Tallies)
	err := e.reopen(ctx)
	if activities.Is(err, activities.Ambiguous) { // the store has forgotten the upload
		return e.begin(ctx)
	}
	e.whole = err == nil
	return err
}

func (e *exporting) reopen(ctx context.Context) (err error) {
	if e.Made == nil {
		if e.messages, err = e.goOn(ctx, e.in.Messages, linesType, e.Messages); err != nil {
			return err
		}
	}
	e.transcript, err = e.goOn(ctx, e.in.Transcript, pageType, e.Transcript)
	return err
}

func (e *exporting) goOn(ctx context.Context, f File, mime string, from packed) (deposit.Writer, error) {
	c, err := from.unpack()
	if err != nil {
		return nil, activities.Fault{Class: activities.Ambiguous, System: "drive", Op: "go on with " + f.Name, Cause: err.Error()}.Error()
	}
	return e.a.Files.OpenUpload(ctx, f.deposited(mime), &c)
}

// The kinds of the files, as the store and browsers know them.
const (
	linesType    = "application/x-ndjson"
	pageType     = "text/html"
	jsonType     = "application/json"
	workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// begin starts from nothing: it asks how the channels are called, and writes the heads of both files.
func (e *exporting) begin(ctx context.Context) (err error) {
	e.export = export{}
	for _, ch := range e.in.Channels {
		t, err := e.a.look(ctx, ch, e.pulse.Beat)
		if err != nil {
			return err
		}
		e.Tallies = append(e.Tallies, t)
	}
	if e.messages, err = e.a.Files.OpenUpload(ctx, e.in.Messages.deposited(linesType), nil); err != nil {
		return err
	}
	if e.transcript, err = e.a.Files.OpenUpload(ctx, e.in.Transcript.deposited(pageType), nil); err != nil {
		return err
	}
	lines, html, err := e.heads()
	if err != nil {
		return err
	}
	return e.commit(lines, html, func() {})
}

// look begins the count of a channel with its present name.
func (a *Activities) look(ctx context.Context, ch Channel, beat func()) (tally, error) {
	t := tally{Count: Count{Channel: ch.ID, Name: ch.Name}}
	now, err := patient(ctx, beat, func() (talk.Channel, error) { return a.Chat.Channel(ctx, ch.ID, false) })
	switch {
	case isGone(err):
		t.Gone = true
	case err != nil:
		return t, err
	case now.Name != "":
		t.Name = now.Name
	}
	return t, nil
}

// close puts both files away. The note before it lets a try whose answer is lost ask again, instead of writing anew.
func (e *exporting) close(ctx context.Context) (Exported, error) {
	if err := e.note(); err != nil {
		return Exported{}, err
	}
	if e.Made == nil {
		made, err := e.putAway(ctx, e.messages, e.in.Messages)
		if err != nil {
			return Exported{}, err
		}
		e.Made, e.messages, e.export.Messages = &made, nil, packed{}
		if err := e.note(); err != nil {
			return Exported{}, err
		}
	}
	page, err := e.putAway(ctx, e.transcript, e.in.Transcript)
	if err != nil {
		return Exported{}, err
	}
	out := Exported{Messages: *e.Made, Transcript: page, Counts: make([]Count, len(e.Tallies))}
	for i, t := range e.Tallies {
		out.Counts[i] = t.Count
	}
	return out, nil
}

// putAway closes an upload. If the store does not say that all is well, the next try asks once more; if it is not then,
// either, what it holds cannot be trusted, and the one after that begins from nothing.
func (e *exporting) putAway(ctx context.Context, w deposit.Writer, f File) (Artifact, error) {
	e.pulse.Beat()
	stored, err := w.Close(ctx)
	var made Artifact
	if err == nil {
		made, err = f.made(stored)
	}
	if !activities.Is(err, activities.Ambiguous) {
		return made, err
	}
	at := e.pulse.Where()
	if at.Doubt {
		at = export{}
	} else {
		at.Doubt = true
	}
	e.pulse.At(at)
	return made, err
}

// packed is the state of an upload, with its tail compressed: as it is it could be too large for a note.
type packed deposit.Checkpoint

func pack(w deposit.Writer) (packed, error) {
	c, err := w.Checkpoint()
	if err != nil || len(c.Tail) == 0 {
		return packed(c), err
	}
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return packed{}, err
	}
	if _, err := z.Write(c.Tail); err != nil {
		return packed{}, err
	}
	err = z.Close()
	c.Tail = b.Bytes()
	return packed(c), err
}

func (p packed) unpack() (c deposit.Checkpoint, err error) {
	c = deposit.Checkpoint(p)
	if len(p.Tail) > 0 {
		c.Tail, err = io.ReadAll(flate.NewReader(bytes.NewReader(p.Tail)))
	}
	return c, err
}
