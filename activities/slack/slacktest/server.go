package slacktest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"time"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack"
)

// Options configure a workspace. The zero value is one in memory that sends no events.
type Options struct {
	Path          string        // the database file; empty: memory
	EventsURL     string        // base address of the gateway: events go to EventsURL/slack/events; empty: nowhere
	SigningSecret string        // signs what is sent there; empty: fake.SlackSigningSecret
	Scopes        []string      // of the bot token; nil: those of the app's manifest
	Patience      time.Duration // with the gateway: how long an acknowledgement may take, and how long a trigger counts; 0: 3 s, as Slack's
}

// Server is the workspace. It is an http.Handler; the Web API is under /api/.
type Server struct {
	*fake.Control
	Bot       *fake.Secret // the bot's token
	App       *fake.Secret // the app-level token
	o         Options
	db        tables
	idx       index
	out       courier
	sockets   sockets
	delivered deliveries
	api       http.Handler

	mu     sync.Mutex
	events string // the gateway's address now
	muted  bool
	base   string // our own, as the last caller of the Web API wrote it
}

// Open opens the workspace, and fills an empty one with the cast, #general and #csirt-ops.
func Open(o Options) (*Server, error) {
	store, err := fake.OpenStore(o.Path)
	if err != nil {
		return nil, err
	}
	if o.SigningSecret == "" {
		o.SigningSecret = fake.SlackSigningSecret
	}
	if o.Scopes == nil {
		o.Scopes = slack.Scopes()
	}
	if o.Patience == 0 {
		o.Patience = slackTime
	}
	s := &Server{o: o, events: o.EventsURL, Bot: fake.NewSecret(fake.SlackBotToken), App: fake.NewSecret(fake.SlackAppToken)}
	if err := s.db.open(store); err != nil {
		store.Close() //nolint:errcheck // the first error says more
		return nil, err
	}
	s.Control = &fake.Control{Store: store, Handler: http.HandlerFunc(s.serveCall), Name: callName, Object: callChannel, Limits: limits, Refuse: refuse, Word: sayError, Seed: s.seed}
	s.Bot.Handle(s.Control)
	s.App.HandleAs(s.Control, "app_token")
	for name, do := range deeds {
		s.Control.Handle("POST /_control/"+name, s.person(name, do))
	}
	s.api = s.routes()
	s.out.start(s)
	err = store.Locked(func() {
		if s.db.users.Len() == 0 {
			s.seed()
		}
		s.reindex()
	})
	return s, err
}

// Close stops sending events and closes the sockets and the database.
func (s *Server) Close() error {
	s.out.stop()
	s.sockets.close()
	return s.Control.Store.Close()
}

// Start runs a workspace for a test. It returns the address of the Web API, which ends in /api/.
func Start(t interface {
	Helper()
	Fatalf(string, ...any)
	Cleanup(func())
}, o Options) (*Server, string) {
	t.Helper()
	s, err := Open(o)
	if err != nil {
		t.Fatalf("open the Slack fake: %v", err)
	}
	h := httptest.NewServer(s)
	s.reachedAt(h.URL)
	t.Cleanup(func() {
		h.CloseClientConnections() // a hanging call must not hold up the end of the test
		h.Close()
		_ = s.Close()
	})
	return s, h.URL + "/api/"
}

// SendEventsTo changes where events and commands go: the gateway's base address.
func (s *Server) SendEventsTo(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = strings.TrimSuffix(url, "/")
}

func (s *Server) eventsURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.events
}

// reachedAt keeps where our callers reach us: files are served from there, and it may differ from one start to the next.
func (s *Server) reachedAt(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = base
}

func (s *Server) address() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.base
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	// The gateway's worker calls back while it answers a command, so this runs outside the lock that calls hold.
	mux.HandleFunc("POST /_control/command", s.personCommands)
	mux.HandleFunc("POST /_control/weather", s.changeWeather)
	mux.HandleFunc("POST /_control/interact", s.personInteracts)
	mux.HandleFunc("POST /_control/shortcut", s.personShortcuts)
	mux.HandleFunc("GET /_control/deliveries", s.showDeliveries)
	mux.HandleFunc("DELETE /_control/deliveries", s.forgetDeliveries)
	mux.HandleFunc("POST /_control/sockets", s.disturb)
	mux.HandleFunc("GET /_control/sockets", s.lookAtSockets)
	mux.HandleFunc("GET /link/", s.link)
	mux.Handle("/", s.Control)
	return mux
}

// ServeHTTP serves a call, and sends its events once its changes are committed.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if strings.HasPrefix(r.URL.Path, "/api/") {
		s.reachedAt("http://" + r.Host)
		r = r.WithContext(context.WithValue(r.Context(), argsKey{}, parse(r, body)))
	}
	defer s.out.flush() // also when the reply is dropped: what was done was done
	s.api.ServeHTTP(w, r)
}

func callName(r *http.Request) string {
	if method, ok := strings.CutPrefix(r.URL.Path, "/api/"); ok {
		return method
	}
	return r.Method + " " + r.URL.Path
}

func callChannel(r *http.Request) string { return argsOf(r.Context()).Get("channel") }

// serveCall runs inside the lock.
func (s *Server) serveCall(w http.ResponseWriter, r *http.Request) {
	switch dir, _ := path.Split(r.URL.Path); {
	case dir == "/api/":
		s.serveMethod(w, r)
	case strings.HasPrefix(dir, "/commands/"), strings.HasPrefix(dir, "/actions/"):
		s.respond(w, r)
	case strings.HasPrefix(dir, "/upload/"):
		s.receiveUpload(w, r)
	case strings.HasPrefix(dir, "/files-pri/"):
		s.sendFile(w, r)
	default:
		http.Error(w, fmt.Sprintf("no page %s here: the Web API is under /api/", r.URL.Path), http.StatusNotFound)
	}
}

// sayError refuses a call with one of Slack's errors, which have status 200.
func sayError(w http.ResponseWriter, name string) int {
	fake.WriteJSON(w, map[string]any{"ok": false, "error": name})
	return http.StatusOK
}

// refuse writes the body of an error status as Slack does.
func refuse(w http.ResponseWriter, status int) {
	if status == http.StatusTooManyRequests {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"ok":false,"error":"ratelimited"}`)
		return
	}
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<html><body>Server Error</body></html>")
}
