package main

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func archived(c slacktest.Channel) bool { return c.Archived }

// settleLog waits until the condition holds for the case's mirror.
func (in *install) settleLog(t *testing.T, s workflows.Status, what string, holds func(workflows.MirrorStatus) bool) (m workflows.MirrorStatus) {
	t.Helper()
	return in.settleLogWithin(t, patient, s, what, holds)
}

func (in *install) settleLogWithin(t *testing.T, long time.Duration, s workflows.Status, what string, holds func(workflows.MirrorStatus) bool) (m workflows.MirrorStatus) {
	t.Helper()
	require.Eventually(t, func() bool {
		answer, err := in.client.QueryWorkflow(t.Context(), workflows.MirrorWorkflowID(s.WorkflowID), "", workflows.StatusQuery)
		return err == nil && answer.Get(&m) == nil && holds(m)
	}, long, 50*time.Millisecond, "%s: %+v", what, &m)
	return m
}

// Everything said is in the log, message by message: threads with late replies, edits, deletions, hostile text, files of
// every kind, and what was said while the gateway was down.
func TestTheLogHoldsEverything(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open what is said is kept", cases.Linked)
	channel := s.Links.Channel
	upload := func(name, content string) {
		in.acts(t, "file", map[string]string{"user": "aoi", "channel": channel, "text": "file " + name, "name": name, "base64": base64.StdEncoding.EncodeToString([]byte(content))}, nil)
	}
	first := in.says(t, "aoi", channel, "", "first")
	in.says(t, "ben", channel, first, "a reply")
	edited := in.says(t, "ben", channel, "", "before the edit")
	gone := in.says(t, "ben", channel, "", "said and taken back")
	in.says(t, "chie", channel, "", `h1. {noformat} [~admin] [a|http://evil.test] !http://evil.test/x.png! <script>alert(1)</script> =HYPERLINK("x") || {code}`)
	in.says(t, "chie", channel, "", strings.Repeat("長い", 20000)) // as long as Slack takes
	in.says(t, "chie", channel, "", "my password: Hunter2hunter2!")
	upload("../../etc/passwd", "root")
	upload(strings.Repeat("n", 296)+".txt", "long")
	upload("same.txt", "one")
	upload("same.txt", "two")
	upload("empty.txt", "")
	in.settleLog(t, s, "all of it is logged", func(m workflows.MirrorStatus) bool { return m.Messages >= 12 })

	in.acts(t, "edit", map[string]string{"user": "ben", "channel": channel, "ts": edited, "text": "after the edit"}, nil)
	in.acts(t, "delete", map[string]string{"user": "ben", "channel": channel, "ts": gone}, nil)
	in.says(t, "chie", channel, first, "a late reply")
	in.settleLog(t, s, "edit, deletion and late reply are logged", func(m workflows.MirrorStatus) bool {
		return m.Edits == 1 && m.Deletions == 1 && m.Messages >= 13
	})

	in.site.Slack.Mute(true) // the gateway is down: nothing rings
	quiet := in.says(t, "ben", channel, "", "nobody rings for this")
	in.says(t, "ben", channel, first, "nor for this reply")
	in.acts(t, "edit", map[string]string{"user": "aoi", "channel": channel, "ts": first, "text": "first, corrected"}, nil)
	in.acts(t, "edit", map[string]string{"user": "ben", "channel": channel, "ts": quiet, "text": "nobody rang for this"}, nil)
	in.site.Slack.Mute(false)
	in.desk.RingAll(t.Context()) // what a gateway does when it starts
	log := in.settleLog(t, s, "the sweep has found it", func(m workflows.MirrorStatus) bool { return m.Messages >= 15 && m.Edits >= 2 })
	w := in.world(t, request)
	require.NoError(t, w.logHolds())
	require.NoError(t, w.logInOrder())
	entries, words, err := w.logOf()
	require.NoError(t, err)
	require.NotContains(t, words, "Hunter2")
	require.NotContains(t, words, "{noformat} [~admin]")
	require.Equal(t, 5, log.Files, "%+v", entries)
	evidence := w.role("evidence")
	require.Len(t, evidence, 1)
	for _, f := range w.Files {
		require.False(t, f.Parent == evidence[0].ID && (strings.ContainsAny(f.Name, "/\\") || len([]rune(f.Name)) > 150), f.Name)
	}

	in.triaged(t, s.Number)
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	s = in.closed(t, request)
	require.Equal(t, 5, s.Archive.Files)
}

// Slack refuses two files: the log goes on at once. The one that it hands out later is kept by the next sweep; the other
// one stays refused, and holds up neither the log nor the archive.
func TestARefusedFileIsKeptLater(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open two files are refused", cases.Linked)
	require.NoError(t, in.site.Slack.Inject(fake.Fault{Match: "GET /files-pri/*/late.txt", Mode: "status", Status: 403, Times: 1}))
	require.NoError(t, in.site.Slack.Inject(fake.Fault{Match: "GET /files-pri/*/never.txt", Mode: "status", Status: 403}))
	for _, name := range []string{"late.txt", "never.txt"} {
		in.acts(t, "file", map[string]string{"user": "aoi", "channel": s.Links.Channel, "text": "evidence", "name": name, "content": "bytes of " + name}, nil)
	}
	in.says(t, "ben", s.Links.Channel, "", "and on")
	before := in.settleLog(t, s, "the log goes on", func(m workflows.MirrorStatus) bool { return m.NotKept == 2 && m.Messages >= 3 })
	require.Zero(t, before.Files)
	in.desk.RingAll(t.Context()) // a whole sweep
	in.settleLog(t, s, "one file is kept now", func(m workflows.MirrorStatus) bool { return m.NotKept == 1 && m.Files == 1 })

	in.triaged(t, s.Number)
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	s = in.closed(t, request)
	require.Equal(t, 1, s.Archive.Files)
	require.Equal(t, 1, s.Mirror.NotKept)
	w := in.world(t, request)
	require.NoError(t, w.logHolds())
	entries, _, err := w.logOf()
	require.NoError(t, err)
	late := 0
	for _, e := range entries {
		if e.Kind == "kept" {
			late++
		}
	}
	require.Equal(t, 1, late)
}

// One byte of one file that people have shared is changed in Drive: the archive finds it, says which, and waits; nothing
// is closed. When the file is as it was, the case goes on by itself.
func TestAFlippedByteIsFound(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open one byte is changed", cases.Linked)
	in.acts(t, "file", map[string]string{"user": "aoi", "channel": s.Links.Channel, "text": "evidence", "name": "log.txt", "content": strings.Repeat("line\n", 1000)}, nil)
	in.settleLog(t, s, "the file is kept", func(m workflows.MirrorStatus) bool { return m.Files == 1 })
	w := in.world(t, request)
	evidence := w.role("evidence")[0]
	var file string
	for _, f := range w.Files {
		if f.Parent == evidence.ID {
			file = f.ID
		}
	}
	require.NotEmpty(t, file)
	in.site.Drive.FlipByte(file, 2500)
	in.triaged(t, s.Number)
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	s = in.settle(t, request, "the verification is stuck", func(s workflows.Status) bool { return stuckIn(s, "archive@1.verify") })
	require.Equal(t, incident.PhaseArchive, s.Phase)
	step := stepOf(s, "archive@1.verify")
	require.Equal(t, "Invalid", step.Class)
	require.Contains(t, step.Cause, "log.txt")
	for _, c := range in.world(t, request).Channels {
		require.False(t, c.Archived, "nothing is archived that is not verified")
	}
	_, err := in.desk.Send(t.Context(), s.Number, workflows.WaiveUpdate, workflows.WaiveCommand{Gate: "archive", Reason: "no time", By: principal()}, trigger())
	require.ErrorContains(t, err, "is being archived", "it cannot be waived")

	in.site.Drive.FlipByte(file, 2500)
	in.closed(t, request)
}

// People archive and rename channels by hand, and leads leave: it is noticed, said, and mended.
func TestWrongHumanActs(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open somebody tidies up", cases.Linked)
	in.send(t, s.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", Lead: "@chie", Invite: []string{"@ben"}, By: principal()})
	s = in.settle(t, request, "the analysis has its lead, who was asked, and the commander", func(s workflows.Status) bool { return within(t, analysisOf(s, "a1"), "chie", "ben", "aoi") })
	room := analysisOf(s, "a1").Channel
	in.acts(t, "leave", map[string]string{"user": "chie", "channel": room}, nil)
	s = in.settle(t, request, "the lead has left", func(s workflows.Status) bool { return analysisOf(s, "a1").LeadGone })
	in.send(t, s.Number, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Finding: "concluded by others", By: principal()})

	in.acts(t, "rename", map[string]string{"user": "aoi", "channel": s.Links.Channel, "name": "our-incident"}, nil)
	in.settle(t, request, "the new name is known", func(s workflows.Status) bool { return s.Links.ChannelName == "our-incident" })
	in.acts(t, "archive", map[string]string{"user": "aoi", "channel": s.Links.Channel}, nil)
	in.settle(t, request, "it is said", func(s workflows.Status) bool { return strings.Contains(strings.Join(s.Notes, "\n"), "our-incident") })
	in.acts(t, "unarchive", map[string]string{"user": "aoi", "channel": s.Links.Channel}, nil)
	in.settle(t, request, "it is mended", func(s workflows.Status) bool { return len(s.Notes) == 0 && len(s.Debts) == 0 })

	in.acts(t, "archive", map[string]string{"user": "ben", "channel": room}, nil)
	in.triaged(t, s.Number)
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	in.closed(t, request)
}
