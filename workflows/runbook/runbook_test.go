package runbook_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/runbook"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// The embedded runbooks, as runs carry them out, in both languages.
func TestLibrary(t *testing.T) {
	library := runbook.Read("")
	require.Empty(t, library.Problems())
	require.Len(t, library.List("en"), 3)
	for _, listed := range library.List("en") {
		for _, lang := range []string{"en", "ja"} {
			book, err := library.Find(listed.Name, lang)
			require.NoError(t, err)
			require.Len(t, book.SHA256, 64)
			book.SHA256 = "" // the golden file must not change with a comment
			golden(t, listed.Name+"."+lang+".json", book)
		}
	}
}

func golden(t *testing.T, name string, v any) {
	t.Helper()
	got, err := json.MarshalIndent(v, "", "  ")
	require.NoError(t, err)
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, append(got, '\n'), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
		t.Errorf("%s (-want +got), go test ./workflows/runbook -update writes it anew:\n%s", name, diff)
	}
}

// No Japanese text of the library is the English one, and no text is longer than what shows it whole.
func TestLibraryIsInBothLanguages(t *testing.T) {
	library := runbook.Read("")
	for _, listed := range library.List("en") {
		en, err := library.Find(listed.Name, "en")
		require.NoError(t, err)
		ja, err := library.Find(listed.Name, "ja")
		require.NoError(t, err)
		require.NotEqual(t, en.Title, ja.Title)
		for i := range en.Steps {
			e, j := en.Steps[i], ja.Steps[i]
			require.NotEqual(t, e.Title+e.Text, j.Title+j.Text, "%s, step %d", listed.Name, i+1)
			if e.Hypothesis != "" {
				require.NotEqual(t, e.Hypothesis, j.Hypothesis)
			}
		}
	}
}

func TestFind(t *testing.T) {
	library := runbook.Read("")
	for _, name := range []string{"phishing-mail", " Phishing Mail ", "PHISHING_MAIL", "phishing-mail.yaml", "フィッシングメール対応"} {
		book, err := library.Find(name, "ja")
		require.NoError(t, err, name)
		require.Equal(t, "フィッシングメール対応", book.Title)
	}
	_, err := library.Find("pishing-mail", "en")
	var refusal *incident.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, incident.Rule, refusal.Code)
	require.Equal(t, `there is no runbook "pishing-mail": did you mean "phishing-mail"?`, refusal.Message)
	require.Equal(t, "There are: lost-device, malware-client, phishing-mail", refusal.Hint)
	_, err = library.Find("zzz\u202e", "en")
	require.ErrorContains(t, err, `there is no runbook "zzz"`)
}

// write makes a directory of files.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	directory := t.TempDir()
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(directory, name), []byte(content), 0o644))
	}
	return directory
}

const small = "version: 1\nname: %\ntitle: Small\nsteps:\n  - task: {title: Do it}\n"

func named(name string) string { return strings.ReplaceAll(small, "%", name) }

func TestDirectory(t *testing.T) {
	directory := write(t, map[string]string{
		"phishing-mail.yaml": named("phishing-mail"), "own.yml": named("own"), "broken.yaml": "version: 2", "twice.yaml": named("twice"), "twice.yml": named("twice"),
		"other.yaml": named("another"), ".hidden.yaml": "{", "readme.md": "# no runbook",
	})
	require.NoError(t, os.Mkdir(filepath.Join(directory, "folder.yaml"), 0o755))
	require.NoError(t, os.Symlink("own.yml", filepath.Join(directory, "linked.yaml"))) // as Kubernetes mounts them, but with another name
	library := runbook.Read(directory)
	got := map[string]runbook.Listed{}
	for _, l := range library.List("en") {
		got[l.Name] = l
	}
	require.Equal(t, filepath.Join(directory, "phishing-mail.yaml"), got["phishing-mail"].File)
	require.True(t, got["phishing-mail"].Replaces)
	require.Equal(t, "Small", got["own"].Title)
	require.Empty(t, got["malware-client"].File)
	for name, want := range map[string]string{
		"broken": "version must be 1", "twice": "have the same name: remove one", "other": `name is "another", but the file is called other`,
		"folder": "is no file", "linked": `name is "own", but the file is called linked`,
	} {
		require.Contains(t, got[name].Problem, want, name)
		_, err := library.Find(name, "en")
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "meanwhile there are: lost-device, malware-client, own, phishing-mail")
	}
	require.Len(t, library.Problems(), 5)
	require.Len(t, got, 9)

	gone := runbook.Read(filepath.Join(directory, "nothing"))
	require.Len(t, gone.List("en"), 3, "the embedded ones are there whatever happens")
	require.Contains(t, gone.Problems()[0], "correct runbooks in the configuration")
}

func TestAtOpen(t *testing.T) {
	require.Empty(t, runbook.Read("").AtOpen(), "an embedded one begins only when somebody wants it")
	directory := write(t, map[string]string{"mine.yaml": "version: 1\nname: mine\ntitle: Mine\nkinds: [phishing, lost device]\nstart: open\nsteps: [{task: {title: Go}}]"})
	require.Equal(t, []runbook.Start{{Name: "mine", Kinds: []string{"phishing", "lost device"}}}, runbook.Read(directory).AtOpen())
}

func TestDueAt(t *testing.T) {
	at := time.Date(2026, 11, 29, 23, 30, 0, 0, time.FixedZone("JST", 9*3600))
	for due, want := range map[string]string{"": "", "30m": "2026-11-29 15:00Z", "2d": "2026-12-01 14:30Z", "today": "today", "Friday": "Friday", "d": "d"} {
		require.Equal(t, want, runbook.Step{Due: due}.DueAt(at), due)
	}
}
