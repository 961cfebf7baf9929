package cases

import (
	"context"
	"errors"
	"fmt"

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
	_, err = c.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                                       workflows.IntakeWorkflowID(request.ID),
		TaskQueue:                                workflows.TaskQueue,
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            intakeSummary(request, place),
	}, workflows.IntakeType, request)
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	opened := OpenedRequest{RequestID: request.ID, Again: errors.As(err, &already)}
	if opened.Again {
		return opened, nil
	}
	return opened, c.explain(err, "record the request")
}

// intakeSummary is the line the Temporal UI shows. It is encrypted, but whoever may decode is not always whoever may
// know of a restricted case.
func intakeSummary(request incident.Request, place workflows.Placement) string {
	if place.HideTitle {
		return "Open a restricted case"
	}
	return fmt.Sprintf("Open a case: %s", incident.Shorten(request.Title, 120))
}
