package mirror

import (
	"slices"
	"strings"

	"go.temporal.io/sdk/activity"

	"hikeshi/activities"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// How often a file is tried again that could not be had.
const (
	maxTries   = 8 // in sweeps; then only in the final one
	finalTries = 3 // attempts at the final sweep in which the chat may be in trouble: no later one would find the file
)

// owes notes a message that the log has, if a sweep finds a file at it that the log lacks and the chat shows. Such a file
// waits for the sweep's end: it holds up nothing that was said.
func (c *copying) owes(m talk.Message) {
	if c.in.Sweep && slices.ContainsFunc(m.Files, c.lacks) {
		c.owing = append(c.owing, m)
	}
}

// lacks reports whether the log names a file as not kept that may be had now.
func (c *copying) lacks(f talk.File) bool {
	return c.log.files.now.lacks(f.ID) && f.External == "" && (f.Missing == "" || c.log.kept[f.ID] != "")
}

// keepLate tries again to keep the files that the log lacks, and logs those it has got.
func (c *copying) keepLate() error {
	if len(c.owing) == 0 {
		return nil
	}
	if err := c.flush(); err != nil { // what was said is safe, whatever becomes of them
		return err
	}
	for _, m := range c.owing {
		s := c.log.known[m.Key()]
		if s == nil || s.gone() || c.cursor(m.Channel).gone {
			continue
		}
		files, stop := c.tryAgain(m)
		for some := range slices.Chunk(files, filesPerPart) {
			if err := c.enter([]entry{c.lateEntry(m, s, some)}); err != nil {
				return err
			}
		}
		if stop != nil {
			return stop
		}
	}
	return nil
}

// tryAgain gives the files of a message that are kept only now.
func (c *copying) tryAgain(m talk.Message) (list []filed, err error) {
	for _, f := range m.Files {
		if !c.lacks(f) {
			continue
		}
		kept, err := c.keepNow(m.Channel, f)
		if err != nil {
			return list, err
		}
		if kept.Kept != "" {
			line, masked := c.fileLine(f, kept)
			list = append(list, filed{File: kept, line: line, masked: masked})
		}
	}
	return list, nil
}

// keepNow puts a file away that could not be had before. That it cannot be had now either is no error, whatever the chat
// says: the log is complete without it, and another sweep will come.
func (c *copying) keepNow(channel string, f talk.File) (kept ledger.File, err error) {
	if kept, err = c.keptBefore(f.ID); err != nil || kept.Kept != "" {
		return kept, err
	}
	if _, twice := c.refused[f.ID]; twice || c.log.files.tries[f.ID] >= maxTries && !c.in.Final {
		return kept, nil
	}
	if len(c.out.IDsLeft) == 0 {
		return kept, errNoIDs
	}
	s, fetching, err := c.carry(channel, f)
	switch {
	case c.ctx.Err() != nil:
		return kept, c.ctx.Err()
	case fetching != nil && c.in.Final && !activities.FaultOf(fetching).Class.Final() && activity.GetInfo(c.ctx).Attempt < finalTries:
		return kept, fetching
	case fetching != nil || activities.Is(err, activities.Invalid):
		c.refused[f.ID] = struct{}{}
		c.log.files.tries[f.ID]++
		return kept, nil
	case err != nil:
		return kept, err
	}
	return c.putNext(f.ID, s), nil
}

// lateEntry says that files of a message are kept now. It leaves the message as the log knows it.
func (c *copying) lateEntry(m talk.Message, s *state, files []filed) entry {
	e := ledger.Entry{Kind: ledger.Kept, Channel: m.Channel, TS: m.TS, Thread: m.Thread, Edited: s.edited, Sum: s.sum}
	head, masked := c.head(m, e)
	e.Masked = masked
	lines := []string{head, c.words["late"]}
	for _, f := range files {
		e.Files = append(e.Files, f.File)
		e.Masked += f.masked
		lines = append(lines, f.line)
	}
	return sized(e, strings.Join(lines, "\n"))
}
