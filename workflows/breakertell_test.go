package workflows_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"hikeshi/activities"
	"hikeshi/workflows"
)

// crowd is the cases that a breaker finds to be at work.
type crowd struct {
	mu      sync.Mutex
	ids     []string
	queries []string
	heard   map[string][]workflows.HeldVendor
	down    bool // lists cannot be had
}

func newCrowd(v *vendor, size int) *crowd {
	c := &crowd{heard: map[string][]workflows.HeldVendor{}}
	for n := range size {
		c.ids = append(c.ids, fmt.Sprintf("case/SEC-%d", n+1))
	}
	v.deps.Ops.Workflows = c
	return c
}

func (c *crowd) ListWorkflow(_ context.Context, in *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queries = append(c.queries, in.GetQuery())
	if c.down {
		return nil, serviceerror.NewUnavailable("no visibility")
	}
	page := &workflowservice.ListWorkflowExecutionsResponse{}
	for _, id := range c.ids {
		if !strings.Contains(in.GetQuery(), "StartTime") || len(c.heard[id]) == 0 { // of a later look: the new ones
			page.Executions = append(page.Executions, &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: id}})
		}
	}
	return page, nil
}

func (c *crowd) SignalWorkflow(_ context.Context, id, _, signal string, arg any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var h workflows.HeldVendor
	if signal != "vendor" {
		return serviceerror.NewInvalidArgument(signal)
	}
	if err := json.Unmarshal(arg.(json.RawMessage), &h); err != nil {
		return err
	}
	c.heard[id] = append(c.heard[id], h)
	return nil
}

func (c *crowd) phases(id string) (list []workflows.BreakerPhase) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, h := range c.heard[id] {
		list = append(list, h.Phase)
	}
	return list
}

// During an outage each case at work hears of it once, also one that is opened later; and once more if it still waits
// when it is over.
func TestCasesAreToldWhatTheyWaitFor(t *testing.T) {
	v := newVendor(t, "jira")
	c := newCrowd(v, 40)
	v.env = v.world.env()
	v.falls(activities.Unavailable, "HTTP 503")
	v.after(0, func() { v.meets(activities.Unavailable, "HTTP 503") })
	v.after(50*time.Second, func() { require.Empty(t, c.queries, "trouble that passes is not told") })
	v.after(20*time.Minute, func() { c.ids = append(c.ids, "case/P-1") })
	v.after(2*time.Hour, func() {
		for _, id := range c.ids {
			require.Equal(t, []workflows.BreakerPhase{workflows.BreakerHeld}, c.phases(id), id)
		}
		require.Less(t, len(c.queries), 30)
		c.ids = []string{"case/SEC-7"} // the others have their tickets when it is over
		v.falls("", "")
	})
	v.run()
	require.Equal(t, []workflows.BreakerPhase{workflows.BreakerHeld, workflows.BreakerReleased}, c.phases("case/SEC-7"))
	require.Len(t, c.phases("case/SEC-8"), 1)
	require.Contains(t, c.queries[0], "CaseStatus = 'running' OR CaseStatus = 'stuck'")
}

// Trouble that passes within a minute, or that holds nobody, is no case's business.
func TestCasesAreNotToldOfWhatPasses(t *testing.T) {
	for _, down := range []bool{true, false} {
		v := newVendor(t, "jira")
		c := newCrowd(v, 1)
		v.env = v.world.env()
		if down {
			v.falls(activities.Credentials, "HTTP 401")
		}
		v.after(0, func() { v.meets(activities.Credentials, "HTTP 401") })
		v.after(30*time.Second, func() { v.falls("", "") })
		v.run()
		require.Empty(t, c.queries)
	}
}

// Cases that cannot be found are told later, and that holds up nothing else.
func TestCasesThatCannotBeListed(t *testing.T) {
	v := newVendor(t, "jira")
	c := newCrowd(v, 1)
	c.down = true
	v.env = v.world.env()
	v.falls(activities.Credentials, "HTTP 401")
	v.after(0, func() { v.meets(activities.Credentials, "HTTP 401") })
	v.after(30*time.Minute, func() {
		require.True(t, v.held())
		require.Len(t, v.notices(), 1)
		require.Less(t, len(c.queries), 25)
		c.down = false
	})
	v.after(40*time.Minute, func() { require.Len(t, c.phases("case/SEC-1"), 1); v.falls("", "") })
	v.run()
	require.False(t, v.held())
	require.Len(t, c.phases("case/SEC-1"), 2)
}
