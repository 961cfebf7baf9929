package notice

import (
	"strings"

	"hikeshi/workflows/incident"
)

// FormWord is one of the words of forms and buttons: a verb's name on a button, its help, its form's title or the words
// that send it; or what can be chosen.
func FormWord(lang, kind, name string) string { return in(lang).word("form_"+kind, name) }

// FormTitle is the title of a form that only says something.
func FormTitle(lang string) string { return in(lang).say("form_answer") }

// FieldLabel is what a field of a verb's form asks for.
func FieldLabel(lang, verb, field string) string {
	if text := in(lang).word("form_field", verb+"_"+field); text != verb+"_"+field {
		return text
	}
	return in(lang).word("form_field", field)
}

// FieldHint helps to fill a field; empty: it needs no help.
func FieldHint(lang, verb, field string) string {
	for _, name := range []string{verb + "_" + field, field} {
		if text := in(lang).word("form_hint", name); text != name {
			return text
		}
	}
	return ""
}

// FieldMissing is said beside a field that says nothing and must.
func FieldMissing(lang string) string { return in(lang).say("dialog_missing") }

// FormAbout is the first line of a verb's form: the case, and what the verb means. Readers are in it.
func FormAbout(lang string, e Escape, verb string, c Case) string {
	if c.Number == "" {
		return FormWord(lang, "help", verb)
	}
	about := "*" + e.text(c.banner()+c.Number) + "*"
	if c.Title != "" {
		about += " " + within(e, line(c.Title, maxSaid), 2*maxSaid)
	}
	return about + "\n" + FormWord(lang, "help", verb)
}

// FormByHand says what to type where Slack shows no form.
func FormByHand(lang, usage string) string { return in(lang).say("form_by_hand", "Usage", usage) }

// FormStale says that a form was opened before the gateway changed, or is not the person's.
func FormStale(lang string) string { return in(lang).say("form_stale") }

// NotDone says that something was not done because the case system cannot be reached.
func NotDone(lang string) string { return in(lang).say("form_unreachable") }

// ActUnknown says that it could not be found out whether something was done.
func ActUnknown(lang, what string) string { return in(lang).say("form_unknown", "What", what) }

// Did tells whoever asked for something that it is done, and what the case's gates still need. text is the case's own
// answer, which knows more than the verb: that nothing had to be changed, or what follows. The verb's sentence stands in
// for an answer that is not known in the reader's language.
func Did(lang string, e Escape, verb, number, id, text string, missing []string) string {
	w := in(lang)
	told := w.say("form_did_"+verb, "Number", e.text(number), "ID", e.text(id))
	answer := Translated(lang, unstopped(text))
	closing := verb == "close" && len(missing) > 0 // its answer says once more what follows, in commands
	if known := lang != "ja" || answer != unstopped(text); text != "" && !closing && (known || told == "form_did_"+verb) {
		told = e.text(unstopped(answer)) + w.say("stop")
		if strings.Contains(text, "; still missing: ") {
			missing = nil // it has said so
		}
	}
	var needs []string
	for _, need := range missing {
		needs = append(needs, e.text(incident.CleanLine(Need(lang, need))))
	}
	if len(needs) > 0 {
		told += "\n" + w.say("next", "Missing", incident.Shorten(strings.Join(needs, w.say("comma")), maxMissing))
	}
	return told
}

// Menu is what stands above the buttons of what fits a case: which it is and how it stands.
func Menu(c Case, e Escape) string {
	text := "*" + e.text(c.banner()+c.Number) + "* " + within(e, line(c.Title, maxSaid), 2*maxSaid)
	if c.Phase == "" {
		return text
	}
	text += "\n" + c.say("phase") + ": " + c.phase() + separator + c.say("severity") + ": " + c.severity() + separator + c.say("containment") + ": " + e.dated(e.text(c.containment()))
	if next := c.missing(); next != "" {
		text += "\n" + c.say("next", "Missing", e.text(next))
	}
	return text
}

// Source says who wrote the message that a report is of, and where it is; either may be empty.
func Source(lang, who, link string) string {
	return in(lang).say("form_source", "Who", who, "Link", link)
}

// NothingAllowed stands in for the buttons where the rules refuse the reader everything.
func NothingAllowed(lang string) string { return in(lang).say("form_nothing") }

// DoorText stands above the buttons of what fits a channel that belongs to no case.
func DoorText(lang string) string { return in(lang).say("form_door") }

// DoorButtons are what fits such a channel.
func DoorButtons(lang string) []Button {
	return []Button{
		{Text: FormWord(lang, "verb", "open"), ActionID: ActPrefix + "open", Value: "{}", Style: "primary"},
		{Text: FormWord(lang, "verb", "adopt"), ActionID: ActPrefix + "adopt", Value: "{}"},
		{Text: in(lang).say("list_button"), ActionID: ActPrefix + "list", Value: "{}"}, StuckButton(lang),
	}
}

// StuckButton shows what is stuck.
func StuckButton(lang string) Button {
	return Button{Text: in(lang).say("stuck_button"), ActionID: ActPrefix + "stuck", Value: "{}"}
}
