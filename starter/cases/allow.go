package cases

import (
	"context"
	"errors"

	"go.temporal.io/api/workflow/v1"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// allow returns nil if the configuration's viewer may see the case, and the refusal if not. Without its head nobody
// knows who may: then the answer is no, too.
func (c *Cases) allow(info *workflow.WorkflowExecutionInfo, refusal *incident.Refusal) error {
	head, err := c.head(info)
	return judge(c.config, head, err, refusal)
}

// judge decides by a case's head, or by the error of reading it.
func judge(config *settings.Config, head workflows.Head, err error, refusal *incident.Refusal) error {
	if err != nil {
		return &Error{Code: Internal, Message: "read who may see the case: " + err.Error(), cause: err,
			Hint: "Nothing was done. Check that key_ring names the same keys as the worker's"}
	}
	if !config.Visible(head, config.Viewer) {
		return refusal
	}
	return nil
}

// mayKnow decides whether a viewer who comes with a request id that was used before may know what became of it; err is
// how it ended. Not even the number of a case that they may not see is told. A request without a case has no audience:
// why it was refused is for those who may see everything.
func (c *Cases) mayKnow(ctx context.Context, requestID string, opened workflows.Opened, err error) error {
	used := usedBefore(requestID)
	var refused *incident.Refusal
	if errors.As(err, &refused) {
		return either(judge(c.config, workflows.Head{Audience: incident.AudienceRestricted}, nil, used), refused)
	}
	if err != nil {
		return err
	}
	found, err := c.describe(ctx, opened.WorkflowID)
	if isNotFound(err) {
		return used // its words would hold the number
	}
	if err != nil {
		return err
	}
	return c.allow(found.GetWorkflowExecutionInfo(), used)
}

func usedBefore(requestID string) *incident.Refusal {
	return incident.Refuse(incident.Rule, "Give another --request-id, or none; if the first request was yours, ask the CSIRT before you open the case anew",
		"the request id %s was used before, and what came of it is not for this machine's viewer to see", requestID)
}
