package slacktest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// envelopeOf is a request to the gateway as Slack sends it over a socket. It says the same as over HTTP, where a command is
// a form and an interaction stands in one.
func envelopeOf(path string, header http.Header, body []byte) (reply, error) {
	e := reply{"envelope_id": rand.Text(), "accepts_response_payload": false}
	switch path {
	case "/slack/events":
		e["type"], e["payload"] = "events_api", json.RawMessage(body)
		e["retry_attempt"], e["retry_reason"] = 0, ""
		if n, err := strconv.Atoi(header.Get("X-Slack-Retry-Num")); err == nil {
			e["retry_attempt"], e["retry_reason"] = n, header.Get("X-Slack-Retry-Reason")
		}
		return e, nil
	case "/slack/commands":
		form, err := url.ParseQuery(string(body))
		fields := reply{}
		for name := range form {
			fields[name] = form.Get(name)
		}
		e["type"], e["payload"], e["accepts_response_payload"] = "slash_commands", fields, true
		return e, err
	case "/slack/interactions":
		form, err := url.ParseQuery(string(body))
		payload := form.Get("payload")
		var kind struct {
			Type string `json:"type"`
		}
		if err == nil {
			err = json.Unmarshal([]byte(payload), &kind)
		}
		e["type"], e["payload"] = "interactive", json.RawMessage(payload)
		e["accepts_response_payload"] = kind.Type == "view_submission" || kind.Type == "block_suggestion"
		return e, err
	}
	return nil, fmt.Errorf("nothing is sent to %s over a socket", path)
}

// overSocket sends a request over one of the sockets and waits for its acknowledgement, with the answer in it if the
// request takes one. The error says what Slack calls it.
func (s *Server) overSocket(ctx context.Context, l *link, path string, header http.Header, body []byte) ([]byte, error) {
	e, err := envelopeOf(path, header, body)
	if err != nil {
		return nil, err
	}
	id, _ := e["envelope_id"].(string)
	answer := make(chan json.RawMessage, 1)
	l.mu.Lock()
	l.waiting[id] = answer
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.waiting, id)
	}()
	if err := l.write(e); err != nil {
		return nil, errBroken
	}
	select {
	case payload := <-answer:
		if e["accepts_response_payload"] != true {
			payload = nil
		}
		return payload, nil
	case <-time.After(s.o.Patience):
		return nil, context.DeadlineExceeded
	case <-l.gone:
		return nil, errBroken
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

var errBroken = errors.New("the socket broke off before the request was acknowledged")
