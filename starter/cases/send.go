package cases

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// Send hands a command to a case and waits for its answer: update is one of the names in workflows, such as
// workflows.TriageUpdate, and command its payload. The same update id is the same command: sent again, it gets the first
// answer. A refusal by a rule of the case comes both in the Answer and as the error. After an error with code
// UnknownOutcome the command may have been recorded.
func (c *Cases) Send(ctx context.Context, number, update string, command any, updateID string) (workflows.Answer, error) {
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
	answer, err := c.send(ctx, info.GetExecution().GetWorkflowId(), update, command, updateID)
	return answer, c.outcome(err, answer, number, update, updateID)
}

// send signs the command, if this is a gateway, and waits for its answer.
func (c *Cases) send(ctx context.Context, workflowID, update string, command any, id string) (workflows.Answer, error) {
	return c.sendAs(ctx, workflowID, update, command, commandID(update, command, id))
}

// sendAs sends it under an id that is known to be its own.
func (c *Cases) sendAs(ctx context.Context, workflowID, update string, command any, id string) (workflows.Answer, error) {
	if merge, ok := command.(workflows.MergeCommand); ok {
		aimed, err := c.aimed(ctx, workflowID, merge)
		if err != nil {
			return workflows.Answer{}, err
		}
		command = aimed
	}
	command, err := c.signed(command, incident.Act{Name: update, Workflow: workflowID, ID: id})
	if err != nil {
		return workflows.Answer{}, err
	}
	answer, err := c.update(ctx, client.UpdateWorkflowOptions{UpdateID: id, WorkflowID: workflowID, UpdateName: update, Args: []any{command}, WaitForStage: client.WorkflowUpdateStageCompleted})
	if answer.Doubted && c.signer != nil {
		slog.Error("a case does not believe what this gateway has signed: is the gateway's key among gateway.public_keys of the workers, and do the clocks agree? `starter doctor` looks",
			"workflow", workflowID, "update", update, "key", incident.KeyID(c.signer.Public().(ed25519.PublicKey)), "believed_within", workflows.ProofTime)
	}
	return answer, err
}

// commandID tells apart different commands that were given the same id by mistake: neither must be taken for the other.
// What Slack says of the sender may be different when the same command is sent again.
func commandID(update string, command any, id string) string {
	if by, ok := senderOf(command); ok {
		command = withSender(command, by.Plain())
	}
	raw, err := json.Marshal(command)
	if err != nil {
		return id // the client says what is wrong with it
	}
	sum := sha256.Sum256(append([]byte(update+"\n"), raw...))
	return id + "." + hex.EncodeToString(sum[:6])
}

// Triage tells a case what triage has found; see Send.
func (c *Cases) Triage(ctx context.Context, number string, command workflows.TriageCommand, updateID string) (workflows.Answer, error) {
	return c.Send(ctx, number, workflows.TriageUpdate, command, updateID)
}

// patience is how long a case may be too busy to take a message. While it goes on in a new run, Temporal refuses
// everything for a moment, and says that it has too much to do.
const patience = 5 * time.Second

// update sends the same update, with the same id, until the case takes it.
func (c *Cases) update(ctx context.Context, o client.UpdateWorkflowOptions) (answer workflows.Answer, err error) {
	err = insist(ctx, func() error {
		sent, err := c.client.UpdateWorkflow(ctx, o)
		if err != nil {
			return err
		}
		return sent.Get(ctx, &answer)
	})
	return answer, err
}

// insist does it until it fails for another reason than too much to do, or until patience ends.
func insist(ctx context.Context, do func() error) error {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var last error
	_ = poll(waiting, func() (bool, error) { // it ends with the last error, whatever ended the asking
		last = do()
		return !busy(last), nil
	})
	return last
}

func busy(err error) bool {
	var exhausted *serviceerror.ResourceExhausted
	return errors.As(err, &exhausted)
}

// outcome tells the sender what became of an update.
func (c *Cases) outcome(err error, answer workflows.Answer, number, update, updateID string) error {
	var rejected *temporal.ApplicationError
	switch {
	case err == nil && answer.Refused != nil:
		return answer.Refused
	case err == nil:
		return nil
	case gone(err):
		return ended(number)
	case paused(err):
		return &Error{Code: Busy, Message: fmt.Sprintf("send %s to case %s: somebody has paused it in Temporal: nothing was done", update, number), cause: err,
			Hint: "Ask the operators to unpause it, then send it again"}
	case mayBeRecorded(err):
		return &Error{Code: UnknownOutcome, Message: fmt.Sprintf("send %s to case %s: not confirmed: it may have been recorded", update, number), cause: err,
			Hint: "Check that a worker runs, and look with `starter status " + number + "`; sending it again with --request-id " + updateID + " is harmless"}
	case refusalIn(err) == nil && errors.As(err, &rejected):
		return incident.Refuse(incident.Usage, "", "%s", rejected.Message())
	}
	return c.explain(err, fmt.Sprintf("send %s to case %s", update, number))
}

// paused reports whether the server takes nothing for the workflow because somebody has paused it.
func paused(err error) bool {
	var not *serviceerror.FailedPrecondition
	return errors.As(err, &not) && strings.Contains(strings.ToLower(not.Error()), "paused")
}

// mayBeRecorded reports whether the answer was lost, or the server gave the update up in a way that does not say what
// the case has done with it.
func mayBeRecorded(err error) bool {
	var (
		lost    *serviceerror.Unavailable
		aborted *serviceerror.Aborted
		app     *temporal.ApplicationError
	)
	return timedOut(err) || errors.As(err, &lost) || errors.As(err, &aborted) ||
		errors.As(err, &app) && (app.Type() == "AcceptedUpdateCompletedWorkflow" || app.Type() == "UnprocessedUpdate")
}

func ended(number string) *incident.Refusal {
	return incident.Refuse(incident.Rule, "Open a new case, and name this one in its report", "case %s has ended: it takes no commands any more", number)
}
