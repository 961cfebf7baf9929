package site

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
)

// authorityPath is where the pages' port takes requests for timestamps.
const authorityPath = "/tsa/"

func (s *Site) control(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /_addresses", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.Addresses) // the reader is gone: nothing to do
	})
	mux.HandleFunc("POST /_events", s.takeURL("a gateway", func(url string) error { s.SetEventsURL(url); return nil }))
	mux.HandleFunc("POST /_ui", s.takeURL("a Temporal Web UI", s.SetUI))
}

// takeURL is an endpoint that takes the address of something beside the sandbox.
func (s *Site) takeURL(what string, take func(string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.take(w, r, what, take) }
}

func (s *Site) take(w http.ResponseWriter, r *http.Request, what string, take func(string) error) {
	// A page in the user's browser can send text/plain here without asking first; JSON it cannot.
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		http.Error(w, "send application/json", http.StatusUnsupportedMediaType)
		return
	}
	var in struct {
		URL string `json:"url"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&in); err != nil {
		http.Error(w, fmt.Sprintf(`send {"url": "http://127.0.0.1:8080"}: %v`, err), http.StatusBadRequest)
		return
	}
	if u, err := url.Parse(in.URL); in.URL != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		http.Error(w, fmt.Sprintf("%q is no address of %s: write it like http://127.0.0.1:8080", in.URL, what), http.StatusBadRequest)
		return
	}
	if err := take(in.URL); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
