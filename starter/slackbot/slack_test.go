package slackbot_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
)

const secret = "the signing secret"

// patience is how long a test waits for what must come. It is long: only a broken gateway makes a test wait for it.
const patience = time.Minute

// workspace is Slack as the gateway sees it: it sends signed requests and takes later answers.
type workspace struct {
	*httptest.Server // of later answers
	gateway          *slackbot.Gateway
	later            chan string
	opened           chan openedView
	published        chan publishedView
	token            string // empty: the gateway has none
	refuse           string // with which views.open refuses
	updated          chan openedView
	closed           bool // nobody looks at a form any more
	reading          func(verb string, by incident.By, inside bool) error
	people           directory
	end              func()      // of the gateway
	direct           chan string // messages, each after whom it is for
}

// openedView is what the gateway wants shown.
type openedView struct {
	Trigger string          `json:"trigger_id"`
	View    json.RawMessage `json:"view"`
}

// publishedView is what the gateway puts before somebody who looks at its Home tab.
type publishedView struct {
	User string `json:"user_id"`
	View shown  `json:"view"`
}

func (w *workspace) openView(out http.ResponseWriter, r *http.Request) {
	var v openedView
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil || r.Header.Get("Authorization") != "Bearer "+w.token {
		v.View = json.RawMessage(fmt.Sprintf("%q", fmt.Sprint("bad call: ", err)))
	}
	if w.refuse != "" {
		_, _ = io.WriteString(out, `{"ok":false,"error":"`+w.refuse+`"}`)
		return
	}
	w.opened <- v
	_, _ = io.WriteString(out, `{"ok":true,"view":{"id":"V0VIEW001"}}`)
}

// updateView shows something else in a form that somebody still looks at.
// https://docs.slack.dev/reference/methods/views.update
func (w *workspace) updateView(out http.ResponseWriter, r *http.Request) {
	var v openedView
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil || w.closed {
		_, _ = io.WriteString(out, `{"ok":false,"error":"not_found"}`)
		return
	}
	w.updated <- v
	_, _ = io.WriteString(out, `{"ok":true,"view":{"id":"V0VIEW001"}}`)
}

func newWorkspace(t *testing.T, d slackbot.Desk) *workspace { return newWorkspaceIn(t, d, "en") }

func newWorkspaceIn(t *testing.T, d slackbot.Desk, lang string) *workspace {
	return newWorkspaceOf(t, d, func(o *slackbot.Options) { o.Lang = lang })
}

// newWorkspaceOf is one whose gateway has other options.
func newWorkspaceOf(t *testing.T, d slackbot.Desk, edit func(*slackbot.Options)) *workspace {
	w := &workspace{later: make(chan string, 10), opened: make(chan openedView, 10), direct: make(chan string, 10), published: make(chan publishedView, 10), updated: make(chan openedView, 10), token: "xoxb-1"}
	w.Server = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/views.open" {
			w.openView(out, r)
			return
		}
		if r.URL.Path == "/api/views.update" {
			w.updateView(out, r)
			return
		}
		if r.URL.Path == "/api/chat.postMessage" {
			w.direct <- r.FormValue("channel") + " " + r.FormValue("text")
			_, _ = io.WriteString(out, `{"ok":true,"channel":"D1","ts":"1.2"}`)
			return
		}
		if r.URL.Path == "/api/conversations.open" {
			_, _ = fmt.Fprintf(out, `{"ok":true,"channel":{"id":%q}}`, strings.Replace(r.FormValue("users"), "U", "D", 1))
			return
		}
		if r.URL.Path == "/used_up" { // https://docs.slack.dev/interactivity/handling-user-interaction: five answers within half an hour
			http.Error(out, "expired_url", http.StatusNotFound)
			return
		}
		if r.URL.Path == "/api/views.publish" {
			var v publishedView
			if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
				v.User = err.Error()
			}
			w.published <- v
			_, _ = io.WriteString(out, `{"ok":true,"view":{"id":"V0HOME001"}}`)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			w.people.answer(out, r)
			return
		}
		var m struct {
			Text string `json:"text"`
			Type string `json:"response_type"`
		}
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil || m.Type != "ephemeral" {
			m.Text = fmt.Sprintf("bad answer %+v, %v", m, err)
		}
		w.later <- m.Text
	}))
	t.Cleanup(w.Close)
	ctx, cancel := context.WithCancel(t.Context())
	o := slackbot.Options{
		Desk: d, Lang: "en", Groups: []string{"S0CSIRT01", "S0LEGAL01"}, APIHost: strings.TrimPrefix(w.URL, "http://"), Log: slog.New(slog.DiscardHandler),
		Secret: func() (string, error) { return secret, nil },
		Ready:  func(context.Context) error { return nil },
		Team:   "T0SANDBOX", App: "A0HIKESHI",
		Reading: func(verb string, by incident.By, inside bool) error {
			if w.reading == nil {
				return nil
			}
			return w.reading(verb, by, inside)
		},
		APIURL:   w.URL, // the host alone, as the sandbox is named
		KnowTime: patience,
		Token: func() (string, error) {
			if w.token == "" {
				return "", errors.New("SLACK_BOT_TOKEN is missing")
			}
			return w.token, nil
		},
	}
	edit(&o)
	w.gateway = slackbot.New(ctx, o)
	w.end = func() { cancel(); w.gateway.Wait() }
	t.Cleanup(w.end)
	return w
}

func (w *workspace) form(text string) url.Values {
	return url.Values{"command": {"/case"}, "text": {text}, "user_id": {"U0AOI0001"}, "user_name": {"aoi"}, "channel_id": {"C0GENERAL"},
		"trigger_id": {"1.2.abc"}, "response_url": {w.URL + "/commands/1"}}
}

// command types a slash command and returns what the person sees at once.
func (w *workspace) command(t *testing.T, form url.Values) string {
	t.Helper()
	status, body := w.post("/slack/commands", form.Encode(), time.Now(), secret)
	var shown struct {
		Text string `json:"text"`
		Type string `json:"response_type"`
	}
	if err := json.Unmarshal([]byte(body), &shown); err != nil || status != http.StatusOK || shown.Type != "ephemeral" {
		t.Fatalf("answer %d %s: want 200 and an ephemeral text", status, body)
	}
	return shown.Text
}

func (w *workspace) post(path, body string, at time.Time, key string) (status int, answer string) {
	return w.send(path, body, header(body, at, key))
}

func (w *workspace) send(path, body string, h http.Header) (status int, answer string) {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header = h
	rec := httptest.NewRecorder()
	w.gateway.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

func header(body string, at time.Time, key string) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	return http.Header{"X-Slack-Request-Timestamp": {stamp}, "X-Slack-Signature": {"v0=" + hex.EncodeToString(mac.Sum(nil))}}
}

// hears waits for the next later answer.
func (w *workspace) hears(t *testing.T) string {
	t.Helper()
	select {
	case text := <-w.later:
		return text
	case <-time.After(patience):
		t.Fatal("no later answer came")
		return ""
	}
}
