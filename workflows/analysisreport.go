package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// analysisReport is what an analysis tells its case. Run and Seq order the reports.
type analysisReport struct {
	Analysis string       `json:"analysis"`
	Run      string       `json:"run"` // run id: another run's numbers begin anew
	Seq      int          `json:"seq"`
	Channel  string       `json:"channel,omitempty"`
	Name     string       `json:"name,omitempty"`
	Asked    string       `json:"asked,omitempty"`
	Lead     string       `json:"lead,omitempty"`
	LeadID   string       `json:"lead_id,omitempty"`
	Members  []string     `json:"members,omitempty"`
	Missed   []string     `json:"missed,omitempty"`  // people who could not be brought in
	Open     []StepStatus `json:"open,omitempty"`    // steps that are not done
	Busy     bool         `json:"busy,omitempty"`    // its channel is there, and is still being set up
	Wondered time.Time    `json:"wondered,omitzero"` // which question of the case this answers
}

// report tells the case what it should know, whenever that changes.
func (a *analysisRun) report(ctx workflow.Context) error {
	for {
		if err := a.await(ctx, func() bool { return digest(a.news()) != a.Reported }); err != nil {
			return err
		}
		news := a.news()
		seen := digest(news)
		a.Seq++
		news.Seq, news.Run = a.Seq, runID(ctx)
		if err := workflow.SignalExternalWorkflow(ctx, a.Case, "", analysisReportSignal, news).Get(ctx, nil); temporal.IsCanceledError(err) {
			return err
		}
		a.Reported = seen // a case that does not hear has ended
	}
}

func (a *analysisRun) news() analysisReport {
	r := analysisReport{
		Analysis: a.Order.Analysis.ID, Channel: a.channel.ID, Name: a.channelName(), Asked: a.Led, Lead: a.Lead.Name, LeadID: a.Lead.ID,
		Members: a.In, Missed: slices.Clone(a.Missed), Open: a.openSteps(), Busy: a.busy(), Wondered: a.Order.Wondered,
	}
	if a.NoLead != "" {
		r.Missed = append(r.Missed, a.NoLead)
	}
	return r
}

func (a *analysisRun) channelName() string {
	if name := a.Shown["name"]; name != "" {
		return name
	}
	return a.channel.Name
}

// busy reports whether the channel is there but is still being set up: it must not be archived meanwhile, or it would stay
// without its mark and its card.
func (a *analysisRun) busy() bool {
	if !a.tellsBusy || a.channel.ID == "" || a.Order.Abandoned {
		return false
	}
	return !a.isSettled(stepAnalysisDescribe) || !a.isSettled(stepAnalysisCard) || !a.isSettled(stepAnalysisPin)
}

// openSteps are the steps that are stuck: those that are only on their way are no news for the case.
func (a *analysisRun) openSteps() []StepStatus { return stuckSteps(a.runner, a.id) }
