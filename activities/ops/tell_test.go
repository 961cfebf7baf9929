package ops_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
	"hikeshi/activities/ops"
)

// crowd is many workflows, of which a list shows two at a time.
type crowd struct {
	size  int
	err   map[string]error // by workflow id; of "": that of the list
	heard map[string][]string
}

func (c *crowd) ListWorkflow(_ context.Context, in *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	if in.GetQuery() != "who waits" {
		return nil, serviceerror.NewInvalidArgument("another question")
	}
	var from int
	if len(in.GetNextPageToken()) > 0 {
		from = int(in.GetNextPageToken()[0])
	}
	page := &workflowservice.ListWorkflowExecutionsResponse{}
	for n := from; n < min(from+2, c.size); n++ {
		page.Executions = append(page.Executions, &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: fmt.Sprintf("case/%d", n)}})
	}
	if from+2 < c.size {
		page.NextPageToken = []byte{byte(from + 2)}
	}
	return page, c.err[""]
}

func (c *crowd) SignalWorkflow(_ context.Context, id, _, signal string, arg any) error {
	raw, err := json.Marshal(arg)
	if err == nil && c.err[id] == nil {
		c.heard[id] = append(c.heard[id], signal+" "+string(raw))
	}
	return errors.Join(err, c.err[id])
}

func (c *crowd) tell(t *testing.T) (told ops.ToldWorkflows, err error) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	a := &ops.Activities{Workflows: c}
	env.RegisterActivity(a.TellWorkflows)
	result, err := env.ExecuteActivity(a.TellWorkflows, ops.TellWorkflows{Query: "who waits", Signal: "vendor", What: json.RawMessage(`{"vendor":"jira"}`)})
	if err == nil {
		require.NoError(t, result.Get(&told))
	}
	return told, err
}

// Each hears it, whatever page it is on; one that has ended holds up nobody.
func TestTellWorkflows(t *testing.T) {
	c := &crowd{size: 5, heard: map[string][]string{}, err: map[string]error{"case/1": serviceerror.NewNotFound("it has ended")}}
	for range 2 {
		_, err := c.tell(t)
		require.NoError(t, err)
	}
	require.Len(t, c.heard, 4)
	for id, heard := range c.heard {
		require.Equal(t, []string{`vendor {"vendor":"jira"}`, `vendor {"vendor":"jira"}`}, heard, id)
	}
	for _, who := range []string{"", "case/3"} {
		c.err = map[string]error{who: serviceerror.NewUnavailable("later")}
		_, err := c.tell(t)
		require.Equal(t, activities.Unavailable, activities.FaultOf(err).Class, who)
	}
}
