package slackbot_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
)

// formed shows a verb's form and returns it.
func formed(t *testing.T, w *workspace, verb string) (shownForm, bool) {
	t.Helper()
	w.interact(t, w.press("U0AOI0001", "aoi", "case_"+verb, `{"workflow":"case/SEC-1"}`, "1.2"))
	if len(w.opened) == 0 {
		return shownForm{}, false // it needs none
	}
	return w.form1(t), true
}

// elements are how a client might fill a field in whichever way it likes.
func elements(value string) map[string]any {
	return map[string]any{
		"plain_text_input": map[string]any{"value": value}, "static_select": map[string]any{"selected_option": map[string]any{"value": value}},
		"users_select": map[string]any{"selected_user": value}, "multi_users_select": map[string]any{"selected_users": []string{value, value}},
		"checkboxes": map[string]any{"selected_options": []any{map[string]any{"value": value}}},
		"everything": map[string]any{"value": value, "selected_user": value, "selected_users": []string{value}, "selected_option": map[string]any{"value": value}, "selected_options": []any{map[string]any{"value": value}}},
		"odd":        map[string]any{"value": []int{1}}, "null": nil,
	}
}

// Options that nobody offered, elements of other kinds and fields that the form does not have: what comes to the desk has
// the verb's own fields only, people are people's ids, and what is shown of it is harmless.
func TestWhatNoFormHasOffered(t *testing.T) {
	for _, verb := range slackbot.Verbs() {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			own := map[string]slackbot.Slot{}
			for _, s := range slackbot.Slots(verb) {
				own[s.Name] = s
			}
			for kind, element := range elements(`<!channel> "zq7" l99`) {
				e := &echo{desk: inPhase(incident.PhaseAnalysis)}
				w := newWorkspace(t, e)
				f, asks := formed(t, w, verb)
				if !asks {
					continue
				}
				values := map[string]any{}
				for _, name := range slices.Concat(slices.Collect(maps.Keys(own)), []string{"by", "case", "workflow", "explode", "<!channel>"}) {
					values[name] = map[string]any{name: element}
				}
				p := w.submit("U0AOI0001", "V0VIEW001", f.Private, nil)
				p["view"] = map[string]any{"id": "V0VIEW001", "callback_id": f.Callback, "private_metadata": f.Private, "state": map[string]any{"values": values}}
				status, body := w.interact(t, p)
				if status != http.StatusOK && status != http.StatusBadRequest {
					t.Errorf("%s as %s: %d %s", verb, kind, status, body)
				}
				w.neutral(t, verb+" as "+kind, body)
				for _, act := range e.did() {
					w.ownFields(t, verb, kind, act, own)
				}
			}
		})
	}
}

func (w *workspace) ownFields(t *testing.T, verb, kind string, act slackbot.Act, own map[string]slackbot.Slot) {
	t.Helper()
	if act.Number != "SEC-1" || act.By.Who != "U0AOI0001" || act.Viewer != (slackbot.Viewer{User: "U0AOI0001", Channel: "C0CASE001"}) {
		t.Errorf("%s as %s: it is taken as %+v", verb, kind, act)
	}
	for name, said := range act.Fields {
		s, known := own[name]
		fixed := verb == "decline" && name == "decline" || verb == "mistake" && name == "resolution"
		if !known && !fixed {
			t.Errorf("%s as %s: the field %s came to the desk", verb, kind, name)
		}
		if people := s.Kind == "person" || s.Kind == "people"; people && strings.Contains(strings.Join(said, ""), "<") {
			t.Errorf("%s as %s: %s is %q", verb, kind, name, said)
		}
	}
}

// What a form carries comes back as it went out, or the form is refused: another case can only be one that its person
// may see, which the desk decides by the number.
func TestTamperedMetadataOfEveryForm(t *testing.T) {
	for _, verb := range slackbot.Verbs() {
		if verb == "open" {
			continue // its form is about no case: TestTamperedMetadataOfOpening
		}
		d := inPhase(incident.PhaseAnalysis)
		w := newWorkspace(t, d)
		f, asks := formed(t, w, verb)
		if !asks {
			continue
		}
		given := map[string]string{}
		for _, b := range f.Blocks {
			given[b.ID] = "x"
		}
		for name, private := range map[string]string{
			"none": "", "no JSON": "x", "a list": `[]`, "a number": `7`, "null": `null`, "nothing": `{}`,
			"another workflow": strings.Replace(f.Private, "case/SEC-1", "boards", 1), "a query": strings.Replace(f.Private, "case/SEC-1", "case/SEC-1' OR '1", 1),
			"markup": strings.Replace(f.Private, "case/SEC-1", "case/<!channel>", 1), "a path": strings.Replace(f.Private, "case/SEC-1", "case/../SEC-1", 1),
			"deep": strings.Repeat(`{"fields":`, 20_000), "fields of another kind": `{"workflow":"case/SEC-1","fields":[1]}`,
		} {
			changed := f
			changed.Private = private
			if status, body := w.interact(t, w.fill(changed, given)); status != http.StatusBadRequest {
				t.Errorf("%s, %s: %d %s", verb, name, status, body)
			}
		}
		w.sealBroken(t, verb, f, given)
		if len(d.did()) > 0 {
			t.Errorf("%s: %+v was done", verb, d.did())
		}
		w.smuggles(t, d, verb, f, given)
	}
}

// smuggles puts fields into what the form carries that only other verbs have.
func (w *workspace) smuggles(t *testing.T, d *desk, verb string, f shownForm, given map[string]string) {
	t.Helper()
	for _, b := range f.Blocks {
		if b.Element.Type == "users_select" || b.Element.Type == "multi_users_select" {
			given[b.ID] = "U0BEN0002"
		}
	}
	var keep map[string]any
	if err := json.Unmarshal([]byte(carriedBy(f.Private)), &keep); err != nil {
		t.Fatal(err)
	}
	keep["fields"] = map[string]string{"resolution": "contained", "by": "U0CHIE003", "analysis": "a9", "gate": "scope", "break-glass": "x", "decline": "yes"}
	raw, _ := json.Marshal(keep)
	f.Private = reseal(t, w, "U0AOI0001", f.Callback, string(raw)) // as if a gateway had written it
	w.interact(t, w.fill(f, given))
	allowed := []string{"decline", "resolution"} // of decline and mistake, which say so themselves
	for _, s := range slackbot.Slots(verb) {
		allowed = append(allowed, s.Name)
	}
	for _, act := range d.did() {
		for name := range act.Fields {
			if !slices.Contains(allowed, name) || name == "decline" && verb != "decline" || name == "resolution" && verb != "close" && verb != "mistake" {
				t.Errorf("%s: the field %s was smuggled in: %+v", verb, name, act.Fields)
			}
		}
	}
}

// A form cannot be sent under the name of a dialog, nor a dialog under that of a form.
func TestFormsUnderOtherNames(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	w := newWorkspace(t, d)
	f, _ := formed(t, w, "lesson")
	for _, callback := range []string{"resolve", "form_", "form_form_lesson", "form_<!channel>", "form_LESSON\x00"} {
		f.Callback = callback
		if status, body := w.interact(t, w.fill(f, map[string]string{"text": "x", "reason": "x"})); status != http.StatusBadRequest {
			t.Errorf("a form as %q: %d %s", callback, status, body)
		}
	}
	p := w.submit("U0AOI0001", "V1", privateOf(w, "skip"), map[string]string{"reason": "x", "text": "x"})
	p["view"].(map[string]any)["callback_id"] = "form_lesson"
	if status, body := w.interact(t, p); status != http.StatusBadRequest {
		t.Errorf("a dialog as a form: %d %s", status, body)
	}
	p["view"].(map[string]any)["callback_id"] = "of_another_app"
	if status, body := w.interact(t, p); status != http.StatusOK || body != "" {
		t.Errorf("what is not known is left aside: %d %s", status, body)
	}
	d.nothing(t, "under another name")
	if len(d.did()) > 0 {
		t.Errorf("done: %+v", d.did())
	}
}

// Every button carries the case that it is about; one that was changed is refused, or shows what its person may see.
func TestTamperedValuesOfEveryButton(t *testing.T) {
	for _, verb := range slackbot.Verbs() {
		if verb == "open" {
			continue
		}
		d := inPhase(incident.PhaseAnalysis)
		w := newWorkspace(t, d)
		for _, value := range []string{"", "x", "[]", "7", "null", `{}`, `{"workflow":7}`, `{"workflow":"boards"}`, `{"workflow":"case/<!channel>"}`, `{"workflow":"case/SEC-1' OR '1"}`, `{"workflow":"case/SEC-1/a1/../x"}`} {
			if status, body := w.interact(t, w.press("U0AOI0001", "aoi", "case_"+verb, value, "1.2")); status != http.StatusBadRequest {
				t.Errorf("%s with %q: %d %s", verb, value, status, body)
			}
		}
		if len(d.did())+len(w.opened) > 0 {
			t.Errorf("%s: done %+v, %d forms", verb, d.did(), len(w.opened))
		}
		w.interact(t, w.press("U0AOI0001", "aoi", "case_"+verb, `{"workflow":"case/SEC-9"}`, "1.2")) // a case that they may not see
		if told := fmt.Sprint(w.opened); len(w.opened) > 0 {
			t.Errorf("%s: a form of another case is shown: %s", verb, told)
		}
	}
}
