package slackbot_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/workflows/incident"
)

var update = flag.Bool("update", false, "write what is shown now to testdata")

// golden compares what is shown with the file of that name, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s has changed (go test ./starter/slackbot -update writes what it is now) (-want +got):\n%s", file, diff)
	}
}

func indented(t *testing.T, raw []byte) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Every form as people see it, in both languages, of a case in which people wrote what could be markup.
func TestFormsLookAsTheyShould(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		w := newWorkspaceIn(t, inPhase(incident.PhaseAnalysis), lang)
		var all bytes.Buffer
		for _, verb := range []string{"triage", "severity", "details", "handover", "decline", "contain", "analyze", "conclude", "task", "update", "lesson", "run", "note", "decide", "waive", "back", "close", "mistake", "merge", "reopen"} {
			p := w.press("U0AOI0001", "aoi", "case_"+verb, `{"workflow":"case/SEC-1"}`, "1.2")
			p["response_url"] = "https://hooks.slack.com/actions/1"
			w.interact(t, p)
			select {
			case v := <-w.opened:
				all.Write(indented(t, v.View))
			default:
				t.Fatalf("%s: no form", verb)
			}
		}
		golden(t, "forms."+lang+".json", all.Bytes())
	}
}

func TestMenusLookAsTheyShould(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		w := newWorkspaceIn(t, inPhase(incident.PhaseAnalysis), lang)
		var all bytes.Buffer
		for _, channel := range []string{"C0CASE001", "C0ANALYS1", "C0GENERAL"} {
			form := w.form("")
			form.Set("channel_id", channel)
			_, body := w.post("/slack/commands", form.Encode(), time.Now(), secret)
			all.Write(indented(t, []byte(body)))
		}
		golden(t, "menus."+lang+".json", all.Bytes())
	}
}
