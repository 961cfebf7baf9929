package workflows

import (
	"cmp"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
)

// System is an outside system that steps act on. Each has a task queue, so that one that is slow holds up only
// itself.
type System string

// The systems.
const (
	Slack  System = "slack"
	Jira   System = "jira"
	Drive  System = "drive"
	Sheets System = "sheets"
	// Pager calls people where the tools cannot bring them together.
	Pager System = "pager"
	// Bulk is no system but the long activities that work across several: mirror and archive.
	Bulk System = "bulk"
	// Timestamp is the authority that timestamps seals.
	Timestamp System = "timestamp"
	// CaseSystem is the case itself, of which its runs of runbooks ask for what is its own business.
	CaseSystem System = "case"
	// Ops is no system either but Temporal itself: the breaker's own activities, which must run whatever is held.
	Ops System = "ops"
)

// StepSystems are the systems that a stuck step can name.
func StepSystems() []string {
	return []string{string(Jira), string(Slack), string(Drive), string(Sheets), string(Bulk), string(Pager), string(Timestamp), string(CaseSystem), "audit"}
}

// StepClasses are the classes of errors with which a step can be stuck.
func StepClasses() []string {
	return []string{string(activities.Denied), string(activities.Invalid), string(activities.NotFound), string(activities.Unavailable), string(activities.Ambiguous)}
}

// Queue is the task queue of the system's activities. Drive and Sheets share one: they are one account at Google.
func (s System) Queue() string {
	switch s {
	case Drive, Sheets:
		return TaskQueue + "-google"
	case Timestamp:
		return Bulk.Queue()
	default:
		return TaskQueue + "-" + string(s)
	}
}

// Queues lists the activity task queues, each of which needs a worker.
func Queues() []string {
	return []string{Slack.Queue(), Jira.Queue(), Drive.Queue(), Pager.Queue(), Bulk.Queue(), Ops.Queue()}
}

// How steps are tried. Bounded by attempts, not by time: a worker that is down or a queue that is held must not use
// up a step's patience. 14 attempts, doubling from 1 s to 60 s, are about ten minutes.
const (
	stepTimeout  = 15 * time.Second
	firstRetry   = time.Second
	longestRetry = time.Minute
	attempts     = 14

	// A long activity reports where it is; one that is silent for so long has died.
	bulkTimeout   = 6 * time.Hour
	bulkHeartbeat = 30 * time.Second
)

// Priorities: people being brought together before everything else; what only informs comes last.
const (
	urgent     = 1
	ordinary   = 3
	background = 5
)

// policy is Temporal's for these retries.
func (r Retry) policy() *temporal.RetryPolicy {
	return &temporal.RetryPolicy{
		InitialInterval: cmp.Or(r.First, firstRetry), BackoffCoefficient: 2, MaximumInterval: cmp.Or(r.Longest, longestRetry),
		MaximumAttempts: int32(cmp.Or(r.Attempts, attempts)),
	}
}

// slowly is the policy of a probe. 0 tries: it goes on for ever.
func slowly(interval time.Duration, tries int32) *temporal.RetryPolicy {
	return &temporal.RetryPolicy{InitialInterval: interval, BackoffCoefficient: 1, MaximumInterval: interval, MaximumAttempts: tries}
}

// options are the activity options of one execution of a step.
func (s step) options(activityID, summary, fairness string, retry *temporal.RetryPolicy) workflow.ActivityOptions {
	priority := s.priority
	if priority == 0 {
		priority = ordinary
	}
	return workflow.ActivityOptions{
		ActivityID:             activityID,
		TaskQueue:              s.system.Queue(),
		StartToCloseTimeout:    s.timeout(),
		HeartbeatTimeout:       s.heartbeat(),
		ScheduleToStartTimeout: 0, // a worker that is down must not fail a step
		WaitForCancellation:    true,
		RetryPolicy:            retry,
		Summary:                summary,
		Priority:               temporal.Priority{PriorityKey: priority, FairnessKey: fairness},
	}
}

// timeout bounds one attempt. Rewriting the ticket's status block is two calls in a row, and JIRA may be so slow that
// one of them takes most of an ordinary attempt.
func (s step) timeout() time.Duration {
	if s.system == Bulk {
		return bulkTimeout
	}
	if s.system == Jira && s.priority != urgent || s.system == Timestamp {
		return 2 * stepTimeout
	}
	return stepTimeout
}

func (s step) heartbeat() time.Duration {
	if s.system == Bulk {
		return bulkHeartbeat
	}
	return 0
}

// abandon lets a child outlive the run that started it: the default would end it at every roll.
const abandon = enumspb.PARENT_CLOSE_POLICY_ABANDON
