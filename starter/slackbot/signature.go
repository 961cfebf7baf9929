package slackbot

import (
	"errors"
	"io"
	"net/http"

	"github.com/slack-go/slack"
)

// maxBody bounds a request: a slash command has a few kilobytes, an event rarely a hundred.
const maxBody = 1 << 20

// signed lets only requests through that Slack has signed within the last five minutes, and hands over the body as it
// was signed. See https://docs.slack.dev/authentication/verifying-requests-from-slack.
func (g *Gateway) signed(next func(http.ResponseWriter, *http.Request, []byte)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			plain(w, http.StatusRequestEntityTooLarge, "the request is too large\n")
			return
		case err != nil:
			plain(w, http.StatusBadRequest, "the request broke off\n")
			return
		}
		secret, err := g.o.Secret()
		if err != nil || secret == "" {
			g.o.Log.Error("requests cannot be checked: no signing secret", "error", err)
			plain(w, http.StatusServiceUnavailable, "requests cannot be checked now\n")
			return
		}
		if err := verify(r.Header, body, secret); err != nil {
			g.o.Log.Warn("refuse a request that Slack has not signed", "path", r.URL.Path, "reason", err)
			plain(w, http.StatusUnauthorized, "the signature is not Slack's\n")
			return
		}
		next(w, r, body)
	}
}

func verify(header http.Header, body []byte, secret string) error {
	v, err := slack.NewSecretsVerifier(header, secret)
	if err != nil {
		return err
	}
	if _, err := v.Write(body); err != nil {
		return err
	}
	return v.Ensure()
}
