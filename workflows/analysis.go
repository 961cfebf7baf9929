package workflows

import (
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// Ids of the steps of an analysis.
const (
	stepAnalysisPeople     = "analysis.people"
	stepAnalysisChannel    = "analysis.channel"
	stepAnalysisInvite     = "analysis.invite"
	stepAnalysisCard       = "analysis.card"
	stepAnalysisPin        = "analysis.pin"
	stepAnalysisDescribe   = "analysis.describe"
	stepAnalysisRename     = "analysis.rename"
	stepAnalysisPurpose    = "analysis.purpose"
	stepAnalysisLead       = "analysis.lead"
	stepAnalysisLeadInvite = "analysis.lead.invite"
)

// Names of the messages between a case and its children.
const (
	orderSignal          = "order"
	analysisReportSignal = "analysisReport"
	mirrorReportSignal   = "mirrorReport"
)

// AnalysisInput starts an analysis, or carries it over into its next run.
type AnalysisInput struct {
	State *AnalysisState `json:"state"`
}

// AnalysisState is everything an analysis's workflow knows.
type AnalysisState struct {
	Schema    int                    `json:"schema"`
	Case      string                 `json:"case"` // workflow id
	Key       string                 `json:"key"`  // begins every idempotency key
	Request   incident.Request       `json:"request"`
	Placement Placement              `json:"placement"`
	Order     analysisOrder          `json:"order"`
	Led       string                 `json:"led,omitempty"`    // the lead who was looked up last, as named
	Lead      slack.Person           `json:"lead,omitzero"`    // who that is; no id: nobody in Slack
	In        []string               `json:"in,omitempty"`     // Slack ids of the people we have brought in
	Missed    []string               `json:"missed,omitempty"` // people who could not be brought in
	NoLead    string                 `json:"no_lead,omitempty"`
	Steps     map[string]*stepRecord `json:"steps"`
	Shown     map[string]string      `json:"shown"`
	Reported  string                 `json:"reported,omitempty"` // digest of what the case knows
	Seq       int                    `json:"seq"`                // of the last report
	EverReset bool                   `json:"ever_reset,omitempty"`
	Ruled     bool                   `json:"ruled,omitempty"` // as CaseState
	telling
}

// analysisOrder is what the case decides about an analysis. The newest one counts.
type analysisOrder struct {
	Number   string            `json:"number"`
	Analysis incident.Analysis `json:"analysis"`
	Asked    string            `json:"asked"` // the lead, as named
	Invite   []string          `json:"invite,omitempty"`
	Links    Links             `json:"links"`          // of the case
	Shut     bool              `json:"shut,omitempty"` // the channel is archived, by us
	End      bool              `json:"end,omitempty"`  // nothing is left to do, ever
	// Abandoned: it cannot have a channel, and somebody has decided that it needs none.
	Abandoned bool   `json:"abandoned,omitempty"`
	Commander string `json:"commander,omitempty"` // id, where rights are decided by it
	// Wondered is when the case asked how the analysis is; the answer is its report.
	Wondered time.Time      `json:"wondered,omitzero"`
	Named    incident.Names `json:"named,omitempty"` // what the invited people are called
}

// withoutEcho leaves out what the analysis itself has found out: it must not be told of its own reports.
func (o analysisOrder) withoutEcho() analysisOrder {
	o.Analysis.Lead, o.Analysis.LeadID = "", ""
	return o
}

func newAnalysisState(c *caseRun, a *analysisRecord, order analysisOrder) *AnalysisState {
	return &AnalysisState{
		Schema: stateSchema, Case: c.WorkflowID, Key: c.key + "." + a.ID, Request: withoutReport(c.Request), Placement: c.Placement, Order: order,
		Steps: map[string]*stepRecord{}, Shown: map[string]string{}, EverReset: c.EverReset, Ruled: c.Ruled,
	}
}

// withoutReport leaves the longest text to the case.
func withoutReport(r incident.Request) incident.Request {
	r.Report = ""
	return r
}

// Analysis is one line of work with a channel of its own. What people decide about it they tell the case, which sends
// its orders here; what becomes of it is reported to the case. It ends when the case does.
func (f *Flows) Analysis(ctx workflow.Context, in AnalysisInput) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	refuseNewer(in.State.Case, in.State.Schema)
	a := newAnalysisRun(ctx, f, in.State)
	a.recall(ctx)
	if err := a.takeDecisions(ctx, a.desk()); err != nil {
		return err
	}
	a.tellsBusy = workflow.GetVersion(ctx, "tell that a channel is set up", workflow.DefaultVersion, 1) == 1
	a.hearRoll(ctx)
	hear(ctx, &a.run, orderSignal, "What the case decides about this analysis; sent by the case itself.", a.take)
	work, stop := workflow.WithCancel(ctx)
	a.branch(work, "show", a.show)
	a.branch(work, "work", a.work)
	a.branch(work, "decisions", func(ctx workflow.Context) error { return a.tellDecisions(ctx, a.Case, &a.telling) })
	a.branch(work, "report", a.report)
	a.branch(work, "age", a.watchAge)
	a.branch(work, "end", func(ctx workflow.Context) error {
		err := a.await(ctx, func() bool { return a.Order.End })
		a.over = err == nil
		return err
	})
	return a.live(ctx, stop, func(ctx workflow.Context) { drained(ctx, orderSignal, a.take) }, func(ctx workflow.Context) error {
		a.Ruled = a.Ruled || f.rules()
		return workflow.NewContinueAsNewError(ctx, AnalysisType, AnalysisInput{State: a.AnalysisState})
	})
}

// analysisRun is one run of an analysis.
type analysisRun struct {
	*AnalysisState
	run
	channel   slack.Channel
	card      slack.Notice
	tellsBusy bool // a run that began before it was told of goes on without
}

func newAnalysisRun(ctx workflow.Context, f *Flows, state *AnalysisState) *analysisRun {
	a := &analysisRun{AnalysisState: state}
	a.configured = f.askAuthority(state.Ruled)
	state.EverReset = state.EverReset || everReset(ctx)
	a.id = AnalysisWorkflowID(state.Case, state.Order.Analysis.ID)
	a.runner = &runner{
		key: state.Key, fairness: state.Case, lang: state.Placement.Language, everReset: state.EverReset, records: state.Steps,
		place:    func() Placement { return state.Placement },
		replace:  func(workflow.Context) {}, // no configuration decides about its channel
		changed:  func() { a.changes++ },
		carried:  a.tellCase,
		adoption: a.adoption,
	}
	return a
}

func (a *analysisRun) take(order analysisOrder) {
	if order.Number == "" || order.Analysis.ID != a.Order.Analysis.ID {
		return // no case of ours has sent this
	}
	a.Order = order
	a.changed()
}

// work gives the analysis its channel and its people, unless somebody gives that up.
func (a *analysisRun) work(ctx workflow.Context) error {
	err := a.whileWanted(ctx, "room", func() bool { return !a.Order.Abandoned }, func(ctx workflow.Context) error {
		a.branch(ctx, "people", a.gather)
		a.branch(ctx, "lead", a.follow)
		if err := a.openRoom(ctx); err != nil {
			return err
		}
		return a.await(ctx, func() bool { return a.Order.Abandoned })
	})
	if err == nil {
		a.letGo(ctx, a.ids(StepOwed, StepTrying, StepStuck)...)
	}
	return err
}

// openRoom makes the channel, brings people in, and keeps its card and its name true.
func (a *analysisRun) openRoom(ctx workflow.Context) (err error) {
	a.channel, err = runStep[slack.Channel](ctx, a.runner, step{stepAnalysisChannel, Slack, urgent, slackActivities.OpenChannel, func(e activities.Effect) any {
		a.Shown["number"] = a.Order.Number
		return slack.OpenChannel{Effect: e, Names: a.names(), Mark: a.key, Private: !a.Placement.PublicChannel}
	}})
	if err != nil {
		return err
	}
	a.changed()
	a.branch(ctx, "card", a.postCard)
	a.branch(ctx, "name", a.keepName)
	_, err = runStep[slack.Described](ctx, a.runner, a.describe(stepAnalysisDescribe))
	return err
}

func (a *analysisRun) describe(id string) step {
	return step{id, Slack, ordinary, slackActivities.DescribeChannel, func(e activities.Effect) any {
		return slack.DescribeChannel{Effect: e, Channel: a.channel.ID, Purpose: slack.Escape(a.view().AnalysisPurpose(a.shown())), Mark: a.key}
	}}
}

func (a *analysisRun) names() []string {
	number := a.Order.Number + "-" + a.Order.Analysis.ID
	return incident.ChannelNames(number, a.Order.Analysis.Name, a.Placement.HideTitle, a.Request.Drill)
}

// gather brings in the people who were named, again whenever there are more.
func (a *analysisRun) gather(ctx workflow.Context) error {
	var wanted []string
	find := step{stepAnalysisPeople, Slack, urgent, slackActivities.FindPeople, func(activities.Effect) any {
		return slack.FindPeople{Who: wanted, IDs: true}
	}}
	for {
		if err := a.await(ctx, func() bool {
			return a.channel.ID != "" && len(a.Order.Invite) > 0 && digest(a.Order.Invite) != a.Shown[stepAnalysisInvite]
		}); err != nil {
			return err
		}
		wanted = a.Order.Invite
		a.instead(find)
		found, err := runStep[slack.Found](ctx, a.runner, find)
		if err != nil {
			return err
		}
		refused, err := a.letIn(ctx, stepAnalysisInvite, ids(found))
		if err != nil {
			return err
		}
		a.Missed = append(refused, found.Unknown...)
		a.Shown[stepAnalysisInvite] = digest(wanted)
		a.changed()
	}
}

// letIn makes people members of the channel, and returns who could not become one.
func (a *analysisRun) letIn(ctx workflow.Context, id string, people []string) (refused []string, err error) {
	if len(people) == 0 {
		return nil, nil
	}
	enter := step{id, Slack, urgent, slackActivities.InviteToChannel, func(e activities.Effect) any {
		return slack.InviteToChannel{Effect: e, Channel: a.channel.ID, People: people}
	}}
	a.instead(enter)
	in, err := runStep[slack.Invited](ctx, a.runner, enter)
	if err != nil {
		return nil, err
	}
	a.In = append(a.In, in.Invited...)
	slices.Sort(a.In)
	a.In = slices.Compact(a.In)
	for _, r := range in.Refused {
		refused = append(refused, r.Person+" ("+r.Reason+")")
	}
	return refused, nil
}

// postCard posts the analysis's card, pins it, and rewrites it when it is no longer true.
func (a *analysisRun) postCard(ctx workflow.Context) (err error) {
	a.card, err = runStep[slack.Notice](ctx, a.runner, step{stepAnalysisCard, Slack, urgent, slackActivities.PostNotice, func(e activities.Effect) any {
		a.Shown["card"] = digest(a.facts())
		return slack.PostNotice{Effect: e, Channel: a.channel.ID, Message: message(a.view().AnalysisCard(a.shown(), slack.Escape))}
	}})
	if err != nil {
		return err
	}
	if _, err = runStep[none](ctx, a.runner, step{stepAnalysisPin, Slack, ordinary, slackActivities.PinNotice, func(activities.Effect) any {
		return slack.PinNotice{Channel: a.channel.ID, TS: a.card.TS}
	}}); err != nil {
		return err
	}
	return a.refresh(ctx, a.Shown, func() bool { return true }, surface{
		name:  "card",
		ready: func() bool { return !a.Order.Shut },
		tells: func() any { return a.facts() },
		step: step{"analysis.card.refresh", Slack, ordinary, slackActivities.UpdateNotice, func(activities.Effect) any {
			return slack.UpdateNotice{Channel: a.channel.ID, TS: a.card.TS, Message: message(a.view().AnalysisCard(a.shown(), slack.Escape))}
		}},
	})
}

// keepName renames the channel when the case's number changes.
func (a *analysisRun) keepName(ctx workflow.Context) error {
	if a.Shown["number"] == "" {
		a.Shown["number"] = a.Order.Number
	}
	for {
		if err := a.await(ctx, func() bool { return a.Order.Number != a.Shown["number"] }); err != nil {
			return err
		}
		number := a.Order.Number
		rename := step{stepAnalysisRename, Slack, ordinary, slackActivities.RenameChannel, func(activities.Effect) any {
			names := a.names()
			return slack.RenameChannel{Channel: a.channel.ID, Name: names[0], Names: names}
		}}
		a.again(rename)
		renamed, err := runStep[slack.Channel](ctx, a.runner, rename)
		if err != nil {
			return err
		}
		a.channel.Name, a.Shown["name"] = renamed.Name, renamed.Name
		purpose := a.describe(stepAnalysisPurpose)
		a.again(purpose)
		if _, err := runStep[slack.Described](ctx, a.runner, purpose); err != nil {
			return err
		}
		a.Shown["number"] = number
		a.changed()
	}
}

// follow looks up whoever leads the analysis and brings them in. Whoever is named later overtakes: the first may be
// somebody whom Slack cannot find or does not let in.
func (a *analysisRun) follow(ctx workflow.Context) error {
	for {
		if err := a.await(ctx, func() bool { return a.channel.ID != "" && a.Led != a.Order.Asked }); err != nil {
			return err
		}
		asked := a.Order.Asked
		err := a.whileWanted(ctx, "lead "+asked, func() bool { return a.Order.Asked == asked }, func(ctx workflow.Context) error {
			return a.bringIn(ctx, asked)
		})
		if err != nil {
			return err
		}
		a.letGo(ctx, stepAnalysisLead, stepAnalysisLeadInvite)
	}
}

func (a *analysisRun) bringIn(ctx workflow.Context, asked string) error {
	find := step{stepAnalysisLead, Slack, ordinary, slackActivities.FindPeople, func(activities.Effect) any {
		return slack.FindPeople{Who: []string{asked}}
	}}
	a.instead(find)
	found, err := runStep[slack.Found](ctx, a.runner, find)
	if err != nil {
		return err
	}
	a.Lead, a.NoLead = slack.Person{Who: asked, Name: asked}, asked
	if len(found.People) > 0 {
		a.Lead, a.NoLead = found.People[0], ""
		refused, err := a.letIn(ctx, stepAnalysisLeadInvite, []string{a.Lead.ID})
		if err != nil {
			return err
		}
		a.NoLead = strings.Join(refused, "")
	}
	a.Led = asked
	a.changed()
	return nil
}

// shown is the analysis as texts show it.
func (a *analysisRun) shown() notice.Analysis {
	n := notice.Analysis{Analysis: a.Order.Analysis, ChannelName: a.channelName(), People: len(a.In)}
	n.Lead, n.LeadID = a.Lead.Name, a.Lead.ID
	if n.Lead == "" {
		n.Lead = a.Order.Asked
	}
	if a.Placement.SlackURL != "" && a.channel.ID != "" {
		n.ChannelURL = a.Placement.SlackURL + a.channel.ID
	}
	n.Temporal = temporalPage(a.Placement, a.id)
	return n
}

// facts is what the card tells; see [caseRun.facts].
func (a *analysisRun) facts() any {
	n := a.shown()
	n.People = 0 // whoever joins is seen in Slack
	return []any{n, a.Order.Number, a.Order.Links, a.news().Missed, len(a.openSteps())}
}

// view is the case as far as an analysis knows it.
func (a *analysisRun) view() notice.Case {
	l := a.Order.Links
	v := notice.Case{
		Lang: a.lang, Number: a.Order.Number, Title: a.Request.Title, HideTitle: a.Placement.HideTitle, Drill: a.Request.Drill, Audience: a.Placement.Audience,
		WorkflowID: a.Case, Phase: incident.PhaseAnalysis, Status: a.state(), Links: caseLinks(l, a.Order.Number),
	}
	a.showSteps(&v)
	if l.Temporal != "" {
		v.Links = append(v.Links, notice.Link{Kind: "temporal", Text: a.Case, URL: l.Temporal})
	}
	for _, who := range eachCalled(a.Order.Named, a.news().Missed) {
		v.Notes = append(v.Notes, notice.NotFoundPerson(a.lang, who))
	}
	return v
}

func (a *analysisRun) show(ctx workflow.Context) error {
	return a.showChild(ctx, func() string { return a.Order.Number }, a.state, func(now time.Time) string {
		v := a.view()
		v.Now = now
		return v.AnalysisPage(a.shown())
	})
}

func (a *analysisRun) state() incident.Status {
	if !a.Order.Analysis.Open() && len(a.ids(StepStuck, StepTrying)) == 0 {
		return incident.Ended
	}
	return a.runner.status()
}
