// Package browsertest lets tests use the sandbox's pages, and what stands beside them, as a person does: in a Chromium
// without a window and without a past. A test waits for what it wants to see; how long that takes is the machine's affair.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Patience is how long a page may take to show something. It is long: only a broken page makes a test wait for it.
const Patience = 2 * time.Minute

// tick is how often a page is looked at meanwhile.
const tick = 40 * time.Millisecond

// Tab is one tab of a browser.
type Tab struct {
	T     *testing.T
	ctx   context.Context
	shots string // where pictures go
}

// Start starts a browser whose window has that size. Where none is installed the test is skipped.
func Start(t *testing.T, width, height int, more ...chromedp.ExecAllocatorOption) *Tab {
	t.Helper()
	options := slices.Concat(chromedp.DefaultExecAllocatorOptions[:], []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(find(t)),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.WindowSize(width, height),
		chromedp.WSURLReadTimeout(Patience),
		chromedp.NoSandbox, // as root, and in containers, it has none
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
	}, more)
	allocator, end := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(end)
	b := &Tab{T: t, shots: t.ArtifactDir()}
	b.begin(allocator)
	t.Logf("screenshots: %s (kept with go test -artifacts)", b.shots)
	return b
}

func find(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no browser: install Debian's package chromium to use the pages in this test")
	return ""
}

// Another is a second tab of the same browser: another person at their own screen.
func (b *Tab) Another() *Tab {
	b.T.Helper()
	other := &Tab{T: b.T, shots: b.shots}
	other.begin(b.ctx)
	return other
}

func (b *Tab) begin(parent context.Context) {
	b.T.Helper()
	var end context.CancelFunc
	b.ctx, end = chromedp.NewContext(parent)
	b.T.Cleanup(end)
	if err := chromedp.Do(b.ctx); err != nil {
		b.T.Fatalf("start the browser: %v", err)
	}
}

// Do does what a person does.
func (b *Tab) Do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.Shoot("failed")
		b.T.Fatalf("%s: %v (screenshot in %s)", what, err, b.shots)
	}
}

// Open opens a page.
func (b *Tab) Open(address string) {
	b.T.Helper()
	b.Do("open "+address, chromedp.Navigate(address))
}

// Size makes the tab a screen of that size; a narrow one is a telephone's, with touch.
func (b *Tab) Size(width, height int64) {
	b.T.Helper()
	var options []chromedp.EmulateViewportOption
	if width < 700 {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.Do("resize", chromedp.EmulateViewport(width, height, options...))
}

// Shoot keeps a picture of the screen for people to look at.
func (b *Tab) Shoot(name string) { b.T.Helper(); b.shoot(name, chromedp.CaptureScreenshot()) }

// ShootPage keeps a picture of the whole page, also of what one has to scroll to.
func (b *Tab) ShootPage(name string) { b.T.Helper(); b.shoot(name, chromedp.FullScreenshot(100)) }

func (b *Tab) shoot(name string, how chromedp.Action[[]byte]) {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	png, err := chromedp.Run(ctx, how)
	if err == nil {
		err = os.WriteFile(filepath.Join(b.shots, name+".png"), png, 0o600)
	}
	if err != nil {
		b.T.Errorf("take screenshot %s: %v", name, err)
	}
}
