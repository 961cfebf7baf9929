package jira

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"hikeshi/activities"
	"hikeshi/activities/internal/transport"
)

const (
	apiPath = "rest/api/2/"
	system  = "jira"
)

// call is one request.
type call struct {
	op         string // verb and object for people: `open ticket in project SEC`
	method     string
	path       string // below rest/api/2/, escaped
	query      url.Values
	body       any    // sent as JSON; nil: none
	into       any    // where the reply is decoded to; nil: it holds nothing for us
	permission string // what a 403 means: `Create Issues in project SEC`
	missing    string // hint for a 404
}

func (r call) writes() bool { return r.method != http.MethodGet }

// failure is a call that did not succeed: the fault for people, and what JIRA said for the code that knows the call.
type failure struct {
	activities.Fault
	status int // 0: no reply
	said   refusal
}

// send makes the call once. A nil result means that it succeeded.
func (c *Client) send(ctx context.Context, r call) *failure {
	ctx, err := c.withToken(ctx)
	if err != nil {
		return r.fail(activities.Credentials, "read the token: "+err.Error(), "set JIRA_TOKEN or JIRA_TOKEN_FILE")
	}
	address := apiPath + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	req, err := c.api.NewRequestWithContext(ctx, r.method, address, r.body)
	if err != nil {
		return r.fail(activities.Invalid, "build the request: "+err.Error(), "")
	}
	req.Header.Set("Accept", "application/json")
	resp, err := c.api.Do(req, nil)
	if resp == nil || resp.Response == nil {
		return r.unanswered(err)
	}
	defer resp.Body.Close() // the library leaves it open, and an open body costs a connection
	body, readErr := io.ReadAll(resp.Body)
	if err != nil {
		return c.refused(r, resp.Response, body)
	}
	if readErr != nil {
		return r.unanswered(readErr)
	}
	return r.decode(body)
}

func (r call) fail(class activities.Class, cause, hint string) *failure {
	return &failure{Fault: activities.Fault{Class: class, System: system, Op: r.op, Cause: cause, Hint: hint}}
}

// lost is the class of a call of which nobody knows whether JIRA carried it out.
func (r call) lost() activities.Class {
	if r.writes() {
		return activities.Ambiguous
	}
	return activities.Unavailable
}

func (r call) decode(body []byte) *failure {
	if r.into == nil && len(body) == 0 {
		return nil
	}
	var ignored any // a reply that nobody reads must still be JIRA's: a sign-in page has status 200 as well
	into := r.into
	if into == nil {
		into = &ignored
	}
	if err := json.Unmarshal(body, into); err != nil {
		return r.fail(r.lost(), "the reply is no JSON that we understand",
			"a sign-in page or a proxy may stand between us and JIRA: check JIRA_URL")
	}
	return nil
}

// unanswered classifies an error of the way to JIRA and back.
func (r call) unanswered(err error) *failure {
	var wait *transport.WaitError
	if errors.As(err, &wait) {
		f := r.fail(activities.RateLimited, wait.Error(), "")
		f.After = wait.Wait
		return f
	}
	if errors.Is(err, transport.ErrRedirect) {
		return r.fail(activities.Unavailable, transport.ErrRedirect.Error(), "check JIRA_URL")
	}
	var address *url.Error
	if errors.As(err, &address) {
		err = address.Err // without the address: it is long, and says nothing new
	}
	if transport.NeverSent(err) {
		return r.fail(activities.Unavailable, err.Error(), "check JIRA_URL and the network")
	}
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return r.fail(r.lost(), "no answer in time", "")
	}
	return r.fail(r.lost(), "no reply: "+err.Error(), "")
}

// refused classifies a reply that is no success.
func (c *Client) refused(r call, resp *http.Response, body []byte) *failure {
	said := parseRefusal(body)
	class, hint := r.meaning(resp, c.user)
	f := r.fail(class, said.cause(resp), hint)
	f.status, f.said, f.After = resp.StatusCode, said, transport.RetryAfter(resp.Header)
	return f
}

// meaning is the class of a status, and what a person can do about it.
func (r call) meaning(resp *http.Response, user string) (activities.Class, string) {
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests:
		return activities.RateLimited, ""
	case status == http.StatusUnauthorized:
		if user == "" {
			return activities.Credentials, "check JIRA_TOKEN: it may be revoked or expired; Cloud also needs JIRA_USER"
		}
		return activities.Credentials, "check JIRA_USER and JIRA_TOKEN: the token may be revoked or expired"
	case status == http.StatusForbidden && strings.Contains(resp.Header.Get("X-Authentication-Denied-Reason"), "CAPTCHA"):
		return activities.Credentials, "JIRA asks the account JIRA_USER for a captcha: sign in with it once in a browser"
	case status == http.StatusForbidden:
		return activities.Denied, "the account needs the permission " + r.permission
	case status == http.StatusNotFound, status == http.StatusGone:
		return activities.NotFound, r.missing
	case status == http.StatusConflict: // somebody else's change was being written: nothing of ours was
		return activities.Unavailable, ""
	case status == http.StatusRequestEntityTooLarge:
		return activities.Invalid, "the issue is full: JIRA takes 5,000 comments and 2,000 links per issue"
	case status == http.StatusRequestTimeout, status >= 500:
		return r.lost(), ""
	default:
		return activities.Invalid, ""
	}
}
