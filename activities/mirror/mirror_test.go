package mirror_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
	"hikeshi/activities/mirror"
)

func TestMessagesOfAllChannelsInOrder(t *testing.T) {
	w := newWorld("C1", "C2", "C3")
	var want []string
	for i := range 60 {
		m := w.says([]string{"C1", "C2", "C1"}[i%3], fmt.Sprintf("message %d", i))
		want = append(want, line(ledger.Said, m))
	}
	out := w.mirror(t)
	require.Equal(t, want, w.said())
	require.Equal(t, 60, out.Messages)
	require.Equal(t, 2, out.Digests, "50 entries, then 10")
	require.Equal(t, w.chat.rooms["C1"].messages[39].TS, out.Through)
	require.Zero(t, w.called("digests"), "the first try of all has nothing to look up")

	out = w.mirror(t)
	require.Equal(t, want, w.said(), "nothing was said since")
	require.Zero(t, out.Counts)
	m := w.says("C3", "at last")
	w.mirror(t)
	require.Equal(t, append(want, line(ledger.Said, m)), w.said())
}

func TestOursAndTheChatsRemarksAreNotLogged(t *testing.T) {
	w := newWorld("C1")
	w.chat.say("C1", talk.Message{Text: "the card", Ours: true})
	m := w.says("C1", "hello")
	w.chat.say("C1", talk.Message{Text: "joined", Subtype: "channel_join"})
	card := w.chat.say("C1", talk.Message{Text: "the thread of the machine", Ours: true})
	r := w.replies(card, "a person answers the machine")
	out := w.mirror(t)
	require.Equal(t, []string{line(ledger.Said, m), line(ledger.Said, r)}, w.said())
	require.Equal(t, card.TS, out.Channels[0].After, "the cursor passes over them")
}

func TestThreads(t *testing.T) {
	w := newWorld("C1")
	a := w.says("C1", "a")
	b := w.replies(a, "b")
	c := w.says("C1", "c")
	d := w.replies(a, "d")
	w.mirror(t)
	want := []string{line(ledger.Said, a), line(ledger.Said, b), line(ledger.Said, c), line(ledger.Said, d)}
	require.Equal(t, want, w.said())

	e := w.replies(a, "e")
	f := w.says("C1", "f")
	out := w.mirror(t, hint(e))
	require.Equal(t, append(want, line(ledger.Said, e), line(ledger.Said, f)), w.said(), "in the order of time")
	require.Equal(t, map[string]string{a.TS: e.TS}, out.Channels[0].Threads)
	require.Zero(t, w.called("digests"), "the cursor knows this thread")

	g := w.replies(c, "a first reply to an old message")
	w.mirror(t, hint(g), hint(g))
	w.mirror(t, hint(g), hint(e))
	require.Equal(t, append(want, line(ledger.Said, e), line(ledger.Said, f), line(ledger.Said, g)), w.said())
}

// The thread was forgotten: only the log tells which of its replies are in it.
func TestForgottenThread(t *testing.T) {
	w := newWorld("C1")
	a := w.says("C1", "a")
	b := w.replies(a, "b")
	for range 100 {
		w.says("C1", "between")
	}
	w.mirror(t)
	w.in.Channels[0].Threads = nil
	c := w.replies(a, "c")
	w.mirror(t, hint(c))
	said := w.said()
	require.Len(t, said, 103)
	require.Equal(t, line(ledger.Said, c), said[102])
	require.Contains(t, said, line(ledger.Said, b))
}

func TestBroadcastIsLoggedOnce(t *testing.T) {
	w := newWorld("C1")
	a := w.says("C1", "a")
	w.mirror(t)
	b := w.chat.say("C1", talk.Message{Text: "b", Thread: a.TS, Subtype: "thread_broadcast"})
	c := w.replies(a, "c")
	w.mirror(t)
	want := []string{line(ledger.Said, a), line(ledger.Said, b), line(ledger.Said, c)}
	require.Equal(t, want, w.said(), "its thread comes with it")
	d := w.chat.say("C1", talk.Message{Text: "d", Thread: a.TS, Subtype: "thread_broadcast"})
	w.mirror(t, hint(d))
	w.mirror(t, hint(d), hint(c), hint(b))
	require.Equal(t, append(want, line(ledger.Said, d)), w.said())
}

func TestEdits(t *testing.T) {
	w := newWorld("C1")
	a, b := w.says("C1", "a"), w.says("C1", "b")
	r := w.replies(a, "r")
	w.mirror(t)
	want := []string{line(ledger.Said, a), line(ledger.Said, b), line(ledger.Said, r)}

	w.mirror(t, hint(a), hint(r))
	require.Equal(t, want, w.said(), "an unfurled link is no edit")

	w.chat.edit(a, "a2")
	w.chat.edit(r, "r2")
	w.mirror(t, hint(a), hint(a), hint(r))
	want = append(want, line(ledger.Edited, a), line(ledger.Edited, r))
	require.Equal(t, want, w.said())
	require.Contains(t, w.text(), "edited ")
	w.mirror(t, hint(a), hint(r))
	require.Equal(t, want, w.said(), "the bell rang twice")

	w.chat.edit(a, "a3")
	w.chat.edit(a, "a2")
	out := w.mirror(t, hint(a))
	require.Equal(t, append(want, line(ledger.Edited, a)), w.said(), "there and back is an edit as well")
	require.Equal(t, 1, out.Edits)

	n := w.says("C1", "new")
	w.chat.edit(n, "newer")
	out = w.mirror(t, hint(n))
	require.Equal(t, 1, out.Messages)
	require.Zero(t, out.Edits, "it was edited before it was logged")
}

func TestDeletions(t *testing.T) {
	w := newWorld("C1")
	a, b, c := w.says("C1", "a"), w.says("C1", "b"), w.says("C1", "c")
	r := w.replies(c, "r")
	w.mirror(t)
	want := w.said()
	w.chat.remove(a)
	w.mirror(t, deletion(a))
	w.chat.remove(c) // it leaves a tombstone
	w.chat.remove(r)
	out := w.mirror(t, deletion(c), deletion(r), deletion(a))
	want = append(want, line(ledger.Deleted, a), line(ledger.Deleted, c), line(ledger.Deleted, r))
	require.Equal(t, want, w.said())
	require.Equal(t, 2, out.Deletions)

	d, s := w.says("C1", "said and taken back"), w.replies(b, "this, too")
	w.chat.remove(d)
	w.chat.remove(s)
	out = w.mirror(t, deletion(d), hint(s), deletion(s))
	require.Equal(t, append(want, line(ledger.Lost, d), line(ledger.Lost, s)), w.said())
	require.Equal(t, 2, out.Lost)
	require.Contains(t, w.text(), "before it could be logged")
	require.NotContains(t, w.text(), "taken back")
	w.mirror(t, deletion(d), hint(d), deletion(s))
	require.Len(t, w.said(), len(want)+2, "the bell rang again")
}

// A message whose first words were deleted before anybody read them, in a thread that goes on.
func TestTombstoneInTheChannel(t *testing.T) {
	w := newWorld("C1")
	a := w.says("C1", "a")
	r := w.replies(a, "r")
	w.chat.remove(a)
	w.mirror(t)
	require.Equal(t, []string{line(ledger.Lost, a), line(ledger.Said, r)}, w.said())
}

func TestChannelThatIsGone(t *testing.T) {
	w := newWorld("C1", "C2")
	w.says("C1", "x")
	m := w.says("C2", "y")
	w.chat.rooms["C1"].gone = true
	out := w.mirror(t, mirror.Hint{Channel: "C1", TS: "1.2", Thread: "1.1"}, mirror.Hint{Channel: "C9", TS: "1.2"})
	require.Equal(t, []string{"C1"}, out.Gone)
	require.Equal(t, []string{line(ledger.Said, m)}, w.said())
}
