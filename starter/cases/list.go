package cases

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// Filter narrows a list.
type Filter struct {
	All   bool           // closed and ended cases too
	Phase incident.Phase // empty: any
	Stuck bool           // only those in which a step cannot go on
	Of    string         // only those that this Slack user commands or is a member of
	Limit int            // how many at most; 0: DefaultLimit
}

// DefaultLimit is how many cases a list holds at most unless it says otherwise.
const DefaultLimit = 200

// maxRead bounds how many cases are looked at for a list: a viewer who may see few of many must not cost a scan of all.
const maxRead = 5000

const pageSize = 200

// List returns the heads of the cases that the viewer may see, the newest first. Lists lag behind by a second or two.
func (c *Cases) List(ctx context.Context, viewer settings.Viewer, f Filter) ([]workflows.Head, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	heads, err := c.heads(ctx, viewer, f.query(), limit, f.of)
	if err != nil {
		return nil, c.explain(err, "list cases")
	}
	slices.SortStableFunc(heads, func(a, b workflows.Head) int { return b.Opened.Compare(a.Opened) })
	heads = heads[:min(limit, len(heads))]
	return heads, c.recordRestricted(viewer, "list", heads)
}

// heads reads pages until there are enough heads that the viewer may see. A case that continues in a new run while pages
// are read stands on two of them: it is listed once.
func (c *Cases) heads(ctx context.Context, viewer settings.Viewer, query string, enough int, wanted func(workflows.Head) bool) ([]workflows.Head, error) {
	heads := []workflows.Head{}
	request := &workflowservice.ListWorkflowExecutionsRequest{PageSize: pageSize, Query: query}
	for read := 0; read < maxRead && len(heads) < enough; {
		page, err := c.client.ListWorkflow(ctx, request)
		if err != nil {
			return nil, err
		}
		read += len(page.GetExecutions())
		for _, head := range c.visible(page.GetExecutions(), viewer) {
			if wanted(head) {
				heads = append(heads, head)
			}
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			break
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(heads, func(h workflows.Head) bool {
		again := seen[h.WorkflowID]
		seen[h.WorkflowID] = true
		return again
	}), nil
}

// of reports whether the case is one of those of the person who is asked about.
func (f Filter) of(h workflows.Head) bool {
	return f.Of == "" || h.CommanderID == f.Of || slices.Contains(h.Members, f.Of)
}

// query leaves out the runs that a case has left behind by rolling over: they are the same case. Closed cases run on
// while they can be reopened; they are listed if they are asked for.
func (f Filter) query() string {
	conditions := []string{"WorkflowType = 'Case'", "ExecutionStatus != 'ContinuedAsNew'"}
	if !f.All {
		conditions[1] = "ExecutionStatus = 'Running'"
	}
	if !f.All && f.Phase != incident.PhaseClosed {
		conditions = append(conditions, workflows.CaseStatus+" != '"+string(incident.Ended)+"'")
	}
	if f.Phase != "" {
		conditions = append(conditions, workflows.CasePhase+" = '"+strings.ReplaceAll(string(f.Phase), "'", "")+"'")
	}
	if f.Stuck {
		conditions = append(conditions, workflows.CaseStatus+" = '"+string(incident.Stuck)+"'")
	}
	return strings.Join(conditions, " AND ")
}

// visible decodes a page. A case that cannot be read cannot be judged, so it is left out, with a warning.
func (c *Cases) visible(page []*workflow.WorkflowExecutionInfo, viewer settings.Viewer) []workflows.Head {
	var heads []workflows.Head
	for _, info := range page {
		head, err := c.head(info)
		if err != nil {
			slog.Warn("a case is left out of the list: its head cannot be read", "workflow", info.GetExecution().GetWorkflowId(), "error", err)
			continue
		}
		if !running(info) {
			head.Status = incident.Ended
		}
		if c.config.Visible(head, viewer) {
			heads = append(heads, head)
		}
	}
	return heads
}
