package main

import (
	"testing"

	"github.com/chromedp/chromedp"

	"hikeshi/deploy/sandbox/browsertest"
)

const browserWidth, browserHeight = 1400, 1400

// openBrowser starts a browser. A host:port that is unreachable is one that it cannot connect to, whatever listens there.
// Where no browser is installed the test is skipped.
func openBrowser(t *testing.T, unreachable ...string) *browsertest.Tab {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{chromedp.Flag("lang", "en-US")} // the Web UI speaks the browser's language
	for _, address := range unreachable {
		options = append(options, chromedp.Flag("host-resolver-rules", "MAP "+address+" ~NOTFOUND"))
	}
	return browsertest.Start(t, browserWidth, browserHeight, options...)
}
