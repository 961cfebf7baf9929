package site

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// tab is one tab of a Chromium without a window and without a past, in which a person uses the pages.
type tab struct {
	t     *testing.T
	ctx   context.Context
	shots string // where screenshots go
}

// openTab starts a browser. Where none is installed the test is skipped.
func openTab(t *testing.T) *tab {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(findBrowser(t)),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.WindowSize(1280, 800),
		chromedp.NoSandbox, // as root, and in containers, it has none
		chromedp.DisableGPU,
		chromedp.Flag("blink-settings", "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"), // a mouse
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
	)
	allocator, end := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(end)
	b := &tab{t: t, shots: t.ArtifactDir()}
	b.ctx, end = chromedp.NewContext(allocator)
	t.Cleanup(end)
	if err := chromedp.Do(b.ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	t.Logf("screenshots: %s (kept with go test -artifacts)", b.shots)
	return b
}

// another is a second tab of the same browser: another person at their own screen.
func (b *tab) another() *tab {
	b.t.Helper()
	ctx, end := chromedp.NewContext(b.ctx)
	b.t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil {
		b.t.Fatalf("open a tab: %v", err)
	}
	return &tab{b.t, ctx, b.shots}
}

func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no browser: install Debian's package chromium to use the pages in this test")
	return ""
}

// patience bounds how long a page may take to show something.
const patience = 20 * time.Second

func (b *tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.shoot("failed")
		b.t.Fatalf("%s: %v (screenshot in %s)", what, err, b.shots)
	}
}

func (b *tab) open(address string) {
	b.t.Helper()
	b.do("open "+address, chromedp.Navigate(address))
}

// size makes the tab a screen of that size; a narrow one is a telephone's, with touch.
func (b *tab) size(width, height int64) {
	b.t.Helper()
	var options []chromedp.EmulateViewportOption
	if width < 700 {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.do("resize", chromedp.EmulateViewport(width, height, options...))
}

// dark switches to the dark colours, or back.
func (b *tab) dark(on bool) {
	scheme := "light"
	if on {
		scheme = "dark"
	}
	params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, params); err != nil {
		b.t.Errorf("colours: %v", err)
	}
}

// is waits until a script says yes.
func (b *tab) is(what, script string) {
	b.t.Helper()
	deadline := time.Now().Add(patience)
	for !value[bool](b, "Boolean("+script+")") {
		if time.Now().After(deadline) {
			b.shoot("missing")
			b.t.Fatalf("the page never shows %s (screenshot in %s). It reads:\n%s", what, b.shots, b.text())
		}
		time.Sleep(40 * time.Millisecond)
	}
}

// shows waits until a person can read the words in what the selector finds.
func (b *tab) shows(selector, words string) {
	b.t.Helper()
	b.is(fmt.Sprintf("%q in %s", words, selector), fmt.Sprintf("[...document.querySelectorAll(%q)].some(e => e.innerText.includes(%q))", selector, words))
}

// click presses the first thing that the selector finds and that can be seen; words, if any, must stand on it.
func (b *tab) click(selector, words string) {
	b.t.Helper()
	found := fmt.Sprintf("[...document.querySelectorAll(%q)].find(e => e.innerText.includes(%q) && e.checkVisibility())", selector, words)
	b.is(fmt.Sprintf("%q to press in %s", words, selector), found)
	value[bool](b, fmt.Sprintf("(%s.scrollIntoView({block: 'nearest'}), %[1]s.click(), true)", found))
}

// write types into a field, key by key, and then whatever keys follow.
func (b *tab) write(selector, text string) {
	b.t.Helper()
	b.is(selector+" to write into", fmt.Sprintf("(e => e && e.checkVisibility() && (e.focus(), true))(document.querySelector(%q))", selector))
	b.do("type "+text, chromedp.KeyEvent(text))
}

// over brings the keyboard to the message with those words, so that what can be done with it is shown.
func (b *tab) over(selector, words string) {
	b.t.Helper()
	b.is(fmt.Sprintf("the message %q", words), fmt.Sprintf("(e => e && (e.focus(), true))([...document.querySelectorAll(%q)].find(e => e.innerText.includes(%q)))", selector+" .message", words))
}

// choose takes an option of a list.
func (b *tab) choose(selector, option string) {
	b.t.Helper()
	value[bool](b, fmt.Sprintf("(e => { e.value = %q; e.dispatchEvent(new Event('change', {bubbles: true})); return true })(document.querySelector(%q))", option, selector))
}

func (b *tab) text() string { b.t.Helper(); return value[string](b, "document.body.innerText") }

// shoot keeps a picture of the screen for people to look at.
func (b *tab) shoot(name string) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(b.shots, name+".png"), png, 0o600)
	}
	if err != nil {
		b.t.Errorf("take screenshot %s: %v", name, err)
	}
}

func value[T any](b *tab, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("read the page: %v", err)
	}
	return v
}

// fits fails if the page scrolls sideways, or if something to press is too small for a finger.
func (b *tab) fits(what string) {
	b.t.Helper()
	wide := value[[]string](b, `document.documentElement.scrollWidth <= innerWidth + 1 ? [] : [...document.querySelectorAll("body *")]
		.filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .side")).slice(0, 5).map(e => e.outerHTML.slice(0, 120))`)
	if value[bool](b, "document.documentElement.scrollWidth > innerWidth + 1") {
		b.t.Errorf("%s scrolls sideways: %s", what, strings.Join(wide, "\n"))
	}
	small := value[[]string](b, `[...document.querySelectorAll("button:not(.plain), select, .composer label.icon, .side a")].filter(e => e.checkVisibility() && !e.closest("[hidden]") &&
		e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().height < 39.5).map(e => e.getBoundingClientRect().height + " " + e.outerHTML.slice(0, 120))`)
	if len(small) > 0 {
		b.t.Errorf("%s has too small things to press: %s", what, strings.Join(small, "\n"))
	}
}
