package cases

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// View is a case as a reader gets it.
type View struct {
	workflows.Status
	// Partial: no worker answered in time, so this is what Temporal itself knows: the head, without steps and links.
	Partial bool   `json:"partial,omitempty"`
	Why     string `json:"why,omitempty"` // it is partial
}

// queryTime is how long a worker may take to answer before the view becomes partial.
const queryTime = 5 * time.Second

// Status reads the case with that number: its ticket's key, or the provisional number it was opened under. A case that
// the viewer may not see is not found, in the same words as one that does not exist.
func (c *Cases) Status(ctx context.Context, number string, viewer settings.Viewer) (View, error) {
	return c.look(ctx, number, viewer, incident.VerbStatus)
}

func (c *Cases) look(ctx context.Context, number string, viewer settings.Viewer, act string) (View, error) {
	found, err := c.find(ctx, number)
	if err != nil {
		return View{}, err
	}
	return c.view(ctx, found, number, viewer, act)
}

// StatusOfChannel reads the case that a Slack channel belongs to.
func (c *Cases) StatusOfChannel(ctx context.Context, channel string, viewer settings.Viewer) (View, error) {
	missing := incident.Refuse(incident.NotFound, "Say it in the case's channel, or give the case's number", "this channel belongs to no case")
	if !plainChannel.MatchString(channel) {
		return View{}, missing
	}
	id, err := c.newest(ctx, fmt.Sprintf("%s = '%s'", workflows.CaseChannel, channel))
	if err != nil || id == "" {
		return View{}, either(err, missing)
	}
	found, err := c.describe(ctx, id)
	if err != nil {
		return View{}, err
	}
	return c.view(ctx, found, id, viewer, unrecorded) // whoever is in the channel of an analysis does nothing strange
}

// unrecorded is for whoever looks at a case in order to do something else.
const unrecorded = ""

func (c *Cases) view(ctx context.Context, found *workflowservice.DescribeWorkflowExecutionResponse, asked string, viewer settings.Viewer, act string) (View, error) {
	info := found.GetWorkflowExecutionInfo()
	head, headErr := c.head(info)
	if headErr == nil && !c.config.Visible(head, viewer) {
		c.turnAway(info.GetExecution().GetWorkflowId(), act, notVisible, c.reader(viewer))
		return View{}, missing(asked)
	}
	asking, cancel := context.WithTimeout(ctx, within(ctx, queryTime))
	defer cancel()
	status, err := c.query(asking, info.GetExecution().GetWorkflowId())
	switch {
	case err == nil && !c.config.Visible(headOf(status), viewer):
		c.turnAway(info.GetExecution().GetWorkflowId(), act, notVisible, c.reader(viewer))
		return View{}, missing(asked)
	case err == nil:
		if err := c.recordRead(viewer, "status", status.WorkflowID, status.Audience, 0); err != nil {
			return View{}, err
		}
		c.addCauses(&status, found.GetPendingActivities())
		c.addHeld(ctx, &status)
		return View{Status: status}, nil
	case headErr != nil:
		return View{}, c.explain(headErr, "read case "+number(info))
	}
	if err := c.recordRead(viewer, "status", head.WorkflowID, head.Audience, 0); err != nil {
		return View{}, err
	}
	return View{Status: statusOf(head, info), Partial: true, Why: "no worker answered: " + because(c.explain(err, "ask the case"))}, nil
}

func because(err error) string {
	if IsUnknown(err) {
		return "is one running?"
	}
	return err.Error()
}

// within bounds d so that something is left of ctx to answer with.
func within(ctx context.Context, d time.Duration) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(d, time.Until(deadline)*3/4)
	}
	return d
}

func (c *Cases) query(ctx context.Context, workflowID string) (workflows.Status, error) {
	var status workflows.Status
	answer, err := c.client.QueryWorkflow(ctx, workflowID, "", workflows.StatusQuery)
	if err != nil {
		return status, err
	}
	return status, answer.Get(&status)
}

// Numbers and channel ids that can stand in a visibility query as they are.
var (
	plainNumber  = regexp.MustCompile(`^[A-Z][A-Z0-9_]*(-[A-Z0-9]+)+$`)
	plainChannel = regexp.MustCompile(`^[A-Z0-9]{2,30}$`)
)

// find describes the newest run of a case. The workflow id is the number it was opened under; a case whose ticket came
// late is found by its attribute.
func (c *Cases) find(ctx context.Context, number string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	plain := strings.ToUpper(strings.TrimSpace(number))
	if !plainNumber.MatchString(plain) {
		return nil, missing(number)
	}
	found, err := c.describe(ctx, workflows.CaseWorkflowID(plain))
	if !isNotFound(err) {
		return found, err
	}
	id, err := c.newest(ctx, fmt.Sprintf("%s = '%s'", workflows.CaseNumber, plain))
	if err != nil || id == "" {
		return nil, either(err, missing(number))
	}
	return c.describe(ctx, id)
}

func (c *Cases) describe(ctx context.Context, workflowID string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	found, err := c.client.DescribeWorkflowExecution(ctx, workflowID, "")
	if gone(err) {
		return nil, missing(strings.TrimPrefix(workflowID, workflows.CaseWorkflowID("")))
	}
	return found, c.explain(err, "read the case")
}

// newest returns the workflow id of the newest case that matches; empty if there is none.
func (c *Cases) newest(ctx context.Context, condition string) (string, error) {
	page, err := c.client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		PageSize: 1, Query: "WorkflowType = 'Case' AND " + condition,
	})
	if err != nil || len(page.GetExecutions()) == 0 {
		return "", c.explain(err, "look for the case")
	}
	return page.GetExecutions()[0].GetExecution().GetWorkflowId(), nil
}

func missing(number string) *incident.Refusal {
	return incident.Refuse(incident.NotFound, "Check the number; the list of cases shows those that you may see", "there is no case %s", incident.Shorten(incident.CleanLine(number), 40))
}

func isNotFound(err error) bool {
	var refusal *incident.Refusal
	return errors.As(err, &refusal) && refusal.Code == incident.NotFound
}

// gone reports whether the workflow is not there; a missing namespace is something else.
func gone(err error) bool {
	var notFound *serviceerror.NotFound
	return errors.As(err, &notFound)
}

func either(err error, refusal *incident.Refusal) error {
	if err != nil {
		return err
	}
	return refusal
}

func number(info *workflow.WorkflowExecutionInfo) string {
	return strings.TrimPrefix(info.GetExecution().GetWorkflowId(), workflows.CaseWorkflowID(""))
}

// running reports whether the workflow has not ended. One that somebody has paused goes on one day.
func running(info *workflow.WorkflowExecutionInfo) bool {
	status := info.GetStatus()
	return status == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING || status == enumspb.WORKFLOW_EXECUTION_STATUS_PAUSED
}
