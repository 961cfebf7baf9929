package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// OpenedRequest is a request that is safely recorded.
type OpenedRequest struct {
	RequestID string
	Again     bool // the same request had been recorded before: it is the same case
	Refused   bool // beside a refusal: by its workflow, which has opened nothing and ended; this id opens nothing any more
}

// Open records the request; the case follows by itself, even if nobody waits for it. What cannot be a case is refused
// at once. Asking again with the same request id is harmless and finds the same case, whatever the other fields say.
// After an error with code UnknownOutcome it may have been recorded.
func (c *Cases) Open(ctx context.Context, request incident.Request) (OpenedRequest, error) {
	request, err := request.Cleaned()
	if err != nil {
		return OpenedRequest{}, err
	}
	place, err := c.config.Place(request)
	if err != nil {
		return OpenedRequest{}, err
	}
	if err := c.adoptable(ctx, request, place); err != nil {
		return OpenedRequest{}, err
	}
	signed, err := c.signed(request, incident.Act{Name: incident.ActOpen, Workflow: request.ID, ID: request.ID})
	if err != nil {
		return OpenedRequest{}, err
	}
	_, err = c.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                                       workflows.IntakeWorkflowID(request.ID),
		TaskQueue:                                workflows.TaskQueue,
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            intakeSummary(request, place),
	}, workflows.IntakeType, signed)
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	c.channels.forget(request.Channel)
	opened := OpenedRequest{RequestID: request.ID, Again: errors.As(err, &already)}
	if opened.Again {
		return opened, nil
	}
	if err == nil && request.Ticket != "" && request.By.Door == incident.DoorSlack {
		err := c.verdict(ctx, request.ID)
		opened.Refused = err != nil
		return opened, about("ticket", err)
	}
	if err == nil && against(c.config.Rights(), request.By) {
		err := c.verdict(ctx, request.ID)
		opened.Refused = err != nil
		return opened, err
	}
	return opened, c.explain(err, "record the request")
}

// against reports whether it looks as if the rules let the sender open no case. Whether it is so the workflow decides.
func against(rights incident.Rights, by incident.By) bool {
	var roles []incident.Role
	if by.Assurance != incident.SlackSigned {
		roles = append(roles, incident.RoleOperator)
	}
	return by.BreakGlass == "" && rights.Allow(incident.VerbOpen, by, roles, false) != nil
}

// verdictTime is how long a request that seems to be against the rules, or names a ticket that may not be there, waits for the word of its workflow.
const verdictTime = 1500 * time.Millisecond

// verdict is the refusal of a request, which is in the history like any other; nil: it is not refused, or not yet.
func (c *Cases) verdict(ctx context.Context, requestID string) error {
	ctx, cancel := context.WithTimeout(ctx, verdictTime)
	defer cancel()
	_, err := c.opened(ctx, requestID, poll)
	var refused *incident.Refusal
	if errors.As(err, &refused) {
		return refused
	}
	return nil
}

// intakeSummary is the line the Temporal UI shows. It is encrypted, but whoever may decode is not always whoever may
// know of a restricted case.
func intakeSummary(request incident.Request, place workflows.Placement) string {
	if place.HideTitle {
		return "Open a restricted case"
	}
	return fmt.Sprintf("Open a case: %s", incident.Shorten(request.Title, 120))
}
