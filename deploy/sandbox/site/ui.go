package site

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
)

// UIPath is where the Temporal Web UI is shown under the pages' own origin: it refuses to stand in a frame of another.
const UIPath = "/temporal"

// SetUI says where the Temporal Web UI is that has UIPath as its public path. Empty: there is none.
func (s *Site) SetUI(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	if address == "" {
		u = nil
	}
	s.uiAt.Store(u)
	return nil
}

// hasUI reports whether there is one to be shown.
func (s *Site) hasUI() bool { return s.uiAt.Load() != nil }

// ui passes requests on to the Web UI.
func (s *Site) ui() http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			at := s.uiAt.Load()
			r.Out.URL.Scheme, r.Out.URL.Host = at.Scheme, at.Host
			r.Out.URL.Path = strings.TrimSuffix(at.Path, "/") + r.In.URL.Path
			r.Out.Host = at.Host
			if r.In.Header.Get("Origin") != "" {
				r.Out.Header.Set("Origin", at.Scheme+"://"+at.Host)
			}
		},
		ModifyResponse: func(r *http.Response) error {
			// Under a public path it does without the policy of its own.
			r.Header.Add("Content-Security-Policy", "base-uri 'self'; object-src 'none'; frame-ancestors 'self'; connect-src 'self' http://127.0.0.1:* http://localhost:*")
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, "The Temporal Web UI does not answer: "+err.Error(), http.StatusBadGateway)
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.hasUI() {
			http.Error(w, "There is no Temporal Web UI beside this sandbox. `local` starts one with everything else: go run ./deploy/local", http.StatusNotFound)
			return
		}
		proxy.ServeHTTP(w, r)
	})
}
