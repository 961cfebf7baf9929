package jiratest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"hikeshi/activities/fake"
)

// WorstLag is the search lag that Atlassian's documents and users describe at its worst. The sandbox uses it.
const WorstLag = 3 * time.Minute

// MaxComments is how many comments JIRA Cloud takes per issue.
const MaxComments = 5000

// Options configure the fake.
type Options struct {
	Path        string        // file of its state; empty: memory only
	SearchLag   time.Duration // how long search misses a new issue or a change; 0: none
	BaseURL     string        // for the links in replies; empty: the address that was asked
	MaxComments int           // per issue; 0: MaxComments
	// RefuseLinks takes the field for links off the create screens, as some sites do: a create call with a link in it
	// is refused.
	RefuseLinks bool
	// Withhold are permissions, by their keys, that the product's account is said not to have.
	Withhold []string
	// OffScreen are fields that stand on no screen, neither for creating nor for editing.
	OffScreen []string
	// HideProperties leaves the properties out of lists of comments, though they are asked for.
	HideProperties bool
	// AskResolution makes the transition to Done ask for a resolution.
	AskResolution bool
	// AskField makes the transition to Done ask for this custom field; empty: none.
	AskField string
}

// Server is the fake: an http.Handler with the controls of fake.Control.
type Server struct {
	*fake.Control
	Token    *fake.Secret // of the product's account
	o        Options
	mux      *http.ServeMux
	issues   *fake.Table[Issue]
	comments *fake.Table[Comment]
	links    *fake.Table[IssueLink]
	remotes  *fake.Table[RemoteLink]
	mails    *fake.Table[Mail]
	mailed   *fake.Table[int] // mails by account
	next     *fake.Table[int] // the next number of each kind
	by       index
}

// Open makes the fake, or takes up the state in o.Path.
func Open(o Options) (*Server, error) {
	store, err := fake.OpenStore(o.Path)
	if err != nil {
		return nil, err
	}
	s := &Server{o: o, mux: http.NewServeMux(), Token: fake.NewSecret(fake.JiraToken)}
	if s.o.MaxComments == 0 {
		s.o.MaxComments = MaxComments
	}
	if err := s.tables(store); err != nil {
		_ = store.Close() // the first error says more
		return nil, err
	}
	s.reindex()
	s.routes()
	// The index is no table: after a reset it has to be built anew.
	s.Control = &fake.Control{Store: store, Handler: http.HandlerFunc(s.dispatch), Limits: limits, Refuse: refuse, Seed: s.reindex}
	s.Token.Handle(s.Control)
	return s, nil
}

func (s *Server) tables(store *fake.Store) (err error) {
	add := func(e error) {
		if err == nil {
			err = e
		}
	}
	var e error
	s.issues, e = fake.NewTable[Issue](store, "issues")
	add(e)
	s.comments, e = fake.NewTable[Comment](store, "comments")
	add(e)
	s.links, e = fake.NewTable[IssueLink](store, "issuelinks")
	add(e)
	s.remotes, e = fake.NewTable[RemoteLink](store, "remotelinks")
	add(e)
	s.mails, e = fake.NewTable[Mail](store, "mails")
	add(e)
	s.mailed, e = fake.NewTable[int](store, "mailed")
	add(e)
	s.next, e = fake.NewTable[int](store, "next")
	add(e)
	return err
}

// Start serves a fake on a free port of this machine until the test ends.
func Start(t interface {
	Helper()
	Fatalf(string, ...any)
	Cleanup(func())
}, o Options) (*Server, string) {
	t.Helper()
	s, err := Open(o)
	if err != nil {
		t.Fatalf("open the fake of JIRA: %v", err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.CloseClientConnections() // a call that hangs on purpose must not hold up the end of the test
		web.Close()
		_ = s.Store.Close() // the test is over
	})
	return s, web.URL
}

// Burst and per-issue limits of the fake. Atlassian publishes the second only.
const (
	callsPerMinute  = 6000
	callsBurst      = 200
	writesPerMinute = 200 // 100 in 30 seconds
	writesBurst     = 20
)

func limits(r *http.Request) []fake.Limit {
	list := []fake.Limit{{Key: "burst " + r.Method, PerMinute: callsPerMinute, Burst: callsBurst}}
	_, rest, ok := strings.Cut(r.URL.Path, "/rest/api/2/issue/")
	if !ok || r.Method == http.MethodGet {
		return list
	}
	issue, _, _ := strings.Cut(rest, "/")
	return append(list, fake.Limit{Key: "write " + issue, PerMinute: writesPerMinute, Burst: writesBurst})
}

// sequence takes the next number of a kind; the first is first.
func (s *Server) sequence(kind string, first int) int {
	n, ok := s.next.Get(kind)
	if !ok {
		n = first
	}
	s.next.Put(kind, n+1)
	return n
}

// rowKey makes numbers sort as numbers.
func rowKey(id int) string { return fmt.Sprintf("%012d", id) }

// exchange is one call being answered.
type exchange struct {
	*http.Request
	s    *Server
	who  Account
	base string
	now  time.Time
}

// answer is a handler's result: a status with a body (nil: none), or what JIRA refuses.
type answer struct {
	status int
	body   any
	no     *problem
}

func ok(body any) answer                 { return answer{status: http.StatusOK, body: body} }
func created(body any) answer            { return answer{status: http.StatusCreated, body: body} }
func done() answer                       { return answer{status: http.StatusNoContent} }
func (p *problem) answer() answer        { return answer{no: p} }
func (x *exchange) self(p string) string { return x.base + "/rest/api/2/" + p }

func (s *Server) handle(pattern string, h func(*exchange) answer) {
	method, path, _ := strings.Cut(pattern, " ")
	s.mux.HandleFunc(method+" /rest/api/2/"+path, func(w http.ResponseWriter, r *http.Request) {
		who, known := s.authenticate(r)
		if !known {
			w.Header().Set("WWW-Authenticate", `OAuth realm="jira"`)
			w.Header().Set("X-Seraph-Loginreason", "AUTHENTICATED_FAILED")
			refuse(w, http.StatusUnauthorized)
			return
		}
		x := &exchange{Request: r, s: s, who: who, base: s.o.BaseURL, now: time.Now().UTC().Truncate(time.Millisecond)}
		if x.base == "" {
			x.base = "http://" + r.Host
		}
		write(w, h(x))
	})
}

func write(w http.ResponseWriter, a answer) {
	if a.no != nil {
		a.no.write(w)
		return
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body) // the client is gone: nothing to do
}

// dispatch answers a path that the fake does not have as JIRA does.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	if _, pattern := s.mux.Handler(r); pattern == "" {
		(&problem{status: http.StatusNotFound, messages: []string{"null for uri: " + r.URL.Path}}).write(w)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// decode reads the JSON body.
func (x *exchange) decode(v any) *problem {
	if err := json.NewDecoder(x.Body).Decode(v); err != nil {
		return bad("Invalid request payload. Refer to the REST API documentation and try again.")
	}
	return nil
}
