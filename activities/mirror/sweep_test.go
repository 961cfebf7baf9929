package mirror_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// Nobody rang for anything: a sweep finds it all.
func TestSweep(t *testing.T) {
	w := newWorld("C1", "C2")
	var a []talk.Message
	for range 130 {
		a = append(a, w.says("C1", "x"))
	}
	b, c := w.says("C2", "b"), w.says("C2", "c")
	r, s := w.replies(b, "r"), w.replies(b, "s")
	card := w.chat.say("C2", talk.Message{Text: "card", Ours: true})
	u := w.replies(card, "u")
	w.mirror(t)
	before := len(w.said())

	w.chat.edit(a[3], "edited")
	w.chat.edit(r, "edited")
	w.chat.remove(a[7])
	w.chat.remove(s)
	w.chat.remove(u)
	w.chat.remove(b)
	n := w.says("C1", "new")
	q := w.replies(c, "q")
	p := w.replies(a[2], "p")
	w.in.Sweep = true
	out := w.mirror(t)
	want := []string{line(ledger.Edited, a[3]), line(ledger.Deleted, b), line(ledger.Edited, r), line(ledger.Said, n), line(ledger.Said, q), line(ledger.Said, p),
		line(ledger.Deleted, a[7]), line(ledger.Deleted, s), line(ledger.Deleted, u)}
	require.ElementsMatch(t, want, w.said()[before:])
	require.Equal(t, 3, out.Messages)
	require.Equal(t, 2, out.Edits)
	require.Equal(t, 4, out.Deletions)
	require.Equal(t, n.TS, out.Channels[0].After)

	out = w.mirror(t)
	require.Zero(t, out.Counts, "the second sweep finds nothing")
	w.in.Sweep = false
	w.mirror(t, hint(q), hint(p), hint(r), deletion(s))
	require.Len(t, w.said(), before+len(want), "late bells")
}

// A channel that cannot be read any more has not lost its messages.
func TestSweepOfAChannelThatIsGone(t *testing.T) {
	w := newWorld("C1", "C2")
	w.says("C1", "x")
	m := w.says("C2", "y")
	w.mirror(t)
	w.chat.rooms["C1"].gone = true
	w.chat.remove(m)
	w.in.Sweep = true
	out := w.mirror(t)
	require.Equal(t, []string{"C1"}, out.Gone)
	require.Equal(t, line(ledger.Deleted, m), w.said()[2])
	require.Len(t, w.said(), 3)
}

// A sweep that is killed after some of its digests begins anew and logs nothing twice.
func TestSweepThatIsKilled(t *testing.T) {
	for n := 1; n <= 4; n++ {
		for _, resume := range []bool{false, true} {
			w := newWorld("C1")
			for range 150 {
				w.says("C1", "x")
			}
			w.mirror(t)
			all := slices.Clone(w.chat.rooms["C1"].messages)
			for i, m := range all {
				if i%3 == 0 {
					w.chat.remove(m)
				} else {
					w.chat.edit(m, "y")
				}
			}
			w.in.Sweep = true
			w.at, w.on, w.struck, w.resume, w.after = n, "digest", true, resume, n%2 == 0
			w.mirror(t)
			require.Len(t, w.said(), 300)
			require.Len(t, slices.Compact(slices.Sorted(slices.Values(w.said()))), 300)
			require.Equal(t, 100, w.total.Edits)
			require.Equal(t, 50, w.total.Deletions)
		}
	}
}
