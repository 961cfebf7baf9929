package workflows

import (
	"errors"

	"go.temporal.io/sdk/workflow"
)

// listen answers queries, updates and signals. Handlers change the state and return; the work that comes of it is
// done by the branches.
func (c *caseRun) listen(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, StatusQuery, func() (Status, error) { return c.status(), nil }, workflow.QueryHandlerOptions{
		Description: "Everything a reader may know of this case.",
	})
	const by = bySample
	err = errors.Join(err,
		on(ctx, c, TriageUpdate, `Records what triage found: {"severity":2,"kind":"phishing","commander":"@aoi","scope":"3 mailboxes",`+by+`}. Empty fields stay as they are.`, rules{}, c.triage),
		on(ctx, c, SeverityUpdate, `Says how bad it is, once more: {"severity":1,"reason":"…",`+by+`}; 1 (worst) to 4.`, rules{}, c.rate),
		on(ctx, c, TakeUpdate, `Makes the sender commander at once: {`+by+`}.`, rules{}, c.take),
		on(ctx, c, HandoverUpdate, `Offers command to somebody: {"to":"@chie","note":"…",`+by+`}. It is theirs when they accept it.`, rules{}, c.handover),
		on(ctx, c, AcceptUpdate, `Accepts command that the sender was offered: {`+by+`}, or declines: {"decline":true,"reason":"…",`+by+`}.`, rules{}, c.accept),
		on(ctx, c, DetailsUpdate, `Tells what the report left open: {"reporter":"…","company":"…","what":"…","when":"…","where":"…","unclear":false,"invite":["@ben"],`+by+`}.`, rules{}, c.details),
		on(ctx, c, ContainUpdate, `Says how far the damage is contained: {"state":"contained",`+by+`}; none, acting, contained or not applicable.`, rules{}, c.contain),
		on(ctx, c, AnalyzeUpdate, `Opens an analysis: {"name":"mailbox","lead":"@ben","hypothesis":"…",`+by+`}; or changes one: {"analysis":"a1","lead":"@chie",`+by+`}.`, rules{}, c.analyze),
		on(ctx, c, ConcludeUpdate, `Ends an analysis: {"analysis":"a1","finding":"…",`+by+`}, or {"analysis":"a1","drop":"why",`+by+`}.`, rules{}, c.conclude),
		on(ctx, c, TaskUpdate, `Adds a task: {"title":"…","owner":"@ben","due":"today",`+by+`}; or changes one: {"task":"t1","status":"done",`+by+`}.`, rules{}, c.task),
		on(ctx, c, PublishUpdate, `Publishes an update for stakeholders: {"text":"…",`+by+`}.`, rules{}, c.publish),
		on(ctx, c, LessonUpdate, `Notes a lesson: {"text":"…",`+by+`}.`, rules{}, c.lesson),
		on(ctx, c, NoteUpdate, `Enters something into the timeline: {"text":"…","link":"https://…","at":"2026-11-30T09:15:00Z",`+by+`}; "message" names one that somebody marked.`, rules{}, c.note),
		on(ctx, c, DecideUpdate, `Decides a lesson: {"lesson":"l1","as":"theme",`+by+`}; theme, accept (with a reason) or join:KEY.`, rules{}, c.decide),
		on(ctx, c, RunUpdate, `Runs a runbook: {"runbook":"phishing-mail",`+by+`}; or ends a run: {"abort":"r1","reason":"…",`+by+`}, which needs a verified sender.`, rules{}, c.runbook),
		on(ctx, c, WaiveUpdate, `Lets the case go on without something: {"gate":"scope","reason":"…",`+by+`}. Needs a verified sender.`, rules{verified: true}, c.waive),
		on(ctx, c, BackUpdate, `Moves the case back: {"phase":"analysis","reason":"…",`+by+`}. Needs a verified sender.`, rules{verified: true, anytime: true}, c.back),
		on(ctx, c, CloseUpdate, `Closes the case: {"resolution":"contained","reason":"…",`+by+`}. Needs a verified sender.`, rules{verified: true}, c.close),
		on(ctx, c, MergeUpdate, `Makes the case a duplicate of another one: {"into":"SEC-12","reason":"…",`+by+`}. Needs a verified sender.`, rules{verified: true}, c.merge),
		on(ctx, c, ReopenUpdate, `Reopens a closed case: {"reason":"…",`+by+`}. Needs a verified sender.`, rules{verified: true, anytime: true}, c.reopen),
	)
	err = errors.Join(err, c.takeDecisions(ctx, c.desk()), c.noteTurnedAway(ctx))
	if err != nil {
		return err
	}
	c.hearRoll(ctx)
	hear(ctx, &c.run, ticketSettledSignal, "How the first try to open the ticket ended; sent by Intake.", c.hear)
	hear(ctx, &c.run, intakeAgainSignal, "Asks whether the case is there; sent by Intake. Changes nothing.", func(none) {})
	hear(ctx, &c.run, analysisReportSignal, "What an analysis reports; sent by the analysis.", c.hearAnalysis)
	hear(ctx, &c.run, runReportSignal, "What a run of a runbook reports, and asks for; sent by the run.", func(told runReport) { c.hearRun(ctx, told) })
	hear(ctx, &c.run, mirrorReportSignal, "What the mirror reports; sent by the mirror.", c.hearMirror)
	hear(ctx, &c.run, decidedSignal, "What somebody decided about a step of a child; sent by the child.", func(n decidedNote) { c.hearDecided(ctx, n) })
	hear(ctx, &c.run, vendorSignal, "How it stands with a vendor; sent by its breaker to cases that may be waiting for it.", c.hearVendor)
	hear(ctx, &c.run, mergeSignal, "What a duplicate of this case tells it; sent by that case.", func(n mergeNote) { c.hearMerge(ctx, n) })
	hear(ctx, &c.run, mergeAnswerSignal, "What the case says of which this one becomes a duplicate; sent by that case.", func(a mergeAnswer) { c.hearMergeAnswer(ctx, a) })
	hear(ctx, &c.run, ChannelSignal, `What somebody did to a channel of the case: {"channel":"C0123","did":"left","user":"U0123"}.`, func(e ChannelEvent) { c.happened(ctx, e) })
	return nil
}

func (c *caseRun) hear(told ticketSettled) {
	told.OK = told.OK && told.Ticket.Key != "" // a try that was completed by hand may name nothing
	c.intake, c.told = told, true
}

// drain takes in the signals that have arrived since the last wait, so that the roll loses none.
func (c *caseRun) drain(ctx workflow.Context) {
	drained(ctx, RollSignal, func(none) {}) // rolling already
	drained(ctx, intakeAgainSignal, func(none) {})
	drained(ctx, ticketSettledSignal, c.hear)
	drained(ctx, analysisReportSignal, c.hearAnalysis)
	drained(ctx, runReportSignal, func(told runReport) { c.hearRun(ctx, told) })
	drained(ctx, mirrorReportSignal, c.hearMirror)
	drained(ctx, decidedSignal, func(n decidedNote) { c.hearDecided(ctx, n) })
	drained(ctx, vendorSignal, c.hearVendor)
	drained(ctx, mergeSignal, func(n mergeNote) { c.hearMerge(ctx, n) })
	drained(ctx, mergeAnswerSignal, func(a mergeAnswer) { c.hearMergeAnswer(ctx, a) })
	drained(ctx, ChannelSignal, func(e ChannelEvent) { c.happened(ctx, e) })
	if c.told && c.TicketPending {
		c.takeIntake(ctx)
	}
}
