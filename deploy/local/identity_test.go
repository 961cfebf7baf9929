package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/audit"
	"hikeshi/workflows/incident"
)

// What the gateway has signed is believed. Whoever writes to Temporal itself, and says that they are somebody in Slack, is
// not: the case says so, and it is in the history.
func TestClaimsNeedProof(t *testing.T) {
	in := shared(t)
	request, s := in.open(t, "aoi", "open sev3 who says so", cases.Ready)
	aoi := incident.By{Who: cast(t, "aoi").ID, Name: "aoi", Door: incident.DoorSlack, Assurance: incident.SlackSigned, Known: true, GroupsKnown: true}
	_, err := in.desk.Send(t.Context(), s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "false positive", By: aoi}, trigger())
	require.ErrorContains(t, err, "identity is verified")
	_, err = in.desk.Send(t.Context(), s.Number, workflows.LessonUpdate, workflows.LessonCommand{Text: "badges", By: aoi}, trigger())
	require.ErrorContains(t, err, "nothing proves who sent this from Slack")

	principal := incident.By{Who: "root", Door: incident.DoorCLI, Assurance: incident.TemporalPrincipal} // trust_local_user
	answer, err := in.desk.Send(t.Context(), s.Number, workflows.LessonUpdate, workflows.LessonCommand{Text: "locks", By: principal}, trigger())
	require.NoError(t, err)
	require.False(t, answer.Doubted, "%+v", answer)
	report := audit.Verify(in.export(t, s), audit.Options{Keys: in.cfg.GatewayKeys()})
	require.Len(t, report.Unproven, 2, "both forged commands come first: %+v", report.Unproven)
	require.Equal(t, audit.ProofReport{Valid: 1, None: 2, Keys: map[string]int{in.cfg.GatewayKeys()[0].ID(): 1}}, report.Proofs, "the opening is proven")
	require.NotEmpty(t, request)
}
