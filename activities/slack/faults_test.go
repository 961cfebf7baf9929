package slack_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

// patient is a client that gives no call up: what is slow here is the machine.
func patient(t *testing.T, url string) *slack.Activities { return within(t, url, time.Minute) }

// impatient is a client that gives a call up soon. It is for calls that get no answer.
func impatient(t *testing.T, url string) *slack.Activities { return within(t, url, 2*time.Second) }

// meeting is a client whose call meets that fault.
func meeting(t *testing.T, url string, f fake.Fault) *slack.Activities {
	if f.Mode == "hang" {
		return impatient(t, url)
	}
	return patient(t, url)
}

func within(t *testing.T, url string, timeout time.Duration) *slack.Activities {
	t.Helper()
	client, err := slack.NewClient(slack.Config{Token: func() (string, error) { return fake.SlackBotToken, nil }, APIURL: url, NoRates: true, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	return &slack.Activities{Client: client}
}

func effect(key string, first bool) activities.Effect {
	return activities.Effect{Key: key, First: first, Since: time.Now()}
}

// deeds are the writes that could happen twice: how to do them, and how to count what they made.
var deeds = []struct {
	name, method string
	do           func(a *slack.Activities, first bool) error
	count        func(s *slacktest.Server) int
}{
	{"channel", "conversations.create", func(a *slack.Activities, first bool) error {
		_, err := slacktest.Do(a.OpenChannel, slack.OpenChannel{Effect: effect("c", first), Names: []string{"sec-42"}, Mark: "c", Private: true})
		return err
	}, func(s *slacktest.Server) int {
		return len(slices.DeleteFunc(s.Channels(), func(ch slacktest.Channel) bool { return ch.Creator != slacktest.BotUser }))
	}},
	{"notice", "chat.postMessage", func(a *slack.Activities, first bool) error {
		_, err := slacktest.Do(a.PostNotice, slack.PostNotice{Effect: effect("n", first), Channel: slacktest.Ops, Message: slack.Message{Text: "once"}})
		return err
	}, func(s *slacktest.Server) int { return len(s.Messages(slacktest.Ops)) }},
	{"bookmark", "bookmarks.add", func(a *slack.Activities, first bool) error {
		_, err := slacktest.Do(a.BookmarkLinks, slack.BookmarkLinks{Effect: effect("b", first), Channel: slacktest.Ops, Links: []slack.Link{{Title: "T", URL: "https://example.com"}}})
		return err
	}, func(s *slacktest.Server) int { return len(s.Bookmarks(slacktest.Ops)) }},
}

var faults = []struct {
	name  string
	fault fake.Fault
	class activities.Class
	cause string
	after time.Duration
}{
	{"before", fake.Fault{Mode: "before"}, activities.Ambiguous, "HTTP 503", 0},
	{"lost reply", fake.Fault{Mode: "after"}, activities.Ambiguous, "connection lost", 0},
	{"dropped", fake.Fault{Mode: "drop"}, activities.Ambiguous, "connection lost", 0},
	{"garbage", fake.Fault{Mode: "garbage"}, activities.Ambiguous, "none of Slack's", 0},
	{"hang", fake.Fault{Mode: "hang"}, activities.Ambiguous, "no answer in time", 0},
	{"429", fake.Fault{Mode: "status", Status: 429, RetryAfter: 7}, activities.RateLimited, "HTTP 429", 7 * time.Second},
	{"429 without header", fake.Fault{Mode: "status", Status: 429}, activities.RateLimited, "HTTP 429", 30 * time.Second},
}

// TestExactlyOnce lets each write meet each fault, and then again the first read of the recovery.
func TestExactlyOnce(t *testing.T) {
	for _, d := range deeds {
		for _, f := range faults {
			t.Run(d.name+"/"+f.name, func(t *testing.T) {
				t.Parallel()
				s, url := slacktest.Start(t, slacktest.Options{})
				a, rule := patient(t, url), f.fault
				rule.Match, rule.Times = d.method, 1
				if err := s.Inject(rule); err != nil {
					t.Fatal(err)
				}
				got := activities.FaultOf(d.do(meeting(t, url, f.fault), true))
				if got.Class != f.class || !strings.Contains(got.Cause, f.cause) || got.After != f.after {
					t.Errorf("fault = %+v, want %s, %q, after %s", got, f.class, f.cause, f.after)
				}
				if s.Count(d.method) != 1 {
					t.Errorf("%s was called %d times by one attempt, want 1", d.method, s.Count(d.method))
				}
				if err := s.Inject(fake.Fault{Match: "*", Mode: "drop", Times: 1}); err != nil {
					t.Fatal(err)
				}
				if err := d.do(a, false); !activities.Is(err, activities.Unavailable) {
					t.Errorf("the look-up meets a fault: %v, want Unavailable", err)
				}
				for range 2 {
					if err := d.do(a, false); err != nil {
						t.Fatal(err)
					}
				}
				if n := d.count(s); n != 1 {
					t.Errorf("there are %d of it, want exactly 1", n)
				}
			})
		}
	}
}

// TestFirstTryCost counts the calls that people wait for when a case opens.
func TestFirstTryCost(t *testing.T) {
	s, url := slacktest.Start(t, slacktest.Options{})
	a := patient(t, url)
	ch, err := slacktest.Do(a.OpenChannel, slack.OpenChannel{Effect: effect("c", true), Names: []string{"sec-7"}, Mark: "c"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := slacktest.Do(a.InviteToChannel, slack.InviteToChannel{Effect: effect("i", true), Channel: ch.ID, People: []string{"U0BEN0002", "U0AOI0001"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := slacktest.Do(a.PostNotice, slack.PostNotice{Effect: effect("p", true), Channel: ch.ID, Message: slack.Message{Text: "x"}}); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range s.Calls() {
		names = append(names, c.Name)
	}
	if got := fmt.Sprint(names); got != "[conversations.create conversations.invite chat.postMessage]" {
		t.Errorf("calls = %s, want one for each", got)
	}
}

func TestNothingSentIsUnavailable(t *testing.T) {
	a := patient(t, "http://127.0.0.1:1/api/") // nobody listens on port 1
	if got := activities.FaultOf(deeds[0].do(a, true)); got.Class != activities.Unavailable || !strings.Contains(got.Cause, "no connection") {
		t.Errorf("fault = %+v, want Unavailable, no connection", got)
	}
}

func TestNoToken(t *testing.T) {
	client, err := slack.NewClient(slack.Config{Token: func() (string, error) { return "", nil }})
	if err != nil {
		t.Fatal(err)
	}
	_, err = (&slack.Activities{Client: client}).CheckSlackAccess(t.Context())
	if f := activities.FaultOf(err); f.Class != activities.Credentials || !strings.Contains(f.Hint, "SLACK_BOT_TOKEN") {
		t.Errorf("fault = %+v, want Credentials with a hint", f)
	}
}
