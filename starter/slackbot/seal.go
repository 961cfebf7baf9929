package slackbot

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// maxPrivate is how much a view may carry, in characters.
// https://docs.slack.dev/reference/views/modal-views
const maxPrivate = 3000

// sealSize is how much of the code is carried: nobody guesses 128 bits through Slack.
const sealSize = 16

// sealTime is how long somebody may leave a form open: who has been let out of the channel in which they asked for it must
// not act as if they were there much later.
const sealTime = 12 * time.Hour

// sealLabel keeps the key of seals apart from whatever else is made of the same secret.
const sealLabel = "hikeshi: what a view of Slack carries"

// sealed is what a view carries in its private metadata: JSON, and after dots the time and a code over both, the person to
// whom the view is shown, and the view's callback id. The channel in it decides what the person may see and do, and the
// gateway signs that channel: nobody but a gateway may have written it, for nobody else and for no other form.
func (g *Gateway) sealed(user, callback string, carries any) (string, error) {
	return g.sealedAt(now(), user, callback, carries)
}

func (g *Gateway) sealedAt(at time.Time, user, callback string, carries any) (string, error) {
	raw, err := json.Marshal(carries) // with <, > and & escaped: nothing on the way has a reason to change them
	if err != nil {
		return "", err
	}
	body, since := string(raw), strconv.FormatInt(at.Unix(), 36)
	code, err := g.sealOf(user, callback, since, body)
	if err != nil {
		return "", err
	}
	private := body + "." + since + "." + code
	if n := utf8.RuneCountInString(private); n > maxPrivate {
		return "", incident.Refuse(incident.Usage, "Shorten it, then try again. Nothing was done", "the text is too long for a form to keep: %d characters, at most %d fit", n, maxPrivate)
	}
	return private, nil
}

// unsealed reads what a view carries into the value. What it says is for the person: the view must be opened again,
// because no gateway has sealed it for them, or not lately; empty: it is genuine. The value is filled in all the same, so
// that what cannot be ours, which is the error, can be told from what is only too old.
func (g *Gateway) unsealed(i interaction, carries any) (stale string, err error) {
	body, seal := i.View.Private, ""
	if end := strings.LastIndex(body, "}."); end >= 0 {
		body, seal = body[:end+1], body[end+2:]
	}
	if err := json.Unmarshal([]byte(body), carries); err != nil {
		return "", err
	}
	since, code, _ := strings.Cut(seal, ".")
	want, err := g.sealOf(i.User.ID, i.View.Callback, since, body)
	if err != nil {
		g.o.Log.Error("what a form carries cannot be checked", "error", err)
		return notice.NotDone(i.who.Lang), nil
	}
	if !hmac.Equal([]byte(want), []byte(code)) {
		g.o.Log.Warn("refuse a form that no gateway has sealed", "user", i.User.ID, "unsealed", seal == "")
		return notice.FormStale(i.who.Lang), nil
	}
	if at, err := strconv.ParseInt(since, 36, 64); err != nil || now().Sub(time.Unix(at, 0)) > sealTime {
		return notice.FormStale(i.who.Lang), nil
	}
	return "", nil
}

func (g *Gateway) sealOf(user, callback, since, body string) (string, error) {
	key, err := g.sealKey()
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%q %q %q %s", user, callback, since, body)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:sealSize]), nil
}

// sealKey is made of the app's bot token, which every gateway of an installation needs to show a form at all: one takes the
// form that another has shown. It is made anew each time, because the token can be rotated.
func (g *Gateway) sealKey() ([]byte, error) {
	if g.o.Token == nil {
		return nil, errors.New("there is no bot token to seal forms with")
	}
	token, err := g.o.Token()
	if err == nil && token == "" {
		err = errors.New("the bot token is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("seal a form: %w", err)
	}
	return hkdf.Key(sha256.New, []byte(token), nil, sealLabel, sha256.Size)
}
