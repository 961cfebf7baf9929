package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/wire"
)

func tester() incident.By {
	return incident.By{Who: "tester", Door: incident.DoorCLI, Assurance: incident.SelfDeclared}
}

// Whoever reads Temporal's database, or its Web UI without the codec, reads nothing that a person wrote.
func TestNothingPeopleWroteIsPlain(t *testing.T) {
	in := shared(t)
	words := map[string]string{
		"title": "Zanzibar", "reporter": "Montgomery", "report": "Kilimanjaro", "scope": "Serengeti", "kind": "Okavango", "analysis": "Limpopo",
		"hypothesis": "Ngorongoro", "finding": "Tanganyika", "task": "Drakensberg", "update": "Kalahari", "lesson": "Zambezi", "reason": "Ruwenzori",
	}
	never := map[string]string{"message": "Timbuktu", "reply": "Ouagadougou", "file": "Antananarivo"}
	request, s := in.open(t, "aoi", fmt.Sprintf("open %s and more\n%s was said --reporter %q --kind %s", words["title"], words["report"], words["reporter"], words["kind"]), cases.Linked)
	_, err := in.desk.Triage(t.Context(), s.Number, workflows.TriageCommand{Severity: incident.Sev3, Scope: words["scope"], Commander: "@ben", By: tester()}, request+"-t")
	require.NoError(t, err)
	in.send(t, s.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: words["analysis"], Hypothesis: words["hypothesis"], Lead: "@chie", By: principal()})
	first := in.says(t, "aoi", s.Links.Channel, "", never["message"])
	in.says(t, "ben", s.Links.Channel, first, never["reply"])
	in.acts(t, "file", map[string]string{"user": "aoi", "channel": s.Links.Channel, "text": "x", "name": never["file"] + ".txt", "content": never["message"]}, nil)
	in.send(t, s.Number, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Finding: words["finding"], By: principal()})
	in.send(t, s.Number, workflows.TaskUpdate, workflows.TaskCommand{Title: words["task"], By: principal()})
	in.send(t, s.Number, workflows.PublishUpdate, workflows.PublishCommand{Text: words["update"], By: principal()})
	in.send(t, s.Number, workflows.LessonUpdate, workflows.LessonCommand{Text: words["lesson"], By: principal()})
	in.send(t, s.Number, workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "accept", Reason: words["reason"], By: principal()})
	in.send(t, s.Number, workflows.ContainUpdate, workflows.ContainCommand{State: incident.Contained, By: principal()})
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	s = in.closed(t, request)

	raw, plain := in.everything(t, request, s)
	for what, word := range never {
		require.NotContains(t, plain, word, "the %s passes through Temporal", what)
	}
	for what, word := range words {
		require.NotContains(t, raw, word, "the %s is plain text in Temporal", what)
		require.Contains(t, plain, word, "the %s can be read with the keys", what)
	}
}

// everything is all that Temporal holds of a case: the histories of Intake and Case and their entries in lists; once as
// it is stored, once with the payloads decrypted.
func (in *install) everything(t *testing.T, request string, s workflows.Status) (raw, plain string) {
	t.Helper()
	ring, err := wire.LoadKeyRing(in.keys())
	require.NoError(t, err)
	var stored, read strings.Builder
	list, err := in.client.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{})
	require.NoError(t, err)
	all := []proto.Message{list}
	for _, id := range workflowsOf(request, s) {
		for _, h := range in.runs(t, id) {
			all = append(all, h)
		}
	}
	codec := wire.NewCodec(ring)
	for _, m := range all {
		stored.WriteString(protojson.Format(m))
		visit(t, m, func(p *commonpb.Payload) {
			stored.Write(p.GetData()) // in the JSON it is base64
			opened, err := codec.Decode([]*commonpb.Payload{p})
			require.NoError(t, err)
			read.Write(opened[0].GetData())
		})
	}
	return stored.String(), read.String()
}

// workflowsOf are the ids of all workflows of a case, by what they are.
func workflowsOf(request string, s workflows.Status) map[string]string {
	ids := map[string]string{"intake": workflows.IntakeWorkflowID(request), "case": s.WorkflowID, "mirror": s.Mirror.WorkflowID}
	for _, a := range s.Analyses {
		ids[a.ID] = a.WorkflowID
	}
	for _, r := range s.Runs {
		ids[r.ID] = r.WorkflowID
	}
	return ids
}

// visit calls f for every payload in a message.
func visit(t *testing.T, m proto.Message, f func(*commonpb.Payload)) {
	t.Helper()
	require.NoError(t, proxy.VisitPayloads(t.Context(), m, proxy.VisitPayloadsOptions{
		Visitor: func(_ *proxy.VisitPayloadsContext, list []*commonpb.Payload) ([]*commonpb.Payload, error) {
			for _, p := range list {
				f(p)
			}
			return list, nil
		},
	}))
}

// runs returns the histories of all runs of a workflow, the newest first.
func (in *install) runs(t *testing.T, workflowID string) (list []*historypb.History) {
	t.Helper()
	for run := in.run(t, workflowID); run != ""; {
		events, err := eventsOf(t.Context(), in.client, workflowID, run)
		require.NoError(t, err)
		list = append(list, &historypb.History{Events: events})
		run = events[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
	}
	return list
}

// eventsOf are the events of a run so far, those before an error too; an empty run is the newest one.
func eventsOf(ctx context.Context, c client.Client, workflowID, run string) (list []*historypb.HistoryEvent, err error) {
	for events := c.GetWorkflowHistory(ctx, workflowID, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); events.HasNext(); {
		e, err := events.Next()
		if err != nil {
			return list, err
		}
		list = append(list, e)
	}
	return list, nil
}
