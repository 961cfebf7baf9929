package fake

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
)

// held keeps a request back until it is released, and reports whether its client is still there. A client that dies,
// killed by a test perhaps, is noticed at once.
func (c *Control) held(r *http.Request, index int) bool {
	body, err := io.ReadAll(r.Body) // else nobody notices when the client goes away
	if err != nil {
		return false
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	released := c.hold(index, true)
	defer c.hold(index, false)
	select {
	case <-released:
		return true
	case <-r.Context().Done():
		return false
	}
}

// serveHeld does the call and keeps its reply back until it is released.
func (c *Control) serveHeld(w http.ResponseWriter, r *http.Request, index int) int {
	reply := httptest.NewRecorder()
	if c.serve(reply, r, c.Handler.ServeHTTP, ""); !c.held(r, index) {
		return 0
	}
	for k, v := range reply.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(reply.Code)
	_, _ = w.Write(reply.Body.Bytes()) // the client is gone: its call was done all the same
	return reply.Code
}

// hold marks a call as held back or not, and returns what its release closes.
func (c *Control) hold(index int, yes bool) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if index < len(c.calls) {
		c.calls[index].Held = yes
	}
	if c.holding == nil {
		c.holding = map[int]struct{}{}
	}
	if yes {
		c.holding[index] = struct{}{}
	} else {
		delete(c.holding, index)
	}
	if c.release == nil {
		c.release = make(chan struct{})
	}
	return c.release
}

// Release lets every call go on that is held back now.
func (c *Control) Release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.release != nil {
		close(c.release)
		c.release = nil
	}
}

// Held returns the calls that are held back now.
func (c *Control) Held() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	held := []Call{}
	for _, index := range slices.Sorted(maps.Keys(c.holding)) {
		if index < len(c.calls) { // nobody has reset the fake meanwhile
			held = append(held, c.calls[index])
		}
	}
	return held
}
