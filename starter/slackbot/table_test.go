package slackbot

import (
	"os"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"hikeshi/workflows/notice"
)

// shared are the words of forms that belong to no verb.
var shared = []string{"form_answer", "form_door", "form_source", "form_nothing", "form_by_hand", "form_unreachable", "form_stale", "form_unknown", "form_word_cancel", "form_word_done", "form_word_message"}

func formWords(t *testing.T) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("../../workflows/notice/text/form.en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	if err := yaml.Unmarshal(raw, &said); err != nil {
		t.Fatal(err)
	}
	return said
}

// What the table of verbs asks for is said, and nothing else is.
func TestTheTableOfVerbsHasItsWords(t *testing.T) {
	said, used := formWords(t), map[string]bool{}
	want := func(id string) {
		used[id] = true
		if said[id] == "" {
			t.Errorf("there is no message %s", id)
		}
	}
	for _, id := range shared {
		want(id)
	}
	for _, v := range append(verbs(), openVerb(), adoptVerb()) {
		for _, kind := range []string{"verb", "title", "submit", "help", "did"} {
			if (v.name == "open" || v.name == "adopt") && kind == "did" {
				continue // its channel says so
			}
			want("form_" + kind + "_" + v.name)
		}
		for _, s := range v.slots {
			if special := "form_field_" + v.name + "_" + s.name; said[special] != "" {
				want(special)
			} else {
				want("form_field_" + s.name)
			}
			for _, hint := range []string{"form_hint_" + v.name + "_" + s.name, "form_hint_" + s.name} {
				used[hint] = true
			}
			choices := slices.Clone(s.choices)
			if s.kind == aFlag {
				choices = []string{s.name}
			}
			if s.kind == aSeverity {
				choices = []string{"sev1", "sev2", "sev3", "sev4"}
			}
			for _, c := range choices {
				want("form_choice_" + strings.ReplaceAll(c, " ", "_"))
			}
		}
	}
	for id := range said {
		if strings.HasPrefix(id, "form_") && !used[id] && id != "form_field_text" {
			t.Errorf("nothing says %s", id)
		}
	}
}

// Slack's bounds: https://docs.slack.dev/reference/views/modal-views
func TestFormsKeepSlacksBounds(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		for _, v := range append(verbs(), openVerb(), adoptVerb()) {
			for kind, most := range map[string]int{"title": 24, "submit": 24, "verb": 75} {
				if text := notice.FormWord(lang, kind, v.name); len([]rune(text)) > most {
					t.Errorf("%s: the %s of %s has more than %d characters: %q", lang, kind, v.name, most, text)
				}
			}
			for _, s := range v.slots {
				if text := notice.FieldLabel(lang, v.name, s.name); len([]rune(text)) > 2000 || text == "" {
					t.Errorf("%s: the label of %s %s: %q", lang, v.name, s.name, text)
				}
				for _, c := range s.choices {
					if text := notice.FormWord(lang, "choice", c); len([]rune(text)) > maxOption || len(c) > 150 {
						t.Errorf("%s: the choice %s: %q", lang, c, text)
					}
				}
				if s.most > 3000 {
					t.Errorf("%s %s: Slack takes 3000 characters in a field", v.name, s.name)
				}
			}
		}
	}
}

// What the case offers for a phase is in the table, and what words fill is a slot.
func TestTheTableOfVerbsIsWhole(t *testing.T) {
	for _, v := range append(verbs(), openVerb(), adoptVerb()) {
		for _, name := range append(append([]string{}, v.one...), v.main) {
			if _, found := v.slot(name); !found && name != "" {
				t.Errorf("%s has no slot %s", v.name, name)
			}
		}
		for _, h := range v.heads {
			if _, found := v.slot(h.slot); !found {
				t.Errorf("%s has no slot %s", v.name, h.slot)
			}
		}
		if slices.ContainsFunc(v.slots, func(s slot) bool { return s.name == caseFlag }) {
			t.Errorf("%s: --%s names the case", v.name, caseFlag)
		}
	}
}
