package slackbot

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// How bells are rung.
const (
	// quietTime is how long after a channel's bell was heard further messages are told of together; longestQuiet how long
	// it stays silent at most while nobody hears it.
	quietTime    = 2 * time.Second
	longestQuiet = time.Minute

	// maxRinging is how many bells are on their way at a time. What more there is waits here, where what belongs to one
	// channel goes together: at the desk it would only be slower, and keep waiting what a person waits for.
	maxRinging = 16

	// maxKept is how many hints wait for a case that is not known yet; of more, the mirror's sweeps find the oldest.
	maxKept = 100
)

// doorbell tells the desk of what was said, a channel at a time: while one bell of a channel is on its way or waits for
// its turn, all that comes for the channel goes together with the next one, and is taken when that has been heard. So
// the more there is, the fewer bells each of it needs. Channels take turns: a busy one holds up no other.
type doorbell struct {
	ctx  context.Context // ends with the gateway
	ring func(context.Context, Bell) error
	log  *slog.Logger
	turn chan struct{} // has room for those that are on their way

	mu    sync.Mutex
	lanes map[string]*lane // of channels for which there is something to do
	going sync.WaitGroup
}

// lane is what a channel's bell has to tell.
type lane struct {
	next  *batch    // what goes with the next bell; nil: nothing
	busy  bool      // one is on its way, or waits for its turn
	heard time.Time // when the last one that was heard had left
	owed  bool      // there is something to read that no bell has told of since
	kept  []Hint    // that no bell has told of
	fails int       // in a row
	early int       // in a row: whose case is it is not known yet
	timer *time.Timer
}

// batch is told of together.
type batch struct {
	said  bool // there are new messages
	hints []Hint
	done  chan struct{} // closed when err is known
	err   error
	early bool // nobody is there to hear it yet, perhaps
}

func newDoorbell(ctx context.Context, o Options) *doorbell {
	d := &doorbell{ctx: ctx, log: o.Log, turn: make(chan struct{}, maxRinging), lanes: map[string]*lane{}}
	if o.Desk != nil {
		d.ring = o.Desk.Ring
	}
	d.going.Go(func() { <-ctx.Done(); d.hurry() })
	return d
}

// tell tells of new messages in a channel, of a hint or of both, and returns when that has been heard. Of new messages
// alone a bell that was heard a moment ago is enough: whoever has heard it looks again until there is nothing new, and
// hears the next one as soon as the quiet time is over.
func (d *doorbell) tell(ctx context.Context, channel string, said bool, hint *Hint) error {
	var hints []Hint
	if hint != nil {
		hints = []Hint{*hint}
	}
	d.mu.Lock()
	l := d.lane(channel)
	if d.ctx.Err() == nil && (l.early > 0 && l.fails == 0 || hint == nil && l.quiet()) {
		l.owe(said || hint == nil, hints...)
		d.mu.Unlock()
		return nil
	}
	b := d.join(channel, l)
	b.said = b.said || said
	b.hints = withHints(b.hints, hints)
	d.mu.Unlock()
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return ctx.Err() // it may arrive yet; twice is harmless
	}
}

// owe keeps what the next bell has to tell; the lane's timer rings it, or what is on its way when it has come back.
func (l *lane) owe(said bool, hints ...Hint) {
	l.kept = withHints(l.kept, hints)
	l.kept = l.kept[max(0, len(l.kept)-maxKept):]
	l.owed = l.owed || said || len(l.kept) > 0
}

// giveBack keeps what a bell had to tell, before what came after it.
func (l *lane) giveBack(b *batch) {
	later := l.kept
	l.kept = nil
	l.owe(b.said, slices.Concat(b.hints, later)...)
}

// withHints is a list with more hints, each once: Slack may have sent one again meanwhile.
func withHints(list, more []Hint) []Hint {
	for _, h := range more {
		if !slices.Contains(list, h) {
			list = append(list, h)
		}
	}
	return list
}

func (l *lane) quiet() bool { return l.fails == 0 && time.Since(l.heard) < quietTime }

func (d *doorbell) lane(channel string) *lane {
	l := d.lanes[channel]
	if l == nil {
		l = &lane{}
		d.lanes[channel] = l
	}
	return l
}

// join is what goes with the next bell, which is on its way as soon as the last one has come back.
func (d *doorbell) join(channel string, l *lane) *batch {
	if l.next == nil {
		l.next = &batch{done: make(chan struct{})}
	}
	if !l.busy {
		l.busy = true
		d.going.Go(func() { d.carry(channel, l) })
	}
	return l.next
}

// carry rings the channel's bell until there is nothing to tell for now.
func (d *doorbell) carry(channel string, l *lane) {
	for again := true; again; {
		d.turn <- struct{}{}
		b, left := d.take(l), time.Now()
		b.err = d.once(Bell{Channel: channel, Said: b.said, Hints: b.hints})
		if b.early = errors.Is(b.err, ErrNoCaseYet); b.early && d.ctx.Err() == nil {
			b.err = nil // nothing is to be sent again: what a case that is there soon has to hear, it hears from here
		}
		<-d.turn
		again = d.more(channel, l, b, left)
		close(b.done) // whoever is told of it, and tells more, finds the bell as it left it
	}
}

// take is what the next bell tells, with what is owed.
func (d *doorbell) take(l *lane) *batch {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := l.next
	b.hints = withHints(b.hints, l.kept)
	l.next, b.said, l.owed, l.kept = nil, b.said || l.owed, false, nil
	return b
}

// once rings; it may still do so while the gateway ends.
func (d *doorbell) once(b Bell) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(d.ctx), answerTime)
	defer cancel()
	err := errors.New("the desk is out of order")
	guard(d.log, "ring a bell", func() { err = d.ring(ctx, b) })
	return err
}

// more notes what became of a bell, and reports whether the next one has to ring now. When the gateway ends it rings a
// last time for what is still to be told.
func (d *doorbell) more(channel string, l *lane, b *batch, left time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case b.early:
		l.early, l.fails = l.early+1, 0
		l.giveBack(b)
	case b.err == nil:
		l.heard, l.fails, l.early = left, 0, 0
	default:
		l.fails++
		if l.owed = l.owed || b.said; l.early > 0 { // Slack sends it again, but not for ever, and not what was kept before
			l.giveBack(b)
		}
	}
	ended := d.ctx.Err() != nil
	if ended && l.owed && b.err == nil && !b.early { // whose case is not known by now, the next gateway rings for
		d.join(channel, l)
	}
	if l.next != nil {
		return true
	}
	l.busy = false
	if ended {
		delete(d.lanes, channel)
	} else {
		d.rest(channel, l, b.err)
	}
	return false
}

// rest rings again later for what is owed by then.
func (d *doorbell) rest(channel string, l *lane, err error) {
	quiet := quietTime - time.Since(l.heard)
	if tries := l.fails + l.early; tries > 0 {
		quiet = min(quietTime<<min(tries-1, 10), longestQuiet)
	}
	if err != nil {
		d.log.Warn("nobody hears the bell of a channel", "channel", channel, "again_in", quiet, "error", err)
	}
	if l.timer != nil {
		l.timer.Stop()
	}
	l.timer = time.AfterFunc(quiet, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.wake(channel, l)
	})
}

// wake rings for what is owed; a channel of which nothing is owed is forgotten.
func (d *doorbell) wake(channel string, l *lane) {
	switch {
	case d.lanes[channel] != l, l.busy: // what is on its way tells all
	case l.owed:
		d.join(channel, l)
	default:
		delete(d.lanes, channel)
	}
}

// hurry rings for all that is owed, because the gateway ends.
func (d *doorbell) hurry() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for channel, l := range d.lanes {
		d.wake(channel, l)
	}
}

// inTurn does something else at the desk, which takes its turn with the bells.
func (d *doorbell) inTurn(ctx context.Context, do func(context.Context) error) error {
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
		return do(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}
