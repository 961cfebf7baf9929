// Package pagertest is an on-call service that takes pages: an HTTP server which verifies their signatures, keeps them,
// and counts each key once, with the fault control of all fakes.
package pagertest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"time"

	"hikeshi/activities/fake"
)

// Options configure the fake.
type Options struct {
	Path   string // file of its state; empty: memory only
	Secret string // with which pages are signed; empty: the sandbox's own
	People int    // who are called for each page; 0: three
}

// Page is a page that was accepted.
type Page struct {
	Key        string    `json:"key"`
	Number     string    `json:"number"`
	Severity   string    `json:"severity"`
	Reason     string    `json:"reason"`
	Drill      bool      `json:"drill"`
	Text       string    `json:"text"`
	Link       string    `json:"link"`
	At         time.Time `json:"at"`
	Received   time.Time `json:"received"`
	Deliveries int       `json:"deliveries"` // how often it came; people were called once
}

// Server is the fake: an http.Handler with the controls of fake.Control. Its one call is POST /pages.
type Server struct {
	*fake.Control
	o     Options
	pages *fake.Table[Page]
}

// Path is where pages are taken.
const Path = "/pages"

// Tolerance is how far a timestamp may be away from the clock.
const Tolerance = 5 * time.Minute

// Open makes the fake, or takes up the state in o.Path.
func Open(o Options) (*Server, error) {
	store, err := fake.OpenStore(o.Path)
	if err != nil {
		return nil, err
	}
	if o.Secret == "" {
		o.Secret = fake.PagerSecret
	}
	if o.People == 0 {
		o.People = 3
	}
	s := &Server{o: o}
	if s.pages, err = fake.NewTable[Page](store, "pages"); err != nil {
		_ = store.Close() // the first error says more
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+Path, s.take)
	s.Control = &fake.Control{Store: store, Handler: mux}
	return s, nil
}

// Start serves a fake on a free port of this machine until the test ends, and returns the address for pages.
func Start(t interface {
	Helper()
	Fatalf(string, ...any)
	Cleanup(func())
}, o Options) (*Server, string) {
	t.Helper()
	s, err := Open(o)
	if err != nil {
		t.Fatalf("open the fake pager: %v", err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.CloseClientConnections() // a call that hangs on purpose must not hold up the end of the test
		web.Close()
		_ = s.Store.Close() // the test is over
	})
	return s, web.URL + Path
}

// Close writes what is left and closes the state.
func (s *Server) Close() error { return s.Store.Close() }

// Pages returns the pages that were accepted, the oldest first.
func (s *Server) Pages() (list []Page) {
	_ = s.Store.Locked(func() { list = s.pages.All() }) // nothing is written
	slices.SortFunc(list, func(a, b Page) int { return a.Received.Compare(b.Received) })
	return list
}

// take answers one delivery.
func (s *Server) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		http.Error(w, "the page is too large", http.StatusRequestEntityTooLarge)
		return
	}
	key := r.Header.Get("Webhook-Id")
	if !s.signed(r, key, body) {
		http.Error(w, "the signature is not good", http.StatusUnauthorized)
		return
	}
	var p Page
	if json.Unmarshal(body, &p) != nil || p.Key != key || r.Header.Get("Idempotency-Key") != key || p.Number == "" || p.Text == "" || p.At.IsZero() {
		http.Error(w, "this is no page", http.StatusUnprocessableEntity)
		return
	}
	before, known := s.pages.Get(key)
	if known {
		p = before // whoever comes second changes nothing
	} else {
		p.Received = time.Now().UTC()
	}
	p.Deliveries++
	s.pages.Put(key, p)
	fake.WriteJSON(w, map[string]int{"people": s.o.People})
}

// signed verifies a delivery as a stranger would, who has read the documentation only.
func (s *Server) signed(r *http.Request, id string, body []byte) bool {
	at := r.Header.Get("Webhook-Timestamp")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if age := time.Since(time.Unix(seconds, 0)); err != nil || id == "" || age > Tolerance || age < -Tolerance {
		return false
	}
	mac := hmac.New(sha256.New, []byte(s.o.Secret))
	_, _ = io.WriteString(mac, id+"."+at+"."+string(body)) // a hash takes everything
	want := mac.Sum(nil)
	return slices.ContainsFunc(strings.Fields(r.Header.Get("Webhook-Signature")), func(one string) bool {
		version, coded, _ := strings.Cut(one, ",")
		got, err := base64.StdEncoding.DecodeString(coded)
		return version == "v1" && err == nil && hmac.Equal(got, want)
	})
}
