package slackbot_test

import (
	"strings"
	"testing"
	"time"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
)

func TestTheBareCommandShowsWhatFits(t *testing.T) {
	for phase, want := range map[incident.Phase]string{
		incident.PhaseTriage:  "case_triage case_details case_severity case_contain case_analyze case_run case_task case_update case_lesson case_take case_handover case_waive case_close case_merge case_mistake",
		incident.PhaseLessons: "case_decide case_lesson case_task case_update case_severity case_take case_handover case_waive case_back case_mistake",
		incident.PhaseArchive: "case_back",
		incident.PhaseClosed:  "case_reopen",
	} {
		d := inPhase(phase)
		w := newWorkspace(t, d)
		form := w.form("")
		form.Set("channel_id", "C0CASE001")
		_, body := w.post("/slack/commands", form.Encode(), time.Now(), secret)
		if got := strings.Join(buttonsIn(t, body), " "); got != want || strings.Contains(body, "<!here>") {
			t.Errorf("%s: %s in %s, want %s", phase, got, body, want)
		}
	}
}

// Whoever may only decide about stuck steps is not kept from that.
func TestTheBareCommandShowsWhatIsStuck(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	d.found.Status = incident.Stuck
	w := newWorkspaceOf(t, d, func(o *slackbot.Options) {
		o.Rights = incident.Rights{{Verbs: []string{"retry", "skip", "supply", "abort", "status", "list"}, Roles: []incident.Role{incident.RoleMember}},
			{Verbs: []string{incident.EveryVerb}, Roles: []incident.Role{incident.RoleOperator}}}
	})
	form := w.form("")
	form.Set("channel_id", "C0CASE001")
	_, body := w.post("/slack/commands", form.Encode(), time.Now(), secret)
	if got := buttonsIn(t, body); len(got) != 1 || got[0] != "case_stuck" {
		t.Errorf("buttons %q in %s", got, body)
	}
}
