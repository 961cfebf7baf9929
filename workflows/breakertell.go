package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/ops"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// toldCases is what cases have been told of the vendor.
type toldCases struct {
	Said   string    `json:"said,omitempty"`  // what is so; empty: that there is nothing
	Looked time.Time `json:"looked,omitzero"` // those who began to wait before that have been told
	Tried  time.Time `json:"tried,omitzero"`  // when the newest look ended, also in vain
}

const (
	// casesCalm is how long trouble lasts until cases are told, and how long they have to go on after it until those that
	// still wait are told that it is over: most need to hear of neither.
	casesCalm = time.Minute
	// casesLook is how often somebody looks for cases that were opened since.
	casesLook = 5 * time.Minute
	// startLag is more than a list of workflows lags behind.
	startLag = time.Minute

	tellTimeout = 10 * time.Minute
)

// tellCases has the cases that wait for the vendor say so, where people read them. A case is told once, and once more if
// it waits still when the trouble is over: it then waits for something else.
func (b *breakerRun) tellCases(ctx workflow.Context) error {
	for {
		if err := b.await(ctx, func() bool { return b.Open() || !b.casesKnow() }); err != nil {
			return err
		}
		if workflow.GetVersion(ctx, "tell cases", workflow.DefaultVersion, 1) == workflow.DefaultVersion {
			return nil // this run began without it; the next one has it
		}
		tale := b.tale()
		wait := b.nextLook().Sub(workflow.Now(ctx))
		if err := b.awaitFor(ctx, wait, "look for cases that wait", func() bool { return b.tale() != tale }); err != nil {
			return err
		}
		if b.tale() != tale {
			continue
		}
		if err := b.tellWaiting(ctx, tale); err != nil {
			return err
		}
	}
}

// tale is what cases should know, without the words; empty: nothing.
func (b *breakerRun) tale() string {
	if !b.Open() {
		return ""
	}
	how := "silent"
	if b.Class == string(activities.Credentials) {
		how = "refused"
	}
	return how + " since " + b.Since.UTC().Format(time.RFC3339)
}

func (b *breakerRun) casesKnow() bool { return b.Cases.Said == b.tale() }

// nextLook is when cases are looked for next.
func (b *breakerRun) nextLook() time.Time {
	first := b.Since.Add(casesCalm)
	if !b.Open() {
		first = b.Until.Add(casesCalm)
	}
	if b.casesKnow() || b.Cases.Tried.After(first) { // in vain, or there was something else to tell
		return b.Cases.Tried.Add(casesLook)
	}
	return first
}

// tellWaiting tells the cases that have something to do, and of these only the new ones if the others know.
func (b *breakerRun) tellWaiting(ctx workflow.Context, tale string) error {
	now := workflow.Now(ctx)
	query := fmt.Sprintf("WorkflowType = '%[1]s' AND ExecutionStatus = 'Running' AND (%[2]s = '%[3]s' OR %[2]s = '%[4]s')", CaseType, CaseStatus, incident.Running, incident.Stuck)
	if b.casesKnow() {
		query += fmt.Sprintf(" AND StartTime > '%s'", b.Cases.Looked.Add(-startLag).UTC().Format(time.RFC3339))
	}
	told := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: Ops.Queue(), StartToCloseTimeout: tellTimeout, HeartbeatTimeout: bulkHeartbeat, WaitForCancellation: true,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: firstRetry, BackoffCoefficient: 2, MaximumInterval: longestRetry, MaximumAttempts: 3},
		Summary:     notice.BreakerTitle(b.desk.Language, "breaker_cases", b.Vendor), Priority: temporal.Priority{PriorityKey: background},
	})
	in := ops.TellWorkflows{Query: query, Signal: vendorSignal, What: encode(b.HeldVendor)}
	err := workflow.ExecuteActivity(told, opsActivities.TellWorkflows, in).Get(ctx, nil)
	if temporal.IsCanceledError(err) {
		return err // the next run tells them
	}
	b.Cases.Tried = workflow.Now(ctx)
	if err == nil {
		b.Cases.Said, b.Cases.Looked = tale, now
	}
	b.changed()
	return nil
}
