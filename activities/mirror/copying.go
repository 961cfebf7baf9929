package mirror

import (
	"context"
	"errors"
	"maps"
	"slices"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/phrase"
	"hikeshi/activities/internal/talk"
)

// copying is one attempt of MirrorMessages.
type copying struct {
	*Activities
	ctx   context.Context
	in    MirrorMessages
	pulse *attempt
	words phrase.Words
	log   *logbook

	out     Mirrored // counts and numbers so far
	cursors []*cursor
	room    int
	draft   draft
	stored  map[string]deposit.Stored // files that this call, or an earlier try of it, put away: by the chat's id

	rest    []item              // of the pass under way: not logged yet
	threads []thread            // to be read
	queued  map[string]struct{} // threads that were in there: their keys
	hints   []Hint              // not done yet
	again   []*talk.Message     // of the first hints: the messages as they are now
	met     map[string]bool     // messages that a hint tells of: whether this call has read them
	owing   []talk.Message      // messages in the log that show files which it names as not kept
	refused map[string]struct{} // files that were refused in this call
}

// Two reasons to stop before the end.
var (
	errFull  = errors.New("the log ticket takes no more digests")
	errNoIDs = errors.New("no file ids are left")
)

func (a *Activities) copying(ctx context.Context, in MirrorMessages) *copying {
	c := &copying{Activities: a, ctx: ctx, in: in, words: phrase.Over(Words(), in.Words), room: in.Room,
		stored: map[string]deposit.Stored{}, queued: map[string]struct{}{}, met: map[string]bool{}, refused: map[string]struct{}{}}
	c.pulse = takeUp(ctx, in.Fresh(ctx))
	c.log = newLogbook(a.Log, in, c.pulse.patiently)
	maps.Copy(c.log.kept, in.Kept)
	c.out = Mirrored{Seq: in.Seq, IDsLeft: in.FileIDs, Kept: map[string]string{}}
	channels, hints := in.Channels, in.Hints
	if at := c.pulse.Where(); at != nil && !in.Sweep {
		channels, hints = at.Channels, at.Hints
	}
	for _, ch := range channels {
		c.cursors = append(c.cursors, newCursor(ch, in.Sweep))
	}
	c.hints = c.known(hints)
	for _, h := range c.hints {
		if h.aboutOne() {
			c.met[h.Channel+" "+h.TS] = false
		}
	}
	return c
}

// known leaves out hints about channels that are not this case's.
func (c *copying) known(hints []Hint) []Hint {
	hints = slices.DeleteFunc(slices.Clone(hints), func(h Hint) bool { return c.cursor(h.Channel) == nil })
	slices.SortStableFunc(hints, func(a, b Hint) int { return byTime(a.TS, b.TS, a.Channel, b.Channel) })
	return hints
}

// run does everything, or stops where it must.
func (c *copying) run() (Mirrored, error) {
	err := c.everything()
	stopped := errors.Is(err, errFull) || errors.Is(err, errNoIDs)
	if err == nil || stopped {
		c.out.Full = errors.Is(err, errFull)
		err = c.flush()
	}
	if err != nil {
		return Mirrored{}, c.pulse.End(err)
	}
	out := c.soFar()
	out.More, out.Full = stopped, out.Full || c.room <= 0
	if !stopped {
		out.Hints = nil
	}
	return out, nil
}

func (c *copying) everything() error {
	if err := c.recover(); err != nil {
		return err
	}
	if err := c.said(); err != nil {
		return err
	}
	if err := c.hinted(); err != nil {
		return err
	}
	if !c.in.Sweep {
		return nil
	}
	if err := c.vanished(); err != nil {
		return err
	}
	return c.keepLate()
}

// soFar is the result, if it ended here.
func (c *copying) soFar() Mirrored {
	out := c.out
	out.Files = len(out.Kept)
	out.Kept = maps.Clone(out.Kept)
	out.Lacking, out.NotKept = c.log.files.lacking(), c.log.files.more()
	out.Channels = nil
	for _, cur := range c.cursors {
		out.Channels = append(out.Channels, cur.whole())
		if cur.gone {
			out.Gone = append(out.Gone, cur.Channel)
		}
	}
	out.Hints = c.undone()
	return out
}

// undone lists, as hints, what has not been logged yet and what no cursor would find.
func (c *copying) undone() []Hint {
	var list []Hint
	threads := map[string]struct{}{}
	add := func(channel, ts, thread string) {
		key := channel + " " + thread
		if _, twice := threads[key]; !twice {
			threads[key] = struct{}{}
			list = append(list, Hint{Channel: channel, TS: ts, Thread: thread})
		}
	}
	for _, it := range c.rest {
		if it.inThread {
			add(it.m.Channel, it.m.TS, it.m.Thread)
		}
	}
	for _, t := range c.threads {
		add(t.channel, t.root, t.root)
	}
	return append(list, c.hints...)
}

// unreadable notes that a channel cannot be read any more, if that is what the error says.
func (c *copying) unreadable(channel string, err error) bool {
	if !activities.Is(err, activities.NotFound) && !activities.Is(err, activities.Denied) {
		return false
	}
	c.cursor(channel).gone = true
	return true
}
