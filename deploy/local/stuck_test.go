package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// interacted is what came of pressing a button or submitting a dialog.
type interacted struct {
	Status int      `json:"status"`
	Body   string   `json:"body"`
	Views  []string `json:"views"`
}

// interact presses a button, or submits a dialog, as somebody of the cast. A press that was not answered in time is made
// again, as people do: it decides nothing twice.
func (in *install) interact(t *testing.T, i slacktest.Interaction) (out interacted) {
	t.Helper()
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		out = interacted{}
		require.NoError(c, call(t.Context(), "POST", control(in.at.Slack)+"interact", i, &out))
		require.Equal(c, 200, out.Status, out.Body)
	}, patient, 5*time.Millisecond, "%+v", i)
	return out
}

// slackState is what the sandbox's Slack holds, as far as these tests look at it.
type slackState struct {
	Messages   map[string]slacktest.Message   `json:"messages"`
	Ephemerals map[string]slacktest.Ephemeral `json:"ephemerals"`
}

func (in *install) slack(t *testing.T) (s slackState) {
	t.Helper()
	require.NoError(t, call(t.Context(), "GET", control(in.at.Slack)+"state", nil, &s))
	return s
}

// button waits for the button of that action about a step of that generation in a channel, and returns how to press it.
func (in *install) button(t *testing.T, channel, number, action string, generation int) (i slacktest.Interaction) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, m := range in.slack(t).Messages {
			var blocks []struct {
				Elements []struct {
					ID    string `json:"action_id"`
					Value string `json:"value"`
				} `json:"elements"`
			}
			if m.Channel != channel || !strings.Contains(m.Text, number) || json.Unmarshal(m.Blocks, &blocks) != nil {
				continue
			}
			for _, b := range blocks {
				for _, e := range b.Elements {
					if strings.HasPrefix(e.ID, "resolve_"+action+":") && strings.Contains(e.Value, fmt.Sprintf(`"generation":%d}`, generation)) {
						i = slacktest.Interaction{Channel: channel, MessageTS: m.TS, ActionID: e.ID}
						return true
					}
				}
			}
		}
		return false
	}, patient, 50*time.Millisecond, "a button to %s generation %d of %s in %s", action, generation, number, channel)
	return i
}

// hears waits until somebody alone is told a text that holds all of these.
func (in *install) hears(t *testing.T, user string, texts ...string) {
	t.Helper()
	require.Eventually(t, func() bool { return in.heard(t, user, texts...) }, patient, 50*time.Millisecond, "%s hears %q", user, texts)
}

func (in *install) heard(t *testing.T, user string, texts ...string) bool {
	t.Helper()
	id := cast(t, user).ID
	for _, e := range in.slack(t).Ephemerals {
		if e.User == id && !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(e.Text, text) }) {
			return true
		}
	}
	return false
}

// learns waits until somebody is told what became of their decision about a step of the case. The gateway follows it for
// 10 s: on a slow machine they may read that it is being tried, or that nobody has seen yet what came of it.
func (in *install) learns(t *testing.T, user, number, step, became string) {
	t.Helper()
	require.Eventually(t, func() bool {
		return in.heard(t, user, number, became) || slices.ContainsFunc([]string{"", "going on"}, func(became string) bool {
			return in.heard(t, user, notice.Outcome{Number: number, Step: step, Became: became}.Text("en", slack.Escape))
		})
	}, patient, 50*time.Millisecond, "%s learns about %s of %s: %s", user, step, number, became)
}

// press waits for a button and presses it.
func (in *install) press(t *testing.T, user, channel string, s workflows.Status, action string, generation int) interacted {
	t.Helper()
	i := in.button(t, channel, s.Number, action, generation)
	i.User = user
	return in.interact(t, i)
}

// A step that cannot go on is decided about with buttons: one press retries it, a dialog asks why it is skipped. Of two
// people who decide at once, one is told who was first.
func TestStuckStepByButtons(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), func(o *options) { o.probe = time.Hour })
	require.NoError(t, in.site.Slack.Inject(fake.Fault{Match: "bookmarks.add", Mode: "before", Error: "too_many_bookmarks"}))
	request, _ := in.open(t, "aoi", "open nobody can bookmark this", cases.Ready)
	s := in.settle(t, request, "the bookmark is stuck", func(s workflows.Status) bool { return stuckIn(s, "open.bookmark") })
	first := stepOf(s, "open.bookmark").Generation

	in.press(t, "ben", s.Links.Channel, s, "retry", first)
	in.learns(t, "ben", s.Number, "open.bookmark", "is stuck again")

	views := in.press(t, "ben", slacktest.Ops, s, "skip", first+1).Views
	require.Len(t, views, 1)
	again := in.button(t, s.Links.Channel, s.Number, "retry", first+1)
	var both sync.WaitGroup
	var dialog interacted
	both.Go(func() {
		dialog = in.interact(t, slacktest.Interaction{User: "ben", ViewID: views[0], ActionID: "reason", Value: "nobody needs it"})
	})
	both.Go(func() {
		again.User = "aoi"
		in.interact(t, again)
	})
	both.Wait()
	if len(dialog.Views) > 0 { // aoi was first: ben reads so in the dialog, and decides about what is so now
		require.Contains(t, dialog.Body, "decided about open.bookmark")
		require.Contains(t, dialog.Body, "retry")
		views = in.press(t, "ben", slacktest.Ops, s, "skip", first+2).Views
		in.interact(t, slacktest.Interaction{User: "ben", ViewID: views[len(views)-1], ActionID: "reason", Value: "nobody needs it"})
	} else {
		in.hears(t, "aoi", "ben", "open.bookmark", "判断しました", "nobody needs it") // in her language
	}
	s = in.settle(t, request, "the bookmark is skipped", func(s workflows.Status) bool { return stepOf(s, "open.bookmark").State == workflows.StepSkipped })
	in.learns(t, "ben", s.Number, "open.bookmark", "goes on without")
	for _, channel := range []string{s.Links.Channel, slacktest.Ops} {
		require.Eventually(t, func() bool {
			for _, m := range in.slack(t).Messages {
				if m.Channel == channel && strings.Contains(m.Text, s.Number+": nothing is stuck any more") {
					return !strings.Contains(string(m.Blocks), "resolve_") && strings.Contains(string(m.Blocks), "nobody needs it")
				}
			}
			return false
		}, patient, 50*time.Millisecond, "the notice in %s says who decided what", channel)
	}
	require.NoError(t, in.world(t, request).exactlyOne())
	in.recordCase(t, request, "stuck")
}

// Whoever cannot prove who they are may retry, but skips only by breaking the glass, in both channels' sight. What is
// not there, not allowed or not meant is refused.
func TestStuckStepRules(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), func(o *options) { o.probe = time.Hour })
	require.NoError(t, in.site.Slack.Inject(fake.Fault{Match: "bookmarks.add", Mode: "before", Error: "too_many_bookmarks"}))
	require.NoError(t, in.site.Jira.Inject(fake.Fault{Match: "POST /rest/api/2/issue$", Mode: "status", Status: 400, Times: 2}))
	request, _ := in.open(t, "aoi", "open who may decide", cases.Ready)
	s := in.settle(t, request, "ticket is stuck", func(s workflows.Status) bool { return stuckIn(s, "open.ticket") })
	decide := func(step string, generation int, action workflows.Action, input, reason, glass string) (cases.Taken, error) {
		by := incident.By{Who: "mallory", Door: incident.DoorCLI, Assurance: incident.SelfDeclared, BreakGlass: glass}
		d := cases.Decision{Step: step, Generation: generation, Action: action, Reason: reason, By: by}
		if input != "" {
			d.Input = json.RawMessage(input)
		}
		return in.desk.Decide(t.Context(), s.Number, in.cfg.Viewer, d, trigger())
	}
	g := stepOf(s, "open.ticket").Generation
	for name, tt := range map[string]struct {
		err  error
		code incident.Code
		says string
	}{
		"an unknown step":        {second(decide("open.nothing", 1, "retry", "", "x", "")), incident.Rule, "has no step"},
		"a wrong generation":     {second(decide("open.ticket", g+7, "retry", "", "x", "")), incident.Rule, "is at generation"},
		"an empty reason":        {second(decide("open.ticket", g, "retry", "", " ", "")), incident.Usage, "reason is missing"},
		"an action not allowed":  {second(decide("open.ticket", g, "skip", "", "x", "now")), incident.Rule, `does not allow "skip"`},
		"an unknown action":      {second(decide("open.ticket", g, "explode", "", "x", "")), incident.Usage, "unknown action"},
		"nothing that is to use": {second(decide("open.ticket", g, "supply", `{"id":" "}`, "x", "")), incident.Usage, "needs the id"},
		"a step that is done":    {second(decide("open.channel", 0, "retry", "", "x", "")), incident.Rule, "is not stuck"},
	} {
		var refusal *incident.Refusal
		require.ErrorAs(t, tt.err, &refusal, name)
		require.Equal(t, tt.code, refusal.Code, "%s: %v", name, tt.err)
		require.Contains(t, refusal.Message, tt.says, name)
	}

	taken, err := decide("open.ticket", g, "supply", `{"id":"SEC-404"}`, "I saw it", "")
	require.NoError(t, err)
	became := in.desk.Became(t.Context(), s.Number, taken)
	require.Equal(t, cases.OutcomeStuck, became.Outcome, "%+v", became)
	require.Equal(t, "NotFound", became.After.Class)
	taken, err = decide("open.ticket", became.After.Generation, "retry", "", "the field is there now", "")
	require.NoError(t, err)
	require.Equal(t, cases.OutcomeDone, in.desk.Became(t.Context(), s.Number, taken).Outcome)

	s = in.settle(t, request, "the bookmark of the ticket is stuck", func(s workflows.Status) bool { return stuckIn(s, "open.bookmark") })
	g = stepOf(s, "open.bookmark").Generation
	_, err = decide("open.bookmark", g, "skip", "", "x", "")
	require.ErrorContains(t, err, "--break-glass")
	_, err = decide("open.bookmark", g, "skip", "", "nobody needs it", "Slack is down for me")
	require.NoError(t, err)
	for _, channel := range []string{s.Links.Channel, slacktest.Ops} {
		require.Eventually(t, func() bool {
			for _, m := range in.slack(t).Messages {
				if m.Channel == channel && strings.Contains(m.Text, "mallory") && strings.Contains(m.Text, "without a verified identity") {
					return true
				}
			}
			return false
		}, patient, 50*time.Millisecond, "%s sees that the glass was broken", channel)
	}
	s = in.settle(t, request, "nothing is owed", func(s workflows.Status) bool { return len(s.Debts) == 0 })
	require.Len(t, s.BrokenGlass, 1)
}

func second[T any](_ T, err error) error { return err }
