package google

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"cloud.google.com/go/auth"
	"golang.org/x/oauth2"
	"google.golang.org/api/googleapi"

	"hikeshi/activities"
	"hikeshi/activities/internal/transport"
)

// Kind says what a lost reply of a call may have left behind.
type Kind int

const (
	Read        Kind = iota // nothing
	SafeWrite               // something that repeating the call turns into the same state
	UnsafeWrite             // something that repeating the call would double
)

// Call describes the call that failed, for its error.
type Call struct {
	System string // drive or sheets
	Op     string // verb and object: `open folder "Cases"`
	Kind   Kind
}

// Fault classifies the error of a call. The caller may sharpen the hint before it returns Fault.Error.
func (c Call) Fault(err error) activities.Fault {
	f := activities.Fault{System: c.System, Op: c.Op}
	var answer *googleapi.Error
	var wait *transport.WaitError
	switch {
	case errors.As(err, &answer):
		c.answered(&f, answer)
	case errors.Is(err, errKey):
		f.Class, f.Hint = activities.Credentials, "put a service account's key into the file that GOOGLE_APPLICATION_CREDENTIALS names"
		f.Cause = unwrapped(err).Error()
	case noToken(&f, err):
	case errors.As(err, &wait):
		f.Class, f.Cause, f.After = activities.RateLimited, wait.Error(), wait.Wait
	case errors.Is(err, transport.ErrRedirect):
		f.Class, f.Cause = activities.Unavailable, transport.ErrRedirect.Error()
	default:
		c.lost(&f, err)
	}
	return f
}

// unwrapped is the error without the address that was called: it may hold names of files.
func unwrapped(err error) error {
	var address *url.Error
	if errors.As(err, &address) {
		return address.Err
	}
	return err
}

// Reasons with which Google says "slow down" in a 403.
var slowDown = []string{"rateLimitExceeded", "userRateLimitExceeded", "sharingRateLimitExceeded", "dailyLimitExceeded", "backendError"}

// Reasons of a 403 that concern our account or project, not this file.
var ourselves = []string{"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "accessNotConfigured", "SERVICE_DISABLED", "authError"}

func (c Call) answered(f *activities.Fault, e *googleapi.Error) {
	reason := Reason(e)
	f.Cause = cause(e, reason)
	switch {
	case e.Code == http.StatusTooManyRequests, e.Code == http.StatusForbidden && slices.Contains(slowDown, reason):
		f.Class, f.After = activities.RateLimited, retryAfter(e.Header)
	case e.Code == http.StatusUnauthorized:
		f.Class, f.Hint = activities.Credentials, "check the service account's key"
	case e.Code == http.StatusForbidden && slices.Contains(ourselves, reason):
		f.Class, f.Hint = activities.Credentials, "enable the Drive and Sheets APIs in the project and grant the scopes drive and spreadsheets"
	case e.Code == http.StatusForbidden && reason == "storageQuotaExceeded":
		f.Class, f.Hint = activities.Denied, "a service account has no storage of its own: use a folder in a shared drive"
	case e.Code == http.StatusForbidden:
		f.Class = activities.Denied
	case e.Code == http.StatusNotFound, e.Code == http.StatusGone:
		f.Class = activities.NotFound
	case e.Code == http.StatusConflict: // the object is there already: the next try looks at it
		f.Class = activities.Ambiguous
	case e.Code >= 500, e.Code == http.StatusRequestTimeout:
		f.Class = c.unknown()
	case e.Code >= 400:
		f.Class = activities.Invalid
	default: // 2xx and 3xx the SDK would not take
		f.Class = c.unknown()
	}
}

// Reason is Google's own word for an error: Drive's errors[].reason, else the reason in the details, else "".
func Reason(e *googleapi.Error) string {
	if len(e.Errors) > 0 {
		return e.Errors[0].Reason
	}
	for _, d := range e.Details {
		if m, ok := d.(map[string]any); ok {
			if reason, ok := m["reason"].(string); ok {
				return reason
			}
		}
	}
	return ""
}

func cause(e *googleapi.Error, reason string) string {
	text := fmt.Sprintf("HTTP %d", e.Code)
	if reason != "" {
		text += " " + reason
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// noToken classifies an error of the server that gives out access tokens; false: err is none. Key files and the
// Application Default Credentials report it in types of their own.
func noToken(f *activities.Fault, err error) bool {
	var byKey *auth.Error
	var byDefault *oauth2.RetrieveError
	var answer *http.Response
	switch {
	case errors.As(err, &byKey):
		answer = byKey.Response
	case errors.As(err, &byDefault):
		answer = byDefault.Response
	default:
		return false
	}
	f.Class, f.Cause = activities.Unavailable, "no access token"
	if answer != nil {
		f.Cause = fmt.Sprintf("no access token: HTTP %d", answer.StatusCode)
		if answer.StatusCode < 500 && answer.StatusCode != http.StatusTooManyRequests {
			f.Class, f.Hint = activities.Credentials, "check the service account's key: it may have been deleted or disabled"
		}
	}
	return true
}

// lost classifies a call that got no usable answer. Its errors may name addresses, never a token: the token is in a
// header, and no key is sent in a query.
func (c Call) lost(f *activities.Fault, err error) {
	f.Class = c.unknown()
	var dial *net.OpError
	var timeout net.Error
	var syntax *json.SyntaxError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &dial) && dial.Op == "dial":
		f.Class, f.Cause = activities.Unavailable, dial.Error() // no connection, so nothing was sent
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		f.Cause = "no answer in time"
	case errors.Is(err, context.Canceled):
		f.Cause = "stopped while waiting for the answer"
	case errors.As(err, &syntax), errors.As(err, &wrongType):
		f.Cause, f.Hint = "the answer is not Google's: "+err.Error(), "a sign-in page or a proxy may be in the way"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		f.Cause = "the connection closed before the answer came"
	default:
		f.Cause = unwrapped(err).Error()
	}
}

func (c Call) unknown() activities.Class {
	if c.Kind == UnsafeWrite {
		return activities.Ambiguous
	}
	return activities.Unavailable
}

// retryAfter reads the header, which Google does not promise: seconds only.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
