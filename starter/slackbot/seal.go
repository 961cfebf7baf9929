package slackbot

import (
	"cmp"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"hikeshi/workflows/incident"
)

// maxPrivate is how much a view may carry, in characters.
// https://docs.slack.dev/reference/views/modal-views
const maxPrivate = 3000

// sealSize is how much of the code is carried: nobody guesses 128 bits through Slack.
const sealSize = 16

// sealLabel keeps the key of seals apart from whatever else is made of the same secret.
const sealLabel = "hikeshi: what a view of Slack carries"

// sealed is what a view carries in its private metadata: JSON, and after a dot a code over it, the person to whom the
// view is shown, and the view's callback id. The channel in it decides what the person may see and do, and the gateway
// signs that channel: nobody but a gateway may have written it, for nobody else and for no other form.
func (g *Gateway) sealed(user, callback string, carries any) (string, error) {
	raw, err := json.Marshal(carries) // with <, > and & escaped: nothing on the way has a reason to change them
	if err != nil {
		return "", err
	}
	body := string(raw)
	code, err := g.sealOf(user, callback, body)
	if err != nil {
		return "", err
	}
	private := body + "." + code
	if n := utf8.RuneCountInString(private); n > maxPrivate {
		return "", incident.Refuse(incident.Usage, "Shorten it, then try again. Nothing was done", "the text is too long for a form to keep: %d characters, at most %d fit", n, maxPrivate)
	}
	return private, nil
}

// unsealed reads what a view carries into the value, and reports whether a gateway has sealed it for this person and this
// view. The value is filled in all the same, so that what cannot be ours can be told from what is only too old.
func (g *Gateway) unsealed(i interaction, carries any) (genuine bool, err error) {
	body, code := i.View.Private, ""
	if end := strings.LastIndex(body, "}."); end >= 0 {
		body, code = body[:end+1], body[end+2:]
	}
	if err := json.Unmarshal([]byte(body), carries); err != nil {
		return false, err
	}
	want, err := g.sealOf(i.User.ID, i.View.Callback, body)
	if err != nil {
		g.o.Log.Error("what a form carries cannot be checked", "error", err)
		return false, nil
	}
	genuine = hmac.Equal([]byte(want), []byte(code))
	if !genuine {
		g.o.Log.Warn("refuse a form that no gateway has sealed", "user", i.User.ID, "unsealed", code == "")
	}
	return genuine, nil
}

func (g *Gateway) sealOf(user, callback, body string) (string, error) {
	key, err := g.sealKey()
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%q %q %s", user, callback, body)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:sealSize]), nil
}

// sealKey is made of what all gateways of an installation share, so that one takes the form that another has shown. It is
// made anew each time, because Slack's secrets can be rotated.
func (g *Gateway) sealKey() ([]byte, error) {
	if len(g.o.FormKey) > 0 {
		return g.o.FormKey, nil
	}
	from := g.o.Secret
	if from == nil {
		from = g.o.AppToken
	}
	if from == nil {
		return nil, errors.New("there is no secret to seal forms with")
	}
	secret, err := from()
	if err = cmp.Or(err, emptySecret(secret)); err != nil {
		return nil, fmt.Errorf("seal a form: %w", err)
	}
	return SealKey([]byte(secret))
}

func emptySecret(secret string) error {
	if secret == "" {
		return errors.New("the secret is empty")
	}
	return nil
}

// SealKey makes a key to seal forms with of another secret, which cannot be found from it.
func SealKey(secret []byte) ([]byte, error) {
	return hkdf.Key(sha256.New, secret, nil, sealLabel, sha256.Size)
}
