package browsertest

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Value is what a script on the page comes to.
func Value[T any](b *Tab, script string) T {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.T.Fatalf("read the page: %v", err)
	}
	return v
}

// Quoted makes a string safe inside a script.
func Quoted(s string) string { return `decodeURIComponent("` + url.PathEscape(s) + `")` }

// Is waits until a script says yes.
func (b *Tab) Is(what, script string) {
	b.T.Helper()
	b.until(func() (string, bool) { return what, Value[bool](b, "Boolean("+script+")") })
}

// until waits until it is done, and says what is missing if it never is.
func (b *Tab) until(is func() (missing string, done bool)) {
	b.T.Helper()
	for deadline := time.Now().Add(Patience); ; time.Sleep(tick) {
		missing, done := is()
		if done {
			return
		}
		if time.Now().After(deadline) {
			b.Shoot("missing")
			b.T.Fatalf("the page %s never shows %s (screenshot in %s). It reads:\n%s", b.Address(), missing, b.shots, b.Text())
		}
	}
}

// Shows waits until a person can read the words in what the selector finds.
func (b *Tab) Shows(selector, words string) {
	b.T.Helper()
	b.Is(fmt.Sprintf("%q in %s", words, selector), fmt.Sprintf("[...document.querySelectorAll(%q)].some(e => e.innerText.includes(%q))", selector, words))
}

// Reads waits until a person can read all the words on the page, and returns its text.
func (b *Tab) Reads(words ...string) string { b.T.Helper(); return b.has(b.Text, words) }

// LeadsTo waits until the page has a link to each of the addresses.
func (b *Tab) LeadsTo(addresses ...string) { b.T.Helper(); b.has(b.Source, addresses) }

func (b *Tab) has(read func() string, words []string) (text string) {
	b.T.Helper()
	b.until(func() (string, bool) {
		text = read()
		missing := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return strings.Contains(text, w) })
		return fmt.Sprintf("%q", missing), len(missing) == 0
	})
	return text
}

// framed reads something of the page and of the frames in it.
func (b *Tab) framed(what string) string {
	b.T.Helper()
	return Value[string](b, `[document, ...[...document.querySelectorAll("iframe")].map(f => f.contentDocument)].map(d => d?.`+what+` ?? "").join("\n").replaceAll("\u00a0", " ")`)
}

// Text is what can be read on the page, also in its frames.
func (b *Tab) Text() string { b.T.Helper(); return b.framed("body?.innerText") }

// Source is the page with all that is not shown on it.
func (b *Tab) Source() string { b.T.Helper(); return b.framed("documentElement?.outerHTML") }

// Address is where the page is.
func (b *Tab) Address() string { b.T.Helper(); return Value[string](b, `location.href`) }

// Follow goes where the link with that text leads.
func (b *Tab) Follow(text string) {
	b.T.Helper()
	b.Reads(text)
	link := Value[string](b, `([...document.querySelectorAll("a")].find(a => a.innerText.trim() === `+Quoted(text)+`) ?? {href: ""}).href`)
	if link == "" {
		b.T.Fatalf("the page %s has no link %q", b.Address(), text)
	}
	b.Open(link)
}

// Click presses the first thing that the selector finds and that can be seen; words, if any, must stand on it.
func (b *Tab) Click(selector, words string) {
	b.T.Helper()
	b.press(fmt.Sprintf("%q in %s", words, selector),
		fmt.Sprintf("[...document.querySelectorAll(%q)].find(e => e.innerText.includes(%q) && e.checkVisibility())", selector, words))
}

// ClickNewest presses the last thing that the selector finds and that can be seen: in a channel, the newest.
func (b *Tab) ClickNewest(selector string) {
	b.T.Helper()
	b.press("the newest "+selector, fmt.Sprintf("[...document.querySelectorAll(%q)].findLast(e => e.checkVisibility())", selector))
}

// press scrolls to what a script finds, and presses it.
func (b *Tab) press(what, script string) {
	b.T.Helper()
	b.Is(what+", to press", fmt.Sprintf(`(e => e && (e.scrollIntoView({block: "nearest"}), e.click(), true))(%s)`, script))
}

// Write types into a field, key by key, and then whatever keys follow.
func (b *Tab) Write(selector, text string) {
	b.T.Helper()
	b.Is(selector+" to write into", fmt.Sprintf("(e => e && e.checkVisibility() && (e.focus(), true))(document.querySelector(%q))", selector))
	b.Do("type "+text, chromedp.KeyEvent(text))
}

// Choose takes an option of a list.
func (b *Tab) Choose(selector, option string) {
	b.T.Helper()
	Value[bool](b, fmt.Sprintf("(e => { e.value = %q; e.dispatchEvent(new Event('change', {bubbles: true})); return true })(document.querySelector(%q))", option, selector))
}

// Dark switches to the dark colours, or back.
func (b *Tab) Dark(on bool) {
	b.T.Helper()
	scheme := "light"
	if on {
		scheme = "dark"
	}
	params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, params); err != nil {
		b.T.Errorf("colours: %v", err)
	}
}
