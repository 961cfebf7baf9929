package slack_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

// canned is a Slack that gives one answer to everything.
func canned(t *testing.T, status int, header http.Header, body string) *slack.Activities {
	t.Helper()
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for k := range header {
			w.Header().Set(k, header.Get(k))
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(h.Close)
	return &slack.Activities{Client: newClient(t, h.URL+"/api")}
}

func TestClasses(t *testing.T) {
	refused := func(word string) string { return `{"ok":false,"error":"` + word + `"}` }
	soon := http.Header{"Retry-After": {time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)}}
	tests := []struct {
		name   string
		status int
		header http.Header
		body   string
		class  activities.Class
		cause  string
		hint   string
	}{
		{"rate by value", 200, nil, refused("ratelimited"), activities.RateLimited, "ratelimited", ""},
		{"rate, chat's spelling", 200, nil, refused("rate_limited"), activities.RateLimited, "rate_limited", ""},
		{"rate, bookmarks' spelling", 200, nil, refused("too_many_requests"), activities.RateLimited, "too_many_requests", ""},
		{"429 with a date", 429, soon, "", activities.RateLimited, "HTTP 429", ""},
		{"fatal", 200, nil, refused("fatal_error"), activities.Ambiguous, "fatal_error", ""},
		{"internal", 200, nil, refused("internal_error"), activities.Ambiguous, "internal_error", ""},
		{"maintenance", 200, nil, refused("service_unavailable"), activities.Unavailable, "service_unavailable", ""},
		{"token", 200, nil, refused("token_revoked"), activities.Credentials, "token_revoked", "SLACK_BOT_TOKEN"},
		{"scope", 200, nil, `{"ok":false,"error":"missing_scope","needed":"chat:write","provided":"users:read"}`, activities.Credentials, "missing_scope", "chat:write"},
		{"archived", 200, nil, refused("is_archived"), activities.Denied, "is_archived", "unarchive"},
		{"restricted", 200, nil, refused("restricted_action_read_only_channel"), activities.Denied, "restricted_action_read_only_channel", ""},
		{"no channel", 200, nil, refused("channel_not_found"), activities.NotFound, "channel_not_found", "deleted"},
		{"our bug", 200, nil, refused("invalid_arguments"), activities.Invalid, "invalid_arguments", ""},
		{"errors list of text", 200, nil, `{"ok":false,"error":"invalid_blocks","errors":["no more than 50 items"]}`, activities.Invalid, "invalid_blocks", ""},
		{"errors list the library cannot read", 200, nil, `{"ok":false,"error":"invalid_blocks","errors":[{"what":1}]}`, activities.Invalid, "invalid_blocks", ""},
		{"refused without a word", 200, nil, `{"ok":false}`, activities.Ambiguous, "without a reason", ""},
		{"done without a ts", 200, nil, `{"ok":true}`, activities.Ambiguous, "names nothing", ""},
		{"no envelope", 200, nil, `{}`, activities.Ambiguous, "none of Slack's", "proxy"},
		{"cut short", 200, nil, `{"ok":tr`, activities.Ambiguous, "none of Slack's", "proxy"},
		{"bad gateway", 502, nil, "<html>", activities.Ambiguous, "HTTP 502", ""},
		{"proxy", 403, nil, "<html>", activities.Unavailable, "HTTP 403", "proxy"},
		{"unauthorized", 401, nil, "", activities.Credentials, "HTTP 401", "SLACK_BOT_TOKEN"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := canned(t, tt.status, tt.header, tt.body)
			_, err := slacktest.Do(a.PostNotice, slack.PostNotice{Effect: effect("k", true), Channel: "C1", Message: slack.Message{Text: "secret words"}})
			f := activities.FaultOf(err)
			if f.Class != tt.class || !strings.Contains(f.Cause, tt.cause) || !strings.Contains(f.Hint, tt.hint) {
				t.Errorf("fault = %+v, want %s, %q, hint %q", f, tt.class, tt.cause, tt.hint)
			}
			if tt.class == activities.RateLimited && (f.After < 25*time.Second || f.After > time.Minute) {
				t.Errorf("after = %s, want half a minute or what the header says", f.After)
			}
			if strings.Contains(err.Error(), fake.SlackBotToken) || strings.Contains(err.Error(), "secret words") {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}

// TestReadsAreNeverAmbiguous uses a read where the table above uses a write.
func TestReadsAreNeverAmbiguous(t *testing.T) {
	for _, body := range []string{`{"ok":false,"error":"internal_error"}`, `{"ok":false}`, `{}`, `{"ok":true}`, "<html>"} {
		_, err := canned(t, 200, nil, body).CheckSlackAccess(t.Context())
		if !activities.Is(err, activities.Unavailable) {
			t.Errorf("%s: %v, want Unavailable", body, err)
		}
	}
}

// TestInviteAnswers covers the ways in which Slack may answer a list with a bad person in it.
func TestInviteAnswers(t *testing.T) {
	list := `"errors":[{"user":"U2BAD","ok":false,"error":"user_is_restricted"},{"user":"U3IN","ok":false,"error":"already_in_channel"}]`
	answers := map[string]string{
		"ok with a list":      `{"ok":true,"channel":{"id":"C1"},` + list + `}`,
		"refused with a list": `{"ok":false,"error":"user_is_restricted",` + list + `}`,
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				switch {
				case strings.HasSuffix(r.URL.Path, "members"):
					answer := `{"ok":true,"members":["U3IN"]}`
					_, _ = io.WriteString(w, answer)
				case strings.Contains(string(body), "U2BAD"):
					_, _ = io.WriteString(w, answer)
				default:
					_, _ = io.WriteString(w, `{"ok":true,"channel":{"id":"C1"}}`)
				}
			}))
			defer h.Close()
			a := &slack.Activities{Client: newClient(t, h.URL+"/api/")}
			got, err := slacktest.Do(a.InviteToChannel, slack.InviteToChannel{Effect: effect("i", true), Channel: "C1", People: []string{"U1GOOD", "U2BAD", "U3IN"}})
			if err != nil || strings.Join(got.Invited, " ") != "U1GOOD U3IN" || len(got.Refused) != 1 || got.Refused[0] != (slack.Refusal{Person: "U2BAD", Reason: "user_is_restricted"}) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}
