package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	activitypb "go.temporal.io/api/activity/v1"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/audit"
	"hikeshi/workflows/audit/collect"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/wire"
)

// Every way that deploy/emergency.md describes is tried here, on the real server.

// operator is who acts in Temporal itself.
const operator = "operator@night-desk"

const (
	openFolder  = "POST /drive/v3/files"
	openChannel = "conversations.create"
)

// service is Temporal's own interface, as its command line uses it.
func (in *install) service() workflowservice.WorkflowServiceClient {
	return in.client.WorkflowService()
}

// pending waits for an activity of a workflow that has not ended, and returns it as soon as it is as wanted.
func (in *install) pending(t *testing.T, workflowID, activityID, what string, holds func(*workflowpb.PendingActivityInfo) bool) (found *workflowpb.PendingActivityInfo) {
	t.Helper()
	require.Eventually(t, func() bool {
		d, err := in.client.DescribeWorkflowExecution(t.Context(), workflowID, "")
		if err != nil {
			return false
		}
		for _, a := range d.GetPendingActivities() {
			if id, _, _ := strings.Cut(a.GetActivityId(), "#"); id == activityID && holds(a) {
				found = a
				return true
			}
		}
		return false
	}, patient, 20*time.Millisecond, "%s of %s: %s", activityID, workflowID, what)
	return found
}

// failing waits until an activity has failed at least once.
func (in *install) failing(t *testing.T, workflowID, activityID string) *workflowpb.PendingActivityInfo {
	t.Helper()
	return in.pending(t, workflowID, activityID, "it is tried again", func(a *workflowpb.PendingActivityInfo) bool { return a.GetAttempt() > 1 })
}

// atRest reports whether an activity is paused and no try of it is under way any more.
func atRest(a *workflowpb.PendingActivityInfo) bool {
	return a.GetState() == enumspb.PENDING_ACTIVITY_STATE_PAUSED
}

func execution(workflowID string) *commonpb.WorkflowExecution {
	return &commonpb.WorkflowExecution{WorkflowId: workflowID}
}

// plain is a payload as the command line of Temporal sends it: not encrypted.
func plain(json string) *commonpb.Payloads {
	return &commonpb.Payloads{Payloads: []*commonpb.Payload{{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: []byte(json)}}}
}

func (in *install) complete(t *testing.T, workflowID, activityID, result string) {
	t.Helper()
	_, err := in.service().RespondActivityTaskCompletedById(t.Context(), &workflowservice.RespondActivityTaskCompletedByIdRequest{
		Namespace: in.stack.Namespace, WorkflowId: workflowID, ActivityId: activityID, Result: plain(result), Identity: operator,
	})
	require.NoError(t, err)
}

// retry decides that a stuck step is tried again.
func (in *install) retry(t *testing.T, s workflows.Status, step string) {
	t.Helper()
	in.insist(t, "retry "+step, in.retrying(t, s, step))
}

// retryUnlessDone does so for a step that may have come about meanwhile, because its vendor is well again.
func (in *install) retryUnlessDone(t *testing.T, s workflows.Status, step string) {
	t.Helper()
	retry := in.retrying(t, s, step)
	in.insist(t, "retry "+step, func() error {
		err := retry()
		if err != nil && strings.Contains(err.Error(), "is not stuck") {
			return nil
		}
		return err
	})
}

// retrying is one decision, however often it is sent.
func (in *install) retrying(t *testing.T, s workflows.Status, step string) func() error {
	id, generation := trigger(), stepOf(s, step).Generation
	return func() error {
		_, err := in.desk.Decide(t.Context(), s.Number, in.cfg.Viewer, cases.Decision{Step: step, Generation: generation, Action: workflows.ActionRetry, Reason: "it was tried out", By: principal()}, id)
		return err
	}
}

// records is the audit of one workflow.
func (in *install) records(t *testing.T, workflowID string) (list []audit.Record) {
	t.Helper()
	ring, err := wire.LoadKeyRing(in.keys())
	require.NoError(t, err)
	for _, h := range in.runs(t, workflowID) {
		run := audit.History{Case: workflowID, Workflow: workflowID, Events: h.Events}
		list = append(list, audit.Project(run, collect.Opener(wire.DataConverter(ring)))...)
	}
	return list
}

// byHand are the records of what the operator did to a step.
func (in *install) byHand(t *testing.T, workflowID, step string) (list []audit.Record) {
	t.Helper()
	for _, r := range in.records(t, workflowID) {
		if r.ByHand && r.Step == step {
			require.Equal(t, operator, r.Actor)
			list = append(list, r)
		}
	}
	return list
}

// healed waits until nothing is owed, and looks that there is one of everything.
func (in *install) healed(t *testing.T, request string) workflows.Status {
	t.Helper()
	s := in.settle(t, request, "nothing is owed", func(s workflows.Status) bool { return len(s.Debts) == 0 && s.Links.Ticket != "" })
	w := in.world(t, request)
	require.NoError(t, w.exactlyOne())
	require.Equal(t, 1, notices(w, s.Links.Channel), "one card")
	return s
}

// An activity is paused, so that nothing is tried while somebody works at the vendor; its options are changed; and it
// goes on.
func TestActivityIsPaused(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	require.NoError(t, in.site.Drive.Inject(fake.Fault{Match: openFolder, Mode: "status", Status: 503}))
	request, s := in.open(t, "aoi", "open an activity is paused", cases.Ready)
	in.failing(t, s.WorkflowID, "open.folder")

	_, err := in.service().PauseActivity(t.Context(), &workflowservice.PauseActivityRequest{
		Namespace: in.stack.Namespace, Execution: execution(s.WorkflowID), Identity: operator, Reason: "we mend the folder",
		Activity: &workflowservice.PauseActivityRequest_Id{Id: "open.folder"},
	})
	require.NoError(t, err)
	paused := in.pending(t, s.WorkflowID, "open.folder", "it is paused", atRest)
	in.site.Drive.ClearFaults()
	in.send(t, s.Number, workflows.TriageUpdate, workflows.TriageCommand{Scope: "work goes on", By: principal()})
	require.Contains(t, in.wait(t, request, cases.Settled).Debts, "open.folder", "everybody sees it meanwhile")
	still := in.pending(t, s.WorkflowID, "open.folder", "it is still paused", atRest)
	require.Equal(t, paused.GetAttempt(), still.GetAttempt())

	_, err = in.service().UnpauseActivity(t.Context(), &workflowservice.UnpauseActivityRequest{
		Namespace: in.stack.Namespace, Execution: execution(s.WorkflowID), Identity: operator,
		Activity: &workflowservice.UnpauseActivityRequest_Id{Id: "open.folder"}, ResetAttempts: true, ResetHeartbeat: true,
	})
	require.NoError(t, err)
	in.healed(t, request)
	require.Empty(t, in.byHand(t, s.WorkflowID, "open.folder"), "the history knows nothing of a pause")
}

// With other options an activity gives up earlier: its step is stuck, and people can decide.
func TestActivityOptionsAreChanged(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), func(o *options) { o.probe = time.Hour })
	require.NoError(t, in.site.Drive.Inject(fake.Fault{Match: openFolder, Mode: "status", Status: 503}))
	request, s := in.open(t, "aoi", "open with other options", cases.Ready)
	in.failing(t, s.WorkflowID, "open.folder")
	_, err := in.service().UpdateActivityOptions(t.Context(), &workflowservice.UpdateActivityOptionsRequest{
		Namespace: in.stack.Namespace, Execution: execution(s.WorkflowID), Identity: operator,
		Activity:        &workflowservice.UpdateActivityOptionsRequest_Id{Id: "open.folder"},
		ActivityOptions: &activitypb.ActivityOptions{RetryPolicy: &commonpb.RetryPolicy{MaximumAttempts: 1}},
		UpdateMask:      &fieldmaskpb.FieldMask{Paths: []string{"retry_policy.maximum_attempts"}},
	})
	require.NoError(t, err)
	s = in.settle(t, request, "it is stuck", func(s workflows.Status) bool { return stuckIn(s, "open.folder") })
	require.Equal(t, string(activities.Unavailable), stepOf(s, "open.folder").Class)
	in.site.Drive.ClearFaults()
	in.retry(t, s, "open.folder")
	in.healed(t, request)
}

// begun waits for a case that is still on its way.
func (in *install) begun(t *testing.T, request string, holds func(workflows.Status) bool) (found workflows.Status) {
	t.Helper()
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, s, _ := in.desk.Wait(ctx, incident.RequestID(request), cases.Settled) // its error says what is still owed
		if s != nil {
			found = *s
		}
		return s != nil && holds(*s)
	}, patient, 50*time.Millisecond, "the case is on its way")
	return found
}

// The first try has made the card, and its answer is lost. Somebody resets the activity, with or without the record of
// that try: it begins with attempt 1 again, and makes no second one.
func TestActivityIsReset(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]bool{"keeping its heartbeats": false, "without its heartbeats": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newInstall(t, t.TempDir(), nil)
			blind := fake.Fault{Match: "conversations.history", Mode: "status", Status: 503}
			require.NoError(t, in.site.Slack.Inject(fake.Fault{Match: "chat.postMessage", Mode: "after", Times: 1, Then: &blind}))
			request := trigger()
			in.command(t, "aoi", "open an activity is reset", request)
			number := in.begun(t, request, func(s workflows.Status) bool { return s.WorkflowID != "" })
			in.failing(t, number.WorkflowID, "open.card")
			_, err := in.service().ResetActivity(t.Context(), &workflowservice.ResetActivityRequest{
				Namespace: in.stack.Namespace, Execution: execution(number.WorkflowID), Identity: operator,
				Activity: &workflowservice.ResetActivityRequest_Id{Id: "open.card"}, ResetHeartbeat: forget,
			})
			require.NoError(t, err)
			in.site.Slack.ClearFaults()
			in.healed(t, request)
		})
	}
}

// The activity that copies messages is reset without its record, after a digest whose answer was lost: nothing is logged
// twice.
func TestMirrorsActivityIsReset(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open the mirror's activity is reset", cases.Linked)
	in.says(t, "aoi", s.Links.Channel, "", "first")
	in.settleLog(t, s, "the log is there", func(m workflows.MirrorStatus) bool { return m.Messages >= 1 })
	blind := fake.Fault{Match: "GET /rest/api/2/issue/*/comment", Mode: "status", Status: 503}
	require.NoError(t, in.site.Jira.Inject(fake.Fault{Match: "POST /rest/api/2/issue/*/comment", Mode: "after", Times: 1, Then: &blind}))
	in.says(t, "ben", s.Links.Channel, "", "second")
	mirror := workflows.MirrorWorkflowID(s.WorkflowID)
	id := in.failing(t, mirror, "mirror.copy").GetActivityId()
	_, err := in.service().ResetActivity(t.Context(), &workflowservice.ResetActivityRequest{
		Namespace: in.stack.Namespace, Execution: execution(mirror), Identity: operator,
		Activity: &workflowservice.ResetActivityRequest_Id{Id: id}, ResetHeartbeat: true,
	})
	require.NoError(t, err)
	in.site.Jira.ClearFaults()
	in.settleLog(t, s, "both are logged", func(m workflows.MirrorStatus) bool { return m.Messages >= 2 })
	require.NoError(t, in.world(t, request).logHolds())
}

// replaceOnce is text with new instead of old, which must be there.
func replaceOnce(text, old, new string) string {
	if !strings.Contains(text, old) {
		panic("the configuration has no " + old)
	}
	return strings.Replace(text, old, new, 1)
}
