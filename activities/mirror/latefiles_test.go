package mirror_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
	"hikeshi/activities/mirror"
)

// refuses shares a file whose bytes the chat does not hand out until hands gives them.
func (w *world) refuses(file string) talk.Message {
	m := w.shares(talk.File{ID: file, Name: file + ".txt", URL: "bytes of " + file})
	delete(w.chat.files, file)
	return m
}

func (w *world) hands(file string) { w.chat.files[file] = []byte("bytes of " + file) }

func (w *world) sweep(t testing.TB) mirror.Mirrored {
	t.Helper()
	w.in.Sweep = true
	out := w.mirror(t)
	w.in.Sweep = false
	return out
}

func TestARefusedFileIsKeptLater(t *testing.T) {
	w := newWorld("C1")
	m := w.refuses("F1")
	behind := w.says("C1", "it holds up nothing")
	out := w.mirror(t)
	require.Equal(t, mirror.Counts{Digests: 1, Messages: 2, NotKept: 1}, out.Counts)
	require.Equal(t, map[string]int{"F1": 0}, out.Lacking)

	require.Zero(t, w.sweep(t).Counts, "it is refused again, and nothing is said of it")
	require.Equal(t, map[string]int{"F1": 1}, w.in.Lacking)
	w.hands("F1")
	w.calls = nil
	require.Zero(t, w.mirror(t).Counts)
	require.Zero(t, w.called("fetch"), "only sweeps look for it")

	require.Equal(t, mirror.Counts{Digests: 1, Files: 1, NotKept: -1}, w.sweep(t).Counts)
	require.Zero(t, w.total.NotKept)
	require.Empty(t, w.in.Lacking)
	require.Equal(t, []string{line(ledger.Said, m), line(ledger.Said, behind), line(ledger.Kept, m)}, w.said())
	kept := w.entries()[2].Files
	require.Len(t, kept, 1)
	stored := w.store.files[kept[0].Kept]
	require.Equal(t, "case/SEC-42/mirror.file.F1", stored.Key)
	require.Equal(t, stored.SHA256, kept[0].SHA256)
	require.Equal(t, stored.Size, kept[0].Size)
	require.Contains(t, w.text(), "What could not be had before is kept now.\nFile: [F1.txt|https://drive.example.com/"+kept[0].Kept+"], 11 bytes, SHA-256 "+stored.SHA256)
	require.Empty(t, w.differences(t))

	w.calls = nil
	require.Zero(t, w.sweep(t).Counts)
	require.Zero(t, w.called("fetch"))
	w.chat.edit(m, "see again")
	require.Equal(t, mirror.Counts{Digests: 1, Edits: 1}, w.mirror(t, hint(m)).Counts)
}

// A file that the chat never hands out is counted once and costs a bounded number of calls. The final sweep tries it all the same.
func TestAFileThatIsRefusedForEver(t *testing.T) {
	w := newWorld("C1")
	m := w.refuses("F1")
	w.mirror(t)
	w.chat.say("C1", talk.Message{Text: "once more", Files: m.Files})
	delete(w.chat.files, "F1")
	w.mirror(t)
	require.Equal(t, 1, w.total.NotKept, "it is one file")
	w.calls = nil
	for i := range 20 {
		w.says("C1", "x")
		out := w.sweep(t)
		require.Equal(t, mirror.Counts{Digests: 1, Messages: 1}, out.Counts, "sweep %d", i)
	}
	require.Equal(t, 8, w.called("fetch"))
	w.in.Final = true
	require.Zero(t, w.sweep(t).Counts)
	require.Equal(t, 9, w.called("fetch"))
	w.hands("F1")
	require.Equal(t, -1, w.sweep(t).NotKept)
	require.Empty(t, w.differences(t))
}

// What Slack says cannot be had is not asked for; once it says otherwise, the file is kept.
func TestAFileThatIsShownLater(t *testing.T) {
	w := newWorld("C1")
	m := w.shares(talk.File{ID: "F1", Name: "a", Missing: "hidden by the workspace's limit"}, talk.File{ID: "F2", Name: "b", Missing: "external", External: "https://x.example"})
	w.mirror(t)
	w.sweep(t)
	require.Zero(t, w.called("fetch"))
	w.chat.find("C1", m.TS).Files[0].Missing = ""
	w.hands("F1")
	require.Equal(t, mirror.Counts{Digests: 1, Files: 1, NotKept: -1}, w.sweep(t).Counts)
	require.Equal(t, 1, w.called("fetch"))
}

// A file that is kept where it is shown again needs no entry of its own. One of a message that is gone cannot be had.
func TestALackingFileThatIsSharedAgain(t *testing.T) {
	w := newWorld("C1")
	m, gone := w.refuses("F1"), w.refuses("F2")
	w.mirror(t)
	w.chat.say("C1", talk.Message{Text: "again", Files: m.Files})
	require.Equal(t, mirror.Counts{Digests: 1, Messages: 1, Files: 1, NotKept: -1}, w.mirror(t).Counts)
	w.hands("F2")
	w.chat.remove(gone)
	require.Equal(t, mirror.Counts{Digests: 1, Deletions: 1}, w.sweep(t).Counts)
	require.Equal(t, 1, w.total.NotKept)
}

// The state of a case that began before lacking files were remembered.
func TestALackingFileOfAnOlderCase(t *testing.T) {
	w := newWorld("C1")
	w.refuses("F1")
	w.mirror(t)
	w.in.Lacking = nil
	w.hands("F1")
	require.Equal(t, mirror.Counts{Digests: 1, Files: 1, NotKept: -1}, w.sweep(t).Counts)
}

// lateLife is a case whose files are had only later, in messages of all kinds.
func lateLife(t *testing.T, w *world) {
	first := w.refuses("F1")
	r := w.chat.say("C1", talk.Message{Text: "r", Thread: first.TS, Files: []talk.File{{ID: "F2", Name: "b", URL: "x"}, {ID: "F3", Name: "c", URL: "y"}, {ID: "F4", Name: "d", URL: "z"}}})
	edited := w.refuses("F5")
	blocked := w.refuses("F6")
	for _, f := range r.Files[:2] {
		delete(w.chat.files, f.ID)
	}
	w.mirror(t)
	w.sweep(t)
	for _, f := range []string{"F1", "F2", "F3", "F5"} {
		w.hands(f)
	}
	w.chat.edit(edited, "edited")
	w.says("C1", "and on")
	w.in.Final = true
	w.sweep(t)
	require.Equal(t, map[string]int{"F6": w.in.Lacking["F6"]}, w.in.Lacking)
	w.sweep(t)
	require.NotNil(t, w.chat.find("C1", blocked.TS))
}

// Whatever call fails, before its effect or after it: each file is kept once, and the log says so once.
func TestLateFilesExactlyOnce(t *testing.T) {
	clean := newWorld("C1")
	lateLife(t, clean)
	require.Equal(t, mirror.Counts{Digests: clean.total.Digests, Messages: 5, Edits: 1, Files: 5, NotKept: 1}, clean.total)
	for n := 1; n <= len(clean.calls)+20; n++ {
		for _, after := range []bool{false, true} {
			w := newWorld("C1")
			w.at, w.after, w.resume, w.struck = n, after, (n/2)%2 == 0, true
			lateLife(t, w)
			what := fmt.Sprintf("call %d, after: %t", n, after)
			require.Equal(t, clean.said(), w.said(), what)
			require.Len(t, w.store.files, 5, what)
			same := clean.total
			same.Digests = w.total.Digests
			require.Equal(t, same, w.total, what)
			requireSums(t, w, what)
			w.at = 0
			require.Empty(t, w.differences(t), what)
		}
	}
}

// The log ticket is full, and there are few ids: it stops and goes on, and the log says what it must of each file.
func TestLateFilesWithoutRoom(t *testing.T) {
	clean := newWorld("C1")
	lateLife(t, clean)
	for _, room := range []int{1, 2, 3} {
		for _, ids := range []int{1, 2, 50} {
			w := newWorld("C1")
			w.room, w.ids, w.in.Room, w.tickets.room = room, ids, room, room
			w.reserve(ids)
			lateLife(t, w)
			what := fmt.Sprintf("room for %d digests, %d ids", room, ids)
			require.Len(t, w.store.files, 5, what)
			requireSums(t, w, what)
			require.Equal(t, 1, w.total.NotKept, what)
			require.Equal(t, 5, w.total.Files, what)
			require.Empty(t, w.differences(t), what)
		}
	}
}

// Trouble with a file that the log lacks holds up no sweep; only the final one gives the chat some attempts to get over it.
func TestTroubleWithALateFile(t *testing.T) {
	for _, final := range []bool{false, true} {
		w := newWorld("C1")
		w.refuses("F1")
		w.mirror(t)
		w.hands("F1")
		w.in.Sweep, w.in.Final = true, final
		w.at, w.on, w.err = 1, "fetch", activities.Fault{Class: activities.Unavailable, System: "slack", Op: "fetch", Cause: "HTTP 500"}.Error()
		out, err := w.attempt(t, false)
		if final {
			require.Equal(t, activities.Unavailable, activities.FaultOf(err).Class)
			continue
		}
		require.NoError(t, err)
		require.Zero(t, out.Counts)
		require.Equal(t, map[string]int{"F1": 1}, out.Lacking)
		w.remember(out)
		require.Equal(t, -1, w.mirror(t).NotKept)
	}
}
