package slack

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"hikeshi/activities/internal/talk"
)

func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "2001:4860:4860::8888": true, "127.0.0.1": false, "::1": false, "10.1.2.3": false, "192.168.0.1": false, "172.16.0.1": false,
		"169.254.169.254": false, "fe80::1": false, "fd00::1": false, "100.64.0.1": false, "0.0.0.0": false, "224.0.0.1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("public(%s) = %v, want %v", address, got, want)
		}
	}
}

func TestDialRefusesAddressesInside(t *testing.T) {
	h := httptest.NewServer(http.NotFoundHandler())
	defer h.Close()
	here, err := url.Parse(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	slack := &url.URL{Scheme: "https", Host: "slack.com"}
	if _, err := newDownloads(slack, 0).dial(t.Context(), "tcp", here.Host); !errors.Is(err, errInside) {
		t.Errorf("dial %s: %v, want %v", here.Host, err, errInside)
	}
	for name, d := range map[string]*downloads{"the API's own": newDownloads(here, 0), "a proxy": {api: slack, proxies: []string{here.Host}}} {
		conn, err := d.dial(t.Context(), "tcp", here.Host)
		if err != nil {
			t.Errorf("dial %s: %v", name, err)
			continue
		}
		_ = conn.Close()
	}
}

func TestADownloadThatStopsEnds(t *testing.T) {
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "half")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer h.Close()
	c, err := NewClient(Config{Token: func() (string, error) { return "x", nil }, APIURL: h.URL + "/api/"})
	if err != nil {
		t.Fatal(err)
	}
	c.files.pause = 20 * time.Millisecond
	body, err := c.Fetch(t.Context(), talk.File{ID: "F1", URL: h.URL + "/f", Size: 8})
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); !strings.HasPrefix("half", string(got)) || err == nil || !strings.Contains(err.Error(), "no bytes came") {
		t.Errorf("%q, %v; want at most half, and that no more came", got, err)
	}
}

func TestAFileThatIsTooLarge(t *testing.T) {
	b := body{ReadCloser: io.NopCloser(strings.NewReader("x")), got: maxFile, pause: time.Second, cancel: func() {}}
	if _, err := io.ReadAll(&b); err == nil {
		t.Error("no error beyond the bound")
	}
}
