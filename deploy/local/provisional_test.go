package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// JIRA refuses the ticket for good. People work on under the provisional number, the step waits for somebody's decision
// in everybody's sight, and when JIRA takes it after all everything gets its final name, and what waited for the ticket
// begins.
func TestJiraRefusesTheTicket(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	fault(t, in.at.Jira, fake.Fault{Match: "POST /rest/api/2/issue$", Mode: "status", Status: 400})
	request, s := in.open(t, "aoi", "open a refused ticket --severity 3", cases.Ready)
	provisional := s.Number
	require.True(t, strings.HasPrefix(provisional, "P-"), provisional)
	in.send(t, provisional, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", Lead: "@chie", By: principal()})
	in.says(t, "aoi", s.Links.Channel, "", "said before there is a ticket")
	s = in.settle(t, request, "the ticket is stuck, the rest goes on", func(s workflows.Status) bool {
		return stuckIn(s, "open.ticket") && analysisOf(s, "a1").Channel != "" && s.Links.Sheet != ""
	})
	ticket := stepOf(s, "open.ticket")
	require.Equal(t, "Invalid", ticket.Class)
	require.Equal(t, []workflows.Action{workflows.ActionRetry, workflows.ActionSupply}, ticket.Actions)
	require.Contains(t, s.Debts, "open.ticket")
	require.True(t, strings.HasPrefix(analysisOf(s, "a1").ChannelName, strings.ToLower(provisional)))
	require.Empty(t, in.world(t, request).Issues)

	in.site.Jira.ClearFaults()
	s = in.settle(t, request, "everything is renamed, linked and logged", func(s workflows.Status) bool {
		return len(s.Debts) == 0 && s.Number == "SEC-1" && s.Mirror.Messages == 1 && strings.HasPrefix(analysisOf(s, "a1").ChannelName, "sec-1-a1")
	})
	w := in.world(t, request)
	require.NoError(t, w.exactlyOne())
	require.Equal(t, "sec-1-a-refused-ticket", w.rooms("")[0].Name)
	require.Contains(t, w.rooms("")[0].Purpose.Value, "SEC-1")
	require.Equal(t, "sec-1-a1-mailbox", w.rooms("a1")[0].Name)
	for _, role := range []string{"folder", "tasks"} {
		require.True(t, strings.HasPrefix(w.role(role)[0].Name, "SEC-1"), w.role(role)[0].Name)
	}
	marks := in.site.Slack.Bookmarks(s.Links.Channel)
	require.Len(t, marks, 1)
	require.Equal(t, s.Links.TicketURL, marks[0].Link)
	require.Eventually(t, func() bool { // by the search attribute
		view, err := in.desk.Status(t.Context(), "SEC-1", in.cfg.Viewer)
		return err == nil && view.WorkflowID == workflows.CaseWorkflowID(provisional)
	}, patient, 50*time.Millisecond, "it is found by its final number")
}

// Drive is silent from the start, and the files that people share would go into the case's own folder: what they say is
// logged all the same, and the first file waits for the folder.
func TestTheLogNeedsNoFolder(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), func(o *options) {
		o.rewrite = func(text string) string {
			return strings.Replace(text, "evidence_folder: fld-evidence", `evidence_folder: ""`, 1)
		}
	})
	fault(t, in.at.Google, fake.Fault{Match: "*", Mode: "before"})
	request, s := in.open(t, "aoi", "open no folder", cases.Ready)
	in.says(t, "aoi", s.Links.Channel, "", "said without a folder")
	s = in.settle(t, request, "it is logged", func(s workflows.Status) bool { return s.Mirror.Messages == 1 })
	require.Empty(t, s.Links.Folder)
	require.Contains(t, s.Debts, "open.folder")

	in.acts(t, "file", map[string]string{"user": "aoi", "channel": s.Links.Channel, "text": "a file", "name": "a.txt", "base64": "YQ=="}, nil)
	in.site.Drive.ClearFaults()
	in.settleLog(t, s, "the file is kept", func(m workflows.MirrorStatus) bool { return m.Messages == 2 && m.Files == 1 })
	in.settle(t, request, "nothing is owed", func(s workflows.Status) bool { return len(s.Debts) == 0 })
	require.NoError(t, in.world(t, request).exactlyOne())
	require.NoError(t, in.world(t, request).logHolds())
}
