package mirror_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
	"hikeshi/activities/mirror"
)

// endless is a channel that is made up while it is read, so that it takes no memory itself. Each tenth message opens a
// thread of three.
type endless struct{ n, size, pages int }

const epoch = 1700000000

func (e *endless) message(i int) talk.Message {
	text := fmt.Sprintf("message %d ", i) + strings.Repeat("x", e.size)
	m := talk.Message{Channel: "C1", TS: fmt.Sprintf("%d.000000", epoch+10*i), User: "U1", Author: "Aoi", Text: text, Raw: text}
	if i%10 == 0 {
		m.Replies = 3
	}
	return m
}

func (e *endless) History(_ context.Context, _ string, in talk.Span, cursor string) (page talk.Page, err error) {
	e.pages++
	last := e.n - 1
	for _, before := range []string{in.Before, cursor} {
		if before != "" {
			last = min(last, index(before)-1)
		}
	}
	first := 0
	if in.After != "" {
		first = index(in.After) + 1
	}
	for i := last; i >= first; i-- {
		if len(page.Messages) == 200 {
			page.Next = page.Messages[199].TS
			break
		}
		page.Messages = append(page.Messages, e.message(i))
	}
	return page, nil
}

func index(ts string) (i int) {
	_, _ = fmt.Sscanf(ts, "%d", &i)
	return (i - epoch) / 10
}

func (e *endless) Replies(_ context.Context, _, thread string, in talk.Span, _ string) (page talk.Page, err error) {
	for k := 1; k <= 3; k++ {
		m := e.message(index(thread))
		m.TS, m.Thread, m.Replies = fmt.Sprintf("%d.000000", epoch+10*index(thread)+k), thread, 0
		if m.TS > in.After {
			page.Messages = append(page.Messages, m)
		}
	}
	return page, nil
}

func (e *endless) Message(context.Context, string, string, string) (*talk.Message, error) {
	return nil, nil
}

func (e *endless) Fetch(context.Context, talk.File) (talk.Body, error) { return talk.Body{}, nil }

// meter is a log that keeps nothing but numbers.
type meter struct {
	t         testing.TB
	entries   int
	last      string
	digests   int
	base, top uint64
	measure   bool
}

func (m *meter) WriteDigest(_ context.Context, _ string, d ledger.Digest) error {
	m.digests++
	m.entries += len(d.Entries)
	for _, e := range d.Entries {
		if e.TS <= m.last {
			m.t.Errorf("%s stands behind %s", e.TS, m.last)
		}
		m.last = e.TS
	}
	if m.measure && m.digests%20 == 0 {
		m.top = max(m.top, live())
	}
	return nil
}

func (m *meter) Digests(context.Context, string, func(ledger.Digest) (bool, error)) error { return nil }

func live() uint64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

func copyAll(t testing.TB, e *endless, m *meter) mirror.Mirrored {
	w := newWorld("C1")
	a := &mirror.Activities{Chat: e, Log: m, Files: w.store, Mask: stars{}, Escape: slashed}
	w.in.Room = 1 << 20
	var out mirror.Mirrored
	execute(t, a.MirrorMessages, w.in, &out)
	return out
}

// Twenty thousand messages of one kilobyte, and six thousand replies: 26 MB go through, a fraction is held.
func TestMemoryStaysBounded(t *testing.T) {
	e, m := &endless{n: 20000, size: 1000}, &meter{t: t, measure: true}
	m.base = live()
	out := copyAll(t, e, m)
	require.Equal(t, 26000, out.Messages)
	require.Equal(t, 26000, m.entries)
	require.LessOrEqual(t, e.pages, 2*(20000/200+1), "each page is read twice at most")
	require.NotZero(t, m.top)
	require.Less(t, (m.top-m.base)>>20, uint64(15), "MiB held")
	t.Logf("%d MiB were held", (m.top-m.base)>>20)
}

func BenchmarkMirror(b *testing.B) {
	messages := 0
	for b.Loop() {
		messages += copyAll(b, &endless{n: 20000, size: 200}, &meter{t: b}).Messages
	}
	b.ReportMetric(float64(messages)/b.Elapsed().Seconds(), "messages/s")
}
