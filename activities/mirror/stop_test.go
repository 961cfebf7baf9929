package mirror_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
	"hikeshi/activities/mirror"
)

// Small log tickets and few file ids: the mirror stops and goes on, and logs the same.
func TestStopsAndGoesOn(t *testing.T) {
	clean := newWorld("C1", "C2")
	life(t, clean)
	for _, room := range []int{2, 3} {
		for _, ids := range []int{1, 2, 50} {
			w := newWorld("C1", "C2")
			w.room, w.ids, w.in.Room, w.tickets.room = room, ids, room, room
			w.reserve(ids)
			life(t, w)
			requireSame(t, clean, w, "room for %d digests, %d ids", room, ids)
			require.Greater(t, len(w.in.Logs), 1)
		}
	}
}

// The same, and each call fails once.
func TestStopsAndFails(t *testing.T) {
	clean := newWorld("C1", "C2")
	life(t, clean)
	for n := 1; n < 60; n += 3 {
		w := newWorld("C1", "C2")
		w.room, w.ids, w.in.Room, w.tickets.room = 3, 2, 3, 3
		w.reserve(2)
		w.at, w.after, w.resume, w.struck = n, n%2 == 0, n%4 < 2, true
		life(t, w)
		requireSame(t, clean, w, "call %d", n)
	}
}

// requireSame compares what was logged, but not the order over channels and threads: where a call must stop, the replies
// it could not log come with the next one.
func requireSame(t *testing.T, want, got *world, what string, args ...any) {
	t.Helper()
	require.Equal(t, slices.Sorted(slices.Values(want.said())), slices.Sorted(slices.Values(got.said())), fmt.Sprintf(what, args...))
	require.Len(t, got.store.files, len(want.store.files), fmt.Sprintf(what, args...))
	last := map[string]string{}
	for _, e := range got.entries() {
		if e.Kind == ledger.Said && e.Thread == "" && e.Part < 2 {
			require.Greater(t, e.TS, last[e.Channel], "the order of "+e.Channel+", "+fmt.Sprintf(what, args...))
			last[e.Channel] = e.TS
		}
	}
}

func TestNoRoom(t *testing.T) {
	w := newWorld("C1")
	w.in.Room = 0
	out, err := w.attempt(t, false)
	require.NoError(t, err)
	require.True(t, out.Full)
	require.False(t, out.More, "nothing was said")
	w.says("C1", "x")
	h := mirror.Hint{Channel: "C1", TS: "1764000000.000001"}
	out, err = w.attempt(t, false, h)
	require.NoError(t, err)
	require.True(t, out.Full && out.More)
	require.Equal(t, []mirror.Hint{h}, out.Hints)
	require.Empty(t, out.Channels[0].After)
	w.in.Room = 1
	out, err = w.attempt(t, false)
	require.NoError(t, err)
	require.Equal(t, 1, out.Messages)
	require.True(t, out.Full)
	require.False(t, out.More)
}

// A message in parts is not begun where not all of it fits.
func TestNoRoomForAllParts(t *testing.T) {
	w := newWorld("C1")
	w.in.Room = 2
	a, b := w.says("C1", "a"), w.says("C1", long(50000))
	out, err := w.attempt(t, false)
	require.NoError(t, err)
	require.True(t, out.Full && out.More)
	require.Equal(t, a.TS, out.Channels[0].After)
	require.Equal(t, []string{line(ledger.Said, a)}, w.said())
	w.remember(out)
	w.in.Room = 9
	w.mirror(t)
	require.Equal(t, []string{line(ledger.Said, a), line(ledger.Said, b) + " 1/3", line(ledger.Said, b) + " 2/3", line(ledger.Said, b) + " 3/3"}, w.said())
}

func TestNoFileIDs(t *testing.T) {
	w := newWorld("C1")
	w.in.FileIDs = nil
	a := w.says("C1", "a")
	b := w.chat.say("C1", talk.Message{Text: "b", Files: []talk.File{{Name: "x", URL: "x"}}})
	w.says("C1", "c")
	out, err := w.attempt(t, false)
	require.NoError(t, err)
	require.True(t, out.More)
	require.False(t, out.Full)
	require.Equal(t, []string{line(ledger.Said, a)}, w.said())
	w.remember(out)
	w.reserve(2)
	out, err = w.attempt(t, false)
	require.NoError(t, err)
	require.Equal(t, w.in.FileIDs[1:], out.IDsLeft)
	require.Len(t, w.entries(), 3)
	require.Equal(t, w.in.FileIDs[0], w.entries()[1].Files[0].Kept)
	require.Equal(t, map[string]string{b.Files[0].ID: w.in.FileIDs[0]}, out.Kept)
}

// A call that stops between two files of a message has put the first one away: the next one logs its digest, too.
func TestStopsBetweenFiles(t *testing.T) {
	for _, ids := range []int{1, 2} {
		w := newWorld("C1")
		w.ids, w.in.Room = ids, ids-1
		w.reserve(ids)
		w.shares(talk.File{Name: "a", URL: "x"}, talk.File{Name: "b", URL: "y"}, talk.File{Name: "c", URL: "z"})
		w.mirror(t)
		require.Len(t, w.store.files, 3)
		requireSums(t, w, fmt.Sprintf("%d ids", ids))
	}
}

// requireSums looks for the digest of each file in the store: the archive compares it with what the store holds.
func requireSums(t *testing.T, w *world, what string) {
	t.Helper()
	sums := map[string]string{}
	for _, e := range w.entries() {
		for _, f := range e.Files {
			if f.SHA256 != "" {
				sums[f.Kept] = f.SHA256
			}
		}
	}
	for id, f := range w.store.files {
		require.Equal(t, f.SHA256, sums[id], what)
	}
}

// A parent is logged before the stop, its replies are not: a hint remembers them.
func TestRepliesThatAreLeft(t *testing.T) {
	w := newWorld("C1")
	w.in.Room = 1
	a := w.says("C1", "a")
	for range 60 {
		w.replies(a, "r")
	}
	out, err := w.attempt(t, false)
	require.NoError(t, err)
	require.True(t, out.More)
	require.Len(t, out.Hints, 1)
	require.Equal(t, a.TS, out.Hints[0].Thread)
	w.remember(out)
	w.in.Room = 5
	w.mirror(t, out.Hints...)
	require.Len(t, w.said(), 61)
	require.Zero(t, w.called("digests"))
}

// A reply is sent to the channel as well while the mirror reads: it comes with its thread, and not again with the channel.
func TestBroadcastBetweenTwoReads(t *testing.T) {
	w := newWorld("C1")
	a := w.says("C1", "a")
	r := w.replies(a, "r")
	var b talk.Message
	w.meanwhile = func(call string) {
		if call == "replies C1" && b.TS == "" {
			b = w.chat.say("C1", talk.Message{Text: "b", Thread: a.TS, Subtype: "thread_broadcast"})
		}
	}
	w.mirror(t)
	w.mirror(t)
	require.Equal(t, []string{line(ledger.Said, a), line(ledger.Said, r), line(ledger.Said, b)}, w.said())
}
