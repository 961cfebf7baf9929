package cases

import (
	"context"
	"maps"
	"strings"

	"go.temporal.io/api/workflowservice/v1"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// Act is what somebody wants done to a case, in the words of the command line: a verb and its flags.
type Act struct {
	ID     string // the same id, with the same words, is the same act
	Keyed  bool   // the id alone says what it is: with other words it is the same act, too
	Verb   string
	Number string // empty: the case of the viewer's channel
	Fields Fields
	By     incident.By
	Viewer settings.Viewer
}

// Do has a case do what somebody wants, as they may; see [Cases.Send] for the errors. A case that the viewer may not see
// is not there, in the same words as one that does not exist. In the channel of an analysis that analysis is meant.
func (c *Cases) Do(ctx context.Context, a Act) (workflows.Answer, error) {
	found, err := c.meant(ctx, a)
	if err != nil {
		return workflows.Answer{}, err
	}
	info := found.GetWorkflowExecutionInfo()
	id := info.GetExecution().GetWorkflowId()
	if a.Number == "" {
		a.Number = strings.TrimPrefix(id, workflows.CaseWorkflowID(""))
	}
	if err := c.within(ctx, found, a); err != nil {
		return workflows.Answer{}, err
	}
	if !running(info) {
		return workflows.Answer{}, ended(a.Number)
	}
	return c.do(ctx, id, a)
}

// meant is the case that an act is about.
func (c *Cases) meant(ctx context.Context, a Act) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	if a.Number != "" {
		return c.find(ctx, a.Number)
	}
	id, err := c.caseOfChannel(ctx, a.Viewer.Channel)
	if err != nil {
		return nil, c.explain(err, "look for the case of this channel")
	}
	if id == "" {
		return nil, incident.Refuse(incident.NotFound, "Say it in the case's channel, or give the case's number", "this channel belongs to no case")
	}
	return c.describe(ctx, id)
}

// within returns nil if the viewer may see the case. Slack lets nobody into a channel who is not in it: also that of an
// analysis is within its case. Whoever is offered command may answer that, though they see nothing of the case yet.
func (c *Cases) within(ctx context.Context, found *workflowservice.DescribeWorkflowExecutionResponse, a Act) error {
	head, err := c.head(found.GetWorkflowExecutionInfo())
	if err != nil {
		return judge(c.config, head, err, missing(a.Number))
	}
	if c.config.Visible(head, a.Viewer) {
		return nil
	}
	own, err := c.caseOfChannel(ctx, a.Viewer.Channel)
	if err != nil {
		return c.explain(err, "look for the case of this channel")
	}
	id := found.GetWorkflowExecutionInfo().GetExecution().GetWorkflowId()
	if own != id && !(a.Verb == workflows.AcceptUpdate && c.isOffered(ctx, id, a.Viewer)) {
		c.turnAway(id, a.Verb, notVisible, a.By)
		return missing(a.Number)
	}
	return nil
}

// isOffered reports whether the case says that the viewer is offered command of it.
func (c *Cases) isOffered(ctx context.Context, workflowID string, viewer settings.Viewer) bool {
	status, err := c.asked(ctx, workflowID)
	return err == nil && status.Offer != nil && viewer.SlackUser != "" && status.Offer.ToID == viewer.SlackUser
}

// with returns the fields and one more; the map itself stays as it is.
func (f Fields) with(name string, values ...string) Fields {
	more := Fields{}
	maps.Copy(more, f)
	more[name] = values
	return more
}

// CaseOf returns the number under which the case of a Slack channel was opened; empty: the channel belongs to none.
func (c *Cases) CaseOf(ctx context.Context, channel string) (string, error) {
	id, err := c.caseOfChannel(ctx, channel)
	return strings.TrimPrefix(id, workflows.CaseWorkflowID("")), c.explain(err, "look for the case of this channel")
}
