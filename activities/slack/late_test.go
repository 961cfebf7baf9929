package slack_test

import (
	"slices"
	"testing"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/retrytest"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

// A request that is carried out after we gave it up makes no second thing.
func TestCarriedOutLate(t *testing.T) {
	for name, d := range map[string]struct {
		method string
		do     func(a *slack.Activities, x *retrytest.Execution, e activities.Effect) error
		made   func(s *slacktest.Server) int
	}{
		"channel": {"conversations.create", func(a *slack.Activities, x *retrytest.Execution, e activities.Effect) error {
			return x.Run(a.OpenChannel, slack.OpenChannel{Effect: e, Names: []string{"sec-42"}, Mark: "c"}, nil)
		}, deeds[0].count},
		"notice": {"chat.postMessage", func(a *slack.Activities, x *retrytest.Execution, e activities.Effect) error {
			return x.Run(a.PostNotice, slack.PostNotice{Effect: e, Channel: slacktest.Ops, Message: slack.Message{Text: "once"}}, nil)
		}, deeds[1].count},
		"direct": {"chat.postMessage", func(a *slack.Activities, x *retrytest.Execution, e activities.Effect) error {
			return x.Run(a.PostDirect, slack.PostDirect{Effect: e, Person: chie, Message: slack.Message{Text: "once"}}, nil)
		}, func(s *slacktest.Server) int { return len(directs(s, chie)) }},
		"bookmark": {"bookmarks.add", func(a *slack.Activities, x *retrytest.Execution, e activities.Effect) error {
			return x.Run(a.BookmarkLinks, slack.BookmarkLinks{Effect: e, Channel: slacktest.Ops, Links: []slack.Link{{Title: "T", URL: "https://example.com"}}}, nil)
		}, deeds[2].count},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, url := slacktest.Start(t, slacktest.Options{})
			a := impatient(t, url)
			if err := s.Inject(fake.Fault{Match: d.method, Mode: "late", LatencyMS: 200, Times: 1}); err != nil {
				t.Fatal(err)
			}
			e := activities.Effect{Key: "k", First: true, Since: time.Now(), Settle: 4 * time.Second}
			if err := d.do(a, &retrytest.Execution{Activities: a, Longest: e.Settle}, e); err != nil {
				t.Fatal(err)
			}
			waitFor(t, func() bool { return wasLate(s.Calls()) })
			if n := d.made(s); n != 1 {
				t.Errorf("there are %d of it, want 1: %+v", n, s.Calls())
			}
		})
	}
}

// A call of several that is refused at a later one goes on where it was.
func TestRefusedHalfway(t *testing.T) {
	for _, word := range []string{"missing_scope", "no_permission", "ratelimited"} {
		for nth := 1; nth <= 3; nth++ {
			s, url := slacktest.Start(t, slacktest.Options{})
			a := patient(t, url)
			if err := s.Inject(fake.Fault{Match: "bookmarks.add", Mode: "status", Error: word, Nth: nth, Times: 1}); err != nil {
				t.Fatal(err)
			}
			in := slack.BookmarkLinks{Effect: effect("b", true), Channel: slacktest.Ops,
				Links: []slack.Link{{Title: "A", URL: "https://a.example"}, {Title: "B", URL: "https://b.example"}}}
			x := retrytest.Execution{Activities: a}
			for range 2 {
				if err := x.Once(a.BookmarkLinks, in, nil); err == nil {
					break
				}
			}
			if n := len(s.Bookmarks(slacktest.Ops)); n != 2 {
				t.Errorf("%s at call %d: %d bookmarks, want 2", word, nth, n)
			}
		}
	}
}

func waitFor(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); {
		if time.Now().After(deadline) {
			t.Fatal("it never came")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// wasLate reports whether the call that came late has been carried out.
func wasLate(calls []fake.Call) bool {
	return slices.ContainsFunc(calls, func(c fake.Call) bool { return c.Fault == "late" && !c.Done.IsZero() })
}
