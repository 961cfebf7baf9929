package slack

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"hikeshi/activities"
	"hikeshi/activities/internal/transport"
)

// exchange is what is known about one call: which rate it draws from, and what Slack really answered.
type exchange struct {
	channel string // the channel whose own rate the call draws from; empty: none
	status  int    // 0: no reply
	header  http.Header
	body    []byte
}

type exchangeKey struct{}

// envelope is what all of Slack's replies have in common. Errors stays raw: its shape differs from method to method.
type envelope struct {
	OK       *bool           `json:"ok"`
	Error    string          `json:"error"`
	Errors   json.RawMessage `json:"errors"`
	Needed   string          `json:"needed"`
	Provided string          `json:"provided"`
}

// envelope decodes the reply; ok is false if it is none of Slack's.
func (x *exchange) envelope() (e envelope, ok bool) {
	if x.status != http.StatusOK || json.Unmarshal(x.body, &e) != nil {
		return envelope{}, false
	}
	return e, e.OK != nil
}

// personErrors returns why people were refused, by user id, as conversations.invite lists it.
func (x *exchange) personErrors() map[string]string {
	e, _ := x.envelope()
	var list []struct {
		User  string `json:"user"`
		Error string `json:"error"`
	}
	if json.Unmarshal(e.Errors, &list) != nil {
		return nil // another shape: about no person
	}
	refused := map[string]string{}
	for _, r := range list {
		if r.User != "" && r.Error != "" {
			refused[r.User] = r.Error
		}
	}
	return refused
}

// recorder keeps each reply in the exchange of its context, and hands it on unchanged.
type recorder struct{ client *http.Client }

func (r recorder) Do(req *http.Request) (*http.Response, error) {
	resp, err := r.client.Do(req)
	x, _ := req.Context().Value(exchangeKey{}).(*exchange)
	if err != nil || x == nil {
		return resp, err
	}
	defer resp.Body.Close()
	x.status, x.header = resp.StatusCode, resp.Header
	if x.body, err = io.ReadAll(resp.Body); err != nil {
		return nil, err
	}
	if reply, ours := x.envelope(); ours && !*reply.OK && refuses(reply.Error) && !reads(req) {
		transport.TurnedAway(req.Context())
	}
	resp.Body = io.NopCloser(bytes.NewReader(x.body))
	return resp, nil
}

// reading are the ends of the names of those methods that we call and that change nothing: Slack takes all of them as POST.
var reading = []string{".info", ".list", ".history", ".replies", ".members", ".test", ".conversations", ".lookupByEmail", ".getPermalink"}

// reads reports whether a request only reads.
func reads(r *http.Request) bool {
	return slices.ContainsFunc(reading, func(end string) bool { return strings.HasSuffix(r.URL.Path, end) })
}

// refuses reports whether one of Slack's error words says that nothing at all was done.
func refuses(word string) bool {
	class := classOf(word, write)
	return word != "" && (class.Final() || class == activities.Credentials || class == activities.RateLimited)
}
