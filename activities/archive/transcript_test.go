package archive_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"hikeshi/activities/archive"
	"hikeshi/activities/internal/talk"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got); if that is meant, run go test ./activities/archive -update and look at what changed:\n%s", file, diff)
	}
}

func TestGolden(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		w := ordinary()
		in := w.asked()
		in.Language, in.Words = lang, translation(t, lang)
		said, err := run[archive.Exported](t, w, false, w.activities().ExportConversation, in)
		require.NoError(t, err)
		golden(t, "transcript."+lang+".html", w.content("t"))
		if lang == "en" {
			golden(t, "messages.jsonl", w.content("m"))
		}
		_, err = run[archive.Manifest](t, w, false, w.activities().WriteManifest, archive.WriteManifest{
			Effect: effect("manifest"), Number: "SEC-42", Artifacts: []archive.Artifact{said.Messages, said.Transcript}, Counts: said.Counts, Logs: w.logs, File: to("f", "manifest.json"),
		})
		require.NoError(t, err)
		golden(t, "manifest."+lang+".json", w.content("f"))
	}
}

func translation(t *testing.T, lang string) map[string]string {
	t.Helper()
	if lang == "en" {
		return nil
	}
	b, err := os.ReadFile(filepath.Join("testdata", "words."+lang+".json"))
	require.NoError(t, err)
	var words map[string]string
	require.NoError(t, json.Unmarshal(b, &words))
	return words
}

// A translation has each word, and fills the same names in.
func TestWords(t *testing.T) {
	names := regexp.MustCompile(`\{\w+\}`)
	ja := translation(t, "ja")
	for id, text := range archive.Words() {
		require.ElementsMatch(t, names.FindAllString(text, -1), names.FindAllString(ja[id], -1), id)
	}
	require.Len(t, ja, len(archive.Words()))
}

// texts that would like to be more than text.
func texts() []string {
	return []string{
		`<script>alert(1)</script>`, `</div></article></section><h1>closed</h1>`, `</style><style>*{display:none}</style>`, `<img src=x onerror=alert(1)>`,
		`" onmouseover="alert(1)`, `'><svg/onload=alert(1)>`, `javascript:alert(1)`, `<!--`, `-->`, `]]>`, `{{.Style}}`, `&lt;b&gt;`, `<!channel> <@U1>`,
		"turned \u202ethgir ot tfel\u202c and \u2067isolated", "nul \x00 bell \x07 escape \x1b[31m", "not \xff utf-8", "line\u2028separator\u2029", "=1+1", "  two\n\n\tlines  ", strings.Repeat("長い", 20000),
	}
}

// Whatever stands in a text, a name or a title: it stays there, and everybody can read it.
func TestHostileTexts(t *testing.T) {
	for _, text := range texts() {
		w := newWorld()
		w.open("C1", text, text)
		w.says("C1", talk.Message{TS: ts(1), User: "U1", Author: text, Text: text, Files: []talk.File{
			{ID: "F1", Name: text}, {ID: "F2", Name: text, Missing: text}, {ID: "F3", Name: text, External: text},
		}}, w.store.keep("d1", text, "x"))
		w.says("C1", talk.Message{TS: ts(2), Thread: ts(1), Author: "A", Text: text})
		in := w.asked()
		in.Title = text
		_, err := run[archive.Exported](t, w, false, w.activities().ExportConversation, in)
		require.NoError(t, err)
		page := string(w.content("t"))
		clean, _, _ := strings.Cut(text, "\xff")
		lines, err := readLines(w.content("m"))
		require.NoError(t, err)
		require.Len(t, lines, 2)
		require.Contains(t, string(w.content("m")), jsonOf(t, clean))
		wantOnlyOurTags(t, page)
		require.NotRegexp(t, "[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f]", page)
		if utf8.ValidString(text) && !strings.ContainsAny(text, "\x00\u202e") {
			require.Contains(t, html.UnescapeString(page), ">"+text+"</div>")
		}
	}
}

func jsonOf(t *testing.T, text string) string {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	require.NoError(t, e.Encode(text))
	return strings.TrimSuffix(strings.TrimSpace(b.String()), `"`)
}

// wantOnlyOurTags fails for a tag or an attribute that the template does not have, and for an address that leads elsewhere.
func wantOnlyOurTags(t *testing.T, page string) {
	t.Helper()
	allowed := " !DOCTYPE html head meta title style body header h1 p nav h2 ol li a bdi span main section h3 time article b div ul footer "
	attributes := " html lang charset http-equiv content name id class href datetime dir "
	_, body, _ := strings.Cut(page, "</style>")
	for _, tag := range regexp.MustCompile(`<(/?)([^\s>/]*)([^>]*)>`).FindAllStringSubmatch(body, -1) {
		require.Contains(t, allowed, " "+tag[2]+" ", "tag %s", tag[0])
		for _, a := range regexp.MustCompile(`([^\s"=]+)="([^"]*)"`).FindAllStringSubmatch(tag[3], -1) {
			require.Contains(t, attributes, " "+a[1]+" ", "tag %s", tag[0])
			if a[1] == "href" {
				require.Regexp(t, `^(#|files/)`, a[2])
			}
		}
	}
	require.Equal(t, strings.Count(body, "<article"), strings.Count(body, "</article>"))
	require.Equal(t, strings.Count(body, "<section"), strings.Count(body, "</section>"))
	require.Equal(t, 1, strings.Count(page, "</style>"))
}

// The page allows itself its own style, and nothing else.
func TestPolicy(t *testing.T) {
	w := ordinary()
	w.make(t)
	page := string(w.content("t"))
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(page)[1]
	sum := sha256.Sum256([]byte(style))
	policy := html.UnescapeString(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1])
	require.Equal(t, "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'; base-uri 'none'; form-action 'none'", policy)
	require.NotContains(t, page, "<script")
	require.NotContains(t, page, "http://")
	require.NotContains(t, strings.ReplaceAll(page, "https://docs.example/runbook", ""), "src=")
}

// A secret is in none of the files, be it in a text, or in the name or the address of a file.
func TestSecretsAreMasked(t *testing.T) {
	w := newWorld()
	w.open("C1", "one", "")
	w.says("C1", talk.Message{TS: ts(1), Text: "hunter2 and hunter2", Files: []talk.File{{ID: "F1", Name: "hunter2.txt"}, {ID: "F2", External: "https://x.example/?key=hunter2"}}}, w.store.keep("d1", "F1-masked.txt", "x"))
	m := w.make(t)
	require.Equal(t, 4, m.said.Counts[0].Masked)
	for _, id := range []string{"m", "t", "f"} {
		require.NotContains(t, string(w.content(id)), "hunter2")
	}
	w.audited(t)
}
