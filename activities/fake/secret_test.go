package fake

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestASecretIsRevokedAndAnotherIssued(t *testing.T) {
	store, err := OpenStore("")
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close() //nolint:errcheck // the test is over
	s := NewSecret("first")
	c := &Control{Store: store, Handler: http.NotFoundHandler()}
	s.Handle(c)
	want := func(token string, counts, did bool) {
		t.Helper()
		if c, d := s.Is(token); c != counts || d != did {
			t.Errorf("%q counts: %t, did: %t; want %t, %t", token, c, d, counts, did)
		}
	}
	post := func(body string) int {
		w := httptest.NewRecorder()
		c.ServeHTTP(w, httptest.NewRequest("POST", "/_control/token", strings.NewReader(body)))
		return w.Code
	}
	want("first", true, true)
	want("", false, false)
	if code := post(`{"token":""}`); code != http.StatusNoContent {
		t.Fatalf("status %d", code)
	}
	want("first", false, true)
	want("", false, false)
	post(`{"token":"second"}`)
	want("first", false, true)
	want("second", true, true)
	want("third", false, false)
	if code := post(`token`); code != http.StatusBadRequest {
		t.Errorf("status %d for what is no JSON", code)
	}
}
