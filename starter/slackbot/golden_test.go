package slackbot_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

var update = flag.Bool("update", false, "write what is shown now to testdata")

// seal ends what a view carries.
var seal = regexp.MustCompile(`\}\.[a-z0-9]+\.[A-Za-z0-9_-]{22}\b`)

// golden compares what is shown with the file of that name, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	got = seal.ReplaceAll(got, []byte("}.SEAL"))
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
	if diff := gocmp.Diff(string(want), string(got)); diff != "" {
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

// rich is a case with an analysis that goes on, besides.
func rich() *desk {
	d := inPhase(incident.PhaseAnalysis)
	d.found.Analyses = []notice.Analysis{{Analysis: incident.Analysis{ID: "a1", Name: "<!here> mailbox", State: incident.AnalysisOpen}}}
	return d
}

// Every form as people see it, in both languages, of a case in which people wrote what could be markup: of every verb of
// the table that has one, of the dialog about a step that is stuck, and what a form without an address says at the end.
func TestFormsLookAsTheyShould(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		w := newWorkspaceIn(t, rich(), lang)
		var all bytes.Buffer
		shown := func(name string) {
			t.Helper()
			select {
			case v := <-w.opened:
				all.Write(indented(t, v.View))
			default:
				t.Fatalf("%s: no form", name)
			}
		}
		for _, verb := range slackbot.Verbs() {
			if slackbot.Direct(verb) {
				continue
			}
			p := w.press("U0AOI0001", "aoi", "case_"+verb, `{"workflow":"case/SEC-1"}`, "1.2")
			p["response_url"] = "https://hooks.slack.com/actions/1"
			w.interact(t, p)
			shown(verb)
		}
		for _, action := range []string{"supply", "skip", "abort"} {
			p := w.press("U0AOI0001", "aoi", "resolve_"+action+":1", value(chosen), "1700000000.000100")
			p["response_url"] = "https://hooks.slack.com/actions/1"
			w.interact(t, p)
			shown(action)
		}
		p := w.press("U0AOI0001", "aoi", "case_lesson", `{"workflow":"case/SEC-1"}`, "1.2")
		delete(p, "response_url")
		w.interact(t, p)
		_, told := w.interact(t, w.fill(w.form1(t), map[string]string{"text": "x"}))
		all.Write(indented(t, []byte(told)))
		golden(t, "forms."+lang+".json", all.Bytes())
	}
}

// whole is a command that says what it must, and one thing more.
func whole(verb string) string {
	line := verb
	for _, s := range slackbot.Slots(verb) {
		one := slackbot.OneOf(verb)
		if !s.Required && (len(one) == 0 || one[0] != s.Name) {
			continue
		}
		value := map[string]string{"severity": "2", "person": "U0BEN0002", "analysis": "a1", "lesson": "l1", "gate": "scope", "runbook": "phishing-mail"}[s.Kind]
		if len(s.Choices) > 0 {
			value = s.Choices[0]
		}
		line += " --" + s.Name + ` "` + cmp.Or(value, "plain words") + `"`
	}
	return line
}

// What people read at once and later, of every verb: done, refused, not confirmed, not understood, out of reach.
func TestAnswersReadAsTheyShould(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		var all strings.Builder
		for _, verb := range slackbot.Verbs() {
			d := rich()
			w := newWorkspaceIn(t, d, lang)
			answer := func(name, text string) {
				form := w.form(text)
				form.Set("channel_id", "C0CASE001")
				fmt.Fprintf(&all, "=== %s\n%s\n\n", name, strings.ReplaceAll(w.command(t, form), w.URL, "URL"))
			}
			if verb == "open" {
				answer("open", "open mail at payroll")
				fmt.Fprintf(&all, "=== open, later\n%s\n\n", w.hears(t))
				continue
			}
			line := whole(verb)
			answer(verb, line)
			d.doErr = []error{incident.Refuse(incident.Rule, "Ask one of them to do it", "case SEC-1 is closed"), errors.New("connection refused")}
			answer(verb+", refused", line)
		}
		w := newWorkspaceIn(t, newDesk(), lang)
		for _, text := range []string{"help", "explode", "status SEC-9", "status a b", "triage --colour red", "open --audience nobody x"} {
			fmt.Fprintf(&all, "=== %s\n%s\n\n", text, w.command(t, w.form(text)))
		}
		golden(t, "answers."+lang+".txt", []byte(all.String()))
	}
}

func TestMenusLookAsTheyShould(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		d := rich()
		d.found.Gates = []incident.Gate{incident.NewGate(incident.PhaseAnalysis, incident.Need{Name: "conclude a1"}, incident.Need{Name: "resolution"})}
		d.found.OfferedToID = "U0AOI0001"
		w := newWorkspaceIn(t, d, lang)
		var all bytes.Buffer
		bare := func(w *workspace, channel string) {
			form := w.form("")
			form.Set("channel_id", channel)
			_, body := w.post("/slack/commands", form.Encode(), time.Now(), secret)
			all.Write(indented(t, []byte(body)))
		}
		for _, channel := range []string{"C0CASE001", "C0ANALYS1", "C0GENERAL"} {
			bare(w, channel)
		}
		bare(newWorkspaceOf(t, d, func(o *slackbot.Options) {
			o.Lang, o.Rights = lang, incident.Rights{{Verbs: []string{incident.EveryVerb}, Groups: []string{"S0NOBODY1"}}}
		}), "C0CASE001")
		golden(t, "menus."+lang+".json", all.Bytes())
	}
}
