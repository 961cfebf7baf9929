package mirror_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities"
	"hikeshi/activities/internal/talk"
	"hikeshi/activities/mirror"
)

// life is a piece of a case in which everything happens that the mirror knows.
func life(t *testing.T, w *world) {
	var first []talk.Message
	for i := range 70 {
		m := talk.Message{Text: fmt.Sprintf("message %d hunter2", i)}
		if i%30 == 3 {
			m.Files = []talk.File{{Name: "a.txt", URL: fmt.Sprintf("bytes of %d", i)}, {Name: "gone", Missing: "deleted"}}
		}
		first = append(first, w.chat.say([]string{"C1", "C2"}[i%2], m))
	}
	r := w.replies(first[4], "a reply")
	w.says("C1", long(22000))
	w.says("C1", "behind it")
	lost := w.says("C2", "said and taken back")
	w.chat.remove(lost)
	w.mirror(t, deletion(lost))

	w.chat.edit(first[0], "edited")
	w.chat.edit(r, long(22000))
	w.chat.remove(first[1])
	late := w.chat.say("C1", talk.Message{Text: "late", Thread: first[2].TS, Files: []talk.File{{Name: "b", URL: "bytes"}}})
	w.says("C2", "and on")
	w.mirror(t, hint(r), hint(late), hint(first[0]), deletion(first[1]))
	w.in.Sweep = true
	w.chat.edit(first[9], "nobody rang")
	w.chat.remove(first[11])
	w.mirror(t)
}

func long(n int) string {
	text := make([]rune, 0, n)
	for i := 0; len(text) < n; i++ {
		text = append(text, []rune(fmt.Sprintf("%d 火消し\n", i))...)
	}
	return string(text[:n])
}

// Whatever call fails, before its effect or after it, with the heartbeats of the attempt or without: the log is the same.
func TestEveryMessageExactlyOnce(t *testing.T) {
	clean := newWorld("C1", "C2")
	life(t, clean)
	want := clean.said()
	require.Equal(t, mirror.Counts{Digests: clean.total.Digests, Messages: 75, Edits: 3, Deletions: 2, Lost: 1, Files: 4, NotKept: 3, Masked: 70}, clean.total)
	calls := clean.called("digest") - clean.called("digest read") + clean.called("history") + clean.called("replies") + clean.called("message") + clean.called("fetch") + clean.called("upload") + clean.called("close")
	for n := 1; n <= calls; n++ {
		for _, after := range []bool{false, true} {
			w := newWorld("C1", "C2")
			w.at, w.after, w.resume, w.struck = n, after, (n/2)%2 == 0, true
			life(t, w)
			what := fmt.Sprintf("call %d, after: %t, heartbeats: %t", n, after, w.resume)
			require.Equal(t, want, w.said(), what)
			require.Len(t, w.store.files, 4, what)
			same := clean.total
			same.Digests = w.total.Digests
			require.Equal(t, same, w.total, what)
		}
	}
}

// A second fault during the recovery from the first.
func TestTwoFaultsInARow(t *testing.T) {
	clean := newWorld("C1", "C2")
	life(t, clean)
	for first := range 6 {
		for second := 1; second < 25; second += 3 {
			w := newWorld("C1", "C2")
			w.at, w.on, w.after, w.struck, w.resume = first+1, "digest", first%2 == 0, true, second%2 == 1
			w.then = second
			life(t, w)
			require.Equal(t, clean.said(), w.said(), "digest %d, then %d", first+1, second)
			require.Len(t, w.store.files, 4)
		}
	}
}

func TestErrorsTellOfAllAttempts(t *testing.T) {
	w := newWorld("C1")
	w.says("C1", "x")
	w.at, w.on = 1, "digest"
	_, err := w.attempt(t, false)
	require.Len(t, activities.FaultOf(err).Attempts, 1)
	w.at, w.in.First = 1, false
	_, err = w.attempt(t, true)
	f := activities.FaultOf(err)
	require.Equal(t, activities.Ambiguous, f.Class)
	require.Len(t, f.Attempts, 2)
	require.Equal(t, "struck", f.Attempts[0].Cause)
}

// A rate turns calls away without an effect. A walk through a long channel does not begin anew for that.
func TestRateLimitsAreWaitedFor(t *testing.T) {
	for _, on := range []string{"history", "replies", "digest", "fetch"} {
		w := newWorld("C1")
		a := w.says("C1", "x")
		w.replies(a, "y")
		w.chat.say("C1", talk.Message{Text: "z", Files: []talk.File{{Name: "f", URL: "bytes"}}})
		w.at, w.on = 1, on
		w.err = activities.Fault{Class: activities.RateLimited, System: "slack", Op: "x", Cause: "ratelimited", After: time.Millisecond}.Error()
		out, err := w.attempt(t, false)
		require.NoError(t, err, on)
		require.Equal(t, 3, out.Messages)
	}
	w := newWorld("C1")
	w.at = 1
	w.err = activities.Fault{Class: activities.RateLimited, System: "slack", Op: "x", Cause: "ratelimited", After: time.Hour}.Error()
	_, err := w.attempt(t, false)
	require.Equal(t, time.Hour, activities.FaultOf(err).After, "nobody waits an hour in a worker's slot")
}

// The log is read back only as far as it must be.
func TestRecoveryReadsNoMoreThanItMust(t *testing.T) {
	w := newWorld("C1")
	for range 500 {
		w.says("C1", "x")
	}
	w.mirror(t)
	require.Len(t, w.tickets.logs["log1"], 10)
	w.says("C1", "y")
	w.calls, w.in.First = nil, false
	w.mirror(t)
	require.Equal(t, 1, w.called("digest read"))

	w.calls = nil
	last := w.chat.rooms["C1"].messages[499]
	w.chat.edit(last, "z")
	w.mirror(t, hint(last))
	require.LessOrEqual(t, w.called("digest read"), 3, "what is edited is new, mostly")
}

func TestStrangeHeartbeat(t *testing.T) {
	w := newWorld("C1")
	m := w.says("C1", "x")
	w.mirror(t)
	w.in.Channels[0].After, w.in.Seq = "", 0 // as if the result had been lost
	w.beat = []byte(`["of another version"]`)
	out, err := w.attempt(t, true)
	require.NoError(t, err)
	require.Equal(t, 1, out.Messages)
	require.Equal(t, 1, out.Seq)
	require.Equal(t, []string{"said " + m.Key()}, w.said())
}
