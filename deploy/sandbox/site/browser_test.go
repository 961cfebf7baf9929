package site

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"hikeshi/deploy/sandbox/browsertest"
)

// tab is one in which a person uses the pages.
type tab struct{ *browsertest.Tab }

// openTab starts a browser. Where none is installed the test is skipped.
func openTab(t *testing.T) tab {
	t.Helper()
	mouse := chromedp.Flag("blink-settings", "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4")
	return tab{browsertest.Start(t, 1280, 800, mouse)}
}

// another is a second tab of the same browser.
func (b tab) another() tab { b.T.Helper(); return tab{b.Another()} }

// workspace opens a channel's page as somebody.
func (b tab) workspace(s *Site, channel, as string) {
	b.T.Helper()
	b.Open(s.Addresses.Pages + "/slack/" + channel + "?as=" + as)
	b.Is("that its scripts run", "document.body.dataset.ready")
}

// over brings the keyboard to the message with those words, so that what can be done with it is shown.
func (b tab) over(selector, words string) {
	b.T.Helper()
	b.Is(fmt.Sprintf("the message %q", words), fmt.Sprintf("(e => e && (e.focus(), true))([...document.querySelectorAll(%q)].find(e => e.innerText.includes(%q)))", selector+" .message", words))
}

func value[T any](b tab, script string) T { b.T.Helper(); return browsertest.Value[T](b.Tab, script) }

// fits fails if the page scrolls sideways, or if something to press is too small for a finger.
func (b tab) fits(what string) {
	b.T.Helper()
	wide := value[[]string](b, `document.documentElement.scrollWidth <= innerWidth + 1 ? [] : [...document.querySelectorAll("body *")]
		.filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .side")).slice(0, 5).map(e => e.outerHTML.slice(0, 120))`)
	if value[bool](b, "document.documentElement.scrollWidth > innerWidth + 1") {
		b.T.Errorf("%s scrolls sideways: %s", what, strings.Join(wide, "\n"))
	}
	small := value[[]string](b, `[...document.querySelectorAll("button:not(.plain), select, .composer label.icon, .side a")].filter(e => e.checkVisibility() && !e.closest("[hidden]") &&
		e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().height < 39.5).map(e => e.getBoundingClientRect().height + " " + e.outerHTML.slice(0, 120))`)
	if len(small) > 0 {
		b.T.Errorf("%s has too small things to press: %s", what, strings.Join(small, "\n"))
	}
}
