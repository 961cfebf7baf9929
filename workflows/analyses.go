package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// maxAnalyses bounds how many analyses a case has: its state must stay small.
const maxAnalyses = 100

// wonderFirst is how long the case waits for an analysis that holds up its archive until it asks once more; twice as long
// each time.
const wonderFirst = 5 * time.Minute

// analysisRecord is what the case knows of an analysis: what people decided, which it tells the analysis's workflow,
// and what that reported.
type analysisRecord struct {
	incident.Analysis
	Asked  string         `json:"asked"`            // the lead, as somebody named them
	Invite []string       `json:"invite,omitempty"` // people to be brought in, as they were named
	Joined []string       `json:"joined,omitempty"` // Slack ids of people who came by themselves
	Left   []string       `json:"left,omitempty"`   // and of those who have left
	Told   string         `json:"told,omitempty"`   // digest of the last order that was sent
	Report analysisReport `json:"report,omitzero"`
	Heard  heard          `json:"heard,omitzero"`
	// Abandoned: somebody gave it up because it cannot have a channel.
	Abandoned bool `json:"abandoned,omitempty"`
	// Wondered is when the case asked last how the analysis is.
	Wondered time.Time `json:"wondered,omitzero"`
}

// holds reports whether the case cannot be archived because of what the analysis has told it.
func (a *analysisRecord) holds() bool {
	return !a.Abandoned && (a.Report.Busy || len(a.Report.Open) > 0)
}

// analyze opens an analysis, or changes one: hands it over, brings people in, corrects its hypothesis.
func (c *caseRun) analyze(ctx workflow.Context, cmd AnalyzeCommand) (Answer, *incident.Refusal) {
	if cmd.Analysis != "" {
		return c.changeAnalysis(ctx, cmd)
	}
	if len(c.Analyses) >= maxAnalyses {
		return Answer{}, incident.Refuse(incident.Rule, "Go on in one that is there", "case %s has %d analyses already", c.Number, maxAnalyses)
	}
	a := &analysisRecord{Analysis: incident.Analysis{
		ID: fmt.Sprintf("a%d", len(c.Analyses)+1), Name: incident.CleanLine(cmd.Name), Lead: c.Named.Of(incident.CleanLine(cmd.Lead)),
		Hypothesis: incident.CleanText(cmd.Hypothesis), State: incident.AnalysisOpen, Opened: workflow.Now(ctx),
	}, Invite: slices.Clone(cmd.Invite)}
	if id := c.Commander.ID; id != "" && !slices.Contains(a.Invite, id) {
		a.Invite = append(a.Invite, id) // the commander follows every analysis
	}
	if a.Lead == "" {
		a.Lead = cmd.By.Called()
	}
	if a.Asked = incident.CleanLine(cmd.Lead); a.Asked == "" {
		a.Asked = cmd.By.Who
	}
	c.Analyses = append(c.Analyses, a)
	words := []string{"Analysis", a.ID, "Name", a.Name, "Lead", a.Lead, "Channel", "", "By", cmd.By.Called()}
	c.announce("analysis_opened", words...)
	c.enter(ctx, cmd.By.Called(), "analysis_opened", words...)
	return Answer{ID: a.ID, Text: fmt.Sprintf("%s: analysis %s (%s) is open; its channel follows", c.Number, a.ID, a.Name)}, nil
}

func (c *caseRun) changeAnalysis(ctx workflow.Context, cmd AnalyzeCommand) (Answer, *incident.Refusal) {
	a, refused := c.openAnalysis(cmd.Analysis)
	if refused != nil {
		return Answer{}, refused
	}
	set(&a.Name, incident.CleanLine(cmd.Name))
	set(&a.Hypothesis, incident.CleanText(cmd.Hypothesis))
	if lead := incident.CleanLine(cmd.Lead); lead != "" && lead != a.Asked {
		a.Asked, a.Lead, a.LeadID, a.LeadGone = lead, c.Named.Of(lead), "", false
	}
	for _, who := range cmd.Invite {
		if !slices.Contains(a.Invite, who) {
			a.Invite = append(a.Invite, who)
		}
	}
	words := []string{"Analysis", a.ID, "Name", a.Name, "Lead", a.Lead, "By", cmd.By.Called()}
	c.announce("analysis_changed", words...)
	c.enter(ctx, cmd.By.Called(), "analysis_changed", words...)
	return Answer{ID: a.ID, Text: fmt.Sprintf("%s: analysis %s (%s), lead %s", c.Number, a.ID, a.Name, a.Lead)}, nil
}

// conclude ends an analysis, with its finding or with the reason why nobody goes on. Its channel stays until the case
// is archived. Whoever leads it may have left: anybody in the case can conclude it.
func (c *caseRun) conclude(ctx workflow.Context, cmd ConcludeCommand) (Answer, *incident.Refusal) {
	a, refused := c.openAnalysis(cmd.Analysis)
	if refused != nil {
		return Answer{}, refused
	}
	a.Ended = workflow.Now(ctx)
	id, words := "analysis_concluded", []string{"Analysis", a.ID, "Name", a.Name, "Finding", "", "Reason", "", "By", cmd.By.Called()}
	if drop := incident.CleanText(cmd.Drop); drop != "" {
		a.State, a.Reason = incident.AnalysisDropped, drop
		id, words[7] = "analysis_dropped", drop
	} else {
		a.State, a.Finding = incident.AnalysisConcluded, incident.CleanText(cmd.Finding)
		words[5] = a.Finding
	}
	c.announce(id, words...)
	c.enter(ctx, cmd.By.Called(), id, words...)
	return Answer{ID: a.ID, Text: fmt.Sprintf("%s: analysis %s (%s) is %s", c.Number, a.ID, a.Name, a.State), Missing: c.analysisGate().Missing}, nil
}

// openAnalysis finds an analysis that somebody may still change.
func (c *caseRun) openAnalysis(id string) (*analysisRecord, *incident.Refusal) {
	a := c.analysis(id)
	switch {
	case a == nil:
		return nil, incident.Refuse(incident.Rule, "See the analyses with: status "+c.Number, "case %s has no analysis %q", c.Number, incident.Shorten(id, 40))
	case !a.Open():
		return nil, incident.Refuse(incident.Rule, "Open a new analysis if there is more to find out", "analysis %s of case %s is %s already", id, c.Number, a.State)
	}
	return a, nil
}

func (c *caseRun) analysis(id string) *analysisRecord {
	i := slices.IndexFunc(c.Analyses, func(a *analysisRecord) bool { return a.ID == id })
	if i < 0 {
		return nil
	}
	return c.Analyses[i]
}

// runAnalyses gives each analysis a workflow, and tells it whatever people decide.
func (c *caseRun) runAnalyses(ctx workflow.Context) error {
	for {
		var fresh []*analysisRecord
		if err := c.await(ctx, func() bool {
			fresh = slices.DeleteFunc(slices.Clone(c.Analyses), func(a *analysisRecord) bool { return c.begun[a.ID] })
			return len(fresh) > 0
		}); err != nil {
			return err
		}
		for _, a := range fresh {
			c.begun[a.ID] = true
			c.branch(ctx, a.ID, func(ctx workflow.Context) error { return c.lead(ctx, a) })
		}
	}
}

// lead starts an analysis's workflow and keeps it informed.
func (c *caseRun) lead(ctx workflow.Context, a *analysisRecord) error {
	return c.keepChild(ctx, child{
		id: AnalysisWorkflowID(c.WorkflowID, a.ID), kind: AnalysisType, told: &a.Told,
		order:   func() any { return c.analysisOrder(a) },
		summary: func() string { return c.view().AnalysisSummary(notice.Analysis{Analysis: a.Analysis}) },
		input: func(again bool) any {
			state := newAnalysisState(c, a, c.analysisOrder(a))
			state.EverReset = state.EverReset || again
			return AnalysisInput{State: state}
		},
	})
}

// hearAnalysis takes what an analysis's workflow reports.
func (c *caseRun) hearAnalysis(r analysisReport) {
	a := c.analysis(r.Analysis)
	if a == nil || r.Run == "" || r.Seq <= a.Report.Seq && r.Run == a.Report.Run {
		return
	}
	a.Report = r
	if r.Asked == a.Asked {
		a.LeadID = r.LeadID
		set(&a.Lead, r.Lead)
	}
	c.changed()
}

// askAnalyses asks those that hold up the archive how they are: whoever resets an analysis in Temporal to where it had told
// everything, while an earlier reset was telling something else, leaves the case with news that nobody takes back.
func (c *caseRun) askAnalyses(ctx workflow.Context) error {
	var holding []*analysisRecord
	for wait := wonderFirst; ; wait = min(2*wait, childPulse) {
		if err := c.await(ctx, func() bool {
			holding = slices.DeleteFunc(slices.Clone(c.Analyses), func(a *analysisRecord) bool { return !a.holds() })
			return c.Phase == incident.PhaseArchive && len(holding) > 0
		}); err != nil {
			return err
		}
		if workflow.GetVersion(ctx, "ask analyses how they are", workflow.DefaultVersion, 1) == workflow.DefaultVersion {
			return nil
		}
		for _, a := range holding {
			a.Wondered = workflow.Now(ctx)
		}
		c.changed()
		if err := c.awaitFor(ctx, wait, "ask the analyses once more", func() bool { return c.Phase != incident.PhaseArchive }); err != nil {
			return err
		}
	}
}

// analysisOrder is what an analysis's workflow has to know.
func (c *caseRun) analysisOrder(a *analysisRecord) analysisOrder {
	return analysisOrder{
		Number: c.Number, Analysis: a.Analysis, Asked: a.Asked, Invite: a.Invite, Links: c.links(), Shut: c.shut(a.Report.Channel), End: c.Archive.Ended,
		Abandoned: a.Abandoned, Commander: c.commanderFor(), Wondered: a.Wondered, Named: c.calledOf(a.Invite),
	}.withoutEcho()
}

// childrenTold reports whether the mirror and every analysis know that the case has ended.
func (c *caseRun) childrenTold() bool {
	return c.runsTold() && (c.Mirror.Told == "" || c.Mirror.Told == digest(c.mirrorOrder())) &&
		!slices.ContainsFunc(c.Analyses, func(a *analysisRecord) bool { return a.Told != digest(c.analysisOrder(a)) })
}

func (cmd AnalyzeCommand) sender() incident.By { return cmd.By }

func (cmd AnalyzeCommand) check() *incident.Refusal {
	if cmd.Analysis == "" {
		if missing := without("the analysis's name", "Say what is looked at: analyze --name mailbox …", cmd.Name); missing != nil {
			return missing
		}
	} else if incident.CleanLine(cmd.Name+cmd.Lead+cmd.Hypothesis) == "" && len(cmd.Invite) == 0 {
		return incident.Refuse(incident.Usage, "Give a lead, a hypothesis, a name or people to invite", "nothing to change")
	}
	if len(cmd.Invite) > 50 {
		return incident.Refuse(incident.Usage, "Invite a group", "%d people are too many at once", len(cmd.Invite))
	}
	return firstOf(tooLong("name", 120, cmd.Name), tooLong("lead", maxLine, cmd.Lead, cmd.Analysis), tooLong("hypothesis", maxText, cmd.Hypothesis),
		tooLong("name of a person", maxLine, cmd.Invite...))
}

func (cmd ConcludeCommand) sender() incident.By { return cmd.By }

func (cmd ConcludeCommand) check() *incident.Refusal {
	if incident.CleanText(cmd.Finding) != "" && incident.CleanText(cmd.Drop) != "" {
		return incident.Refuse(incident.Usage, "Give a finding, or a reason to drop it", "an analysis is concluded or dropped, not both")
	}
	return firstOf(without("the analysis", "Name it: conclude --analysis a1 …", cmd.Analysis),
		without("the finding", "Say what was found: --finding …, or why nobody goes on: --drop …", cmd.Finding+cmd.Drop), tooLong("finding", maxText, cmd.Finding, cmd.Drop))
}
