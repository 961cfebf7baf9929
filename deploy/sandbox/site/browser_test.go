package site

import (
	"fmt"
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
