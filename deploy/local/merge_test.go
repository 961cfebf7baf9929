package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// Two reports of one incident become one case, although both cases go on in new runs in the middle of it. Both numbers
// are found afterwards, and both have an archive.
func TestTwoCasesBecomeOne(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	first, original := in.open(t, "aoi", "open suspicious mail", cases.Linked)
	second, duplicate := in.open(t, "ben", "open odd mail --invite @kenji", cases.Linked)
	in.send(t, duplicate.Number, workflows.TaskUpdate, workflows.TaskCommand{Title: "Call the sender", Owner: "@ben", By: principal()})
	in.send(t, duplicate.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", By: principal()})
	in.says(t, "ben", duplicate.Links.Channel, "", "it came at nine")
	in.settle(t, second, "it is logged, and the analysis has its channel", func(s workflows.Status) bool {
		return s.Mirror.Messages >= 1 && analysisOf(s, "a1").Channel != "" && len(s.Debts) == 0
	})
	_, err := in.desk.Send(t.Context(), duplicate.Number, workflows.MergeUpdate, workflows.MergeCommand{Into: "SEC-404", By: principal()}, trigger())
	require.ErrorContains(t, err, "there is no case SEC-404")

	in.send(t, duplicate.Number, workflows.MergeUpdate, workflows.MergeCommand{Into: original.Number, Reason: "the same mail", By: principal()})
	in.roll(t, duplicate.WorkflowID)
	in.roll(t, original.WorkflowID)
	in.roll(t, workflows.AnalysisWorkflowID(duplicate.WorkflowID, "a1"))
	d := in.closed(t, second)
	require.Equal(t, incident.DuplicateOf(original.Number), d.Resolution)
	require.Len(t, in.world(t, second).role("archive"), 1)
	o := in.settle(t, first, "the other case has it all", func(s workflows.Status) bool {
		return len(s.Debts) == 0 && len(s.Duplicates) == 1 && len(s.Duplicates[0].Logs) > 0 && len(s.Tasks) == 1
	})
	require.Contains(t, o.Tasks[0].Title, "(from "+duplicate.Number+" t1)")
	require.Contains(t, in.site.Slack.Members(o.Links.Channel), cast(t, "kenji").ID)
	links := 0
	for _, l := range in.site.Jira.IssueLinks(o.Number) {
		for _, i := range in.site.Jira.Issues() {
			if i.Key == duplicate.Number && l.Inward == i.ID {
				links++
			}
		}
	}
	require.Equal(t, 1, links, "the tickets are linked once")
	in.recordRuns(t, "merge", map[string]string{"duplicate": d.WorkflowID, "analysis": analysisOf(d, "a1").WorkflowID, "original": o.WorkflowID})

	_, err = in.desk.Send(t.Context(), original.Number, workflows.MergeUpdate, workflows.MergeCommand{Into: duplicate.Number, By: principal()}, trigger())
	require.ErrorContains(t, err, "is itself a duplicate of "+original.Number)
	in.send(t, original.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "false positive", By: principal()})
	in.closed(t, first)
}
