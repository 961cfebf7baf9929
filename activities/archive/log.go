package archive

import (
	"context"
	"slices"

	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// logbook is what the archive needs to know of the log: a few words about each file, not what was said.
type logbook struct {
	files   map[string]logged   // by the chat's id of the file
	deleted map[string]struct{} // keys of messages that are gone
	counts  map[string]int      // how many they are, by channel
	late    map[string]struct{} // channels with files that were kept only later than their message
}

// logged is a file in the log, with the first message that showed it.
type logged struct {
	ledger.File
	channel, ts string
}

// readLog reads the whole log. Others, if not nil, gets each entry as well.
func (a *Activities) readLog(ctx context.Context, logs []string, beat func(), others func(ledger.Entry)) (*logbook, error) {
	b := &logbook{files: map[string]logged{}, deleted: map[string]struct{}{}, counts: map[string]int{}, late: map[string]struct{}{}}
	for _, ticket := range slices.Backward(logs) {
		beat()
		err := a.Tickets.Digests(ctx, ticket, func(d ledger.Digest) (bool, error) {
			beat()
			for _, e := range d.Entries {
				b.add(e)
				if others != nil {
					others(e)
				}
			}
			return true, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

// add takes an entry in. They come the newest first.
func (b *logbook) add(e ledger.Entry) {
	if e.Kind == ledger.Deleted || e.Kind == ledger.Lost {
		key := e.Channel + " " + e.TS
		if _, known := b.deleted[key]; !known {
			b.deleted[key] = struct{}{}
			b.counts[e.Channel]++
		}
	}
	if e.Kind == ledger.Kept {
		b.late[e.Channel] = struct{}{}
	}
	for _, f := range e.Files {
		b.addFile(f, e)
	}
}

// kept counts the files that are kept.
func (b *logbook) kept() (n int) {
	for _, f := range b.files {
		if f.Kept != "" {
			n++
		}
	}
	return n
}

// addFile keeps, of several entries about a file, the one that knows most of it, and of those the oldest. The log tells
// the digest of a file where it was kept; where it is shown again it tells only where it is.
func (b *logbook) addFile(f ledger.File, e ledger.Entry) {
	now, known := b.files[f.ID]
	if !known || knowledge(f) >= knowledge(now.File) {
		now.File = f
	}
	if !known || e.TS < now.ts || (e.TS == now.ts && e.Channel < now.channel) {
		now.channel, now.ts = e.Channel, e.TS
	}
	b.files[f.ID] = now
}

func knowledge(f ledger.File) int {
	switch {
	case f.Kept != "" && f.SHA256 != "":
		return 2
	case f.Kept != "":
		return 1
	}
	return 0
}

// keptOf lists where the files of messages are kept: ids in the store.
func (b *logbook) keptOf(group []talk.Message) (ids []string) {
	for _, m := range group {
		for _, f := range m.Files {
			if id := b.files[f.ID].Kept; id != "" {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
