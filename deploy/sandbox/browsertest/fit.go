package browsertest

import "strings"

// Fits fails if the page scrolls sideways, or if something to press is too small for a finger.
func (b *Tab) Fits(what string) {
	b.T.Helper()
	if wide := b.TooWide(); len(wide) > 0 {
		b.T.Errorf("%s scrolls sideways: %s", what, strings.Join(wide, "\n"))
	}
	small := Value[[]string](b, `[...document.querySelectorAll("button:not(.plain), select, .composer label.icon, .side a")].filter(e => e.checkVisibility() && !e.closest("[hidden]") &&
		e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().height < 39.5).map(e => e.getBoundingClientRect().height + " " + e.outerHTML.slice(0, 120))`)
	if len(small) > 0 {
		b.T.Errorf("%s has too small things to press: %s", what, strings.Join(small, "\n"))
	}
}

// TooWide is what stands out of a page that scrolls sideways. Its width is not the window's: a telephone's window grows
// with what stands out.
func (b *Tab) TooWide() []string {
	b.T.Helper()
	return Value[[]string](b, `(wide => document.documentElement.scrollWidth <= wide + 1 ? [] : ["the page is " + document.documentElement.scrollWidth + " wide, the screen " + wide,
		...[...document.querySelectorAll("body *")].filter(e => e.checkVisibility() && e.getBoundingClientRect().right > wide + 1 && !e.closest(".scroll, .side"))
			.slice(0, 5).map(e => e.outerHTML.slice(0, 120))])(document.documentElement.clientWidth)`)
}
