package slackbot_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// unread is a body that nobody may read.
type unread struct{ *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.Error("the body was read")
	return 0, http.ErrBodyNotAllowed
}

// Whoever has nothing of Slack's to show gets no megabyte read, and no memory for it.
func TestWhatCannotBeSlacksIsNotRead(t *testing.T) {
	w := newWorkspace(t, newDesk())
	good := header("{}", time.Now(), secret)
	bad := good.Clone()
	bad.Set("X-Slack-Signature", "v0=00")
	for name, h := range map[string]http.Header{"nothing": {}, "an old one": header("{}", time.Now().Add(-6*time.Minute), secret), "half of one": bad} {
		r := httptest.NewRequest(http.MethodPost, "/slack/events", unread{t})
		r.Header = h
		rec := httptest.NewRecorder()
		if w.gateway.ServeHTTP(rec, r); rec.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d, want 401", name, rec.Code)
		}
	}
}

// Slack looks at the certificate of a command's address now and then, and expects 200.
func TestSlackLooksAtTheCertificate(t *testing.T) {
	w := newWorkspace(t, newDesk())
	for path, want := range map[string]int{"/slack/commands?ssl_check=1&token=x": http.StatusOK, "/slack/commands": http.StatusMethodNotAllowed, "/slack/commands?ssl_check=2": http.StatusMethodNotAllowed} {
		rec := httptest.NewRecorder()
		if w.gateway.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil)); rec.Code != want || want == http.StatusOK && rec.Body.Len() > 0 {
			t.Errorf("%s: %d %s, want %d", path, rec.Code, rec.Body, want)
		}
	}
}
