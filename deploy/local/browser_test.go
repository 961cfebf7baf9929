package main

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// browser is one tab of a Chromium without a window and without a past.
type browser struct {
	t     *testing.T
	ctx   context.Context
	shots string // where screenshots go
}

// openBrowser starts one. A host:port that is unreachable is one that the browser cannot connect to, whatever listens
// there. Where no browser is installed the test is skipped.
func openBrowser(t *testing.T, unreachable ...string) *browser {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(findBrowser(t)),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.WindowSize(1400, 1400),
		chromedp.NoSandbox, // as root, and in containers, it has none
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "en-US"), // the Web UI speaks the browser's language
	)
	for _, address := range unreachable {
		options = append(options, chromedp.Flag("host-resolver-rules", "MAP "+address+" ~NOTFOUND"))
	}
	allocator, end := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(end)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	b := &browser{t: t, ctx: ctx, shots: t.ArtifactDir()}
	t.Logf("screenshots: %s (kept with go test -artifacts)", b.shots)
	return b
}

func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no browser: install Debian's package chromium to read the Web UI in this test")
	return ""
}

// patience bounds how long a page may take to show something. The Web UI loads its parts one after the other.
const patience = 45 * time.Second

func (b *browser) open(address string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		b.t.Fatalf("open %s: %v", address, err)
	}
}

// shows waits until a person can read all the words on the page, and returns its text.
func (b *browser) shows(words ...string) string {
	b.t.Helper()
	return b.has(b.text, words)
}

// leadsTo waits until the page has a link to each of the addresses.
func (b *browser) leadsTo(addresses ...string) {
	b.t.Helper()
	b.has(b.source, addresses)
}

func (b *browser) has(read func() string, words []string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		text := read()
		missing := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return strings.Contains(text, w) })
		if len(missing) == 0 {
			return text
		}
		select {
		case <-ctx.Done():
			b.shoot("missing")
			b.t.Fatalf("the page %s does not show %q (screenshot in %s). It reads:\n%s", b.address(), missing, b.shots, b.text())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// follow goes where the link with that text leads.
func (b *browser) follow(text string) {
	b.t.Helper()
	b.shows(text)
	link := evaluate[string](b, `([...document.querySelectorAll("a")].find(a => a.innerText.trim() === `+quoted(text)+`) ?? {href: ""}).href`)
	if link == "" {
		b.t.Fatalf("the page %s has no link %q", b.address(), text)
	}
	b.open(link)
}

// text is what can be read on the page. The Web UI shows what workflows write in frames, so that it cannot do harm.
func (b *browser) text() string {
	b.t.Helper()
	return evaluate[string](b, `[document, ...[...document.querySelectorAll("iframe")].map(f => f.contentDocument)]
		.map(d => d?.body?.innerText ?? "").join("\n").replaceAll("\u00a0", " ")`)
}

// source is the page with all that is not shown on it.
func (b *browser) source() string {
	b.t.Helper()
	return evaluate[string](b, `[document, ...[...document.querySelectorAll("iframe")].map(f => f.contentDocument)]
		.map(d => d?.documentElement?.outerHTML ?? "").join("\n")`)
}

func (b *browser) address() string {
	b.t.Helper()
	return evaluate[string](b, `location.href`)
}

// shoot keeps a picture of the page for people to look at.
func (b *browser) shoot(name string) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(b.shots, name+".png"), png, 0o600)
	}
	if err != nil {
		b.t.Errorf("take screenshot %s: %v", name, err)
	}
}

func evaluate[T any](b *browser, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("read the page: %v", err)
	}
	return v
}

// quoted makes a string safe inside a script.
func quoted(s string) string { return `decodeURIComponent("` + url.PathEscape(s) + `")` }
