package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"hikeshi/activities/slack/slacktest"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// What cannot be a case is answered at once, with what to do; nothing is begun.
func TestBadCommands(t *testing.T) {
	in := shared(t)
	for name, c := range map[string]struct{ text, want string }{
		"title of spaces":       {"open sev2    ", "title"},
		"title too long":        {"open " + strings.Repeat("長", incident.MaxTitle+1), "at most 250"},
		"unknown severity":      {"open sev9 fire in the server room", "fire in the server room"},
		"unknown audience":      {"open x --audience nobody", "group, organisation or restricted"},
		"unlisted organisation": {"open x --org Nowhere --audience organisation", "Nowhere"},
		"no organisation":       {"open x --audience organisation", "Acme Foods"},
		"unknown flag":          {"open x --colour red", "--colour"},
	} {
		t.Run(name, func(t *testing.T) {
			request := trigger()
			require.Contains(t, in.command(t, "ben", c.text, request), c.want)
			_, err := in.client.DescribeWorkflowExecution(t.Context(), workflows.IntakeWorkflowID(request), "")
			require.ErrorAs(t, err, new(*serviceerror.NotFound), "nothing was begun")
		})
	}
}

// Whatever people write is shown as they wrote it, and does nothing.
func TestHostileTexts(t *testing.T) {
	in := shared(t)
	const title = `<!channel> *x* {noformat} [a|http://evil.test] =HYPERLINK("http://evil.test") <script>alert(1)</script>`
	request, s := in.open(t, "aoi", "open "+escaped(title)+" --reporter \"=1+1 <!here>\"", cases.Linked)
	require.Equal(t, title, s.Title)
	w := in.world(t, request)
	require.NoError(t, w.exactlyOne())
	for _, m := range in.site.Slack.Messages(s.Links.Channel) {
		if m.Subtype == "channel_purpose" {
			continue // Slack shows a purpose as plain text: https://docs.slack.dev/reference/methods/conversations.setPurpose
		}
		require.NotContains(t, m.Text+string(m.Blocks), "<!channel>")
		require.NotContains(t, m.Text+string(m.Blocks), "<!here>")
	}
	require.NotContains(t, w.Issues[0].Description, "{noformat} [a|")
	page := in.page(t, "/jira/"+s.Number+"?as=aoi")
	require.Contains(t, page, "&lt;script&gt;")
	require.NotContains(t, page, "<script>") // the page's own has attributes
}

// escaped is a text as Slack sends what somebody typed.
func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// Somebody who cannot be found does not keep the others from meeting, and everybody can read who is missing.
func TestUnknownInvitee(t *testing.T) {
	in := shared(t)
	_, s := in.open(t, "aoi", "open who is that --invite @nobody-here --invite @ben", cases.Linked)
	require.Len(t, s.Notes, 1)
	require.Contains(t, s.Notes[0], "nobody-here")
	require.Contains(t, s.Members, cast(t, "ben").ID)
	in.eventually(t, "the card says it", func() bool { return strings.Contains(in.cardOf(t, s), "nobody-here") })
}

// A channel of somebody else's that has the case's name is left alone.
func TestChannelNameTaken(t *testing.T) {
	in := newInstall(t, t.TempDir(), nil)
	var made struct {
		OK      bool
		Error   string
		Channel struct{ ID string }
	}
	require.NoError(t, call(t.Context(), "POST", in.at.Slack+"/api/conversations.create?token="+slackToken(t, "ben")+"&name=sec-1-name-taken", nil, &made))
	require.True(t, made.OK, made.Error)
	request, s := in.open(t, "aoi", "open name taken", cases.Linked)
	require.NotEqual(t, made.Channel.ID, s.Links.Channel)
	require.NotEqual(t, "sec-1-name-taken", s.Links.ChannelName)
	require.True(t, strings.HasPrefix(s.Links.ChannelName, "sec-1"), s.Links.ChannelName)
	require.Len(t, s.Notes, 1)
	require.Contains(t, s.Notes[0], "sec-1-name-taken")
	require.NoError(t, in.world(t, request).exactlyOne())
	other, ok := in.site.Slack.Channel(made.Channel.ID)
	require.True(t, ok)
	require.False(t, other.Has(slacktest.BotUser), "we keep out of it")
}

// What the configuration gets wrong shows on the case, with what to do; people are together all the same; and with the
// configuration put right the case heals by itself.
func TestWrongConfigurationIsSeenAndHeals(t *testing.T) {
	for _, c := range []struct {
		name, from, to string
		step, class    string
		says           []string
	}{
		{"project missing", "project: SEC", "project: NOPE", "open.ticket", "NotFound", []string{"NOPE"}},
		{"required field missing", "project: SEC", "project: STRICT", "open.ticket", "Invalid", []string{"Business unit"}},
		{"project forbidden", "project: SEC", "project: LOCKED", "open.ticket", "Denied", []string{"Create Issues"}},
		{"folder without permission", "group: {folder: fld-cases}", "group: {folder: fld-foreign}", "open.folder", "NotFound", []string{"fld-foreign", "share"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			wrong, err := startInstall(dir, func(o *options) {
				o.rewrite = func(text string) string { return strings.Replace(text, c.from, c.to, 1) }
			})
			require.NoError(t, err)
			request, s := wrong.open(t, "aoi", "open wrongly configured --invite @kenji", cases.Ready)
			require.Contains(t, s.Members, cast(t, "kenji").ID)
			s = wrong.settle(t, request, c.step+" is stuck", func(s workflows.Status) bool { return stuckIn(s, c.step) })
			step := stepOf(s, c.step)
			require.Equal(t, c.class, step.Class)
			for _, word := range c.says {
				require.Contains(t, step.Cause+" "+step.Hint, word)
			}
			require.Contains(t, s.Debts, c.step)
			require.Equal(t, incident.Stuck, s.Status)
			require.NoError(t, wrong.close())

			right := newInstall(t, dir, nil)
			s = right.settle(t, request, "healed", func(s workflows.Status) bool { return len(s.Debts) == 0 })
			require.Equal(t, "SEC-1", s.Number)
			require.NoError(t, right.world(t, request).exactlyOne())
		})
	}
}

// A configuration that cannot work stops the start, with what to do.
func TestConfigurationErrors(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string
		says     []string
	}{
		"unknown key":   {"language: en", "langage: en", []string{`unknown key "langage"`, `"language"`}},
		"missing token": {"  SLACK_BOT_TOKEN_FILE: secrets/slack-bot-token\n", "", []string{"SLACK_BOT_TOKEN is missing", "deploy/slack-manifest.yaml", "SLACK_BOT_TOKEN_FILE"}},
		"plain secret":  {"  JIRA_TOKEN_FILE: secrets/jira-token\n", "  JIRA_TOKEN: hunter2\n", []string{"JIRA_TOKEN_FILE"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := startInstall(t.TempDir(), func(o *options) {
				o.rewrite = func(text string) string { return strings.Replace(text, c.from, c.to, 1) }
			})
			require.Error(t, err)
			for _, word := range c.says {
				require.ErrorContains(t, err, word)
			}
			require.NotContains(t, err.Error(), "hunter2")
		})
	}
}
