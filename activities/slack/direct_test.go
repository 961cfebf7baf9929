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

const chie = "U0CHIE003"

// directs are the messages of ours to a person.
func directs(s *slacktest.Server, person string) []slacktest.Message {
	ch, _ := s.Direct(person)
	return s.Messages(ch.ID)
}

// Whatever becomes of a try, the person gets one message, and it can be changed in its place.
func TestPostDirectOnceAfterAnyFault(t *testing.T) {
	for _, mode := range []string{"none", "before", "after", "drop", "status", "garbage"} {
		for _, method := range []string{"conversations.open", "chat.postMessage"} {
			s, url := slacktest.Start(t, slacktest.Options{})
			a := patient(t, url)
			if mode != "none" {
				if err := s.Inject(fake.Fault{Match: method, Mode: mode, Status: 503, Times: 1}); err != nil {
					t.Fatal(err)
				}
			}
			in := slack.PostDirect{Effect: activities.Effect{Key: "k", First: true, Since: time.Now(), Settle: 100 * time.Millisecond}, Person: chie, Message: slack.Message{Text: "you are asked"}}
			var made, again slack.Direct
			if err := (&retrytest.Execution{Activities: a}).Run(a.PostDirect, in, &made); err != nil {
				t.Fatalf("%s %s: %v", mode, method, err)
			}
			in.First = false
			if err := (&retrytest.Execution{Activities: a}).Run(a.PostDirect, in, &again); err != nil {
				t.Fatalf("%s %s, again: %v", mode, method, err)
			}
			if list := directs(s, chie); len(list) != 1 || made.TS != list[0].TS || again.TS != made.TS || again.Channel != made.Channel || !again.Adopted {
				t.Errorf("%s %s: %+v, %+v, %+v", mode, method, list, made, again)
			}
			if len(s.Channels()) != 3 || slices.ContainsFunc(s.Channels(), func(ch slacktest.Channel) bool { return ch.ID == made.Channel }) {
				t.Errorf("it is counted as a channel: %+v", s.Channels())
			}
			if err := (&retrytest.Execution{Activities: a}).Run(a.UpdateNotice, slack.UpdateNotice{Channel: made.Channel, TS: made.TS, Message: slack.Message{Text: "you were asked"}}, nil); err != nil || directs(s, chie)[0].Text != "you were asked" {
				t.Errorf("%s %s: not changed: %v", mode, method, err)
			}
		}
	}
}

// An app that was installed before direct messages were asked for goes on without them: nothing waits, and no breaker opens.
func TestPostDirectThatCannotBe(t *testing.T) {
	without := func(lacking ...string) []string {
		return slices.DeleteFunc(slack.Scopes(), func(s string) bool { return slices.Contains(lacking, s) })
	}
	for name, test := range map[string]struct {
		scopes []string
		person string
		first  bool
		want   activities.Class
	}{
		"no scope to write": {without("im:write"), chie, true, activities.Denied},
		"no scope to look":  {without("im:history"), chie, false, activities.Denied},
		"nobody":            {nil, "U0NOBODY9", true, activities.NotFound},
		"our own app":       {nil, slacktest.BotUser, true, activities.Invalid},
	} {
		s, url := slacktest.Start(t, slacktest.Options{Scopes: test.scopes})
		a := patient(t, url)
		err := (&retrytest.Execution{Activities: a}).Once(a.PostDirect, slack.PostDirect{Effect: effect("d", test.first), Person: test.person, Message: slack.Message{Text: "x"}}, nil)
		if !activities.Is(err, test.want) || len(directs(s, test.person)) > 0 {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}
