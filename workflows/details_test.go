package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities/fake"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func detailing(cmd workflows.DetailsCommand, refused string) act {
	if cmd.By.Who == "" {
		cmd.By = somebody
	}
	return act{workflows.DetailsUpdate, cmd, refused, ""}
}

// One line opens a case; the rest of the report follows, and stands on the card and the ticket.
func TestDetails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Organisations = []incident.Organisation{{ID: "acme", Name: "Acme Foods"}}
	state, _ := w.intake(report("req-details"))
	unclear, clear := true, false
	status, next := w.tell(state,
		detailing(workflows.DetailsCommand{Reporter: " ", Invite: []string{" "}}, "nothing to record"),
		detailing(workflows.DetailsCommand{What: strings.Repeat("x", 4001)}, "at most 4000 fit"),
		detailing(workflows.DetailsCommand{Invite: make([]string, 51), What: "x"}, "too many at once"),
		detailing(workflows.DetailsCommand{What: "a link was opened\nin a mail", When: "this morning", Kind: "phishing", Unclear: &unclear}, ""),
	)
	require.Equal(t, "Ms Ito, Acme Foods, 03-1234-5678", status.Details.Reporter, "as she was told at the opening")
	require.Equal(t, incident.Details{Reporter: status.Reporter, What: "a link was opened\nin a mail", When: "this morning", Unclear: true}, status.Details)
	require.Equal(t, "phishing", status.Kind)
	require.Contains(t, notesOf(status), "call the reporter, or go there")
	require.Equal(t, incident.PhaseTriage, status.Phase)
	card, ticket := w.card(status.Links.Channel), w.jira.Issues()[0].Description
	for _, shown := range []string{card, ticket} {
		require.Contains(t, shown, "this morning")
		require.Contains(t, shown, "call the reporter, or go there")
	}
	status, _ = w.tell(next, detailing(workflows.DetailsCommand{Reporter: "Mr Abe, 03-9999", Unclear: &clear}, ""), detailing(workflows.DetailsCommand{Unclear: &clear}, ""))
	require.Equal(t, "Mr Abe, 03-9999", status.Reporter)
	require.Equal(t, "this morning", status.Details.When, "what is not said anew stays")
	require.Empty(t, status.Notes)
	require.Contains(t, w.jira.Issues()[0].Description, "Mr Abe")
}

// A company that is named later is shown, and opens the case to nobody.
func TestACompanyWidensNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Audience, w.place.Organisations = incident.AudienceOrganisation, []incident.Organisation{{ID: "acme", Name: "Acme Foods"}}
	state, _ := w.intake(report("req-company"))
	before, next := w.tell(state)
	var answers []string
	status, _ := w.live(next, 2*time.Minute, w.asking(&answers, workflows.DetailsUpdate,
		workflows.DetailsCommand{Company: "acme foods", By: somebody}, workflows.DetailsCommand{Company: "Bravo Ltd", By: somebody}))
	require.NotContains(t, answers[0], "only shown")
	require.Contains(t, answers[1], "Bravo Ltd is only shown")
	require.Equal(t, "Bravo Ltd", status.Details.Company)
	require.Equal(t, before.Organisations, status.Organisations)
	require.Equal(t, before.Audience, status.Audience)
	require.Equal(t, before.Members, status.Members)
}

// People who are named later are brought in; those who cannot be are shown until they are there.
func TestInvitedLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Responders = nil
	state, _ := w.intake(report("req-invited"))
	status, next := w.tell(state, detailing(workflows.DetailsCommand{Invite: []string{"@chie", "@chie", "@nobody.at.all"}}, ""))
	require.Contains(t, status.Members, chie.Who)
	require.Contains(t, notesOf(status), "@nobody.at.all was not found")
	require.Empty(t, status.Debts)
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "*", Mode: "before"}))
	status, next = w.tell(next, detailing(workflows.DetailsCommand{Invite: []string{"@ben"}}, ""))
	require.Contains(t, status.Debts, "invite.2")
	w.slack.ClearFaults()
	status, _ = w.live(next, 30*time.Minute)
	require.Contains(t, status.Members, ben.Who)
	require.Empty(t, status.Debts)
}

// A case that never was one ends from every phase, with a reason and without lessons.
func TestOpenedByMistake(t *testing.T) {
	t.Parallel()
	mistake := func(reason, refused string) act {
		return act{workflows.CloseUpdate, workflows.CloseCommand{Resolution: "opened by mistake", Reason: reason, By: aoi}, refused, ""}
	}
	lesson := act{workflows.LessonUpdate, workflows.LessonCommand{Text: "look twice", By: aoi}, "", ""}
	for name, before := range map[string][]act{
		"triage":   {lesson, {workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", Lead: "@ben", By: aoi}, "", ""}},
		"analysis": {triaged(), lesson},
		"lessons": {triaged(), lesson, {workflows.ContainUpdate, workflows.ContainCommand{State: incident.Contained, By: aoi}, "", ""},
			{workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: aoi}, "", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			state, opened := w.intake(report("req-mistake-" + name))
			status, _ := w.tell(state, append(before, mistake(" ", "the reason is missing"), mistake("typed in the wrong channel", ""))...)
			require.Equal(t, incident.PhaseArchive, status.Phase)
			require.Equal(t, opened.Number, status.Number)
			require.Equal(t, "typed in the wrong channel", status.ResolutionReason)
			for _, a := range status.Analyses {
				require.Equal(t, incident.AnalysisDropped, a.State)
			}
			require.True(t, w.said(status.Links.Channel, "opened by mistake, because: typed in the wrong channel"))
		})
	}
}

// While things are still owed the archive waits for them; nobody is called for a mistake.
func TestOpenedByMistakeAtOnce(t *testing.T) {
	t.Parallel()
	w := onCall(t)
	silent(t, w.slack.Control)
	state, _ := w.intake(report("req-mistake-open"))
	status, next := w.live(state, time.Hour, during(10*time.Second, func(env *testsuite.TestWorkflowEnvironment) {
		w.perform(env, "mistake", act{workflows.CloseUpdate, workflows.CloseCommand{Resolution: "opened by mistake", Reason: "a slip", By: aoi}, "", ""})
	}))
	require.Equal(t, incident.PhaseArchive, status.Phase)
	require.Contains(t, gate(status, "archive").Missing, "debt open.channel")
	require.Empty(t, w.pager.Pages())
	w.slack.ClearFaults()
	status, _ = w.live(next, time.Hour)
	require.Equal(t, []string{"archive"}, gate(status, "archive").Missing, "everything is there; the archive itself is tested on a real server")
}
