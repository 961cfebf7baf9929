package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/internal/transport"
)

const system = "slack"

// defaultWait is how long to wait when Slack says "too fast" but not for how long.
const defaultWait = 30 * time.Second

// classes sorts Slack's error words (https://docs.slack.dev/reference/methods lists them per method). What is not
// here is sorted by its ending or beginning in classOf.
var classes = map[activities.Class]string{
	activities.RateLimited: "ratelimited rate_limited too_many_requests message_limit_exceeded",
	activities.Unavailable: "service_unavailable request_timeout team_added_to_org org_login_required fetch_members_failed update_failed",
	activities.Credentials: `invalid_auth not_authed account_inactive token_revoked token_expired not_allowed_token_type missing_scope
		accesslimited ekm_access_denied enterprise_is_restricted team_access_not_granted two_factor_setup_required`,
	activities.Denied: `access_denied no_permission not_authorized permission_denied cannot_create_channel not_in_channel is_archived
		user_is_restricted cant_invite cant_update_message cant_delete_message edit_window_closed posting_to_channel_denied
		channel_is_limited_access no_external_invite_permission org_user_not_in_team invitee_cant_see_channel
		external_channel_migrating cant_archive_general cant_archive_required plan_upgrade_required user_not_visible not_visible`,
	activities.NotFound: "no_such_subteam not_found users_not_found",
}

var classByWord = func() map[string]activities.Class {
	m := map[string]activities.Class{}
	for class, words := range classes {
		for _, word := range strings.Fields(words) {
			m[word] = class
		}
	}
	return m
}()

// classOf sorts one of Slack's error words. A word we do not know is Slack refusing this input, which is Invalid.
func classOf(word string, e effect) activities.Class {
	if class, ok := classByWord[word]; ok {
		return class
	}
	switch {
	case word == "fatal_error" || word == "internal_error":
		if e == read {
			return activities.Unavailable
		}
		return activities.Ambiguous // Slack: "some aspect of the operation may have succeeded"
	case strings.HasPrefix(word, "restricted_action"):
		return activities.Denied
	case strings.HasSuffix(word, "_not_found"):
		return activities.NotFound
	}
	return activities.Invalid
}

// lost is the class of a call whose answer did not come or makes no sense.
func (e effect) lost() activities.Class {
	if e == write {
		return activities.Ambiguous
	}
	return activities.Unavailable
}

// fault turns the outcome of a call into nil or a Fault. What Slack said comes before what the library made of it.
func (x *exchange) fault(op string, e effect, err error) error {
	f := activities.Fault{System: system, Op: op}
	reply, ours := x.envelope()
	switch {
	case x.status == http.StatusTooManyRequests:
		f.Class, f.Cause, f.After = activities.RateLimited, "HTTP 429", retryAfter(x.header, time.Now())
	case ours && *reply.OK && err == nil:
		return nil
	case ours && !*reply.OK && reply.Error != "":
		f.Class, f.Cause = classOf(reply.Error, e), reply.Error
		f.Hint = hint(reply)
		if f.Class == activities.RateLimited {
			f.After = retryAfter(x.header, time.Now())
		}
	case ours && !*reply.OK:
		f.Class, f.Cause = e.lost(), "refused without a reason"
	case x.status == http.StatusUnauthorized:
		f.Class, f.Cause, f.Hint = activities.Credentials, "HTTP 401", tokenHint
	case x.status >= 400 && x.status < 500:
		f.Class, f.Cause, f.Hint = activities.Unavailable, fmt.Sprintf("HTTP %d", x.status), proxyHint
	case x.status != 0 && x.status != http.StatusOK:
		f.Class, f.Cause = e.lost(), fmt.Sprintf("HTTP %d", x.status)
	case x.status == http.StatusOK:
		f.Class, f.Cause, f.Hint = e.lost(), "the reply is none of Slack's", proxyHint
	default:
		f.Class, f.Cause, f.After = network(err, e)
	}
	return f.Error()
}

const (
	tokenHint = "check SLACK_BOT_TOKEN: it must be the bot token, xoxb-…, of the app installed in this workspace"
	proxyHint = "check SLACK_API_URL, and that no proxy or sign-in page is in the way"
)

// network sorts an error that came instead of a reply.
func network(err error, e effect) (activities.Class, string, time.Duration) {
	var wait *transport.WaitError
	if errors.As(err, &wait) {
		return activities.RateLimited, wait.Error(), wait.Wait
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return activities.Unavailable, "no connection: " + op.Err.Error(), 0 // nothing was sent
	}
	if errors.Is(err, transport.ErrRedirect) {
		return activities.Unavailable, err.Error(), 0
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || timedOut(err) {
		return e.lost(), "no answer in time", 0
	}
	var in *url.Error
	if errors.As(err, &in) {
		err = in.Err // the address adds nothing, and could hold what must not be logged
	}
	return e.lost(), "connection lost: " + fmt.Sprint(err), 0
}

func timedOut(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// retryAfter reads the header as seconds or as a date (RFC 9110 allows both).
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if s, err := strconv.Atoi(v); err == nil && s >= 0 {
		return max(time.Second, time.Duration(s)*time.Second)
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(time.Second, at.Sub(now))
	}
	return defaultWait
}

var hints = map[string]string{
	"not_in_channel":    "invite the bot to the channel",
	"is_archived":       "unarchive the channel, or go on without it",
	"channel_not_found": "the channel was deleted, or it is private and the bot is no member",
	"restricted_action": "an administrator of the workspace has to allow this for the app",

	"cant_archive_general":   "Slack lets nobody archive its main channel: go on without it",
	"cant_archive_required":  "the workspace requires this channel: an administrator has to lift that first",
	"cannot_create_channel":  "an administrator of the workspace has to allow the app to create channels",
	"not_allowed_token_type": tokenHint,
	"too_many_bookmarks":     "remove a bookmark from the channel",
}

func hint(reply envelope) string {
	if reply.Error == "missing_scope" {
		return fmt.Sprintf("add the scope %s to the app and install it again; it has: %s", orUnknown(reply.Needed), orUnknown(reply.Provided))
	}
	if h := hints[reply.Error]; h != "" {
		return h
	}
	if strings.HasPrefix(reply.Error, "restricted_action") {
		return hints["restricted_action"]
	}
	if classOf(reply.Error, read) == activities.Credentials {
		return tokenHint
	}
	return ""
}

func orUnknown(s string) string {
	if s == "" {
		return "(not said)"
	}
	return s
}

func noToken(op string, cause error) error {
	return activities.Fault{Class: activities.Credentials, System: system, Op: op, Cause: cause.Error(),
		Hint: "set SLACK_BOT_TOKEN or SLACK_BOT_TOKEN_FILE to the app's bot token; its scopes are those of deploy/slack-manifest.yaml"}.Error()
}

// empty is the fault of a write that Slack called done without saying what it made.
func empty(op string) error {
	return activities.Fault{Class: activities.Ambiguous, System: system, Op: op, Cause: "the answer names nothing that was made"}.Error()
}

// word returns Slack's own error word of a fault, "" for nil.
func word(err error) string {
	if err == nil {
		return ""
	}
	return activities.FaultOf(err).Cause
}
