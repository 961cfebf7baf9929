package notice

import (
	"strings"

	"hikeshi/workflows/incident"
)

// Adopted is what a case took over that people had made by hand, and who agreed to it.
type Adopted struct {
	Channel, Ticket bool
	By              string
}

// AdoptionTerms say what becomes of a channel or a ticket that a case takes over, sentence by sentence: for whoever has to
// agree to it.
func AdoptionTerms(lang string, channel, ticket bool) (terms []string) {
	w := in(lang)
	if channel {
		terms = append(terms, w.say("adopt_terms_log"), w.say("adopt_terms_people"), w.say("adopt_terms_name"), w.say("adopt_terms_end"))
	}
	if ticket {
		terms = append(terms, w.say("adopt_terms_ticket"), w.say("adopt_terms_words"))
	}
	return terms
}

// AdoptionText are the terms for a form in Slack.
func AdoptionText(lang string) string {
	w := in(lang)
	return "*" + w.say("adopt_what") + "*\n• " + strings.Join(AdoptionTerms(lang, true, true), "\n• ")
}

// NotAgreed is said to whoever has not ticked the box of consent.
func NotAgreed(lang string) string { return in(lang).say("adopt_not_agreed") }

// NothingToAdopt is said to whoever names nothing that is to be taken over.
func NothingToAdopt(lang string) string { return in(lang).say("adopt_nothing") }

// WithoutConsent is the answer to somebody who wants something to be taken over and has not agreed to what that means.
func WithoutConsent(lang string, channel, ticket bool) *incident.Refusal {
	w := in(lang)
	return incident.Refuse(incident.Rule, w.say("adopt_agree")+" "+strings.Join(AdoptionTerms(lang, channel, ticket), " "), "%s", w.say("adopt_not_agreed"))
}

// adoptedLines tell the people in a channel, on the card, that it is the case's now, and on whose word.
func (c Case) adoptedLines(e Escape) (lines []string) {
	by := within(e, incident.CleanLine(c.Adopted.By), maxName)
	if c.Adopted.Channel {
		lines = append(lines, c.say("adopted_channel", "Number", e.text(c.Number), "By", by))
	}
	if c.Adopted.Ticket {
		lines = append(lines, c.say("adopted_ticket", "By", by))
	}
	return lines
}
