package mirror_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
	"hikeshi/activities/mirror"
)

// A sweep stops in the middle of a thread that no cursor knows, and is not called again: its replies were logged long ago.
func TestSweepStopsInAForgottenThread(t *testing.T) {
	w := newWorld("C1")
	a := w.says("C1", "a")
	w.replies(a, "r")
	b := w.chat.say("C1", talk.Message{Text: "b", Ours: true})
	w.replies(a, "s")
	w.mirror(t)
	w.in.Channels[0].Threads = nil
	w.chat.find("C1", b.TS).Ours = false // as if it had been missed
	w.in.Sweep, w.in.Room = true, 0
	out, err := w.attempt(t, false)
	require.NoError(t, err)
	require.True(t, out.More)
	w.remember(out)
	w.in.Sweep, w.in.Room = false, 9
	w.mirror(t, out.Hints...)
	require.Len(t, w.said(), 3, "nothing twice")
}

// A hint that only tells of a thread does not hide the edit of its first message.
func TestEditFoundBesideAHintAboutTheThread(t *testing.T) {
	w := newWorld("C1")
	a := w.says("C1", "a")
	w.replies(a, "r")
	w.at, w.on, w.after = 1, "digest", true
	_, err := w.attempt(t, false)
	require.Error(t, err)
	w.chat.edit(a, "b")
	w.in.First = false
	w.mirror(t, mirror.Hint{Channel: "C1", TS: a.TS, Thread: a.TS})
	require.Equal(t, line(ledger.Edited, a), w.said()[2])
	require.Empty(t, w.differences(t))
}

// A thread is so long that it is read in pieces. Its newest reply, sent to the channel as well, is logged with the channel;
// then the call must stop.
func TestStopInALongThreadWithABroadcast(t *testing.T) {
	w := newWorld("C1")
	w.chat.size = 200
	a, z := w.says("C1", "a"), w.says("C1", "z")
	for range 2248 {
		w.chat.say("C1", talk.Message{Text: "r", Thread: a.TS})
	}
	w.chat.say("C1", talk.Message{Text: "b", Thread: a.TS, Subtype: "thread_broadcast"})
	w.replies(z, "its thread waits for the long one")
	w.in.Room = 45
	out, err := w.attempt(t, false)
	require.NoError(t, err)
	require.True(t, out.More)
	require.Len(t, w.said(), 2250)
	w.remember(out)
	w.in.Room = 9
	w.mirror(t, out.Hints...)
	require.Len(t, w.said(), 2252)
	require.Empty(t, w.differences(t))
}

// The heartbeat stands behind a thread's first message; its replies are still to come, and nobody rang for them.
func TestHeartbeatInTheMiddleOfAThread(t *testing.T) {
	w := newWorld("C1")
	a := w.says("C1", "a")
	for range 120 {
		w.replies(a, "r")
	}
	w.at, w.on, w.struck, w.resume = 2, "digest", true, true
	w.mirror(t)
	require.Equal(t, 121, w.total.Messages)
	require.Empty(t, w.differences(t))
}

// Somebody says and edits something while the hints are looked at: the next call finds it, and finds it once.
func TestSaidWhileTheHintsAreRead(t *testing.T) {
	w := newWorld("C1")
	w.says("C1", "a")
	w.mirror(t)
	next := talk.Message{Channel: "C1", TS: "1764000002.000002"}
	w.meanwhile = func(call string) {
		if call == "message C1" && len(w.chat.rooms["C1"].messages) == 1 {
			require.Equal(t, next.TS, w.says("C1", "b").TS)
		}
	}
	w.mirror(t, hint(next))
	require.Len(t, w.said(), 1)
	w.mirror(t)
	w.mirror(t, hint(next))
	require.Len(t, w.said(), 2)
	require.Empty(t, w.differences(t))
}
