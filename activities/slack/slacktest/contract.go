package slacktest

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
	"hikeshi/activities/slack"
)

// ContractOptions say what the suite may use in the workspace.
type ContractOptions struct {
	Person  string               // id of a user who may be invited, other than the bot
	Archive func(channel string) // puts away a channel that the suite made; nil: it stays
}

// Contract checks that the adapter and a Slack, the fake or the real one, understand each other: everything that
// the activities promise, each done twice. It makes channels of its own and touches no others.
func Contract(t *testing.T, client *slack.Client, o ContractOptions) {
	c := contract{a: &slack.Activities{Client: client}, o: o, mark: "ct-" + strconv.FormatInt(time.Now().UnixNano(), 36)}
	for _, part := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"access", c.access}, {"channel once", c.channelOnce}, {"channel names", c.channelNames}, {"channel of another case", c.otherMark},
		{"description", c.description}, {"invitations", c.invitations}, {"people", c.people}, {"notices", c.notices},
		{"pins and bookmarks", c.pinsAndBookmarks}, {"rename", c.rename}, {"no such channel", c.noChannel},
		{"conversation", c.conversation}, {"channel state", c.channelState}, {"archive", c.archive},
	} {
		t.Run(part.name, part.run)
	}
}

type contract struct {
	a    *slack.Activities
	o    ContractOptions
	mark string
}

// Do runs an activity as a worker would, once, and returns its result.
func Do[I, O any](activity func(context.Context, I) (O, error), in I) (out O, err error) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler))) // errors are the caller's to show
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(activity)
	value, err := env.ExecuteActivity(activity, in)
	if err == nil {
		err = value.Get(&out)
	}
	return out, err
}

// must is Do for what has to work.
func must[I, O any](t *testing.T, activity func(context.Context, I) (O, error), in I) O {
	t.Helper()
	out, err := Do(activity, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// quiet gives an activity that returns an error only the shape of the others.
func quiet[I any](activity func(context.Context, I) error) func(context.Context, I) (struct{}, error) {
	return func(ctx context.Context, in I) (struct{}, error) { return struct{}{}, activity(ctx, in) }
}

func (c contract) effect(name string) activities.Effect {
	return activities.Effect{Key: c.mark + "/" + name, Since: time.Now()}
}

func (c contract) open(t *testing.T, name string, first bool) slack.Channel {
	t.Helper()
	in := slack.OpenChannel{Effect: c.effect(name), Names: []string{c.mark + "-" + name}, Mark: c.mark + "/" + name, Private: true}
	in.First = first
	ch := must(t, c.a.OpenChannel, in)
	if ch.ID == "" {
		t.Fatal("the channel has no id")
	}
	if c.o.Archive != nil && !ch.Adopted {
		t.Cleanup(func() { c.o.Archive(ch.ID) })
	}
	return ch
}

func (c contract) access(t *testing.T) {
	got, err := c.a.CheckSlackAccess(t.Context())
	if err != nil || got.UserID == "" || got.TeamID == "" || got.BotID == "" {
		t.Fatalf("access = %+v, %v; want a team, a user and a bot", got, err)
	}
}

func (c contract) channelOnce(t *testing.T) {
	made := c.open(t, "once", true)
	again := c.open(t, "once", false)
	if made.Adopted || !again.Adopted || again.ID != made.ID {
		t.Errorf("opened %+v, then %+v; want the same channel adopted", made, again)
	}
	blind := c.open(t, "once", true) // a workflow that wrongly believes this to be the first try meets name_taken
	if !blind.Adopted || blind.ID != made.ID {
		t.Errorf("opened blindly: %+v; want %s adopted", blind, made.ID)
	}
}

func (c contract) channelNames(t *testing.T) {
	in := slack.OpenChannel{Effect: c.effect("names"), Names: []string{"No Such Name!", c.mark + "-names"}, Private: true}
	in.First = true
	ch := must(t, c.a.OpenChannel, in)
	if c.o.Archive != nil {
		t.Cleanup(func() { c.o.Archive(ch.ID) })
	}
	if ch.Name != c.mark+"-names" {
		t.Errorf("name = %q, want the second candidate", ch.Name)
	}
	in.Names = in.Names[:1]
	if _, err := Do(c.a.OpenChannel, in); !activities.Is(err, activities.Invalid) {
		t.Errorf("only a bad name: %v, want Invalid", err)
	}
}

func (c contract) otherMark(t *testing.T) {
	first := c.open(t, "shared", true)
	must(t, c.a.DescribeChannel, slack.DescribeChannel{Effect: c.effect("shared-d"), Channel: first.ID, Mark: c.mark + "/shared"})
	in := slack.OpenChannel{Effect: c.effect("other"), Names: []string{c.mark + "-shared"}, Mark: c.mark + "/other", Private: true}
	second := must(t, c.a.OpenChannel, in)
	if c.o.Archive != nil {
		t.Cleanup(func() { c.o.Archive(second.ID) })
	}
	if second.ID == first.ID || second.Name != c.mark+"-shared-2" || !slices.Equal(second.Taken, []string{c.mark + "-shared"}) {
		t.Errorf("opened %+v; want another channel, with suffix -2", second)
	}
}

func (c contract) description(t *testing.T) {
	ch := c.open(t, "described", true)
	in := slack.DescribeChannel{Effect: c.effect("describe"), Channel: ch.ID, Topic: "a < b & c", Purpose: strings.Repeat("長い話 ", 80), Mark: c.mark + "/described"}
	in.First = true
	if d := must(t, c.a.DescribeChannel, in); len(d.Changed) != 2 {
		t.Errorf("changed %v, want topic and purpose", d.Changed)
	}
	in.First = false
	if d := must(t, c.a.DescribeChannel, in); len(d.Changed) != 0 || !d.Adopted {
		t.Errorf("second time: %+v, want nothing changed", d)
	}
	if again := c.open(t, "described", false); again.ID != ch.ID {
		t.Errorf("found %s by its mark, want %s", again.ID, ch.ID)
	}
}

func (c contract) invitations(t *testing.T) {
	ch := c.open(t, "invited", true)
	in := slack.InviteToChannel{Effect: c.effect("invite"), Channel: ch.ID, People: []string{c.o.Person, "U0NOBODY99"}}
	for _, first := range []bool{true, true, false} {
		in.First = first
		got := must(t, c.a.InviteToChannel, in)
		if !slices.Equal(got.Invited, []string{c.o.Person}) || len(got.Refused) != 1 || got.Refused[0].Person != "U0NOBODY99" {
			t.Errorf("first %v: %+v; want the one in, the other refused", first, got)
		}
	}
}

func (c contract) people(t *testing.T) {
	found := must(t, c.a.FindPeople, slack.FindPeople{Who: []string{"<@" + c.o.Person + "|x>", c.o.Person, "U0NOBODY99", "nobody@nowhere.invalid", "S0NOBODY99"}})
	if len(found.People) != 1 || found.People[0].ID != c.o.Person || len(found.Unknown) != 3 {
		t.Fatalf("found %+v; want one person, three unknown", found)
	}
	if mail := found.People[0].Email; mail != "" {
		if by := must(t, c.a.FindPeople, slack.FindPeople{Who: []string{mail}}); len(by.People) != 1 || by.People[0].ID != c.o.Person {
			t.Errorf("by e-mail address: %+v", by)
		}
	}
}

func (c contract) notices(t *testing.T) {
	ch := c.open(t, "notices", true)
	in := slack.PostNotice{Effect: c.effect("post"), Channel: ch.ID, Message: slack.Message{Text: slack.Escape("<!channel> & <b>"), Blocks: []slack.Block{
		{Kind: "header", Text: "A header"}, {Kind: "section", Text: "*bold*"}, {Kind: "fields", Fields: []string{"a", "b"}}, {Kind: "divider"}, {Kind: "context", Text: "small"}}}}
	in.First = true
	made := must(t, c.a.PostNotice, in)
	in.First = false
	if again := must(t, c.a.PostNotice, in); made.TS == "" || again.TS != made.TS || !again.Adopted {
		t.Errorf("posted %+v, then %+v; want the same message", made, again)
	}
	reply := slack.PostNotice{Effect: c.effect("reply"), Channel: ch.ID, Thread: made.TS, Message: slack.Message{Text: "in the thread"}}
	first, second := must(t, c.a.PostNotice, reply), must(t, c.a.PostNotice, reply)
	if first.TS != second.TS || first.Adopted || !second.Adopted {
		t.Errorf("replied %+v, then %+v; want the same reply", first, second)
	}
	for range 2 {
		must(t, quiet(c.a.UpdateNotice), slack.UpdateNotice{Channel: ch.ID, TS: made.TS, Message: slack.Message{Text: "changed"}})
	}
	_, err := Do(quiet(c.a.UpdateNotice), slack.UpdateNotice{Channel: ch.ID, TS: "1000000000.000001", Message: slack.Message{Text: "x"}})
	if !activities.Is(err, activities.NotFound) {
		t.Errorf("update of no message: %v, want NotFound", err)
	}
}

func (c contract) pinsAndBookmarks(t *testing.T) {
	ch := c.open(t, "marks", true)
	post := slack.PostNotice{Effect: c.effect("pinned"), Channel: ch.ID, Message: slack.Message{Text: "pin me"}}
	made := must(t, c.a.PostNotice, post)
	for range 2 {
		must(t, quiet(c.a.PinNotice), slack.PinNotice{Channel: ch.ID, TS: made.TS})
	}
	in := slack.BookmarkLinks{Effect: c.effect("bookmarks"), Channel: ch.ID, Links: []slack.Link{{Title: "Ticket", URL: "https://example.com/t"}, {Title: "A & B", URL: "https://example.com/s"}}}
	counts := func() string {
		b := must(t, c.a.BookmarkLinks, in)
		return fmt.Sprint(b.Added, b.Changed, b.Kept)
	}
	got := []string{counts(), counts()}
	in.Links[0].Title = "SEC-42"
	if got = append(got, counts()); !slices.Equal(got, []string{"2 0 0", "0 0 2", "0 1 1"}) {
		t.Errorf("added, changed, kept = %q", got)
	}
}

func (c contract) rename(t *testing.T) {
	ch, other := c.open(t, "old", true), c.open(t, "held", true)
	for range 2 {
		if got := must(t, c.a.RenameChannel, slack.RenameChannel{Channel: ch.ID, Name: c.mark + "-new"}); got.ID != ch.ID || got.Name != c.mark+"-new" {
			t.Errorf("renamed: %+v", got)
		}
	}
	if got := must(t, c.a.RenameChannel, slack.RenameChannel{Channel: ch.ID, Name: other.Name}); got.Name != other.Name+"-2" || len(got.Taken) != 1 {
		t.Errorf("renamed to a taken name: %+v, want suffix -2", got)
	}
	bad := slack.RenameChannel{Channel: ch.ID, Name: "No Such Name!", Names: []string{"No Such Name!", c.mark + "-plain"}}
	for range 2 {
		if got := must(t, c.a.RenameChannel, bad); got.ID != ch.ID || got.Name != c.mark+"-plain" {
			t.Errorf("renamed to what Slack dislikes: %+v, want the second candidate", got)
		}
	}
	bad.Names = nil
	if _, err := Do(c.a.RenameChannel, bad); !activities.Is(err, activities.Invalid) {
		t.Errorf("only a bad name: %v, want Invalid", err)
	}
}

func (c contract) noChannel(t *testing.T) {
	_, err := Do(c.a.PostNotice, slack.PostNotice{Effect: activities.Effect{Key: "x", First: true}, Channel: "C0NOSUCH99", Message: slack.Message{Text: "x"}})
	if f := activities.FaultOf(err); f.Class != activities.NotFound || f.Cause != "channel_not_found" || f.Hint == "" {
		t.Errorf("fault = %+v, want NotFound with a hint", f)
	}
}
