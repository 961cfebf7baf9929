package mirror_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/talk"
)

func (w *world) shares(files ...talk.File) talk.Message {
	return w.chat.say("C1", talk.Message{Text: "see", Files: files})
}

func TestFilesArePutAway(t *testing.T) {
	w := newWorld("C1")
	m := w.shares(talk.File{ID: "F1", Name: "invoice.pdf", Mime: "application/pdf", URL: "bytes"}, talk.File{ID: "F2", Name: "empty.txt"})
	w.chat.files["F2"] = nil
	again := w.shares(m.Files[0])
	out := w.mirror(t)
	require.Equal(t, 2, out.Files)
	require.Len(t, w.store.files, 2)
	kept := w.entries()[0].Files
	require.Equal(t, deposit.Stored{ID: kept[0].Kept, Name: "F1-invoice.pdf", URL: "https://drive.example.com/" + kept[0].Kept, Mime: "application/pdf", Size: 5,
		SHA256: "277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9", Key: "case/SEC-42/mirror.file.F1"}, w.store.files[kept[0].Kept])
	require.Equal(t, int64(5), kept[0].Size)
	require.Equal(t, w.store.files[kept[0].Kept].SHA256, kept[0].SHA256)
	require.Equal(t, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", kept[1].SHA256, "an empty file is one, too")
	require.Equal(t, again.TS, w.entries()[1].TS)
	require.Equal(t, kept[0].Kept, w.entries()[1].Files[0].Kept)
	require.Contains(t, w.text(), "[invoice.pdf|https://drive.example.com/")
	require.Contains(t, w.text(), kept[0].SHA256)

	w.shares(m.Files[0])
	out = w.mirror(t)
	require.Zero(t, out.Files, "an earlier call has kept it")
	require.Equal(t, kept[0].Kept, w.entries()[2].Files[0].Kept)
}

func TestFilesThatCannotBeHad(t *testing.T) {
	w := newWorld("C1")
	m := w.shares(talk.File{ID: "F1", Name: "a", Missing: "deleted"}, talk.File{ID: "F2", Name: "b", Missing: "external", External: "https://evil.example/{x}"},
		talk.File{ID: "F3", Name: "c", URL: "bytes"}, talk.File{ID: "F4", Name: "d", URL: "bytes"})
	delete(w.chat.files, "F3")
	w.store.refuse = "F4-d"
	out := w.mirror(t)
	require.Equal(t, 1, out.Messages)
	require.Equal(t, 3, out.NotKept, "what lies elsewhere was never ours to keep")
	require.Zero(t, out.Files)
	require.Zero(t, w.called("close"))
	require.Equal(t, 2, w.called("fetch"))
	var reasons []string
	for _, f := range w.entries()[0].Files {
		reasons = append(reasons, f.Missing)
	}
	require.Equal(t, []string{"deleted", "external", "HTTP 404", "malwareContent"}, reasons)
	require.Contains(t, w.text(), `https://evil.example/\{x\}`)
	require.NotContains(t, w.text(), `|https://evil`)
	require.Equal(t, w.in.FileIDs, out.IDsLeft)
	w.chat.edit(m, "see again")
	require.Zero(t, w.mirror(t, hint(m)).NotKept, "they were counted before")
}

// A download that breaks off, or a store that is away, must not cost a file.
func TestTransfersThatFailForNow(t *testing.T) {
	for _, c := range []struct {
		on   string
		torn bool
		err  activities.Class
	}{{torn: true, err: activities.Unavailable}, {on: "fetch", err: activities.Unavailable}, {on: "upload", err: activities.Denied}, {on: "close", err: activities.Unavailable}} {
		w := newWorld("C1")
		w.shares(talk.File{Name: "f", URL: "bytes"})
		w.torn = c.torn
		if c.on != "" {
			w.at, w.on, w.err = 1, c.on, activities.Fault{Class: c.err, System: "x", Op: "x", Cause: "x"}.Error()
		}
		_, err := w.attempt(t, false)
		require.Equal(t, c.err, activities.FaultOf(err).Class, c.on)
		require.Empty(t, w.said())
		require.Empty(t, w.store.files)
		w.in.First = false
		out := w.mirror(t)
		require.Equal(t, 1, out.Files)
		require.Equal(t, "bytes", string(slices.Collect(maps.Values(w.store.bytes))[0]))
	}
}

// An id of somebody else's, or a file that was thrown away, is passed over; what an earlier try put away is taken.
func TestFilesOfAnEarlierTry(t *testing.T) {
	w := newWorld("C1")
	m := w.shares(talk.File{Name: "f", URL: "bytes"}, talk.File{Name: "g", URL: "other bytes"}, talk.File{Name: "h", URL: "third"})
	ids := w.in.FileIDs
	w.store.files[ids[0]] = deposit.Stored{ID: ids[0], Key: "somebody else's"}
	w.store.files[ids[1]] = deposit.Stored{ID: ids[1], Key: "case/SEC-42/mirror.file." + m.Files[0].ID, SHA256: "abc", Size: 5}
	w.store.files[ids[2]] = deposit.Stored{ID: ids[2], Key: "case/SEC-42/mirror.file." + m.Files[1].ID, Trashed: true}
	w.in.First = false
	out := w.mirror(t)
	require.Equal(t, ids[5:], out.IDsLeft)
	files := w.entries()[0].Files
	require.Equal(t, []string{ids[1], ids[3], ids[4]}, []string{files[0].Kept, files[1].Kept, files[2].Kept})
	require.Equal(t, "abc", files[0].SHA256)
	require.Equal(t, 3, out.Files)
}

func TestNamesInTheStore(t *testing.T) {
	for name, want := range map[string]string{
		"invoice.pdf":                      "F1-invoice.pdf",
		"":                                 "F1-file",
		"...":                              "F1-file",
		".bashrc":                          "F1-bashrc",
		"../../etc/passwd":                 "F1-_.._etc_passwd",
		`C:\Users\a|b?.exe `:               "F1-C__Users_a_b_.exe",
		"a\x00b\nc\u202Egpj.exe":           "F1-abcgpj.exe",
		"請求書　2026.xlsx":                    "F1-請求書 2026.xlsx",
		"\xff\xfe.txt":                     "F1-txt",
		strings.Repeat("x", 300):           "F1-" + strings.Repeat("x", 117),
		strings.Repeat("火", 300) + ".docx": "F1-" + strings.Repeat("火", 112) + ".docx",
		"x." + strings.Repeat("y", 300):    "F1-x." + strings.Repeat("y", 115),
	} {
		w := newWorld("C1")
		w.shares(talk.File{ID: "F1", Name: name, URL: "bytes"})
		w.mirror(t)
		for _, f := range w.store.files {
			require.Equal(t, want, f.Name, name)
			require.LessOrEqual(t, utf8.RuneCountInString(f.Name), 120)
		}
		require.Len(t, w.store.files, 1)
	}
}

// More files than a digest has room for.
func TestManyFiles(t *testing.T) {
	w := newWorld("C1")
	w.ids = 100
	w.reserve(100)
	var files []talk.File
	for range 60 {
		files = append(files, talk.File{Name: strings.Repeat("{", 300), URL: "bytes"})
	}
	m := w.shares(files...)
	out := w.mirror(t)
	require.Equal(t, 60, out.Files)
	require.Equal(t, 1, out.Messages)
	var kept []string
	for _, e := range w.entries() {
		for _, f := range e.Files {
			kept = append(kept, f.ID)
		}
	}
	require.Len(t, kept, 60)
	require.Equal(t, m.Files[0].ID, kept[0])
	require.True(t, slices.IsSorted(kept[:10]))
}
