package cases

import (
	"context"
	"errors"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// Triage tells a case what triage has found and waits for its answer. The same update id is the same command: sent
// again, it gets the first answer. A refusal by a rule of the case comes both in the Answer and as the error. After an
// error with code UnknownOutcome the command may have been recorded.
func (c *Cases) Triage(ctx context.Context, number string, command workflows.TriageCommand, updateID string) (workflows.Answer, error) {
	found, err := c.find(ctx, number)
	if err != nil {
		return workflows.Answer{}, err
	}
	info := found.GetWorkflowExecutionInfo()
	if err := c.allow(info, missing(number)); err != nil {
		return workflows.Answer{}, err
	}
	if !running(info) {
		return workflows.Answer{}, ended(number)
	}
	return c.update(ctx, info.GetExecution().GetWorkflowId(), number, command, updateID)
}

func (c *Cases) update(ctx context.Context, workflowID, number string, command workflows.TriageCommand, updateID string) (workflows.Answer, error) {
	var answer workflows.Answer
	sent, err := c.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		UpdateID: updateID, WorkflowID: workflowID, UpdateName: workflows.TriageUpdate,
		Args: []any{command}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = sent.Get(ctx, &answer)
	}
	var (
		rejected *temporal.ApplicationError
		lost     *serviceerror.Unavailable
	)
	switch {
	case err == nil && answer.Refused != nil:
		return answer, answer.Refused
	case err == nil:
		return answer, nil
	case gone(err):
		return answer, ended(number)
	case refusalIn(err) == nil && errors.As(err, &rejected):
		return answer, incident.Refuse(incident.Usage, "", "%s", rejected.Message())
	case timedOut(err), errors.As(err, &lost):
		return answer, &Error{Code: UnknownOutcome, Message: "triage case " + number + ": not confirmed: it may have been recorded", cause: err,
			Hint: "Check that a worker runs, and look with `starter status " + number + "`; sending it again with --request-id " + updateID + " is harmless"}
	}
	return answer, c.explain(err, "triage case "+number)
}

func ended(number string) *incident.Refusal {
	return incident.Refuse(incident.Rule, "", "case %s has ended: it takes no commands any more", number)
}
