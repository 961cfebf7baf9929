package google

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hikeshi/activities"
)

// google answers who asks if the token is the one that counts.
type google struct{ counts atomic.Value }

func (g *google) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	answer.Header().Set("Content-Type", "application/json")
	if r.Header.Get("Authorization") == "Bearer "+g.counts.Load().(string) {
		fmt.Fprint(answer, `{"user":{"emailAddress":"robot@project.iam.gserviceaccount.com"}}`)
	} else {
		answer.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(answer, `{"error":{"code":401,"errors":[{"reason":"authError"}]}}`)
	}
	out := answer.Result()
	out.Request = r
	return out, nil
}

// issuer gives out tokens with a name and a number, so that a token tells for which key it was, and the how manieth.
func issuer(t *testing.T, name string) (address string, given *atomic.Int32) {
	t.Helper()
	given = &atomic.Int32{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"%s%d","token_type":"Bearer","expires_in":3600}`, name, given.Add(1))
	}))
	t.Cleanup(s.Close)
	return s.URL, given
}

func signedBy(t *testing.T, g *google, file string) *Connection {
	t.Helper()
	base, err := Drive.base("")
	if err != nil {
		t.Fatal(err)
	}
	way, err := authorized(t.Context(), g, base, file)
	if err != nil {
		t.Fatal(err)
	}
	return &Connection{HTTP: &http.Client{Transport: way}, Endpoint: base.String()}
}

// ask returns the class of the answer; empty is a good one.
func ask(ctx context.Context, conn *Connection) activities.Fault {
	_, err := conn.Account(ctx)
	if err == nil {
		return activities.Fault{}
	}
	return Call{System: "drive", Op: "ask", Kind: Read}.Fault(err)
}

func replace(t *testing.T, file, with string) {
	t.Helper()
	key, err := os.ReadFile(with)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, key, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A key that is replaced in its file counts with the next call, without a restart.
func TestAReplacedKeyCountsAtOnce(t *testing.T) {
	oldTokens, _ := issuer(t, "old")
	newTokens, given := issuer(t, "new")
	file := keyFile(t, oldTokens)
	g := &google{}
	g.counts.Store("old1")
	conn := signedBy(t, g, file)
	if f := ask(t.Context(), conn); f.Class != "" {
		t.Fatalf("with the old key: %+v", f)
	}
	g.counts.Store("new1")
	if f := ask(t.Context(), conn); f.Class != activities.Credentials {
		t.Fatalf("the old key is refused: %+v", f)
	}
	replace(t, file, keyFile(t, newTokens))
	for range 3 {
		if f := ask(t.Context(), conn); f.Class != "" {
			t.Fatalf("with the new key: %+v", f)
		}
	}
	if n := given.Load(); n != 1 {
		t.Errorf("%d tokens were fetched for three calls, want 1", n)
	}
}

// Google refuses a token before its time: the next call fetches another.
func TestARefusedTokenIsFetchedAnew(t *testing.T) {
	tokens, _ := issuer(t, "t")
	g := &google{}
	g.counts.Store("t1")
	conn := signedBy(t, g, keyFile(t, tokens))
	if f := ask(t.Context(), conn); f.Class != "" {
		t.Fatal(f)
	}
	g.counts.Store("t2")
	if f := ask(t.Context(), conn); f.Class != activities.Credentials {
		t.Fatalf("with the refused token: %+v", f)
	}
	if f := ask(t.Context(), conn); f.Class != "" {
		t.Errorf("with the next token: %+v", f)
	}
}

// A key file that is half written or gone is a matter of credentials, until it is whole.
func TestABrokenKeyFile(t *testing.T) {
	tokens, _ := issuer(t, "t")
	file := keyFile(t, tokens)
	whole := keyFile(t, tokens)
	g := &google{}
	g.counts.Store("t1")
	conn := signedBy(t, g, file)
	for _, spoil := range []func() error{
		func() error { return os.WriteFile(file, []byte(`{"type":"service_account",`), 0o600) },
		func() error { return os.Remove(file) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		f := ask(t.Context(), conn)
		if f.Class != activities.Credentials || !strings.Contains(f.Hint, "GOOGLE_APPLICATION_CREDENTIALS") || strings.Contains(f.Cause, "googleapis") {
			t.Errorf("%+v", f)
		}
	}
	replace(t, file, whole)
	if f := ask(t.Context(), conn); f.Class != "" {
		t.Errorf("with a whole key: %+v", f)
	}
}

// The server of tokens takes the question and never answers: nobody waits longer than the caller does, and it is an
// outage, which the breaker counts.
func TestASilentTokenServer(t *testing.T) {
	over := make(chan struct{})
	tokens := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-over }))
	defer tokens.Close()
	defer close(over)
	g := &google{}
	g.counts.Store("none")
	conn := signedBy(t, g, keyFile(t, tokens.URL))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if f := ask(ctx, conn); f.Class != activities.Unavailable || f.Cause == "" {
		t.Errorf("%+v, want Unavailable", f)
	}
}
