package archive_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities"
	"hikeshi/activities/archive"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

func TestOrdinaryCase(t *testing.T) {
	w := ordinary()
	m := w.make(t)
	require.Equal(t, 2, m.manifest.Files)
	require.Equal(t, 2, m.manifest.NotKept)
	w.audited(t)
	v, err := w.verify(t, m)
	require.NoError(t, err)
	require.Equal(t, archive.Verified{Messages: 12, Files: 2, Bytes: v.Bytes}, v)

	mail := m.said.Counts[0]
	mail.Sum = ""
	require.Equal(t, archive.Count{Channel: "C0CASE", Name: "sec-42-payroll", Messages: 9, Replies: 3, Files: 4, Deleted: 2, Masked: 1}, mail)
	require.True(t, m.said.Counts[3].Gone)
}

// The same case kept again, into the same files, is the same to the byte.
func TestTwiceIsTheSame(t *testing.T) {
	w := ordinary()
	first := w.make(t)
	require.Equal(t, first, w.make(t))
	w.audited(t)
}

// Replies stand below what they reply to, in order, however the chat pages them; the one that was sent to the channel as
// well is there once.
func TestOrder(t *testing.T) {
	want := []int{0, 5, 60, 95, 140, day + 30, 300, 400, day + 100}
	for size := 1; size <= 10; size++ {
		w := ordinary()
		w.chat.size = size
		w.make(t)
		lines, err := readLines(w.content("m"))
		require.NoError(t, err)
		for i, seconds := range want {
			require.Equal(t, ts(seconds), lines[i].TS, "line %d with pages of %d", i, size)
		}
	}
}

// A reply that was sent to the channel, and whose thread has vanished without a trace, stands for itself.
func TestReplyWithoutThread(t *testing.T) {
	w := newWorld()
	w.open("C1", "one", "")
	w.says("C1", talk.Message{TS: ts(1), Text: "first"})
	w.says("C1", talk.Message{TS: ts(3), Thread: ts(2), Subtype: "thread_broadcast", Text: "left over"})
	m := w.make(t)
	require.Equal(t, 2, m.said.Counts[0].Messages)
	w.audited(t)
}

func TestChannelIsCalledByItsPresentName(t *testing.T) {
	w := ordinary()
	w.chat.rooms["C0CASE"].name = "renamed"
	m := w.make(t)
	require.Equal(t, "renamed", m.said.Counts[0].Name)
	require.Contains(t, string(w.content("t")), "#<bdi>renamed</bdi>")
}

// A channel from which we are removed while it is read is kept as far as it was read, and said to be gone.
func TestChannelGoesWhileItIsRead(t *testing.T) {
	for _, class := range []activities.Class{activities.NotFound, activities.Denied} {
		w := newWorld()
		w.open("C1", "one", "")
		w.open("C2", "two", "")
		w.chat.size = 1
		for i := range 40 {
			w.says("C1", talk.Message{TS: ts(i), Text: fmt.Sprint(i)})
		}
		w.says("C2", talk.Message{TS: ts(50), Text: "still here"})
		w.chat.meanwhile = func(read int) {
			if read == 40+2 { // the list is paged through once; the pages after that are those that were let go
				w.chat.rooms["C1"].shut = &activities.Fault{Class: class, System: "slack", Op: "read channel", Cause: "not_in_channel"}
			}
		}
		m := w.make(t)
		require.True(t, m.said.Counts[0].Gone)
		require.Greater(t, m.said.Counts[0].Messages, 0)
		require.Less(t, m.said.Counts[0].Messages, 40)
		require.Equal(t, 1, m.said.Counts[1].Messages)
		w.audited(t)
	}
}

func TestNothingAtAll(t *testing.T) {
	w := newWorld()
	w.logs = nil
	m := w.make(t)
	w.audited(t)
	_, err := w.verify(t, m)
	require.NoError(t, err)
	require.NotContains(t, string(w.content("f")), "null")
}

// A file that two messages show is kept, listed and compared once; one that was not there at first and then was, is kept.
func TestFilesOnce(t *testing.T) {
	w := newWorld()
	w.open("C1", "one", "")
	shown := talk.File{ID: "F1", Name: "a.txt"}
	kept := w.store.keep("d1", "F1-a.txt", "abc")
	w.says("C1", talk.Message{TS: ts(1), Text: "x", Files: []talk.File{shown}}, ledger.File{Missing: "too early"})
	w.says("C1", talk.Message{TS: ts(2), Text: "y", Files: []talk.File{shown}}, kept)
	w.says("C1", talk.Message{TS: ts(3), Text: "z", Files: []talk.File{shown, {ID: "F2", Name: "b.txt"}}}, ledger.File{Missing: "too late"})
	w.says("C1", talk.Message{TS: ts(4), Text: "again", Files: []talk.File{shown}}, ledger.File{Kept: "d1"})
	m := w.make(t)
	require.Equal(t, 1, m.manifest.Files)
	require.Equal(t, 0, m.manifest.NotKept)
	require.Contains(t, string(w.content("m")), `"id":"F2","name":"b.txt","size":0,"missing":"not in the log"`)
	require.Contains(t, string(w.content("t")), "the log says nothing of it")
	w.audited(t)
	v, err := w.verify(t, m)
	require.NoError(t, err)
	require.Equal(t, 1, v.Files)
}

func TestManyFiles(t *testing.T) {
	w := newWorld()
	w.open("C1", "one", "")
	for i := range 5000 {
		id := fmt.Sprintf("F%05d", i)
		w.says("C1", talk.Message{TS: ts(i), Text: "x", Files: []talk.File{{ID: id, Name: "a.txt"}}}, w.store.keep("d"+id, id+"-a.txt", id))
	}
	w.chat.size = 200
	m := w.make(t)
	require.Equal(t, 5000, m.manifest.Files)
	w.audited(t)
	v, err := w.verify(t, m)
	require.NoError(t, err)
	require.Equal(t, 5000, v.Files)
}

// The ticket of a lesson may be deleted by people who know nothing of the case: it is said to be missing. The case's own
// must be there.
func TestMissingTickets(t *testing.T) {
	w := ordinary()
	in := archive.ExportTickets{Effect: effect("tickets"), Tickets: []string{"case", "theme", "log1"}, File: to("j", "ticket.json")}
	_, err := run[archive.Artifact](t, w, false, w.activities().ExportTickets, in)
	require.NoError(t, err)
	var got struct {
		Tickets []struct{ Key, Ticket, Missing string }
	}
	require.NoError(t, json.Unmarshal(w.content("j"), &got))
	require.Len(t, got.Tickets, 3)
	require.Equal(t, "SEC-43", got.Tickets[2].Key)
	require.Equal(t, "theme", got.Tickets[1].Ticket)
	require.Equal(t, "HTTP 404", got.Tickets[1].Missing)

	in.Tickets = []string{"theme", "case"}
	_, err = run[archive.Artifact](t, w, false, w.activities().ExportTickets, in)
	wantFault(t, err, activities.NotFound, "HTTP 404")
}

// A large ticket passes through in pieces; what the store says of a piece arrives as it is, whatever the client makes of it.
func TestStoreRefusesATicket(t *testing.T) {
	w := ordinary()
	w.tickets.tickets["case"] = map[string]any{"text": strings.Repeat("x", 2000)}
	w.strike = 2
	w.err = activities.Fault{Class: activities.Denied, System: "drive", Op: "put the file away", Cause: "storageQuotaExceeded"}.Error()
	in := archive.ExportTickets{Effect: effect("tickets"), Tickets: []string{"case"}, File: to("j", "ticket.json")}
	_, err := run[archive.Artifact](t, w, false, w.activities().ExportTickets, in)
	wantFault(t, err, activities.Denied, "storageQuotaExceeded")
	require.NotContains(t, w.store.files, "j")
}

func wantFault(t *testing.T, err error, class activities.Class, cause string) activities.Fault {
	t.Helper()
	require.Error(t, err)
	f := activities.FaultOf(err)
	require.Equal(t, class, f.Class, "%v", err)
	require.Contains(t, f.Cause, cause)
	require.NotEmpty(t, f.Op)
	require.NotEmpty(t, f.System)
	require.NotEmpty(t, f.Attempts)
	return f
}
