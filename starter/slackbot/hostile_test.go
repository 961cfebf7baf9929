package slackbot_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// What somebody may send who wants something else than to open a case. That it is signed does not make it harmless:
// people write into every field, a secret may have leaked, and an app can be installed in a second workspace. Forged
// and old signatures are in TestSignature.

// nothing fails the test if anything reached the desk.
func (d *desk) nothing(t *testing.T, what string) {
	t.Helper()
	if len(d.kept())+len(d.decisions())+len(d.rung())+len(d.events) > 0 {
		t.Errorf("%s: it reached the desk: %+v %+v %+v %+v", what, d.kept(), d.decisions(), d.rung(), d.events)
	}
}

// requests are one of each kind, as they come over HTTP, for changes to be made to.
func (w *workspace) requests(t *testing.T) map[string]string {
	t.Helper()
	press, err := json.Marshal(w.press("U0AOI0001", "aoi", "resolve_retry:1", value(chosen), "1700000000.000100"))
	if err != nil {
		t.Fatal(err)
	}
	form := w.form("open mail")
	form.Set("team_id", "T0SANDBOX")
	form.Set("api_app_id", "A0HIKESHI")
	return map[string]string{
		"/slack/commands":     form.Encode(),
		"/slack/interactions": url.Values{"payload": {string(press)}}.Encode(),
		"/slack/events":       `{"type":"event_callback","team_id":"T0SANDBOX","api_app_id":"A0HIKESHI","event":{"type":"member_left_channel","channel":"C0CASE","user":"U1"}}`,
	}
}

func TestOtherWorkspacesAndApps(t *testing.T) {
	for name, change := range map[string]*strings.Replacer{
		"another workspace": strings.NewReplacer("T0SANDBOX", "T0STRANGER"), "another app": strings.NewReplacer("A0HIKESHI", "A0STRANGER"),
	} {
		d := newDesk()
		w := newWorkspace(t, d)
		for path, body := range w.requests(t) {
			if status, answer := w.post(path, change.Replace(body), time.Now(), secret); status != http.StatusBadRequest {
				t.Errorf("%s at %s: %d %s, want 400", name, path, status, answer)
			}
		}
		d.nothing(t, name)
		for path, body := range w.requests(t) { // which are taken as they are
			if status, answer := w.post(path, body, time.Now(), secret); status != http.StatusOK {
				t.Errorf("ours at %s: %d %s", path, status, answer)
			}
		}
	}
}

// In a channel that is shared with another workspace its people's doings come under its name, for ours.
func TestEventsOfSharedChannelsAreOurs(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	const event = `"event":{"type":"member_left_channel","channel":"C0CASE","user":"U1"}}`
	for _, who := range []string{`"team_id":"T0OTHER","context_team_id":"T0SANDBOX",`, `"team_id":"T0OTHER","authorizations":[{"team_id":"T0SANDBOX"}],`} {
		if status, answer := w.post("/slack/events", `{"type":"event_callback",`+who+event, time.Now(), secret); status != http.StatusOK {
			t.Errorf("%s %d %s", who, status, answer)
		}
	}
	if len(d.events) != 2 {
		t.Errorf("%d events handed over, want 2", len(d.events))
	}
}

// The signature covers the body only: what stands in the address is nobody's.
func TestThePayloadInTheQueryString(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	for path, body := range w.requests(t) {
		query := body
		if path == "/slack/events" {
			query = url.Values{"payload": {body}}.Encode()
		}
		if status, answer := w.post(path+"?"+query, "", time.Now(), secret); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s, want 400", path, status, answer)
		}
	}
	d.nothing(t, "in the query string")
	form := w.form("open ours")
	form.Del("trigger_id")
	if status, _ := w.post("/slack/commands?trigger_id=1.2.abc&text=open+theirs", form.Encode(), time.Now(), secret); status != http.StatusBadRequest {
		t.Errorf("a field from the query string counts: %d", status)
	}
	d.nothing(t, "a field in the query string")
}

// endless is a body of that many bytes, of which as few as possible should be read.
type endless struct{ left, read int }

func (e *endless) Read(p []byte) (int, error) {
	n := min(len(p), e.left)
	e.left, e.read = e.left-n, e.read+n
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func TestTwentyMegabytes(t *testing.T) {
	w := newWorkspace(t, newDesk())
	for path := range w.requests(t) {
		body := &endless{left: 20 << 20}
		r := httptest.NewRequest(http.MethodPost, path, body)
		r.Header = header("", time.Now(), secret)
		rec := httptest.NewRecorder()
		if w.gateway.ServeHTTP(rec, r); rec.Code != http.StatusRequestEntityTooLarge || body.read > 2<<20 {
			t.Errorf("%s: %d after %d bytes, want 413 after about one megabyte", path, rec.Code, body.read)
		}
	}
}

func TestDeepJSON(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	for _, open := range []string{"[", `{"a":`} {
		deep := strings.Repeat(open, 20_000) // twice what the standard library takes
		for path, body := range map[string]string{
			"/slack/events":       `{"type":"event_callback","event":` + deep,
			"/slack/interactions": url.Values{"payload": {deep}}.Encode(),
		} {
			if status, answer := w.post(path, body, time.Now(), secret); status != http.StatusBadRequest {
				t.Errorf("%s: %d %s, want 400", path, status, answer)
			}
		}
	}
	d.nothing(t, "deep JSON")
}

func TestInvalidUTF8(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	w.command(t, w.form("open \xff\xfe mail\n\xc3\x28 \xed\xa0\x80 report"))
	if kept := d.kept(); len(kept) != 1 || !utf8.ValidString(kept[0].Title+kept[0].Report) {
		t.Errorf("kept %+v, want one request of valid text", kept)
	}
	if status, answer := w.post("/slack/events", "{\"type\":\"event_callback\",\"event\":{\"type\":\"group_rename\",\"channel\":{\"id\":\"C0CASE\",\"name\":\"a\xffb\"}}}", time.Now(), secret); status != http.StatusOK {
		t.Errorf("event: %d %s", status, answer)
	}
	if len(d.events) != 1 || !utf8.ValidString(d.events[0].Name) {
		t.Errorf("handed over %+v", d.events)
	}
	for _, id := range []string{"U1\xff", "U1 OR 1=1", "../U1", "U1\n"} {
		form := w.form("open mail")
		form.Set("user_id", id)
		if status, _ := w.post("/slack/commands", form.Encode(), time.Now(), secret); status != http.StatusBadRequest {
			t.Errorf("a person whose id is %q: %d", id, status)
		}
	}
}

// Slack sends forms and JSON. What says that it is something else is not looked into.
func TestWrongContentType(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	for path, body := range w.requests(t) {
		for _, kind := range []string{"multipart/form-data; boundary=x", "text/html", "application/xml", "text/plain;charset=utf-8", ";;"} {
			h := header(body, time.Now(), secret)
			h.Set("Content-Type", kind)
			if status, answer := w.send(path, body, h); status != http.StatusUnsupportedMediaType {
				t.Errorf("%s as %s: %d %s, want 415", path, kind, status, answer)
			}
		}
	}
	d.nothing(t, "another content type")
	h := header("{}", time.Now(), secret)
	h.Set("Content-Type", "application/x-www-form-urlencoded")
	if status, _ := w.send("/slack/interactions", "{}", h); status != http.StatusBadRequest {
		t.Error("JSON was taken for a form")
	}
}

// A dialog brings back what we put into it; somebody else may have put it there.
func TestTamperedPrivateMetadata(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	ours := privateOf(w, "skip")
	for name, private := range map[string]string{
		"none": "", "no JSON": "x", "another kind": `[]`, "another workflow": strings.Replace(ours, "case/SEC-1/a1", "boards", 1),
		"a workflow of another namespace": strings.Replace(ours, "case/SEC-1/a1", "../other/case/SEC-1", 1), "no generation": strings.Replace(ours, `"generation":2`, `"generation":0`, 1),
		"an unknown action": strings.Replace(ours, `"skip"`, `"explode"`, 1), "markup for a step": strings.Replace(ours, "analysis.channel", "<!channel>", 1),
		"a very long step": strings.Replace(ours, "analysis.channel", strings.Repeat("x", 3000), 1),
	} {
		if status, answer := w.interact(t, w.submit("U0AOI0001", "V1", private, map[string]string{"reason": "x"})); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s, want 400", name, status, answer)
		}
	}
	d.nothing(t, "tampered metadata")
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the answer went to a stranger") }))
	defer stranger.Close()
	for name, private := range map[string]string{
		"a stranger's address": strings.Replace(ours, w.URL, stranger.URL, 1), "another case": strings.Replace(ours, "SEC-1", "SEC-2", 1), "another action": strings.Replace(ours, `"skip"`, `"abort"`, 1),
		"of another gateway": reseal(t, newWorkspaceKeyed(t, d, "of somebody else"), "U0AOI0001", "resolve", ours),
		"of a form":          reseal(t, w, "U0AOI0001", "form_lesson", ours), "of somebody else": reseal(t, w, "U0BEN0002", "resolve", ours),
	} {
		w.stale(t, name, w.submit("U0AOI0001", "V2", private, map[string]string{"reason": "x"}))
	}
	for name, private := range forged(ours) {
		w.stale(t, name, w.submit("U0AOI0001", "V2", private, map[string]string{"reason": "x"}))
	}
	w.stale(t, "sent by somebody else", w.submit("U0BEN0002", "V2", ours, map[string]string{"reason": "x"}))
	d.nothing(t, "forged metadata")
	if status, body := w.interact(t, w.submit("U0AOI0001", "V3", ours, map[string]string{"reason": "x"})); status != http.StatusOK || body != "" || len(d.decisions()) != 1 {
		t.Errorf("as it went out: %d %s", status, body)
	}
}
