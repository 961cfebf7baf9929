package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// Whoever is offered command of a case that can wait is left in peace at night, on their own clock. Nobody is asked at all
// who does not have to be any more by the morning; what is urgent does not wait.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	rate := func(s incident.Severity) act {
		return act{workflows.SeverityUpdate, workflows.SeverityCommand{Severity: s, By: aoi}, "", ""}
	}
	for name, test := range map[string]struct {
		left    time.Duration // of the quiet hours when command is offered
		acts    []act         // one second after the other, from the first minute on
		rolls   int           // before it is morning
		waits   bool
		morning int // direct messages when it is over
	}{
		"it waits":                      {time.Hour, []act{rate(incident.Sev3), handing("@chie", "", aoi)}, 0, true, 1},
		"it waits while the case rolls": {time.Hour, []act{rate(incident.Sev4), handing("@chie", "", aoi)}, 3, true, 1},
		"accepted in the night":         {time.Hour, []act{rate(incident.Sev3), handing("@chie", "", aoi), accepting(chie, "")}, 0, true, 0},
		"bad":                           {time.Hour, []act{rate(incident.Sev2), handing("@chie", "", aoi)}, 0, false, 1},
		"not rated yet":                 {time.Hour, []act{handing("@chie", "", aoi)}, 0, false, 1},
		"it becomes bad":                {time.Hour, []act{rate(incident.Sev3), handing("@chie", "", aoi), rate(incident.Sev1)}, 0, false, 1},
		"by day":                        {0, []act{rate(incident.Sev3), handing("@chie", "", aoi)}, 0, false, 1},
		"nobody in Slack":               {time.Hour, []act{rate(incident.Sev3), handing("@nobodyx", "", aoi)}, 0, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			req := report("req-quiet")
			req.Severity = incident.SeverityUnknown
			if test.left > 0 { // they are over that long after the case began, in Tokyo
				w.place.Quiet = quietUntil(time.Now().Add(-60*24*time.Hour + test.left))
			}
			state, _ := w.intake(req)
			// asked is looked at ten minutes after the acts, long before the quiet hours are over.
			status, next := w.live(state, 20*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
				for i, a := range test.acts {
					env.RegisterDelayedCallback(func() { w.perform(env, "act"+string(rune('a'+i)), a) }, time.Minute+time.Duration(i)*10*time.Second)
				}
			})
			before := len(w.asked(chie.Who))
			if test.waits {
				require.Zero(t, before)
			} else {
				require.Equal(t, 1, before)
			}
			if test.waits && test.morning > 0 {
				require.Contains(t, w.handovers(status.Links.Channel)[0], "Quiet hours")
			}
			for range test.rolls {
				_, next = w.live(next, time.Second)
			}
			require.Len(t, w.asked(chie.Who), before)
			w.live(next, 2*time.Hour)
			require.Len(t, w.asked(chie.Who), test.morning)
		})
	}
}

// quietUntil are quiet hours that last eight hours and end then, on a clock in Tokyo.
func quietUntil(end time.Time) *workflows.QuietHours {
	local := end.UTC().Add(9 * time.Hour)
	to := local.Hour()*60 + local.Minute()
	return &workflows.QuietHours{From: (to + 16*60) % (24 * 60), To: to}
}
