package archive

import (
	"bytes"
	"context"
	"html/template"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/phrase"
	"hikeshi/activities/internal/pulse"
	"hikeshi/activities/internal/talk"
)

// ExportConversation asks for the conversation as a page for people and as lines for programs.
type ExportConversation struct {
	activities.Effect
	Number     string            `json:"number"`
	Title      string            `json:"title"`
	Channels   []Channel         `json:"channels"`
	Logs       []string          `json:"logs"` // ids of the log tickets, the oldest first
	Messages   File              `json:"messages"`
	Transcript File              `json:"transcript"`
	Language   string            `json:"language"`
	Words      map[string]string `json:"words"` // of the language, see Words
}

// Exported is the conversation as it was exported.
type Exported struct {
	Messages   Artifact `json:"messages"`
	Transcript Artifact `json:"transcript"`
	Counts     []Count  `json:"counts"`
}

// ExportConversation writes messages.jsonl and transcript.html, side by side, from what stands in the channels now.
// Running it twice is harmless: the files have reserved ids, and are written over. A try after an interrupted one goes
// on from its last heartbeat, which costs at most a page of messages; where the store has forgotten an upload it begins
// anew. A channel that is gone is not an error but counted so. Final are NotFound and Denied for a log ticket or the
// archive's folder, and Invalid where somebody else's file has one of the ids.
// https://docs.slack.dev/reference/methods/conversations.history
// https://developers.google.com/workspace/drive/api/guides/manage-uploads#resumable
func (a *Activities) ExportConversation(ctx context.Context, in ExportConversation) (Exported, error) {
	p := pulse.TakeUp[export](ctx)
	out, err := a.exportConversation(ctx, in, p)
	return out, p.End(err)
}

func (a *Activities) exportConversation(ctx context.Context, in ExportConversation, p *pulse.Pulse[export]) (Exported, error) {
	log, err := a.readLog(ctx, in.Logs, p.Beat, nil)
	if err != nil {
		return Exported{}, err
	}
	parts, err := pages()
	if err != nil {
		return Exported{}, err
	}
	e := &exporting{a: a, in: in, log: log, pulse: p, words: phrase.Over(Words(), in.Words), pages: parts, names: map[string]string{}}
	if err := e.open(ctx); err != nil {
		return Exported{}, err
	}
	if err := e.write(ctx); err != nil {
		return Exported{}, e.broken(err)
	}
	return e.close(ctx)
}

// exporting is one attempt at an export.
type exporting struct {
	a     *Activities
	in    ExportConversation
	log   *logbook
	pulse *pulse.Pulse[export]
	words phrase.Words
	pages *template.Template
	names map[string]string // of people's files in the store, by their ids there

	export                    // where it is
	messages   deposit.Writer // nil: made already
	transcript deposit.Writer
	whole      bool // both files end with the same message
	unnoted    int  // messages written since the last note
}

// write goes through the channels from where the export is.
func (e *exporting) write(ctx context.Context) error {
	for !e.Ended {
		if e.Channel == len(e.Tallies) {
			foot, err := e.foot()
			if err != nil {
				return err
			}
			return e.commit(nil, foot, func() { e.Ended = true })
		}
		if err := e.channel(ctx, &e.Tallies[e.Channel]); err != nil {
			return err
		}
	}
	return nil
}

// channel writes one channel. One that is gone, or goes while it is read, ends with a remark.
func (e *exporting) channel(ctx context.Context, t *tally) error {
	if err := t.resume(); err != nil {
		return err
	}
	if err := e.section(t); err != nil {
		return err
	}
	if !t.Gone {
		var failed error // on our side, not the chat's
		err := reading{e.a.Chat, e.pulse.Beat}.channel(ctx, t.Channel, e.Place, func(group []talk.Message, at place) error {
			failed = e.group(ctx, t, group, at)
			return failed
		})
		if t.Gone = failed == nil && isGone(err); err != nil && !t.Gone {
			return err
		}
	}
	t.Deleted = e.log.counts[t.Channel]
	end, err := e.ending(t.Count)
	if err != nil {
		return err
	}
	return e.commit(nil, end, func() {
		t.end()
		e.Channel, e.Begun, e.Place, e.Day = e.Channel+1, false, place{}, ""
	})
}

// section begins a channel's part of the transcript, unless an earlier try has.
func (e *exporting) section(t *tally) error {
	if e.Begun {
		return nil
	}
	b, err := e.sectionHead(t.Count, e.in.Channels[e.Channel].Title)
	if err != nil {
		return err
	}
	return e.commit(nil, b, func() { e.Begun = true })
}

// group writes messages that follow each other.
func (e *exporting) group(ctx context.Context, t *tally, group []talk.Message, at place) error {
	if err := e.a.names(ctx, e.log.keptOf(group), e.names, e.pulse.Beat); err != nil {
		return err
	}
	var lines, html bytes.Buffer
	day := e.Day
	for _, m := range group {
		r := record(m, t.Count, e.log, e.names, e.a.Mask)
		t.add(m)
		t.Masked += r.Masked
		if err := writeLine(&lines, r); err != nil {
			return err
		}
		if err := e.show(&html, r, &day); err != nil {
			return err
		}
	}
	e.unnoted += len(group)
	return e.commit(lines.Bytes(), html.Bytes(), func() { e.Place, e.Day = at, day })
}

// commit writes to both files, then says that it is done; from then on the next try need not do it again.
func (e *exporting) commit(lines, html []byte, done func()) error {
	e.whole = false
	if len(lines) > 0 {
		if _, err := e.messages.Write(lines); err != nil {
			return err
		}
	}
	if len(html) > 0 {
		if _, err := e.transcript.Write(html); err != nil {
			return err
		}
	}
	done()
	e.whole = true
	if e.unnoted < noteAfter {
		return nil
	}
	return e.note()
}
