package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	updatepb "go.temporal.io/api/update/v1"
	"go.temporal.io/api/workflowservice/v1"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// garbage is what somebody may send by mistake, or to do harm: what cannot be decrypted or decoded, what is of another type,
// what is empty, and what looks right and is not.
func garbage(number, channel string) map[string]*commonpb.Payloads {
	encoded := func(encoding, data string) *commonpb.Payloads {
		return &commonpb.Payloads{Payloads: []*commonpb.Payload{{Metadata: map[string][]byte{"encoding": []byte(encoding)}, Data: []byte(data)}}}
	}
	list := map[string]*commonpb.Payloads{
		"nothing": nil, "no payload": {}, "an empty payload": {Payloads: []*commonpb.Payload{{}}},
		"of an unknown key":     encoded("binary/encrypted", "not what anybody has encrypted"),
		"of an unknown codec":   encoded("binary/of-tomorrow", "{}"),
		"no protobuf":           encoded("binary/protobuf", "\xff\xff\xff"),
		"no JSON":               encoded("json/plain", `{"number":`),
		"several":               {Payloads: append(plain(`{}`).Payloads, plain(`7`).Payloads...)},
		"a very long text":      plain(`"` + strings.Repeat("長", 100_000) + `"`),
		"a thousand unknown":    plain(`{"channels":[` + strings.Repeat(`"C0NOWHERE",`, 999) + `"C0NOWHERE"]}`),
		"another case's":        plain(`{"number":"SEC-90001","analysis":{"id":"a77"},"end":true}`),
		"no case's":             plain(`{"number":"","analysis":{"id":"a1"},"end":true,"abandoned":true}`),
		"a mirror's of nowhere": plain(`{"number":"` + number + `","end":true}`),
		"a report of nobody":    plain(`{"analysis":"a1","run":"","seq":99,"channel":"C0EVIL"}`),
		"a report of another":   plain(`{"analysis":"a99","run":"r","seq":-1,"channel":"<!channel>"}`),
		"a decision of nobody":  plain(`{"child":"a1","run":"r","seq":1,"step":"analysis.pin","decision":{"action":"abort"}}`),
		"a decision nowhere":    plain(`{"child":"a99","run":"r","seq":1,"step":"x","decision":{"action":"abort","by":"mallory"}}`),
		"a bell with hints":     plain(`{"channels":["` + channel + `"],"hints":[{"channel":"` + channel + `","ts":"not a number"},{"channel":"` + channel + `","ts":"-1.5"},{"channel":"../x","ts":"1"}]}`),
		"a channel elsewhere":   plain(`{"channel":"C0NOWHERE","did":"archived","user":"<@U1>","name":"x"}`),
		"an odd deed":           plain(`{"channel":"` + channel + `","did":"exploded","user":"<script>"}`),
		"a rename to nothing":   plain(`{"channel":"` + channel + `","did":"renamed","name":""}`),
	}
	for _, json := range []string{`null`, `7`, `-1e308`, `true`, `""`, `"text"`, `[]`, `[null]`, `{}`, `{"ok":"yes"}`, `{"seq":"one"}`, `{"number":{"of":"what"}}`} {
		list[json] = plain(json)
	}
	return list
}

// Whatever is sent to a case, its analysis and its mirror under the names that they know, nothing stops and nothing is
// lost.
func TestGarbage(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.deepCase(t, "garbage is sent to it")
	analysis, mirror := workflows.AnalysisWorkflowID(s.WorkflowID, "a1"), workflows.MirrorWorkflowID(s.WorkflowID)
	sent := 0
	for id, names := range map[string][]string{
		s.WorkflowID: {"ticketSettled", "intakeAgain", "analysisReport", "mirrorReport", "stepDecided", "vendor", workflows.ChannelSignal, workflows.RollSignal, "unknown"},
		analysis:     {"order", workflows.RollSignal, "unknown"},
		mirror:       {"order", workflows.BellSignal, workflows.RollSignal, "unknown"},
	} {
		for _, name := range names {
			for what, payload := range garbage(s.Number, s.Links.Channel) {
				require.EventuallyWithT(t, func(c *assert.CollectT) { // while a run ends, the server takes none
					_, err := in.service().SignalWorkflowExecution(t.Context(), &workflowservice.SignalWorkflowExecutionRequest{
						Namespace: in.stack.Namespace, WorkflowExecution: execution(id), SignalName: name, Input: payload, Identity: operator, RequestId: trigger(),
					})
					require.NoError(c, err)
				}, patient, 20*time.Millisecond, "%s: %s", name, what)
				sent++
			}
		}
		for what, payload := range garbage(s.Number, s.Links.Channel) {
			in.refusedUpdate(t, id, what, payload)
			sent++
		}
	}
	for _, id := range []string{s.WorkflowID, analysis, mirror} {
		in.unharmed(t, id)
	}
	in.settle(t, request, "the case is as it was", deep)
	in.says(t, "ben", s.Links.Channel, "", "said afterwards")
	in.says(t, "chie", analysisOf(s, "a1").Channel, "", "said afterwards, too")
	in.settleLog(t, s, "it is logged", func(m workflows.MirrorStatus) bool { return m.Messages >= 4 })
	in.send(t, s.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Analysis: "a1", Lead: "@ben", By: principal()})
	in.settle(t, request, "the analysis hears its case", func(s workflows.Status) bool { return analysisOf(s, "a1").Lead == "Ben Okafor" })
	in.send(t, s.Number, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Finding: "one sign-in", By: principal()})
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	s = in.closed(t, request)
	require.Equal(t, incident.Ended, s.Status)
	in.oneOfAll(t, request)
	for _, id := range []string{s.WorkflowID, analysis, mirror} {
		in.unharmed(t, id)
	}
	t.Logf("%d messages of garbage", sent)
}

// refusedUpdate sends garbage as a decision. It is refused, one way or the other.
func (in *install) refusedUpdate(t *testing.T, workflowID, what string, payload *commonpb.Payloads) {
	t.Helper()
	answer, err := in.service().UpdateWorkflowExecution(t.Context(), &workflowservice.UpdateWorkflowExecutionRequest{
		Namespace: in.stack.Namespace, WorkflowExecution: execution(workflowID),
		WaitPolicy: &updatepb.WaitPolicy{LifecycleStage: 3}, // completed
		Request: &updatepb.Request{
			Meta: &updatepb.Meta{UpdateId: trigger(), Identity: operator}, Input: &updatepb.Input{Name: workflows.ResolveUpdate, Args: payload},
		},
	})
	if err == nil {
		require.NotNil(t, answer.GetOutcome().GetFailure(), "%s: %s was taken: %v", workflowID, what, answer)
	}
}
