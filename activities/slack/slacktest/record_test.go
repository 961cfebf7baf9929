package slacktest_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
)

// exchange is a recorded call.
type exchange struct {
	method string
	args   url.Values
	reply  []byte
}

// recorder serves a workspace and keeps what goes in and out of its Web API.
type recorder struct {
	*slacktest.Server
	mu   sync.Mutex
	list []exchange
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	method, isCall := strings.CutPrefix(req.URL.Path, "/api/")
	body, _ := io.ReadAll(req.Body)
	req.Body = io.NopCloser(bytes.NewReader(body))
	reply := httptest.NewRecorder()
	r.Server.ServeHTTP(reply, req)
	if req.Method == http.MethodGet {
		body = []byte(req.URL.RawQuery)
	}
	if args, err := url.ParseQuery(string(body)); isCall && err == nil {
		r.mu.Lock()
		r.list = append(r.list, exchange{method, args, reply.Body.Bytes()})
		r.mu.Unlock()
	}
	for k, v := range reply.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(reply.Code)
	_, _ = w.Write(reply.Body.Bytes())
}

// record starts a recorded workspace; base has no path.
func record(t *testing.T, o slacktest.Options) (r *recorder, base string) {
	t.Helper()
	s, err := slacktest.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	s.LimitRates(false)
	r = &recorder{Server: s}
	h := httptest.NewServer(r)
	t.Cleanup(func() {
		h.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return r, h.URL
}

// gateway receives events and commands; answer, if set, decides the status of a delivery.
type gateway struct {
	t      *testing.T
	mu     sync.Mutex
	events [][]byte
	heads  []http.Header
	answer func(n int, r *http.Request) int
	onForm func(url.Values) string
	onDeed func(payload []byte) (status int, body string) // interactions
	deeds  [][]byte
}

func startGateway(t *testing.T) (*gateway, string) {
	g := &gateway{t: t}
	h := httptest.NewServer(g)
	t.Cleanup(h.Close)
	return g, h.URL
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	mac := hmac.New(sha256.New, []byte(fake.SlackSigningSecret))
	mac.Write([]byte("v0:" + r.Header.Get("X-Slack-Request-Timestamp") + ":" + string(body)))
	if r.Header.Get("X-Slack-Signature") != "v0="+hex.EncodeToString(mac.Sum(nil)) {
		g.t.Errorf("%s is not signed", r.URL.Path)
	}
	if r.URL.Path == "/slack/commands" {
		form, _ := url.ParseQuery(string(body))
		_, _ = io.WriteString(w, g.onForm(form))
		return
	}
	if r.URL.Path == "/slack/interactions" {
		g.interaction(w, body)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	status := http.StatusOK
	if g.answer != nil {
		status = g.answer(len(g.events), r)
	}
	g.events, g.heads = append(g.events, body), append(g.heads, r.Header)
	w.WriteHeader(status)
}

func (g *gateway) interaction(w http.ResponseWriter, body []byte) {
	form, _ := url.ParseQuery(string(body))
	payload := []byte(form.Get("payload"))
	g.mu.Lock()
	g.deeds = append(g.deeds, payload)
	g.mu.Unlock()
	status, answer := g.onDeed(payload)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer)
}

// patience is how long a test waits for what must come. It is long: only a broken fake makes a test wait for it.
const patience = time.Minute

// wait returns the deliveries once there are n.
func (g *gateway) wait(n int) ([][]byte, []http.Header) {
	g.t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		g.mu.Lock()
		events, heads := g.events, g.heads
		g.mu.Unlock()
		if len(events) >= n {
			return events, heads
		}
		select {
		case <-tick.C:
		case <-deadline:
			g.t.Fatalf("%d deliveries, want %d", len(events), n)
		}
	}
}
