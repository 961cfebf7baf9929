package slackbot

import (
	"context"
	"errors"
	"log/slog"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

// How long what Slack said of a person counts, and of a group: whoever was taken out of one, or brought in at night, is not
// to wait for it; how long it counts while Slack says nothing newer; how long one question may take in the background, and
// after how long an unanswered one is asked again.
const (
	freshTime  = 10 * time.Minute
	freshGroup = time.Minute
	staleTime  = time.Hour
	askTime    = 5 * time.Second
	silentTime = 3 * time.Second
	briefly    = 300 * time.Millisecond // for what can be done without
	maxPersons = 10_000
)

// errSilent is for those who ask while the last question has just stayed without an answer.
var errSilent = errors.New("Slack has just not answered this")

var errFault = errors.New("asking Slack has failed here")

// memory remembers answers of Slack's Web API. A burst of the same question asks once.
type memory[T any] struct {
	known  *lru.Cache[string, remembered[T]]
	asking singleflight.Group
	fresh  time.Duration
	wait   time.Duration // for what may count a while longer
	now    func() time.Time
}

type remembered[T any] struct {
	answer T
	said   time.Time // zero: Slack has never answered
	asked  time.Time
}

func newMemory[T any](fresh, wait time.Duration) *memory[T] {
	known, _ := lru.New[string, remembered[T]](maxPersons) // fails for a size under one only
	return &memory[T]{known: known, fresh: fresh, wait: wait, now: time.Now}
}

// of returns what is known, asking for what is not or no more, for as long as ctx lasts; what may count a while longer is
// not waited for long. The question itself goes on until it is answered or base ends, so that whoever comes next need not
// wait.
func (m *memory[T]) of(ctx, base context.Context, key string, ask func(context.Context) (T, error)) (T, bool) {
	found, _ := m.known.Get(key)
	if m.now().Sub(found.said) < m.fresh {
		return found.answer, true
	}
	isKnown := m.now().Sub(found.said) < staleTime
	if isKnown {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, m.wait)
		defer cancel()
	}
	asked := m.asking.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(base, askTime)
		defer cancel()
		return m.ask(ctx, key, ask)
	})
	select {
	case <-ctx.Done():
	case got := <-asked:
		if got.Err == nil {
			return got.Val.(T), true
		}
	}
	return found.answer, isKnown
}

func (m *memory[T]) ask(ctx context.Context, key string, ask func(context.Context) (T, error)) (T, error) {
	last, _ := m.known.Get(key)
	if m.now().Sub(last.asked) < silentTime {
		return last.answer, errSilent
	}
	var answer T
	err := errFault
	guard(slog.Default(), "ask Slack", func() { answer, err = ask(ctx) })
	if err != nil {
		last.asked = m.now()
		m.known.Add(key, last)
		return answer, err
	}
	m.known.Add(key, remembered[T]{answer: answer, said: m.now()})
	return answer, nil
}
