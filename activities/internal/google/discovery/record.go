package discovery

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
)

// Record serves requests with next and hands each call with its answer to seen. It buffers bodies: it is for tests.
func Record(next http.Handler, seen func(Call)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler) // the client is gone
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		reply := httptest.NewRecorder()
		next.ServeHTTP(reply, r)
		for k, v := range reply.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(reply.Code)
		_, _ = w.Write(reply.Body.Bytes()) // the client is gone: the call is recorded all the same
		seen(Call{
			Method: r.Method, URL: r.URL, RequestType: r.Header.Get("Content-Type"), Request: body,
			Status: reply.Code, AnswerType: reply.Header().Get("Content-Type"), Answer: reply.Body.Bytes(),
		})
	})
}
