package fake

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"time"
)

// serveLate does the call when its client has given up waiting for the reply: what was asked for appears when nobody
// reckons with it any more.
func (c *Control) serveLate(w http.ResponseWriter, r *http.Request, hit *Fault) int {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		abort(w)
		return 0
	}
	<-r.Context().Done()
	late := r.Clone(context.WithoutCancel(r.Context()))
	late.Body = io.NopCloser(bytes.NewReader(body))
	time.Sleep(time.Duration(hit.LatencyMS) * time.Millisecond)
	c.serve(httptest.NewRecorder(), late, c.Handler.ServeHTTP, "")
	return 0
}
