package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// The budget: at most a dozen messages of ours stand in the channel of an ordinary case, beside people's own.
const noiseBudget = 12

// noise counts the messages of ours that people cannot overlook, and those in the machine's thread under the card.
func (w *world) noise() (top, thread int) {
	for _, c := range w.slack.Channels() {
		for _, m := range w.slack.Messages(c.ID) {
			switch {
			case m.BotID == "" || m.Subtype != "":
			case m.ThreadTS == "":
				top++
			default:
				thread++
			}
		}
	}
	return top, thread
}

// busy is what people do in a case in which much happens: each of it is a command, and most of it is told.
func busy() (acts []act) {
	do := func(name string, command any) { acts = append(acts, act{name, command, "", ""}) }
	unclear, clear := true, false
	do(workflows.DetailsUpdate, workflows.DetailsCommand{What: "a link was opened", Unclear: &unclear, By: aoi})
	do(workflows.TakeUpdate, workflows.TakeCommand{By: ben})
	do(workflows.TriageUpdate, workflows.TriageCommand{Severity: 2, Kind: "phishing", Scope: "3 mailboxes", By: ben})
	for i := range 5 {
		do(workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: fmt.Sprintf("host %d", i), Lead: "@ben", By: ben})
	}
	for i := range 20 {
		do(workflows.TaskUpdate, workflows.TaskCommand{Title: fmt.Sprintf("look at mailbox %d", i), Owner: "@ben", By: ben})
	}
	for i := range 4 {
		do(workflows.PublishUpdate, workflows.PublishCommand{Text: fmt.Sprintf("update %d", i), Next: time.Hour, By: ben})
		do(workflows.SeverityUpdate, workflows.SeverityCommand{Severity: incident.Severity(1 + i%2), Reason: "news", By: ben})
		do(workflows.HandoverUpdate, workflows.HandoverCommand{To: "@chie", By: ben})
		do(workflows.AcceptUpdate, workflows.AcceptCommand{By: chie})
		do(workflows.HandoverUpdate, workflows.HandoverCommand{To: "@ben", By: chie})
		do(workflows.AcceptUpdate, workflows.AcceptCommand{By: ben})
	}
	do(workflows.DetailsUpdate, workflows.DetailsCommand{Unclear: &clear, Invite: []string{"@chie", "@aoi"}, By: ben})
	for i := range 20 {
		do(workflows.TaskUpdate, workflows.TaskCommand{Task: fmt.Sprintf("t%d", i+1), Status: incident.TaskDone, By: ben})
	}
	for i := range 5 {
		do(workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: fmt.Sprintf("a%d", i+1), Finding: "nothing", By: ben})
		do(workflows.LessonUpdate, workflows.LessonCommand{Text: "look sooner", By: ben})
	}
	do(workflows.ContainUpdate, workflows.ContainCommand{State: incident.Contained, By: ben})
	return acts
}

// However much happens, the channel stays the people's: what the machine has to say goes to one thread, several things in
// one message, and only who is offered command gets a direct one.
func TestNoiseBudget(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-noise"))
	acts := busy()
	status, next := w.tell(state, acts[:50]...)
	require.Len(t, status.Tasks, 20)
	status, _ = w.tell(next, append(acts[50:], act{workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: aoi}, "", ""})...)
	require.Equal(t, incident.PhaseLessons, status.Phase)
	top, thread := w.noise()
	t.Logf("%d commands: %d messages in the channel, %d in the machine's thread", len(acts)+1, top, thread)
	require.LessOrEqual(t, top, noiseBudget)
	require.Less(t, thread, len(acts), "several things in one message")
	offers, direct := 0, len(w.asked(chie.Who))+len(w.asked(ben.Who))+len(w.asked(aoi.Who))
	for _, a := range acts {
		if a.update == workflows.HandoverUpdate {
			offers++
		}
	}
	require.LessOrEqual(t, direct, offers, "one direct message for each offer of command, and for nothing else")
	require.NotZero(t, direct)
	require.Equal(t, top+thread+direct, w.count("chat.postMessage"), "there are no others")
	require.Equal(t, direct, w.count("conversations.open"))
}
