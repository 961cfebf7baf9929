package archive

import (
	"context"
	"maps"
	"slices"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/internal/pulse"
	"hikeshi/activities/internal/talk"
)

// VerifyArchive asks whether everything is kept: it compares the archive with its sources.
type VerifyArchive struct {
	Channels  []Channel  `json:"channels"`
	Counts    []Count    `json:"counts"`
	Artifacts []Artifact `json:"artifacts"` // with the manifest
	Logs      []string   `json:"logs"`
	Files     *int       `json:"files,omitempty"` // how many files of people the manifest names as kept; nil: it is not known
}

// Verified says what was compared.
type Verified struct {
	Changed  []string `json:"changed,omitempty"` // ids of channels in which something was said, edited or deleted since the export, or a file kept
	Gone     []string `json:"gone,omitempty"`    // ids of channels that were exported, but cannot be read any more to compare
	Messages int      `json:"messages"`
	Files    int      `json:"files"`
	Bytes    int64    `json:"bytes"`
}

// verifying is where a verification is, as an attempt leaves it for the next one.
type verifying struct {
	Channel  int         `json:"channel,omitempty"` // first one that is not compared with the export and with the log
	Missing  findings    `json:"missing,omitzero"`  // messages in the others that are not in the log
	Read     bool        `json:"read,omitempty"`    // all of them agree
	Next     int         `json:"next,omitempty"`    // first file of the store that is not compared
	Found    differences `json:"found,omitzero"`    // in the store, so far
	Verified Verified    `json:"verified"`
}

// VerifyArchive reads every channel and thread again and compares them with what was exported: where they differ, they
// are listed as changed, and nothing more is done. It then compares the log, which must hold whatever people said as it
// stands now, and each file of the store, which must have the size and the digest that we sent. It changes nothing, so
// running it twice is harmless; a later try goes on where the last one was. Final are Invalid for anything that is not
// as it should be, NotFound for a file that is not there, and both and Denied for a log ticket: these are facts, and
// nobody may pass over them.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files (sha256Checksum)
func (a *Activities) VerifyArchive(ctx context.Context, in VerifyArchive) (Verified, error) {
	p := pulse.TakeUp[verifying](ctx)
	out, err := a.verifyArchive(ctx, in, p)
	return out, p.End(err)
}

func (a *Activities) verifyArchive(ctx context.Context, in VerifyArchive, p *pulse.Pulse[verifying]) (Verified, error) {
	seen := newWitness(time.Now().Add(-a.lag()))
	log, err := a.readLog(ctx, in.Logs, p.Beat, seen.add)
	if err != nil {
		return Verified{}, err
	}
	if !p.Where().Read {
		if v, err := a.compareChannels(ctx, in, seen, p); err != nil || len(v.Changed) > 0 {
			return v, err
		}
	}
	if late := keptSince(in, log); len(late) > 0 {
		return Verified{Changed: late}, nil
	}
	return a.compareStore(ctx, in, log, p)
}

// keptSince gives the channels with late files, if more files are kept than the manifest says: the mirror has got one
// since then. The others are told by what was said with them.
func keptSince(in VerifyArchive, log *logbook) []string {
	if in.Files == nil || log.kept() <= *in.Files {
		return nil
	}
	return slices.Sorted(maps.Keys(log.late))
}

// compareChannels compares all channels with the export and with the log. That something changed comes before anything
// that the log lacks: it will be mirrored, and exported again.
func (a *Activities) compareChannels(ctx context.Context, in VerifyArchive, seen *witness, p *pulse.Pulse[verifying]) (Verified, error) {
	at := p.Where()
	for seen.missing = at.Missing; at.Channel < len(in.Channels); p.At(at) {
		if err := a.compareChannel(ctx, in, in.Channels[at.Channel], seen, &at.Verified, p.Beat); err != nil {
			return Verified{}, err
		}
		at.Channel++
		at.Missing = seen.missing
	}
	if len(at.Verified.Changed) > 0 {
		return at.Verified, nil
	}
	err := at.Missing.fault(activities.Fault{
		Class: activities.Invalid, System: "jira", Op: "compare the log with the channels",
		Hint: "see why the mirror did not log them; once it has, retry",
	}, "messages that are not in the log")
	at.Read = err == nil
	p.At(at)
	return at.Verified, err
}

// compareChannel reads a channel as the export did.
func (a *Activities) compareChannel(ctx context.Context, in VerifyArchive, ch Channel, seen *witness, v *Verified, beat func()) error {
	now, late, err := a.recount(ctx, ch, seen, beat)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(in.Counts, func(c Count) bool { return c.Channel == ch.ID })
	switch {
	case i < 0 || late:
		v.Changed = append(v.Changed, ch.ID)
	case now.Gone && !in.Counts[i].Gone:
		// It was exported while it could be read. Exporting it again would only lose that.
		v.Gone = append(v.Gone, ch.ID)
		now = in.Counts[i]
	case now.Gone != in.Counts[i].Gone || now.Messages != in.Counts[i].Messages || now.Sum != in.Counts[i].Sum:
		v.Changed = append(v.Changed, ch.ID)
	}
	v.Messages += now.Messages
	return nil
}

// recount counts what stands in a channel now, and looks each message up in the log. late says that the log has not come
// so far yet.
func (a *Activities) recount(ctx context.Context, ch Channel, seen *witness, beat func()) (now Count, late bool, err error) {
	t, err := a.look(ctx, ch, beat)
	if err != nil {
		return now, false, err
	}
	if err := t.resume(); err != nil {
		return now, false, err
	}
	if !t.Gone {
		err = reading{a.Chat, beat}.channel(ctx, ch.ID, place{}, func(group []talk.Message, _ place) error {
			for _, m := range group {
				t.add(m)
				late = seen.look(ch, m) || late
			}
			return nil
		})
		if t.Gone = isGone(err); err != nil && !t.Gone {
			return now, false, err
		}
	}
	return t.end(), late, nil
}
