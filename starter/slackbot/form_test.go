package slackbot_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// Naming a task or an analysis says nothing of what becomes of it: the form asks for that, and knows which one is meant.
func TestNamingOneIsNotEnoughToChangeIt(t *testing.T) {
	for typed, want := range map[string]struct {
		given map[string]string
		act   said
	}{
		"task t3":    {map[string]string{"status": "doing"}, said{"task": {"t3"}, "status": {"doing"}}},
		"analyze a1": {map[string]string{"lead": "U0BEN0002"}, said{"analysis": {"a1"}, "lead": {"U0BEN0002"}}},
	} {
		d := inPhase(incident.PhaseAnalysis)
		w := newWorkspace(t, d)
		if _, body := w.post("/slack/commands", inItsChannel(w, typed), time.Now(), secret); body != "" || len(d.did()) > 0 {
			t.Errorf("%s: %s, did %+v", typed, body, d.did())
		}
		w.interact(t, w.fill(w.form1(t), want.given))
		if acts := d.did(); len(acts) != 1 || !cmp.Equal(acts[0].Fields, map[string][]string(want.act)) {
			t.Errorf("%s: did %+v", typed, acts)
		}
	}
	for _, typed := range []string{"task t3 doing", "task --done t3", "analyze a1 --hypothesis x"} {
		d := inPhase(incident.PhaseAnalysis)
		w := newWorkspace(t, d)
		w.post("/slack/commands", inItsChannel(w, typed), time.Now(), secret)
		if len(d.did()) != 1 || len(w.opened) > 0 {
			t.Errorf("%s: did %+v, %d forms", typed, d.did(), len(w.opened))
		}
	}
}

// The ticket of a theme is taken as a command line calls it, too, and what is wrong with it stands beside it.
func TestJoiningAThemeAsksForItsTicket(t *testing.T) {
	for key, want := range map[string]string{"SEC-7": "join:SEC-7", "join:SEC-7": "join:SEC-7", " JOIN: sec-7": "join:sec-7", "": "join"} {
		d := inPhase(incident.PhaseLessons)
		w := newWorkspace(t, d)
		w.post("/slack/commands", inItsChannel(w, "decide"), time.Now(), secret)
		w.interact(t, w.fill(w.form1(t), map[string]string{"lesson": "l1", "as": "join", "key": key}))
		if acts := d.did(); len(acts) != 1 || acts[0].Fields["as"][0] != want {
			t.Errorf("%q: did %+v, want %q", key, acts, want)
		}
	}
}

// Somebody who is offered command of a case that they may not see yet can decline it.
func TestAnOfferIsDeclinedByWhoeverMayNotSeeTheCase(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	w := newWorkspace(t, d)
	w.interact(t, w.press("U0AOI0001", "aoi", "case_decline", `{"workflow":"case/SEC-2","offer":"h1"}`, "1700000000.000100"))
	if acts := d.did(); len(acts) != 1 || acts[0].Verb != "accept" || acts[0].Number != "SEC-2" || acts[0].Fields["decline"][0] != "yes" || len(w.opened) > 0 {
		t.Errorf("did %+v, and %d forms are open", acts, len(w.opened))
	}
}

func TestAVerbWithoutItsWordsShowsItsForm(t *testing.T) {
	for verb, given := range map[string]map[string]string{
		"triage":   {"severity": "1", "commander": "U0BEN0002", "scope": "5 mailboxes"},
		"severity": {"severity": "1", "reason": "worse"},
		"handover": {"to": "U0BEN0002"},
		"details":  {"what": "a link was opened", "unclear": "yes", "invite": "U0BEN0002"},
		"contain":  {"state": "contained"},
		"analyze":  {"name": "mailbox", "invite": "U0BEN0002,U0CHIE003"},
		"task":     {"title": "buy bread", "due": "today"},
		"update":   {"text": "locked", "next": "2h"},
		"lesson":   {"text": "who owns it?"},
		"note":     {"text": "the server is off"},
		"decide":   {"lesson": "l1", "as": "theme"},
		"waive":    {"gate": "scope", "reason": "gone"},
		"back":     {"phase": "triage", "reason": "new"},
		"close":    {"resolution": "contained"},
		"merge":    {"into": "SEC-12"},
		"reopen":   {"reason": "again"},
	} {
		d := inPhase(incident.PhaseAnalysis)
		w := newWorkspace(t, d)
		form := w.form(verb)
		form.Set("channel_id", "C0CASE001")
		if status, body := w.post("/slack/commands", form.Encode(), time.Now(), secret); status != http.StatusOK || body != "" || len(d.did()) > 0 {
			t.Fatalf("%s: %d %q, %+v", verb, status, body, d.did())
		}
		f := w.form1(t)
		if f.Callback != "form_"+verb || len([]rune(f.Title.Text)) > 24 || len([]rune(f.Submit.Text)) > 24 {
			t.Errorf("%s: %+v", verb, f)
		}
		if status, body := w.interact(t, w.fill(f, given)); status != http.StatusOK || body != "" {
			t.Errorf("%s: %d %s", verb, status, body)
		}
		told := "SEC-1: &lt;done&gt;."
		if verb == "close" {
			told = "SEC-1: being closed."
		}
		if got := w.hears(t); !strings.Contains(got, told) {
			t.Errorf("%s: told %q", verb, got)
		}
		want := slackbot.Act{ID: "V0VIEW001", Verb: verb, Number: "SEC-1", Fields: said{}, Viewer: slackbot.Viewer{User: "U0AOI0001", Channel: "C0CASE001"},
			By: aoi("T0SANDBOX", "")}
		for name, value := range given {
			want.Fields[name] = strings.Split(value, ",")
			want.By = naming(want.By, want.Fields[name]...)
		}
		if diff := cmp.Diff([]slackbot.Act{want}, d.did()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", verb, diff)
		}
	}
}

// What somebody left as the form showed it is not said anew.
func TestOnlyWhatWasChangedIsSaid(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	w := newWorkspace(t, d)
	w.interact(t, w.press("U0AOI0001", "aoi", "case_triage", `{"workflow":"case/SEC-1"}`, "1.2"))
	w.interact(t, w.fill(w.form1(t), map[string]string{"severity": "2", "scope": "3 mailboxes", "kind": "phishing"}))
	w.hears(t)
	if diff := cmp.Diff(said{"kind": {"phishing"}}, d.did()[0].Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	// A case takes more than a field does: what the field shows of it, sent back as it is, must not take its place.
	d = inPhase(incident.PhaseAnalysis)
	d.found.Scope = strings.Repeat("mailbox ", 3500/8)
	w = newWorkspace(t, d)
	w.interact(t, w.press("U0AOI0001", "aoi", "case_triage", `{"workflow":"case/SEC-1"}`, "1.2"))
	f := w.form1(t)
	given := map[string]string{"severity": "2", "kind": "phishing"}
	for _, b := range f.Blocks {
		if b.ID == "scope" {
			given["scope"] = b.Element.Value
		}
	}
	w.interact(t, w.fill(f, given))
	w.hears(t)
	if diff := cmp.Diff(said{"kind": {"phishing"}}, d.did()[0].Fields); diff != "" || len(given["scope"]) < 2900 {
		t.Errorf("with a scope of 3500 characters, of which %d are shown, fields (-want +got):\n%s", len(given["scope"]), diff)
	}
}

// A box that was ticked and is so no more says so.
func TestABoxThatIsTickedNoMoreSaysNo(t *testing.T) {
	d := inPhase(incident.PhaseTriage)
	d.found.Details.Unclear = true
	w := newWorkspace(t, d)
	for _, tt := range []struct {
		given map[string]string
		want  said
	}{{map[string]string{"what": "a link"}, said{"what": {"a link"}, "unclear": {"no"}}}, {map[string]string{"what": "a mail", "unclear": "yes"}, said{"what": {"a mail"}}}} {
		w.interact(t, w.press("U0AOI0001", "aoi", "case_details", `{"workflow":"case/SEC-1"}`, "1.2"))
		w.interact(t, w.fill(w.form1(t), tt.given))
		w.hears(t)
		acts := d.did()
		if diff := cmp.Diff(tt.want, acts[len(acts)-1].Fields); diff != "" {
			t.Errorf("fields (-want +got):\n%s", diff)
		}
	}
}

func TestAFormThatIsNotConfirmedIsFollowed(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	d.doErr = []error{slackbot.ErrNotConfirmed, slackbot.ErrNotConfirmed}
	w := newWorkspace(t, d)
	w.interact(t, w.press("U0AOI0001", "aoi", "case_lesson", `{"workflow":"case/SEC-1"}`, "1.2"))
	if _, body := w.interact(t, w.fill(w.form1(t), map[string]string{"text": "x"})); body != "" {
		t.Errorf("answer %s", body)
	}
	if told := w.hears(t) + w.hears(t); !strings.Contains(told, "Not confirmed yet: SEC-1 Lesson") || !strings.Contains(told, "&lt;done&gt;") || len(d.did()) != 1 {
		t.Errorf("told %q", told)
	}
}

// A form without an answering address shows the answer itself.
func TestAFormWithoutAnAddressSaysItItself(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	w := newWorkspace(t, d)
	p := w.press("U0AOI0001", "aoi", "case_lesson", `{"workflow":"case/SEC-1"}`, "1.2")
	delete(p, "response_url")
	w.interact(t, p)
	if _, body := w.interact(t, w.fill(w.form1(t), map[string]string{"text": "x"})); !strings.Contains(body, `"response_action":"update"`) || !strings.Contains(body, `SEC-1: \u0026lt;done\u0026gt;.`) {
		t.Errorf("answer %s", body)
	}
}

func TestOnlyThoseWhoMaySeeACaseGetItsForm(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	p := w.press("U0AOI0001", "aoi", "case_triage", `{"workflow":"case/SEC-9"}`, "1.2")
	if status, body := w.interact(t, p); status != http.StatusOK || body != "" {
		t.Errorf("%d %s", status, body)
	}
	if got := w.hears(t); !strings.Contains(got, "there is no case SEC-9") || len(w.opened) > 0 {
		t.Errorf("told %q", got)
	}
}

func TestFormsAndButtonsThatAreNotOurs(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	w := newWorkspace(t, d)
	w.interact(t, w.press("U0AOI0001", "aoi", "case_lesson", `{"workflow":"case/SEC-1"}`, "1.2"))
	f := w.form1(t)
	given := map[string]string{"text": "x"}
	changed := func(private, callback string) any {
		f := f
		f.Private, f.Callback = private, callback
		return w.fill(f, given)
	}
	for name, payload := range map[string]any{
		"another workflow":        changed(strings.Replace(f.Private, "case/SEC-1", "boards", 1), f.Callback),
		"a query as a workflow":   changed(strings.Replace(f.Private, "case/SEC-1", "case/SEC-1' OR '1", 1), f.Callback),
		"no private metadata":     changed("", f.Callback),
		"a list":                  changed("[]", f.Callback),
		"a verb of newer code":    changed(f.Private, "form_explode"),
		"a button of newer code":  w.press("U0AOI0001", "aoi", "case_explode", `{"workflow":"case/SEC-1"}`, "1.2"),
		"a button without a case": w.press("U0AOI0001", "aoi", "case_triage", `{}`, "1.2"),
		"a button with no JSON":   w.press("U0AOI0001", "aoi", "case_triage", `x`, "1.2"),
		"a button without a time": w.press("U0AOI0001", "aoi", "case_triage", `{"workflow":"case/SEC-1"}`, ""),
		"a button for <!channel>": w.press("U0AOI0001", "aoi", "case_triage", `{"workflow":"case/<!channel>"}`, "1.2"),
		"a button for a workflow": w.press("U0AOI0001", "aoi", "case_triage", `{"workflow":"theme/SEC-1"}`, "1.2"),
	} {
		if status, body := w.interact(t, payload); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if len(d.did()) > 0 || len(w.opened) > 0 {
		t.Errorf("done %+v", d.did())
	}
}

func TestWithoutAFormPeopleLearnWhatToTypeInstead(t *testing.T) {
	for _, change := range []func(*workspace){func(w *workspace) { w.token = "" }, func(w *workspace) { w.refuse = "expired_trigger_id" }} {
		w := newWorkspace(t, inPhase(incident.PhaseAnalysis))
		change(w)
		w.interact(t, w.press("U0AOI0001", "aoi", "case_lesson", `{"workflow":"case/SEC-1"}`, "1.2"))
		if got := w.hears(t); !strings.Contains(got, "`/case lesson TEXT`") {
			t.Errorf("told %q", got)
		}
	}
}

// buttonsIn are the action ids of the buttons in an answer that the person alone sees.
func buttonsIn(t *testing.T, body string) (ids []string) {
	t.Helper()
	var m struct {
		Type   string `json:"response_type"`
		Blocks []struct {
			Elements []struct {
				ID string `json:"action_id"`
			} `json:"elements"`
		} `json:"blocks"`
	}
	if err := json.Unmarshal([]byte(body), &m); err != nil || m.Type != "ephemeral" {
		t.Fatalf("answer %s: %v", body, err)
	}
	for _, b := range m.Blocks {
		for _, e := range b.Elements {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// The buttons on an analysis's card open their forms with that analysis chosen; in its channel nobody has to name it.
func TestAnAnalysisIsNamedByNobody(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		d := inPhase(incident.PhaseAnalysis)
		for id, channel := range map[string]string{"a1": "C0ANALYS1", "a2": "C0CASE001"} {
			d.found.Analyses = append(d.found.Analyses, notice.Analysis{Analysis: incident.Analysis{ID: id, Name: "mailbox <!here>", State: incident.AnalysisOpen}, Channel: channel})
		}
		slices.SortFunc(d.found.Analyses, func(a, b notice.Analysis) int { return strings.Compare(a.ID, b.ID) })
		w := newWorkspaceIn(t, d, lang)
		var all bytes.Buffer
		for _, verb := range []string{"conclude", "lead"} {
			p := w.press("U0AOI0001", "aoi", "case_"+verb, `{"workflow":"case/SEC-1/a2"}`, "1.2")
			p["channel"], p["response_url"] = map[string]any{"id": "C0CASE001"}, "https://hooks.slack.com/actions/1"
			w.interact(t, p)
			pressed := (<-w.opened).View
			all.Write(indented(t, pressed))
			form := w.form(verb)
			form.Set("channel_id", "C0CASE001")
			form.Set("response_url", "https://hooks.slack.com/actions/1")
			w.post("/slack/commands", form.Encode(), time.Now(), secret)
			typed := (<-w.opened).View
			if got, want := chosenFirst(t, typed), chosenFirst(t, pressed); want != "a2" || got != want {
				t.Errorf("%s %s: chosen %q by the button, %q by words", lang, verb, want, got)
			}
		}
		golden(t, "analysis."+lang+".json", all.Bytes())
	}
}

// chosenFirst is the analysis that a form has chosen.
func chosenFirst(t *testing.T, view []byte) string {
	t.Helper()
	var f struct {
		Blocks []struct {
			ID      string `json:"block_id"`
			Element struct {
				Initial struct {
					Value string `json:"value"`
				} `json:"initial_option"`
			} `json:"element"`
		} `json:"blocks"`
	}
	if err := json.Unmarshal(view, &f); err != nil {
		t.Fatal(err)
	}
	for _, b := range f.Blocks {
		if b.ID == "analysis" {
			return b.Element.Initial.Value
		}
	}
	return ""
}

// Handing an analysis over is a change of it.
func TestALeadIsHandedOver(t *testing.T) {
	for text, want := range map[string]said{
		"lead <@U0BEN0002>":        {"lead": {"U0BEN0002"}},
		"lead a1 <@U0BEN0002|ben>": {"analysis": {"a1"}, "lead": {"U0BEN0002"}},
		"lead A1 @ben":             {"analysis": {"A1"}, "lead": {"@ben"}},
	} {
		d := newDesk()
		w := newWorkspace(t, d)
		answer := w.command(t, w.form(text))
		if acts := d.did(); len(acts) != 1 || acts[0].Verb != "analyze" || !cmp.Equal(acts[0].Fields, map[string][]string(want)) || !strings.Contains(answer, "SEC-1") {
			t.Errorf("%s: %+v, answer %s", text, acts, answer)
		}
	}
}

// A case speaks the language of the channel in which it was asked for, by whichever way.
func TestARequestSaysWhereItWasMade(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	w.command(t, w.form("open mail"))
	w.interact(t, w.press("U0AOI0001", "aoi", "case_open", `{}`, "1.2"))
	w.interact(t, w.fill(w.form1(t), map[string]string{"title": "another"}))
	where := map[string]string{}
	for _, r := range d.kept() {
		where[r.Title] = r.Where
	}
	if diff := cmp.Diff(map[string]string{"mail": "C0GENERAL", "another": "C0CASE001"}, where); diff != "" {
		t.Errorf("asked for in (-want +got):\n%s", diff)
	}
}
