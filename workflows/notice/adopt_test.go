package notice_test

import (
	"strings"
	"testing"

	"hikeshi/activities/slack"
	"hikeshi/workflows/notice"
)

// adopted is a case that took over a channel and a ticket.
func adopted(lang string) notice.Case {
	c := ordinary(lang)
	c.Report, c.Adopted = "", notice.Adopted{Channel: true, Ticket: true, By: "Aoi <Sato>"}
	return c
}

func TestAdoption(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		t.Run(lang, func(t *testing.T) {
			refused := notice.WithoutConsent(lang, true, true)
			lines := []string{"=== form", notice.AdoptionText(lang), "=== consent", notice.FormWord(lang, "choice", "consent"), notice.NotAgreed(lang), notice.NothingToAdopt(lang), "=== both"}
			lines = append(lines, notice.AdoptionTerms(lang, true, true)...)
			lines = append(append(lines, "=== channel"), notice.AdoptionTerms(lang, true, false)...)
			lines = append(append(lines, "=== ticket"), notice.AdoptionTerms(lang, false, true)...)
			lines = append(lines, "=== refused", string(refused.Code), refused.Message, refused.Hint)
			texts(func(name, text string) { lines = append(lines, "=== "+name, text) }, "Card", adopted(lang).Card(slack.Escape))
			golden(t, lang, "adopted", strings.Join(lines, "\n")+"\n")
		})
	}
}

func TestACardTellsOfNoAdoptionWithoutOne(t *testing.T) {
	with, without := len(adopted("en").Card(nil).Blocks), len(ordinary("en").Card(nil).Blocks)
	if with != without { // the report's block makes room for it
		t.Errorf("a card has %d blocks with an adoption, %d without", with, without)
	}
}
