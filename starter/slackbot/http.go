package slackbot

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"
)

// maxBody bounds a request: a slash command has a few kilobytes, an event rarely a hundred.
const maxBody = 1 << 20

// over takes requests of a kind over HTTP. It lets only those through that Slack has signed within the last five
// minutes; see https://docs.slack.dev/authentication/verifying-requests-from-slack.
func (g *Gateway) over(k kind, unwrap func(body []byte) ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		body, ok := g.signed(w, r)
		if !ok {
			return
		}
		if !fitting(r.Header.Get("Content-Type")) {
			plain(w, http.StatusUnsupportedMediaType, "Slack sends forms and JSON\n")
			return
		}
		payload, err := unwrap(body)
		if err != nil {
			g.o.Log.Warn("refuse a request of Slack's", "kind", k, "reason", err)
			plain(w, http.StatusBadRequest, err.Error()+"\n")
			return
		}
		write(w, g.handle(r.Context(), request{kind: k, payload: payload, received: began}))
	}
}

// fitting reports whether a body may be what Slack sends. Which of both it is, its path says.
func fitting(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return contentType == "" || err == nil && (kind == "application/json" || kind == "application/x-www-form-urlencoded")
}

// signed returns the body as it was signed, or says what is wrong. Of what carries no signature of the last five minutes
// the body is not even read.
func (g *Gateway) signed(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	secret, err := g.o.Secret()
	if err != nil || secret == "" {
		g.o.Log.Error("requests cannot be checked: no signing secret", "error", err)
		plain(w, http.StatusServiceUnavailable, "requests cannot be checked now\n")
		return nil, false
	}
	v, err := slack.NewSecretsVerifier(r.Header, secret)
	if err != nil {
		g.forged(w, r, err)
		return nil, false
	}
	body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		plain(w, http.StatusRequestEntityTooLarge, "the request is too large\n")
		return nil, false
	case err != nil:
		plain(w, http.StatusBadRequest, "the request broke off\n")
		return nil, false
	}
	if _, err = v.Write(body); err == nil {
		err = v.Ensure()
	}
	if err != nil {
		g.forged(w, r, err)
		return nil, false
	}
	return body, true
}

func (g *Gateway) forged(w http.ResponseWriter, r *http.Request, reason error) {
	g.o.Log.Warn("refuse a request that Slack has not signed", "path", r.URL.Path, "reason", reason, "do", forgedHint(reason))
	plain(w, http.StatusUnauthorized, "the signature is not Slack's\n")
}

// forgedHint is for whoever wonders why Slack itself is refused.
func forgedHint(reason error) string {
	switch {
	case errors.Is(reason, slack.ErrExpiredTimestamp):
		return "if it is Slack: set this machine's clock"
	case errors.Is(reason, slack.ErrInvalidSignature):
		return "if it is Slack: put the app's signing secret into SLACK_SIGNING_SECRET or its file; it is read anew"
	}
	return "nothing"
}

// sslCheck answers Slack's look at the certificate; see
// https://docs.slack.dev/interactivity/implementing-slash-commands.
func sslCheck(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("ssl_check") == "1" {
		w.WriteHeader(http.StatusOK)
		return
	}
	w.Header().Set("Allow", http.MethodPost)
	plain(w, http.StatusMethodNotAllowed, "Slack sends commands by POST\n")
}

// Over HTTP a command comes as a form, an interaction as a form that holds JSON, and an event as JSON.

func unwrapCommand(body []byte) ([]byte, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errors.New("the command is no form")
	}
	fields := map[string]string{}
	for name := range form {
		fields[name] = form.Get(name)
	}
	return json.Marshal(fields)
}

func unwrapInteraction(body []byte) ([]byte, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("payload") == "" {
		return nil, errors.New("there is no payload")
	}
	return []byte(form.Get("payload")), nil
}

func unwrapEvent(body []byte) ([]byte, error) { return body, nil }

// retryAfter is when what should come again may find room, in seconds: for a proxy between Slack and us, and for Slack if it
// ever asks.
const retryAfter = "1"

// write tells Slack over HTTP; what should come again has an error status.
func write(w http.ResponseWriter, r reply) {
	switch {
	case r.verdict == deferred:
		w.Header().Set("Retry-After", retryAfter)
		plain(w, http.StatusServiceUnavailable, r.plain+"\n")
	case r.verdict == rejected:
		plain(w, http.StatusBadRequest, r.plain+"\n")
	case r.answer != nil:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(r.answer) // an error here is Slack's going away
	case r.plain != "":
		plain(w, http.StatusOK, r.plain)
	default:
		w.WriteHeader(http.StatusOK)
	}
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // an error here is the reader's going away
}
