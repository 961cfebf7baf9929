package slackbot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"
)

// slackHost is where Slack takes answers to commands.
const slackHost = "hooks.slack.com"

// How often an answer is sent, and how long one try may take. Slack takes five within half an hour.
const (
	respondTries = 3
	respondTime  = 10 * time.Second
	respondPause = 2 * time.Second
)

// answerClient follows no redirects: an answer goes to the address that was checked, or nowhere.
func answerClient() *http.Client {
	return &http.Client{Timeout: respondTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// respond sends a later answer to a command, for the person only.
// See https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
func (g *Gateway) respond(ctx context.Context, address, text string) error {
	return g.post(ctx, address, &slack.WebhookMessage{Text: g.inOurName(text), ResponseType: slack.ResponseTypeEphemeral})
}

func (g *Gateway) post(ctx context.Context, address string, message *slack.WebhookMessage) error {
	if err := g.checkAddress(address); err != nil {
		return err
	}
	var err error
	for range respondTries {
		if err = slack.PostWebhookCustomHTTPContext(ctx, address, g.answers, message); err == nil {
			return nil
		}
		if tooLate(err) || !pause(ctx) {
			break
		}
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err // without the address: whoever has it can write to the person
	}
	return fmt.Errorf("answer the command: %w", err)
}

// tooLate reports whether Slack takes no more answers there: half an hour is over, or five were given.
func tooLate(err error) bool {
	var status slack.StatusCodeError
	return errors.As(err, &status) && status.Code >= 400 && status.Code < 500 && status.Code != http.StatusTooManyRequests
}

// checkAddress refuses addresses outside Slack. The signature covers the address, but a leaked secret must not make
// this process call whatever it can reach.
func (g *Gateway) checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return errors.New("answer the command: response_url is no address")
	}
	if u.Scheme == "https" && u.Host == slackHost || g.o.APIHost != "" && u.Host == g.o.APIHost {
		return nil
	}
	return fmt.Errorf("answer the command: response_url is at %q, not at %s", u.Host, slackHost)
}

// pause waits a moment; it returns false if ctx ends first.
func pause(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(respondPause):
		return true
	}
}
