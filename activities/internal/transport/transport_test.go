package transport

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// vendor is a server that remembers the credentials it was given.
type vendor struct {
	*httptest.Server
	seen []string
}

func serve(t *testing.T, h http.HandlerFunc) *vendor {
	t.Helper()
	v := &vendor{}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.seen = append(v.seen, r.Header.Get("Authorization"))
		h(w, r)
	}))
	t.Cleanup(v.Close)
	return v
}

func (v *vendor) url(t *testing.T) *url.URL {
	t.Helper()
	u, err := url.Parse(v.URL)
	require.NoError(t, err)
	return u
}

func authorize(r *http.Request) { r.Header.Set("Authorization", "Bearer secret") }

func ok(http.ResponseWriter, *http.Request) {}

func get(t *testing.T, c *http.Client, address string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	resp, err := c.Do(req)
	if err == nil {
		t.Cleanup(func() { _ = resp.Body.Close() })
	}
	require.Empty(t, req.Header.Get("Authorization"), "the caller's request was changed")
	return resp, err
}

func TestCredentialsGoToTheVendorOnly(t *testing.T) {
	ours, other := serve(t, ok), serve(t, ok)
	c := Client(Options{Base: ours.url(t), Authorize: authorize})
	_, err := get(t, c, ours.URL)
	require.NoError(t, err)
	_, err = get(t, c, other.URL)
	require.NoError(t, err)
	require.Equal(t, []string{"Bearer secret"}, ours.seen)
	require.Equal(t, []string{""}, other.seen)
}

// The same host without TLS is another host: a token must not travel in the clear.
func TestCredentialsNeedTheScheme(t *testing.T) {
	v := serve(t, ok)
	base := v.url(t)
	base.Scheme = "https"
	_, err := get(t, Client(Options{Base: base, Authorize: authorize}), v.URL)
	require.NoError(t, err)
	require.Equal(t, []string{""}, v.seen)
}

func TestNoBaseNoCredentials(t *testing.T) {
	v := serve(t, ok)
	_, err := get(t, Client(Options{Authorize: authorize}), v.URL)
	require.NoError(t, err)
	require.Equal(t, []string{""}, v.seen)
}

func TestRedirects(t *testing.T) {
	other := serve(t, ok)
	ours := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL+"/login", http.StatusFound)
		case "/within":
			http.Redirect(w, r, "/there", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		}
	})
	c := Client(Options{Base: ours.url(t), Authorize: authorize})

	resp, err := get(t, c, ours.URL+"/within")
	require.NoError(t, err)
	require.Equal(t, "/there", resp.Request.URL.Path)

	_, err = get(t, c, ours.URL+"/away")
	require.ErrorIs(t, err, ErrRedirect)
	require.Contains(t, err.Error(), strings.TrimPrefix(other.URL, "http://"))
	require.Empty(t, other.seen, "the redirect was followed")

	_, err = get(t, c, ours.URL+"/round")
	require.ErrorContains(t, err, "stopped after 5 redirects")
}

func TestReplyOfAnyOtherSizeIsWholeOrAnError(t *testing.T) {
	v := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 1000)) })
	for limit, fails := range map[int64]bool{0: false, 1000: false, 999: true} {
		resp, err := get(t, Client(Options{MaxReply: limit}), v.URL)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		if fails {
			require.EqualError(t, err, "reply is larger than expected")
			continue
		}
		require.NoError(t, err)
		require.Len(t, body, 1000)
	}
}

func TestACallEndsInTime(t *testing.T) {
	v := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	_, err := get(t, Client(Options{Timeout: 50 * time.Millisecond}), v.URL)
	var timeout interface{ Timeout() bool }
	require.True(t, errors.As(err, &timeout) && timeout.Timeout(), "got %v", err)
}
