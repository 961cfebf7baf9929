package ops

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
)

// Workflows is what is needed of a client.Client to find workflows and tell them something.
type Workflows interface {
	ListWorkflow(context.Context, *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error)
	SignalWorkflow(ctx context.Context, workflowID, runID, signal string, arg any) error
}

// TellWorkflows asks for workflows to be told something.
type TellWorkflows struct {
	Query  string          `json:"query"` // of the visibility store: whom
	Signal string          `json:"signal"`
	What   json.RawMessage `json:"what"` // the signal's argument
}

// ToldWorkflows says how many were told.
type ToldWorkflows struct {
	Told int `json:"told"`
}

// tellPace is the time between two signals: those who hear them have something to write, all of them at the same vendors.
const tellPace = 50 * time.Millisecond

const tellPage = 200

// TellWorkflows sends each workflow that a query finds a signal, one after the other. Running it twice is harmless: who
// hears it twice knows it already. No error is final; a workflow that has ended meanwhile is none.
func (a *Activities) TellWorkflows(ctx context.Context, in TellWorkflows) (ToldWorkflows, error) {
	var told ToldWorkflows
	request := &workflowservice.ListWorkflowExecutionsRequest{PageSize: tellPage, Query: in.Query}
	for {
		page, err := a.Workflows.ListWorkflow(ctx, request)
		if err != nil {
			return told, trouble("list the workflows to be told", err)
		}
		for _, found := range page.GetExecutions() {
			id := found.GetExecution().GetWorkflowId()
			if err := a.tell(ctx, id, in); err != nil {
				return told, trouble("tell "+id, err)
			}
			told.Told++
			activity.RecordHeartbeat(ctx, told)
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return told, nil
		}
	}
}

func (a *Activities) tell(ctx context.Context, id string, in TellWorkflows) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(tellPace):
	}
	err := a.Workflows.SignalWorkflow(ctx, id, "", in.Signal, in.What)
	var ended *serviceerror.NotFound
	if errors.As(err, &ended) {
		return nil
	}
	return err
}
