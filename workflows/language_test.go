package workflows_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// A case speaks Japanese, its operators English and its executives Japanese or English: each channel reads its own.
func TestEachChannelReadsItsLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	executives, _ := w.slack.Channel("general")
	w.place.Language, w.place.Operators, w.place.OperatorsLanguage = "ja", slacktest.Ops, "en"
	w.place.Executives, w.place.ExecutivesLanguage = executives.ID, "en"
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "bookmarks.add", Mode: "before", Error: "too_many_bookmarks"}))
	state, _ := w.intake(report("req-language"))
	broken := somebody
	broken.BreakGlass = "nobody else is awake"
	status, _ := w.tell(state, act{workflows.PublishUpdate, workflows.PublishCommand{Text: "locked", By: aoi}, "", ""},
		act{workflows.WaiveUpdate, workflows.WaiveCommand{Gate: "scope", Reason: "gone", By: broken}, "", ""})
	require.Equal(t, incident.Stuck, status.Status)
	read := func(channel string) string {
		var all []string
		for _, m := range w.slack.Messages(channel) {
			if m.BotID != "" {
				all = append(all, m.Text+string(m.Blocks))
			}
		}
		return strings.Join(all, "\n")
	}
	require.Contains(t, read(status.Links.Channel), "重大度")
	require.Contains(t, read(status.Links.Channel), "状況報告")
	operators := read(slacktest.Ops)
	require.Contains(t, operators, "is stuck")
	require.Contains(t, operators, "without a verified identity")
	require.NotContains(t, operators, "処理")
	require.Contains(t, read(executives.ID), "Severity")
	require.NotContains(t, read(executives.ID), "重大度")
}
