package slack_test

import (
	"testing"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

// Slack does not say beforehand which names it dislikes: where it refuses a title, in Japanese say, the number is left.
func TestARefusedNameLeavesTheNumber(t *testing.T) {
	const title, number = "sec-42-不審なメール", "sec-42"
	for method, do := range map[string]func(a *slack.Activities, names []string) (slack.Channel, error){
		"conversations.create": func(a *slack.Activities, names []string) (slack.Channel, error) {
			return slacktest.Do(a.OpenChannel, slack.OpenChannel{Effect: effect("k", true), Names: names, Mark: "k"})
		},
		"conversations.rename": func(a *slack.Activities, names []string) (slack.Channel, error) {
			old, err := slacktest.Do(a.OpenChannel, slack.OpenChannel{Effect: effect("k", true), Names: []string{"p-20261122-7k3f"}, Mark: "k"})
			if err != nil {
				return old, err
			}
			return slacktest.Do(a.RenameChannel, slack.RenameChannel{Channel: old.ID, Name: names[0], Names: names})
		},
	} {
		for refused, want := range map[int]string{0: title, 1: number, 2: ""} {
			t.Run(method, func(t *testing.T) {
				s, url := slacktest.Start(t, slacktest.Options{})
				if refused > 0 {
					if err := s.Inject(fake.Fault{Match: method, Mode: "status", Error: "invalid_name_specials", Times: refused}); err != nil {
						t.Fatal(err)
					}
				}
				ch, err := do(&slack.Activities{Client: newClient(t, url)}, []string{title, number})
				if want == "" {
					if f := activities.FaultOf(err); f.Class != activities.Invalid || f.Cause != "invalid_name_specials" {
						t.Errorf("every name refused: %+v, %v; want Invalid", ch, err)
					}
					return
				}
				if err != nil || ch.Name != want {
					t.Errorf("%d refused: %+v, %v; want %s", refused, ch, err, want)
				}
			})
		}
	}
}

// What a person gave a stuck step goes before what the case would try.
func TestAGivenNameGoesFirst(t *testing.T) {
	_, url := slacktest.Start(t, slacktest.Options{})
	a := &slack.Activities{Client: newClient(t, url)}
	ch, err := slacktest.Do(a.OpenChannel, slack.OpenChannel{Effect: effect("k", true), Names: []string{"old"}, Mark: "k"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := slacktest.Do(a.RenameChannel, slack.RenameChannel{Channel: ch.ID, Name: "given", Names: []string{"sec-42-mail", "sec-42"}})
	if err != nil || got.Name != "given" {
		t.Errorf("renamed: %+v, %v; want the given name", got, err)
	}
}
