package archive_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities"
	"hikeshi/activities/archive"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// message finds a message of the world, to be changed.
func (w *world) message(t *testing.T, channel, ts string) *talk.Message {
	t.Helper()
	r := w.chat.rooms[channel]
	for i := range r.messages {
		if r.messages[i].TS == ts {
			return &r.messages[i]
		}
	}
	t.Fatalf("no message %s in %s", ts, channel)
	return nil
}

// edit changes what a message says, and the log of it.
func (w *world) edit(t *testing.T, channel, ts, text, at string) {
	m := w.message(t, channel, ts)
	m.Raw, m.Text, m.Edited = text, text, at
	w.log(ledger.Entry{Kind: ledger.Edited, Channel: channel, TS: ts, Edited: at, Sum: ledger.Sum(*m)})
}

// What people do after the export is noticed, channel by channel; what we and the chat do about ourselves is not.
func TestVerifyFindsWhatChanged(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(t *testing.T, w *world)
		want   []string
	}{
		"nothing": {func(*testing.T, *world) {}, nil},
		"a message": {func(_ *testing.T, w *world) {
			w.says("C0MAIL", talk.Message{TS: ts(9000), Text: "one more thing"})
		}, []string{"C0MAIL"}},
		"a first message": {func(_ *testing.T, w *world) {
			w.says("C0QUIET", talk.Message{TS: ts(9000), Text: "hello"})
		}, []string{"C0QUIET"}},
		"a reply to an old message": {func(_ *testing.T, w *world) {
			w.says("C0CASE", talk.Message{TS: ts(2 * day), Thread: ts(60), Text: "one more thing"})
		}, []string{"C0CASE"}},
		"an edit": {func(t *testing.T, w *world) { w.edit(t, "C0CASE", ts(300), "The mail itself!", ts(9000)) }, []string{"C0CASE"}},
		"an edit that says the same": {func(t *testing.T, w *world) {
			w.edit(t, "C0CASE", ts(300), "The mail itself, and what we know.", ts(9000))
		}, []string{"C0CASE"}},
		"an edit of a reply": {func(t *testing.T, w *world) { w.edit(t, "C0CASE", ts(95), "Whom?", ts(9000)) }, []string{"C0CASE"}},
		"a deletion": {func(_ *testing.T, w *world) {
			r := w.chat.rooms["C0MAIL"]
			r.messages = r.messages[:2]
		}, []string{"C0MAIL"}},
		"a deletion with a tombstone": {func(t *testing.T, w *world) {
			m := w.message(t, "C0CASE", ts(60))
			m.Subtype, m.Raw, m.Text = "tombstone", "This message was deleted.", "This message was deleted."
		}, []string{"C0CASE"}},
		"two at once": {func(t *testing.T, w *world) {
			w.edit(t, "C0CASE", ts(95), "Whom?", ts(9000))
			w.says("C0MAIL", talk.Message{TS: ts(9000), Text: "one more thing"})
		}, []string{"C0CASE", "C0MAIL"}},
		"our card": {func(t *testing.T, w *world) { w.message(t, "C0CASE", ts(5)).Raw = "closed" }, nil},
		"the chat's remark": {func(t *testing.T, w *world) {
			w.message(t, "C0CASE", ts(0)).Raw = "Aki T. has joined"
		}, nil},
		"a name":                   {func(_ *testing.T, w *world) { w.chat.rooms["C0CASE"].name = "other" }, nil},
		"a channel that came back": {func(_ *testing.T, w *world) { w.chat.rooms["C0GONE"] = &room{name: "back"} }, []string{"C0GONE"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := ordinary()
			m := w.make(t)
			tt.change(t, w)
			v, err := w.verify(t, m)
			require.NoError(t, err)
			require.Equal(t, tt.want, v.Changed)
			if tt.want == nil {
				return
			}
			require.Zero(t, v.Files, "it looked further although it had to be exported again")
			m = w.make(t)
			w.audited(t)
			v, err = w.verify(t, m)
			require.NoError(t, err)
			require.Empty(t, v.Changed)
		})
	}
}

// Two messages cannot pass for one, nor a text for a file.
func TestSumTellsApart(t *testing.T) {
	sums := map[string]string{}
	for name, messages := range map[string][]talk.Message{
		"two":            {{TS: ts(1), Text: "a"}, {TS: ts(2), Text: "b"}},
		"one":            {{TS: ts(1), Text: "a" + ts(2) + "b"}},
		"other text":     {{TS: ts(1), Text: "ab"}, {TS: ts(2), Text: "b"}},
		"moved":          {{TS: ts(1), Text: "b"}, {TS: ts(2), Text: "a"}},
		"a file":         {{TS: ts(1), Text: "a", Files: []talk.File{{ID: "F1"}}}, {TS: ts(2), Text: "b"}},
		"the next one's": {{TS: ts(1), Text: "a"}, {TS: ts(2), Text: "b", Files: []talk.File{{ID: "F1"}}}},
		"as text":        {{TS: ts(1), Text: "a\x00F1"}, {TS: ts(2), Text: "b"}},
		"edited":         {{TS: ts(1), Text: "a", Edited: ts(3)}, {TS: ts(2), Text: "b"}},
	} {
		w := newWorld()
		w.open("C1", "one", "")
		for _, m := range messages {
			w.says("C1", m)
		}
		got, err := run[archive.Exported](t, w, false, w.activities().ExportConversation, w.asked())
		require.NoError(t, err)
		require.Empty(t, sums[got.Counts[0].Sum], "%s looks like %s", name, sums[got.Counts[0].Sum])
		sums[got.Counts[0].Sum] = name
	}
}

// A channel that was exported and then shut to us cannot be compared. Exporting it again would only lose it.
func TestVerifyShutChannel(t *testing.T) {
	w := ordinary()
	m := w.make(t)
	w.chat.rooms["C0MAIL"].shut = &activities.Fault{Class: activities.Denied, System: "slack", Op: "read channel", Cause: "not_in_channel"}
	v, err := w.verify(t, m)
	require.NoError(t, err)
	require.Empty(t, v.Changed)
	require.Equal(t, []string{"C0MAIL"}, v.Gone)
	require.Equal(t, 12, v.Messages)
}

// What people said and the log does not have is a fact that nobody may pass over.
func TestVerifyLog(t *testing.T) {
	w := ordinary()
	m := w.make(t)
	w.tickets.logs["log1"] = w.tickets.logs["log1"][1:] // the first digest is gone
	_, err := w.verify(t, m)
	f := wantFault(t, err, activities.Invalid, "messages that are not in the log: 1 (#sec-42-payroll "+ts(60)+")")
	require.NotEmpty(t, f.Hint)

	clear(w.tickets.logs)
	_, err = w.verify(t, m)
	f = wantFault(t, err, activities.Invalid, "messages that are not in the log: 9 (#sec-42-payroll "+ts(60))
	require.Contains(t, f.Cause, "…)")
}

// A file that was not kept when its message was logged, and is kept later, is part of the archive: in the manifest, among
// the messages, and compared with the store. If that happens between export and verification, it is exported again.
func TestVerifyAFileThatIsKeptLater(t *testing.T) {
	w := ordinary()
	shared := talk.File{ID: "FLATE", Name: "late.txt", Size: 4}
	said := w.says("C0CASE", talk.Message{TS: ts(day + 200), Text: "see", Files: []talk.File{shared}}, ledger.File{Missing: "HTTP 403"})
	m := w.make(t)
	in := w.toVerify(m)
	in.Files = &m.manifest.Files
	v, err := run[archive.Verified](t, w, false, w.activities().VerifyArchive, in)
	require.NoError(t, err)
	require.Empty(t, v.Changed)
	before := v.Files

	late := w.store.keep("late", "FLATE-late.txt", "late")
	late.ID = "FLATE"
	w.log(ledger.Entry{Kind: ledger.Kept, Channel: "C0CASE", TS: said.TS, Sum: ledger.Sum(said), Files: []ledger.File{late}})
	v, err = run[archive.Verified](t, w, false, w.activities().VerifyArchive, in)
	require.NoError(t, err)
	require.Equal(t, []string{"C0CASE"}, v.Changed)

	notKept := m.manifest.NotKept
	m = w.make(t)
	require.Equal(t, notKept-1, m.manifest.NotKept)
	require.Contains(t, string(w.content("m")), `"kept":"files/FLATE-late.txt"`)
	in = w.toVerify(m)
	in.Files = &m.manifest.Files
	v, err = run[archive.Verified](t, w, false, w.activities().VerifyArchive, in)
	require.NoError(t, err)
	require.Empty(t, v.Changed)
	require.Equal(t, before+1, v.Files)
}

// An edit of which the log does not know is not in the log.
func TestVerifyLogOfEdit(t *testing.T) {
	w := ordinary()
	r := w.message(t, "C0CASE", ts(300))
	r.Raw, r.Edited = "edited without the mirror", ts(310)
	m := w.make(t)
	_, err := w.verify(t, m)
	wantFault(t, err, activities.Invalid, "messages that are not in the log: 1 (#sec-42-payroll "+ts(300)+")")
}

// What was said a moment ago may still be on its way into the log: then the case waits for the mirror and exports again.
// Once it is old, or something younger is in the log, it is missing.
func TestVerifyWaitsForTheMirror(t *testing.T) {
	for name, tt := range map[string]struct {
		age    time.Duration
		then   bool // something younger is logged
		waits  bool
		edited bool
	}{
		"young":              {age: time.Minute, waits: true},
		"young, edited":      {age: time.Minute, waits: true, edited: true},
		"old":                {age: time.Hour},
		"young, passed over": {age: time.Minute, then: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.open("C1", "one", "")
			at := time.Now().Add(-tt.age)
			said := fmt.Sprintf("%d.000001", at.Unix())
			if tt.edited {
				w.says("C1", talk.Message{TS: ts(1), Text: "before"})
				m := w.message(t, "C1", ts(1))
				m.Raw, m.Edited = "after", said
			} else {
				w.chat.say("C1", talk.Message{TS: said, Text: "just now"})
			}
			if tt.then {
				w.says("C1", talk.Message{TS: fmt.Sprintf("%d.000001", at.Unix()+10), Text: "later"})
			}
			m := w.make(t)
			a := w.activities()
			a.Lag = 0
			v, err := run[archive.Verified](t, w, false, a.VerifyArchive, w.toVerify(m))
			if !tt.waits {
				wantFault(t, err, activities.Invalid, "not in the log: 1")
				return
			}
			require.NoError(t, err)
			require.Equal(t, []string{"C1"}, v.Changed)
		})
	}
}

// One flipped byte is found, in each artifact and each file of people's, by us and by a stranger.
func TestOneFlippedByte(t *testing.T) {
	for _, id := range []string{"m", "t", "j", "x", "f", "drive-1", "drive-2"} {
		w := ordinary()
		m := w.make(t)
		w.content(id)[len(w.content(id))/2] ^= 1
		_, err := w.verify(t, m)
		f := wantFault(t, err, activities.Invalid, "files that differ from what was kept: 1")
		require.Contains(t, f.Hint, "restore the former version")
		if id != "f" { // the manifest's own digest stands in the tickets
			require.NotEmpty(t, w.audit(), id)
		}
		w.content(id)[len(w.content(id))/2] ^= 1
		_, err = w.verify(t, m)
		require.NoError(t, err)
	}
}

func TestFileInTheTrashOrGone(t *testing.T) {
	w := ordinary()
	m := w.make(t)
	w.store.files["drive-2"].trashed = true
	_, err := w.verify(t, m)
	wantFault(t, err, activities.Invalid, "files/F0NOTE-メモ 1.txt is in the trash")
	delete(w.store.files, "drive-1")
	_, err = w.verify(t, m)
	wantFault(t, err, activities.NotFound, "files that are not in Drive: 1 (files/F0MAIL (drive-1))")
	w.store.files["t"].content = append(w.store.files["t"].content, '!')
	delete(w.store.files, "m")
	_, err = w.verify(t, m)
	wantFault(t, err, activities.NotFound, "files that are not in Drive: 2 (messages.jsonl (m), files/F0MAIL (drive-1))")
}

// Trouble of a vendor is the vendor's, and no verdict.
func TestVerifyTrouble(t *testing.T) {
	w := ordinary()
	m := w.make(t)
	w.err = activities.Fault{Class: activities.Credentials, System: "slack", Op: "read", Cause: "token_revoked"}.Error()
	w.seen, w.strike = 0, 6
	_, err := w.verify(t, m)
	wantFault(t, err, activities.Credentials, "token_revoked")
}

// A later try goes on with the channel, or the file, that the last one did not get to.
func TestVerifyGoesOn(t *testing.T) {
	build := func() (*world, made) {
		w := ordinary()
		for i := range 300 {
			w.says("C0MAIL", talk.Message{TS: ts(2000 + i), Text: "x", Files: []talk.File{{ID: fmt.Sprint("F", i)}}}, w.store.keep(fmt.Sprint("d", i), "name", "x"))
		}
		w.chat.size = 50
		m := w.make(t)
		delete(w.store.files, "d7")
		w.seen, w.beat = 0, nil
		return w, m
	}
	w, m := build()
	_, err := w.verify(t, m)
	wantFault(t, err, activities.NotFound, "files that are not in Drive: 1")
	all := w.seen
	for strike := 3; strike < all; strike += 11 {
		w, m := build()
		w.strike = strike
		_, err := w.verify(t, m)
		wantFault(t, err, activities.Unavailable, "struck")
		w.seen, w.strike = 0, 0
		_, err = run[archive.Verified](t, w, true, w.activities().VerifyArchive, w.toVerify(m))
		wantFault(t, err, activities.NotFound, "files that are not in Drive: 1 (files/F7 (d7))")
		if strike > all/2 {
			require.Less(t, w.seen, all-all/4, "strike %d: it began anew", strike)
		}
	}
}

// Whoever asks to wait a little is obeyed on the spot: the next attempt would have to read a whole channel again. For a
// longer wait, or one of unknown length, Temporal waits.
func TestWaits(t *testing.T) {
	for _, tt := range []struct {
		after    time.Duration
		attempts int
	}{{time.Millisecond, 1}, {0, 2}, {time.Hour, 2}} {
		undisturbed := long()
		want := undisturbed.make(t)
		for strike := 1; strike <= undisturbed.chat.reads; strike += 4 {
			w := long()
			w.chat.meanwhile = func(read int) {
				if read == strike {
					w.chat.refuse = activities.Fault{Class: activities.RateLimited, System: "slack", Op: "read", Cause: "ratelimited", After: tt.after}.Error()
				}
			}
			got, attempts := persist[archive.Exported](t, w.activities().ExportConversation, w.asked())
			require.Equal(t, tt.attempts, attempts)
			require.Equal(t, want.said, got)
		}
	}
}

// Nobody waits for ever.
func TestWaitsInVain(t *testing.T) {
	w := ordinary()
	w.chat.meanwhile = func(int) {
		w.chat.refuse = activities.Fault{Class: activities.RateLimited, System: "slack", Op: "read", Cause: "ratelimited", After: time.Millisecond}.Error()
	}
	_, err := run[archive.Exported](t, w, false, w.activities().ExportConversation, w.asked())
	f := wantFault(t, err, activities.RateLimited, "ratelimited")
	require.Equal(t, time.Millisecond, f.After)
	require.Equal(t, 21, w.chat.reads)
}
