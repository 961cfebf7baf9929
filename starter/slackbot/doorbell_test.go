package slackbot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// ear hears bells.
type ear struct {
	Desk
	mu    sync.Mutex
	began time.Time
	heard []string // when, channel and hints
	deaf  int      // so many more are not heard
	early int      // for so many more there is no case yet
	slow  chan struct{}
}

func (e *ear) Ring(ctx context.Context, b Bell) error {
	if e.slow != nil {
		select {
		case <-e.slow:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.early > 0 {
		e.early--
		return ErrNoCaseYet
	}
	if e.deaf > 0 {
		e.deaf--
		return errors.New("connection refused")
	}
	said := ""
	if b.Said {
		said = " said"
	}
	e.heard = append(e.heard, fmt.Sprintf("%v %s%s %d", time.Since(e.began), b.Channel, said, len(b.Hints)))
	return nil
}

// ringing runs a test with a doorbell under a clock of its own. At the end nothing rings any more.
func ringing(t *testing.T, do func(t *testing.T, d *doorbell, e *ear, end func())) {
	synctest.Test(t, func(t *testing.T) {
		e := &ear{began: time.Now()}
		ctx, cancel := context.WithCancel(t.Context())
		d := newDoorbell(ctx, Options{Desk: e, Log: slog.New(slog.DiscardHandler)})
		end := func() { cancel(); d.going.Wait() }
		do(t, d, e, end)
		end()
		if n := len(d.lanes); n != 0 {
			t.Errorf("%d channels are still remembered", n)
		}
	})
}

func (e *ear) want(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	if !slices.Equal(e.heard, want) {
		t.Errorf("heard %q, want %q", e.heard, want)
	}
}

// press tells of a new message, as an event does for which Slack waits.
func press(t *testing.T, d *doorbell, channel string) {
	t.Helper()
	if err := d.tell(t.Context(), channel, true, nil); err != nil {
		t.Error(err)
	}
}

func TestABellRingsAtOnceAndThenSeldom(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, _ func()) {
		press(t, d, "C1")
		e.want(t, "0s C1 said 0")
		for range 10 { // a second of talk
			press(t, d, "C1")
			time.Sleep(100 * time.Millisecond)
		}
		press(t, d, "C2")
		e.want(t, "0s C1 said 0", "1s C2 said 0")
		time.Sleep(time.Minute)
		e.want(t, "0s C1 said 0", "1s C2 said 0", "2s C1 said 0")
		press(t, d, "C1")
		e.want(t, "0s C1 said 0", "1s C2 said 0", "2s C1 said 0", "1m1s C1 said 0")
		time.Sleep(time.Minute)
		d.mu.Lock()
		defer d.mu.Unlock()
		if len(d.lanes) != 0 {
			t.Errorf("%d channels in which nobody talks are remembered", len(d.lanes))
		}
	})
}

// A message is acknowledged when a bell is heard that has left after it came: one that was on its way already may be
// heard by somebody who has looked before.
func TestAMessageWaitsForABellOfItsOwn(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, _ func()) {
		e.slow = make(chan struct{}, 10)
		var taken [3]bool
		for i := range taken {
			go func() { press(t, d, "C1"); taken[i] = true }()
			synctest.Wait()
		}
		if e.want(t); taken != [3]bool{} {
			t.Errorf("taken %v before anybody has heard a bell", taken)
		}
		e.slow <- struct{}{}
		if e.want(t, "0s C1 said 0"); taken != [3]bool{true} {
			t.Errorf("taken %v, want the first", taken)
		}
		e.slow <- struct{}{}
		if e.want(t, "0s C1 said 0", "0s C1 said 0"); taken != [3]bool{true, true, true} {
			t.Errorf("taken %v, want all", taken)
		}
	})
}

func TestTheLastBellIsRungAtTheEnd(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, end func()) {
		press(t, d, "C1")
		press(t, d, "C1")
		e.want(t, "0s C1 said 0")
		end()
		e.want(t, "0s C1 said 0", "0s C1 said 0")
		press(t, d, "C1") // by a request that was still on its way
		d.going.Wait()
		e.want(t, "0s C1 said 0", "0s C1 said 0", "0s C1 said 0")
	})
}

// What was said while a bell was on its way as the gateway ended is told of too.
func TestTheLastBellIsRungAfterOneThatIsOnItsWay(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, end func()) {
		press(t, d, "C1")
		e.slow = make(chan struct{}, 2)
		go d.tell(t.Context(), "C1", false, &Hint{TS: "1.1"}) //nolint:errcheck // what becomes of the bell is seen below
		synctest.Wait()
		press(t, d, "C1")
		e.slow <- struct{}{}
		e.slow <- struct{}{}
		end()
		e.want(t, "0s C1 said 0", "0s C1 1", "0s C1 said 0")
	})
}

// Slack is asked to send it again; and for the case that it has given up when somebody hears again, so is the bell.
func TestABellThatNobodyHearsIsRungAgain(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, _ func()) {
		e.deaf = 4
		for range 2 { // none is owed to the other
			if err := d.tell(t.Context(), "C1", true, nil); err == nil {
				t.Error("no error, although nobody heard it")
			}
		}
		time.Sleep(time.Hour)
		e.want(t, "28s C1 said 0") // after 4, 8 and 16 seconds
	})
}

func TestNobodyIsThereAtTheEnd(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, end func()) {
		e.deaf = 100
		if err := d.tell(t.Context(), "C1", true, nil); err == nil {
			t.Error("no error, although nobody heard it")
		}
		end()
		if e.want(t); e.deaf != 98 {
			t.Errorf("rung %d times, want 2: at once and at the end", 100-e.deaf)
		}
	})
}

// While one bell is on its way, what comes for the channel goes together with the next one: hints, each once, and messages.
func TestWhatComesMeanwhileGoesTogether(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, _ func()) {
		e.slow = make(chan struct{}, 10)
		var all sync.WaitGroup
		tell := func(channel string, said bool, hint *Hint) {
			all.Go(func() {
				if err := d.tell(t.Context(), channel, said, hint); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		tell("C1", false, &Hint{TS: "1.1"})
		tell("C1", false, &Hint{TS: "1.2"})
		tell("C1", true, nil)
		tell("C1", true, &Hint{TS: "1.3"})
		tell("C1", false, &Hint{TS: "1.2"}) // Slack has sent it again
		e.slow <- struct{}{}
		e.want(t, "0s C1 1")
		e.slow <- struct{}{}
		all.Wait()
		e.want(t, "0s C1 1", "0s C1 said 2")
		e.slow <- struct{}{}
		tell("C2", false, &Hint{TS: "1.1"})
		e.want(t, "0s C1 1", "0s C1 said 2", "0s C2 1")
	})
}

func TestAHintThatDoesNotArriveIsAnError(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, _ func()) {
		e.deaf = 1
		if err := d.tell(t.Context(), "C1", false, &Hint{TS: "1.1"}); err == nil {
			t.Error("no error, although nobody heard it")
		}
		e.slow = make(chan struct{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := d.tell(ctx, "C1", false, &Hint{TS: "1.1"}); !errors.Is(err, context.DeadlineExceeded) || time.Since(e.began) != time.Second {
			t.Errorf("%v after %s, want the end of the sender's patience", err, time.Since(e.began))
		}
		e.want(t)
	})
}

// A channel in which much is said holds up no other: each has one bell on its way at most, and they take turns.
func TestChannelsTakeTurns(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, _ func()) {
		e.slow = make(chan struct{}, 100)
		var all sync.WaitGroup
		tell := func(channel string) {
			all.Go(func() { press(t, d, channel) })
			synctest.Wait()
		}
		for i := range maxRinging { // as many as may be on their way
			tell(fmt.Sprintf("C%d", i))
		}
		for range 50 {
			tell("C0")
		}
		tell("CLAST")
		if n := len(d.turn); n != maxRinging {
			t.Errorf("%d are on their way, want %d", n, maxRinging)
		}
		for range maxRinging + 2 {
			e.slow <- struct{}{}
			synctest.Wait()
		}
		all.Wait()
		if got := e.heard[len(e.heard)-2:]; len(e.heard) != maxRinging+2 || !slices.Equal(got, []string{"0s CLAST said 0", "0s C0 said 0"}) {
			t.Errorf("heard %q, want each channel's, the one that waited, and one for all that was said in the busy one", e.heard)
		}
	})
}

// What is no bell takes its turn too, and does not wait longer than Slack does.
func TestEventsTakeTurns(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, _ func()) {
		for range maxRinging {
			d.turn <- struct{}{}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := d.inTurn(ctx, func(context.Context) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want the end of the sender's patience", err)
		}
		<-d.turn
		if err := d.inTurn(t.Context(), func(context.Context) error { return nil }); err != nil || len(d.turn) != maxRinging-1 {
			t.Errorf("%v, and %d turns are taken", err, len(d.turn))
		}
		for range maxRinging - 1 {
			<-d.turn
		}
	})
}

// What is said in a channel whose case is not known yet is told of when it is, replies and edits too, whether or not more
// is said there. However much that is, it does not wait longer for it, and Slack is not asked to send it again.
func TestABellForACaseThatIsNotKnownYet(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, _ func()) {
		e.early = 3
		for i := range 20 {
			press(t, d, "C1")
			if err := d.tell(t.Context(), "C1", false, &Hint{Channel: "C1", TS: fmt.Sprintf("1.%d", i%2)}); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(20 * time.Second)
		e.want(t, "14s C1 said 2") // after 2, 4 and 8 seconds
		time.Sleep(time.Minute)
		press(t, d, "C1")
		e.want(t, "14s C1 said 2", "1m20s C1 said 0")
	})
}

// A gateway that ends rings once more, and does not wait for a case to become known.
func TestTheLastBellForACaseThatIsNotKnownYet(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, end func()) {
		e.early = 1000
		press(t, d, "C1")
		end()
		if rung := 1000 - e.early; rung > 3 || time.Since(e.began) > time.Second {
			t.Errorf("rang %d times, until %v", rung, time.Since(e.began))
		}
		e.early = 0
	})
}

// What was kept for a case that was not known yet is not lost when Temporal goes away before it is; what comes meanwhile is
// to be sent again.
func TestWhatWasKeptOutlivesAnOutage(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, _ func()) {
		e.early, e.deaf = 1, 2
		press(t, d, "C1")
		if err := d.tell(t.Context(), "C1", false, &Hint{Channel: "C1", TS: "1.1"}); err != nil {
			t.Error(err)
		}
		time.Sleep(3 * time.Second) // it has rung once more, and nobody heard it
		if err := d.tell(t.Context(), "C1", false, &Hint{Channel: "C1", TS: "1.2"}); err == nil {
			t.Error("what comes during the outage is taken")
		}
		time.Sleep(time.Minute)
		e.want(t, "11s C1 said 2")
	})
}

// What comes while the gateway ends, for a case that is not known, is to be sent again: nobody will ring for it.
func TestABellInTheEndIsNotTaken(t *testing.T) {
	ringing(t, func(t *testing.T, d *doorbell, e *ear, end func()) {
		e.early = 1000
		end()
		if err := d.tell(t.Context(), "C1", true, nil); err == nil {
			t.Error("it is taken")
		}
		e.early = 0
	})
}
