package notice_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// handedOver is an offer with that text wherever a person wrote one.
func handedOver(c notice.Case, text string) notice.Handover {
	h := notice.Handover{ID: "h1", WorkflowID: "case/SEC-42", To: text, By: text, Note: text, At: at(55), Who: text, Reason: text, Ended: at(58)}
	h.Summary = c.HandoverSummary([]incident.Entry{{ID: "e1", At: at(50), Who: text, What: text}, {ID: "e2", At: at(52), Who: text, What: text}}, slack.Escape)
	return h
}

// became is everything that an offer can become.
var became = []string{"", notice.OfferAccepted, notice.OfferDeclined, notice.OfferTaken, notice.OfferNamed, notice.OfferReplaced, notice.OfferClosed, notice.OfferNeedless}

func TestHandover(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		c := rich(lang)
		h := handedOver(c, "Chie Mori")
		h.By, h.ToID, h.Note, h.Reason = "Aoi Sato", "U0CHIE003", "Acme's CISO wants to be called at 18:00.", "on a train"
		var b strings.Builder
		for i, end := range became {
			h.Became = end
			show := func(name, text string) { fmt.Fprintf(&b, "=== %s %s\n%s\n\n", end, name, text) }
			m := c.HandoverMessage(h, slack.Escape)
			if i > 0 {
				m.Blocks = m.Blocks[:2] // the rest stays as it was
			}
			texts(show, "HandoverMessage", m)
			for _, block := range m.Blocks {
				for _, button := range block.Buttons {
					show("button", button.Text+" "+button.ActionID+" "+button.Value)
				}
			}
		}
		h.Became, h.QuietUntil = "", at(59)
		fmt.Fprintf(&b, "=== at night\n%s\n", c.HandoverMessage(h, slack.Escape).Blocks[4].Text)
		h.QuietUntil, h.ToID, h.NotFound = time.Time{}, "", true
		fmt.Fprintf(&b, "=== not found\n%s\n", c.HandoverMessage(h, slack.Escape).Text)
		h.NotFound, h.ToID = false, "U0CHIE003"
		hidden := c
		hidden.HideTitle = true
		for _, end := range []string{"", notice.OfferAccepted} {
			h.Became = end
			fmt.Fprintf(&b, "=== directly %s\n%s\n=== directly, of a restricted case %s\n%s\n", end, shown(c.DirectOffer(h, "C0SEC42", slack.Escape)), end, shown(hidden.DirectOffer(h, "C0SEC42", slack.Escape)))
		}
		golden(t, lang, "handover", b.String())
	}
}

// Nobody can change what the message means with what they wrote, and Slack takes it however much there is to tell.
func TestHostileHandover(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		bad, good := spoiled(lang, markupOf, 0), spoiled(lang, "w\nw\nw", 0)
		for _, end := range became {
			b, g := handedOver(bad, markupOf), handedOver(good, "w\nw\nw")
			b.Became, g.Became = end, end
			if got, want := skeleton(flat(bad.HandoverMessage(b, slack.Escape)), "<>"), skeleton(flat(good.HandoverMessage(g, slack.Escape)), "<>"); got != want {
				t.Errorf("%s %q: the markup changes: %q, with plain words %q", lang, end, got, want)
			}
			if got, want := skeleton(flat(bad.DirectOffer(b, "C0SEC42", slack.Escape)), "<>"), skeleton(flat(good.DirectOffer(g, "C0SEC42", slack.Escape)), "<>"); got != want {
				t.Errorf("%s %q: the markup of the direct message changes: %q, with plain words %q", lang, end, got, want)
			}
		}
		for name, text := range map[string]string{"words": "長い話 and more", "ampersands": "&"} {
			c := huge(lang, text)
			for _, end := range became {
				h := handedOver(c, strings.Repeat(text, 1000))
				h.Became = end
				slackTakes(t, lang+" "+name+" HandoverMessage "+end, c.HandoverMessage(h, slack.Escape))
				slackTakes(t, lang+" "+name+" DirectOffer "+end, c.DirectOffer(h, "C0SEC42", slack.Escape))
			}
		}
	}
}

// A locked telephone shows nothing of a restricted case, and a drill is never taken for the real thing.
func TestHandoverOfARestrictedCaseAndOfADrill(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		c := secret(lang)
		if text := c.HandoverMessage(handedOver(c, "Chie"), slack.Escape).Text; strings.Contains(text, c.Title) || strings.Contains(text, "mailbox") {
			t.Errorf("%s: %q", lang, text)
		}
		c = exercise(lang)
		if text := c.HandoverMessage(handedOver(c, "Chie"), slack.Escape).Text; !strings.Contains(text, map[string]string{"en": "DRILL", "ja": "訓練"}[lang]) {
			t.Errorf("%s: %q", lang, text)
		}
	}
}
