package fake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Call is one request that reached the fake.
type Call struct {
	Time   time.Time `json:"time"`
	Name   string    `json:"name"` // the vendor's name of the call where it has one, else method and path
	Method string    `json:"method"`
	Path   string    `json:"path"`
	Object string    `json:"object,omitempty"` // what the call is about, where the fake says so: the id of Slack's channel
	Status int       `json:"status"`           // 0: no reply was sent
	Fault  string    `json:"fault,omitempty"`  // mode of the fault that struck
	Tag    string    `json:"tag,omitempty"`    // of that fault
	Held   bool      `json:"held,omitempty"`   // it is held back now
	Done   time.Time `json:"done,omitzero"`    // when the reply left; zero: not yet, or the client went away first
}

// Limit is a vendor's rate for one kind of call: a bucket that holds Burst calls and fills at PerMinute.
type Limit struct {
	Key       string // calls with the same key share a bucket
	PerMinute float64
	Burst     float64 // 0: PerMinute
	Cost      float64 // tokens one call draws, at most Burst; 0: 1
}

func (l Limit) cost() float64 {
	if l.Cost == 0 {
		return 1
	}
	return l.Cost
}

// Control stands in front of a vendor's handler. It is an http.Handler.
type Control struct {
	Store   *Store
	Handler http.Handler // the vendor's calls
	// Name gives a call its vendor's name ("conversations.create"); nil: method and path.
	Name func(*http.Request) string
	// Object says what a call is about, for those who count calls of one thing; nil: nobody asks.
	Object func(*http.Request) string
	// Limits lists the buckets a call draws from; nil: none.
	Limits func(*http.Request) []Limit
	// Refuse writes the vendor's own error body for a status; nil: plain text.
	Refuse func(w http.ResponseWriter, status int)
	// Word writes an error that the vendor has a name for, and returns the status it has; nil: it has none.
	Word func(w http.ResponseWriter, name string) (status int)
	// Seed fills an empty store, at start and after a reset; nil: nothing.
	Seed func()

	mu       sync.Mutex
	faults   []*Fault
	calls    []Call
	buckets  map[string]*bucket
	unbound  bool             // limits are switched off
	holding  map[int]struct{} // calls that are held back, by their place in calls
	release  chan struct{}    // closed when what is held back may go on; nil: nothing is
	controls http.ServeMux
	once     sync.Once
}

type bucket struct {
	tokens float64
	at     time.Time
}

// Calls returns what reached the fake since the last reset, in order.
func (c *Control) Calls() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Call{}, c.calls...)
}

// Count returns how many calls of that name or "METHOD /path/prefix" arrived.
func (c *Control) Count(match string) int {
	n := 0
	for _, call := range c.Calls() {
		if (Fault{Match: match}).matches(call) {
			n++
		}
	}
	return n
}

// Inject adds a fault rule.
func (c *Control) Inject(f Fault) error {
	if err := f.check(); err != nil {
		return err
	}
	if f.Error != "" && c.Word == nil {
		return fmt.Errorf("error %q: this vendor has no names for its errors: give a status", f.Error)
	}
	f.left, f.seen = f.Times, 0
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, &f)
	return nil
}

// ClearTagged deletes the fault rules with that tag.
func (c *Control) ClearTagged(tag string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = slices.DeleteFunc(c.faults, func(f *Fault) bool { return f.Tag == tag })
}

// ClearFaults deletes all fault rules.
func (c *Control) ClearFaults() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

// LimitRates switches the vendor's rate limits on (the default) or off.
func (c *Control) LimitRates(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unbound = !on
}

// Reset forgets everything: state, calls, faults.
func (c *Control) Reset() error {
	c.mu.Lock()
	c.faults, c.calls, c.buckets = nil, nil, nil
	c.mu.Unlock()
	c.Store.mu.Lock()
	defer c.Store.mu.Unlock()
	if err := c.Store.reset(); err != nil {
		return err
	}
	if c.Seed != nil {
		c.Seed()
	}
	return c.Store.commit()
}

// Handle adds an endpoint of the vendor's own under /_control/, such as "POST /_control/message". It runs alone,
// like a call, and its changes are committed before its reply leaves.
func (c *Control) Handle(pattern string, h http.HandlerFunc) {
	c.controls.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { c.serve(w, r, h, "") })
}

// ServeHTTP serves the control endpoints and, after rate limits and faults, the vendor's calls.
func (c *Control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.once.Do(c.routes)
	if _, pattern := c.controls.Handler(r); pattern != "" {
		c.controls.ServeHTTP(w, r)
		return
	}
	call := Call{Time: time.Now().UTC(), Method: r.Method, Path: r.URL.Path, Name: r.Method + " " + r.URL.Path}
	if c.Name != nil {
		call.Name = c.Name(r)
	}
	if c.Object != nil {
		call.Object = c.Object(r)
	}
	c.mu.Lock()
	index := len(c.calls)
	latency, hit, rest := take(c.faults, call)
	c.faults = rest
	if hit != nil {
		call.Fault, call.Tag = hit.Mode, hit.Tag
	}
	c.calls = append(c.calls, call)
	c.mu.Unlock()

	if !sleep(r, time.Duration(latency)*time.Millisecond) {
		return
	}
	c.answered(index, c.strike(w, r, hit, index))
}

// strike answers the request as the fault wants it (nil: no fault) and returns the status sent.
func (c *Control) strike(w http.ResponseWriter, r *http.Request, hit *Fault, index int) int {
	if hit != nil && hit.Mode == "hold" {
		if !c.held(r, index) {
			return 0
		}
		hit = nil
	}
	if hit == nil {
		if wait := c.draw(r); wait > 0 {
			return c.refuse(w, http.StatusTooManyRequests, int(math.Ceil(wait.Seconds())))
		}
		return c.serve(w, r, c.Handler.ServeHTTP, "")
	}
	switch hit.Mode {
	case "before", "status":
		if hit.Error != "" {
			return c.Word(w, hit.Error)
		}
		status := hit.Status
		if status == 0 {
			status = http.StatusServiceUnavailable
		}
		if hit.Body != "" {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, hit.Body) // the client is gone: nothing to do
			return status
		}
		return c.refuse(w, status, hit.RetryAfter)
	case "hang":
		_, _ = io.Copy(io.Discard, r.Body) // so that the server notices when the client goes away
		<-r.Context().Done()
		return 0
	case "late":
		return c.serveLate(w, r, hit)
	case "drop":
		abort(w)
		return 0
	case "hold-after":
		return c.serveHeld(w, r, index)
	default: // after, garbage
		return c.serve(w, r, c.Handler.ServeHTTP, hit.Mode)
	}
}

// serve runs the handler alone, commits its changes, then sends its reply, or spoils it as mode says.
func (c *Control) serve(w http.ResponseWriter, r *http.Request, h http.HandlerFunc, mode string) int {
	body, err := io.ReadAll(r.Body) // before the lock: a slow client must not hold up the others
	if err != nil {
		abort(w)
		return 0
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	reply := httptest.NewRecorder()
	if err := c.Store.Locked(func() { h(reply, r) }); err != nil {
		http.Error(w, "fake: cannot keep its state: "+err.Error(), http.StatusInternalServerError)
		return http.StatusInternalServerError
	}
	switch mode {
	case "after":
		abort(w)
		return 0
	case "garbage":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, "<html><body>Signed out. <a href=\"/login\">Log in</a></body></html>")
		return http.StatusOK
	}
	for k, v := range reply.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(reply.Code)
	_, _ = w.Write(reply.Body.Bytes()) // the client is gone: its call was done all the same
	return reply.Code
}

func (c *Control) refuse(w http.ResponseWriter, status, retryAfter int) int {
	if retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	if c.Refuse != nil {
		c.Refuse(w, status)
	} else {
		http.Error(w, http.StatusText(status), status)
	}
	return status
}

// draw takes one token from each bucket of the call, or says how long until there is one.
func (c *Control) draw(r *http.Request) time.Duration {
	if c.Limits == nil {
		return 0
	}
	limits := c.Limits(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unbound {
		return 0
	}
	if c.buckets == nil {
		c.buckets = map[string]*bucket{}
	}
	now, wait := time.Now(), time.Duration(0)
	for _, l := range limits {
		size := l.Burst
		if size == 0 {
			size = l.PerMinute
		}
		b := c.buckets[l.Key]
		if b == nil {
			b = &bucket{tokens: size, at: now}
			c.buckets[l.Key] = b
		}
		b.tokens = min(size, b.tokens+now.Sub(b.at).Minutes()*l.PerMinute)
		b.at = now
		if b.tokens < l.cost() {
			wait = max(wait, time.Duration((l.cost()-b.tokens)/l.PerMinute*float64(time.Minute)))
		}
	}
	if wait == 0 {
		for _, l := range limits {
			c.buckets[l.Key].tokens -= l.cost()
		}
	}
	return wait
}

func (c *Control) answered(index, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if index < len(c.calls) {
		c.calls[index].Status, c.calls[index].Done = status, time.Now().UTC()
	}
}

func (c *Control) routes() {
	c.controls.HandleFunc("POST /_control/faults", func(w http.ResponseWriter, r *http.Request) {
		var f Fault
		err := json.NewDecoder(r.Body).Decode(&f)
		if err == nil {
			err = c.Inject(f)
		}
		if err != nil {
			http.Error(w, fmt.Sprintf("fault rule: %v", err), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	c.controls.HandleFunc("DELETE /_control/faults", func(w http.ResponseWriter, r *http.Request) {
		if tag := r.URL.Query().Get("tag"); tag != "" {
			c.ClearTagged(tag)
		} else {
			c.ClearFaults()
		}
		w.WriteHeader(http.StatusNoContent)
	})
	c.controls.HandleFunc("GET /_control/calls", func(w http.ResponseWriter, r *http.Request) {
		calls := c.Calls()
		from, _ := strconv.Atoi(r.URL.Query().Get("from")) // how many the asker knows already; none if that is no number
		WriteJSON(w, calls[max(0, min(from, len(calls))):])
	})
	c.controls.HandleFunc("GET /_control/held", func(w http.ResponseWriter, _ *http.Request) { WriteJSON(w, c.Held()) })
	c.controls.HandleFunc("DELETE /_control/held", func(w http.ResponseWriter, _ *http.Request) {
		c.Release()
		w.WriteHeader(http.StatusNoContent)
	})
	c.controls.HandleFunc("GET /_control/state", func(w http.ResponseWriter, _ *http.Request) {
		var state map[string]any
		if err := c.Store.Locked(func() {
			raw, _ := json.Marshal(c.Store.Dump()) // rows went through JSON already
			_ = json.Unmarshal(raw, &state)
		}); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		WriteJSON(w, state)
	})
	c.controls.HandleFunc("POST /_control/reset", func(w http.ResponseWriter, _ *http.Request) {
		if err := c.Reset(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	c.controls.HandleFunc("POST /_control/limits", func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Enabled bool `json:"enabled"`
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, fmt.Sprintf("limits: %v", err), http.StatusBadRequest)
			return
		}
		c.LimitRates(in.Enabled)
		w.WriteHeader(http.StatusNoContent)
	})
}

// WriteJSON sends v with status 200.
func WriteJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // the client is gone: nothing to do
}

// abort closes the connection without a reply.
func abort(http.ResponseWriter) { panic(http.ErrAbortHandler) }

// sleep waits unless the client goes away first.
func sleep(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	select {
	case <-time.After(d):
		return true
	case <-r.Context().Done():
		return false
	}
}
