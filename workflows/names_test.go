package workflows_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

var mention = regexp.MustCompile(`<@[^>]*>`)

// People whom a message names by id are called by their names, in the thread and in the timeline; who they are stays
// their id.
func TestPeopleReadNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-names"))
	by := aoi
	by.Named = incident.Names{"U0BEN0002": "Ben <!here> Sato", "U0LENA006": "Lena", "U0GHOST99": "Ghost", "S0NETWORK1": "net"}
	status, next := w.tell(state,
		act{workflows.TriageUpdate, workflows.TriageCommand{Commander: "U0BEN0002", By: by}, "", ""},
		act{workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", Lead: "U0LENA006", Invite: []string{"U0GHOST99"}, By: by}, "", ""},
		act{workflows.TaskUpdate, workflows.TaskCommand{Title: "Block the sender", Owner: "U0BEN0002", By: by}, "", ""},
		act{workflows.DetailsUpdate, workflows.DetailsCommand{Invite: []string{"U0GHOST99", "S0NETWORK1", "@nobody"}, By: by}, "", ""},
		act{workflows.HandoverUpdate, workflows.HandoverCommand{To: "U0LENA006", By: aoi}, "", ""}, // known from before
	)
	require.Equal(t, "U0BEN0002", status.Tasks[0].OwnerID)
	require.Equal(t, "Ben <!here> Sato", status.Tasks[0].Owner)
	require.Equal(t, "Ben <!here> Sato", w.sheets.Grid(status.Links.Sheet, 101)[1][2])
	var said strings.Builder
	for _, m := range w.slack.Messages(status.Links.Channel) {
		said.WriteString(m.Text + "\n")
	}
	for _, row := range w.sheets.Grid(status.Links.Sheet, 102) {
		said.WriteString(strings.Join(row, " ") + "\n")
	}
	said.WriteString(strings.Join(status.Notes, "\n"))
	require.NotRegexp(t, `\b[US]0[A-Z]+\d+\b`, mention.ReplaceAllString(said.String(), ""))
	require.Contains(t, said.String(), "Ben &lt;!here&gt; Sato")
	require.Contains(t, said.String(), "Ghost")

	status, _ = w.tell(next, act{workflows.TaskUpdate, workflows.TaskCommand{Task: "t1", Owner: "U0BEN0002", Status: incident.TaskDoing, By: aoi}, "", ""})
	require.Equal(t, "Ben <!here> Sato", status.Tasks[0].Owner, "the name outlives the run")
}

// A name that was not known when a task was given to somebody takes the place of the id as soon as it is.
func TestALateNameReplacesTheID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-late-name"))
	by := aoi
	by.Named = incident.Names{"U0BEN0002": "Ben"}
	status, next := w.tell(state, act{workflows.TaskUpdate, workflows.TaskCommand{Title: "Block the sender", Owner: "U0BEN0002", By: aoi}, "", ""})
	require.Equal(t, "U0BEN0002", status.Tasks[0].Owner)
	status, _ = w.tell(next, act{workflows.TaskUpdate, workflows.TaskCommand{Title: "Tell the staff", Owner: "U0BEN0002", By: by}, "", ""})
	grid := w.sheets.Grid(status.Links.Sheet, 101)
	require.Equal(t, []string{"Ben", "Ben"}, []string{grid[1][2], grid[2][2]})
}

// What somebody who is not vouched for says of names counts for nothing.
func TestNamesOnTheirOwnWord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-own-word"))
	by := somebody
	by.Named = incident.Names{"U0BEN0002": "The Boss"}
	status, _ := w.tell(state, act{workflows.TaskUpdate, workflows.TaskCommand{Title: "Pay at once", Owner: "U0BEN0002", By: by}, "", ""})
	require.Equal(t, "U0BEN0002", status.Tasks[0].Owner)
}
