package slackbot_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

func TestOpenRecordsThenTellsOfTheChannel(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	form := w.form("open sev2 &lt;b&gt; mail --org acme\nthe report")
	if got, want := w.command(t, form), notice.Opening("en", "1.2.abc"); got != want {
		t.Errorf("at once: %q, want %q", got, want)
	}
	if got := w.hears(t); !strings.Contains(got, "SEC-1") || !strings.Contains(got, " <#C0CASE001>") {
		t.Errorf("later: %q, want the case's number and channel", got)
	}
	want := []incident.Request{{
		ID: "1.2.abc", Title: "<b> mail", Report: "the report", Severity: 2, Organisations: []string{"acme"},
		Where: "C0GENERAL", By: aoi("", "C0GENERAL"),
	}}
	if diff := cmp.Diff(want, d.kept(), cmpopts.IgnoreFields(incident.Request{}, "Asked")); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	w.command(t, form)
	if n := len(d.kept()); n != 1 {
		t.Errorf("%d requests after the same command came again, want 1", n)
	}
}

func TestOpenGivesRefusedWordsBack(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	long := strings.Repeat("x", incident.MaxTitle+1)
	for text, want := range map[string]string{
		"open sev9 mail":            "unknown severity",
		"open " + long:              "the title has 251 characters",
		"open mail --audience moon": "unknown audience",
	} {
		got := w.command(t, w.form(text))
		if !strings.Contains(got, want) || !strings.Contains(got, "/case "+text) {
			t.Errorf("%.30s: %q, want %q and the words given back", text, got, want)
		}
	}
	got := w.command(t, w.form("open sev9 <!here|here> &lt;@U1&gt; ```"))
	if strings.Contains(got, "<!here") || strings.Contains(got, "<@U1>") || strings.Count(got, "```") != 2 {
		t.Errorf("given back as markup: %q", got)
	}
	if n := len(d.kept()); n != 0 {
		t.Errorf("%d requests recorded, want none", n)
	}
}

func TestOpenWithoutTemporal(t *testing.T) {
	d := newDesk()
	d.openErr = []error{errors.New("connection refused")}
	got := newWorkspace(t, d).command(t, newWorkspace(t, d).form("open mail"))
	if !strings.Contains(got, notice.Unreachable("en")) || !strings.Contains(got, "/case open mail") {
		t.Errorf("answer %q, want what to do by hand and the words given back", got)
	}
}

func TestOpenNotConfirmedIsAskedAgain(t *testing.T) {
	d := newDesk()
	d.openErr = []error{slackbot.ErrNotConfirmed, errors.New("connection refused")} // which says nothing of the first time
	w := newWorkspace(t, d)
	if got, want := w.command(t, w.form("open mail")), notice.NotConfirmed("en", "/case open mail"); got != want {
		t.Errorf("at once: %q, want %q", got, want)
	}
	if got := w.hears(t); !strings.Contains(got, "SEC-1") || len(d.kept()) != 1 {
		t.Errorf("later: %q with %d requests, want the case", got, len(d.kept()))
	}
}

// A recorded request is never said to be lost, whatever keeps us from following it.
func TestOpenCannotBeFollowed(t *testing.T) {
	d := newDesk()
	d.lost = errors.New("connection refused")
	w := newWorkspace(t, d)
	w.command(t, w.form("open mail"))
	if got := w.hears(t); got != notice.OpenLate("en", "1.2.abc") {
		t.Errorf("later: %q, want that it is recorded", got)
	}
}

func TestOpenRefusedLater(t *testing.T) {
	d := newDesk()
	d.seen = incident.Refuse(incident.Rule, "Ask the CSIRT", "no place for <it>")
	w := newWorkspace(t, d)
	w.command(t, w.form("open mail"))
	if got := w.hears(t); !strings.Contains(got, "no place for &lt;it&gt;") || !strings.Contains(got, "/case open mail") {
		t.Errorf("later: %q, want the refusal and the words given back", got)
	}
}

func TestAnswersGoToSlackOnly(t *testing.T) {
	d := newDesk()
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the answer went to a stranger") }))
	defer stranger.Close()
	w := newWorkspace(t, d)
	form := w.form("open mail")
	form.Set("response_url", stranger.URL)
	w.command(t, form)
	form.Set("trigger_id", "2.2.abc")
	form.Set("response_url", w.URL)
	w.command(t, form)
	w.hears(t) // the second is told, so the first had its chance
}

func TestStatus(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	for text, want := range map[string]string{
		"status SEC-1": "SEC-1", "status <https://jira.example/browse/SEC-1|SEC-1>": "SEC-1", "ｓｔａｔｕｓ SEC-2": "there is no case SEC-2", "status SEC-2": "there is no case SEC-2", "status": "there is no case", "status a b": "takes one number",
	} {
		if got := w.command(t, w.form(text)); !strings.Contains(got, want) || strings.Contains(got, "<!here>") {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	form := w.form("status")
	form.Set("channel_id", "C0CASE001")
	if got := w.command(t, form); !strings.Contains(got, "SEC-1") {
		t.Errorf("status in the case's channel: %q", got)
	}
	if last := d.viewers[len(d.viewers)-1]; last != (slackbot.Viewer{User: "U0AOI0001", Channel: "C0CASE001"}) {
		t.Errorf("asked as %+v", last)
	}
	d.down = slackbot.ErrNotConfirmed
	if got := w.command(t, w.form("status SEC-1")); got != notice.NotConfirmed("en", "/case status SEC-1") {
		t.Errorf("status of a silent case: %q", got)
	}
}

func TestUsage(t *testing.T) {
	w := newWorkspace(t, newDesk())
	for _, text := range []string{"help", "HELP", "ｈｅｌｐ"} {
		if got := w.command(t, w.form(text)); !strings.HasPrefix(got, notice.Usage("en")) || !strings.Contains(got, "`/case reopen REASON`") {
			t.Errorf("%q: %q, want the usage", text, got)
		}
	}
	if got := w.command(t, w.form("stat SEC-1")); !strings.Contains(got, "Did you mean status?") || !strings.Contains(got, notice.Usage("en")) {
		t.Errorf("a slip: %q", got)
	}
	if got := w.command(t, w.form("ｓｔａｔ SEC-1")); !strings.Contains(got, "Did you mean status?") {
		t.Errorf("a slip in wide letters: %q", got)
	}
}

func TestSignature(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	body := w.form("open mail").Encode()
	for name, h := range map[string]http.Header{
		"another secret": header(body, time.Now(), "wrong"),
		"old":            header(body, time.Now().Add(-6*time.Minute), secret),
		"from tomorrow":  header(body, time.Now().Add(6*time.Minute), secret),
		"another body":   header(body+"&text=x", time.Now(), secret),
		"none":           {},
	} {
		for _, path := range []string{"/slack/commands", "/slack/events"} {
			if status, answer := w.send(path, body, h.Clone()); status != http.StatusUnauthorized {
				t.Errorf("%s at %s: %d %s, want 401", name, path, status, answer)
			}
		}
	}
	if n := len(d.kept()); n != 0 {
		t.Errorf("%d requests recorded, want none", n)
	}
}

func TestNoSecretMeansNoEntry(t *testing.T) {
	g := slackbot.New(t.Context(), slackbot.Options{Secret: func() (string, error) { return "", nil }, Log: slog.New(slog.DiscardHandler)})
	r := httptest.NewRequest(http.MethodPost, "/slack/events", strings.NewReader("{}"))
	r.Header = header("{}", time.Now(), "")
	rec := httptest.NewRecorder()
	if g.ServeHTTP(rec, r); rec.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", rec.Code)
	}
}

func TestRequestsThatAreNotSlacks(t *testing.T) {
	w := newWorkspace(t, newDesk())
	for name, tt := range map[string]struct {
		path, body string
		want       int
	}{
		"large":       {"/slack/commands", strings.Repeat("x", 1<<20+1), http.StatusRequestEntityTooLarge},
		"no command":  {"/slack/commands", "text=open", http.StatusBadRequest},
		"no JSON":     {"/slack/events", "open", http.StatusBadRequest},
		"not offered": {"/slack/options", "{}", http.StatusNotFound},
		"event":       {"/slack/events", `{"type":"event_callback","event":{"type":"message"}}`, http.StatusOK},
	} {
		if status, answer := w.post(tt.path, tt.body, time.Now(), secret); status != tt.want {
			t.Errorf("%s: %d %s, want %d", name, status, answer, tt.want)
		}
	}
	if _, answer := w.post("/slack/events", `{"type":"url_verification","challenge":"3eZbrw1a"}`, time.Now(), secret); answer != "3eZbrw1a" {
		t.Errorf("challenge answered with %q", answer)
	}
}

func TestHealth(t *testing.T) {
	var down error
	g := slackbot.New(t.Context(), slackbot.Options{Ready: func(context.Context) error { return down }, Log: slog.New(slog.DiscardHandler)})
	get := func(path string) int {
		rec := httptest.NewRecorder()
		g.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		return rec.Code
	}
	if get("/healthz") != http.StatusOK || get("/readyz") != http.StatusOK {
		t.Error("not healthy and ready")
	}
	doubt := slackbot.New(t.Context(), slackbot.Options{Ready: func(context.Context) error { return nil }, Doubt: func() string { return "the clock is wrong" }, Log: slog.New(slog.DiscardHandler)})
	rec := httptest.NewRecorder()
	if doubt.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/readyz", nil)); rec.Code != http.StatusOK || rec.Body.String() != "ready; the clock is wrong\n" {
		t.Errorf("with a wrong clock it says %d %q", rec.Code, rec.Body)
	}
	if down = errors.New("connection refused"); get("/healthz") != http.StatusOK || get("/readyz") != http.StatusServiceUnavailable {
		t.Error("without Temporal it must be healthy and not ready")
	}
}
