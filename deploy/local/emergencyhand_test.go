package main

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"

	workflowpb "go.temporal.io/api/workflow/v1"

	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// Somebody completes an activity by hand without saying what there is: the step is stuck, says so, and is resumed like any
// other. The audit names who did it.
func TestCompletedByHandWithNothing(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), func(o *options) { o.probe = time.Hour })
	for _, c := range []struct{ result, class string }{
		{`{}`, "Invalid"}, {`null`, "Invalid"},
	} {
		t.Run(c.result, func(t *testing.T) {
			require.NoError(t, in.site.Drive.Inject(fake.Fault{Match: openFolder, Mode: "status", Status: 503}))
			request, s := in.open(t, "aoi", "open completed by hand with nothing", cases.Ready)
			in.failing(t, s.WorkflowID, "open.folder")
			in.complete(t, s.WorkflowID, "open.folder", c.result)
			s = in.settle(t, request, "it is stuck", func(s workflows.Status) bool { return stuckIn(s, "open.folder") })
			require.Equal(t, c.class, stepOf(s, "open.folder").Class)
			in.site.Drive.ClearFaults()
			in.retry(t, s, "open.folder")
			in.healed(t, request)
			require.Len(t, in.byHand(t, s.WorkflowID, "open.folder"), 1)
		})
	}
}

// The same to the ticket's own activity, in Intake: the case has a number all the same, and gets its ticket.
func TestTicketCompletedByHandWithNothing(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), func(o *options) {
		shortened(o)
		o.probe = time.Hour
		more := o.rewrite
		o.rewrite = func(text string) string { return replaceOnce(more(text), "intake_patience: 1s", "intake_patience: 5m") }
	})
	require.NoError(t, in.site.Jira.Inject(fake.Fault{Match: "POST /rest/api/2/issue$", Mode: "hang"}))
	request := trigger()
	in.command(t, "aoi", "open a ticket of nothing", request)
	intake := workflows.IntakeWorkflowID(request)
	in.pending(t, intake, "open.ticket", "it is being tried", func(*workflowpb.PendingActivityInfo) bool { return true })
	in.complete(t, intake, "open.ticket", `{}`)
	s := in.wait(t, request, cases.Ready)
	require.NotEmpty(t, s.Number)
	in.site.Jira.ClearFaults()
	s = in.settle(t, request, "the ticket is stuck or there", func(s workflows.Status) bool { return stuckIn(s, "open.ticket") || s.Links.Ticket != "" })
	if stuckIn(s, "open.ticket") {
		in.retryUnlessDone(t, s, "open.ticket")
	}
	s = in.healed(t, request)
	require.Equal(t, "SEC-1", s.Number)
	require.Len(t, in.byHand(t, intake, "open.ticket"), 1)
}

// The vendor takes nothing from us, and somebody makes the channel by hand: the activity is paused, so that nothing comes
// between, and completed with what there is.
func TestCompletedByHandWithTheThing(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	require.NoError(t, in.site.Slack.Inject(fake.Fault{Match: openChannel, Mode: "status", Status: 503}))
	request := trigger()
	in.command(t, "aoi", "open completed by hand", request)
	s := in.begun(t, request, func(s workflows.Status) bool { return s.Links.Ticket != "" })
	in.failing(t, s.WorkflowID, "open.channel")
	_, err := in.service().PauseActivity(t.Context(), &workflowservice.PauseActivityRequest{
		Namespace: in.stack.Namespace, Execution: execution(s.WorkflowID), Identity: operator, Reason: "made by hand",
		Activity: &workflowservice.PauseActivityRequest_Id{Id: "open.channel"},
	})
	require.NoError(t, err)
	in.pending(t, s.WorkflowID, "open.channel", "it is paused", atRest)
	in.site.Slack.ClearFaults()
	var made struct {
		OK      bool
		Error   string
		Channel struct{ ID, Name string }
	}
	require.NoError(t, call(t.Context(), http.MethodPost, in.at.Slack+"/api/conversations.create?is_private=true&name=made-by-hand&token="+fake.SlackBotToken, nil, &made))
	require.True(t, made.OK, made.Error)
	result, err := json.Marshal(map[string]string{"id": made.Channel.ID, "name": made.Channel.Name})
	require.NoError(t, err)
	in.complete(t, s.WorkflowID, "open.channel", string(result))
	s = in.healed(t, request)
	require.Equal(t, made.Channel.ID, s.Links.Channel)
	require.Contains(t, s.Members, cast(t, "aoi").ID)
	require.Len(t, in.byHand(t, s.WorkflowID, "open.channel"), 1)
}
