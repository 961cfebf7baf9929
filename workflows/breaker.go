package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/slack"
	"hikeshi/workflows/notice"
)

// BreakerType is the registered name of the workflow.
const BreakerType = "Breaker"

// TroubleSignal tells a vendor's breaker of Trouble. It is sent by workers, with the breaker's start.
const TroubleSignal = "trouble"

// Trouble is what a worker has met that may concern all that we do at a vendor.
type Trouble struct {
	System string    `json:"system"` // slack, jira, drive or sheets
	Class  string    `json:"class"`
	Cause  string    `json:"cause"`
	Hint   string    `json:"hint,omitempty"`
	At     time.Time `json:"at"`               // when the call was made, or at the earliest, by Temporal's clock
	Orphan bool      `json:"orphan,omitempty"` // the queue is held, and nobody would release it
}

// Desk is how operators are reached.
type Desk struct {
	Channel  string        `json:"channel,omitempty"` // Slack id; empty: there is none
	Language string        `json:"language"`          // en or ja
	UI       string        `json:"ui,omitempty"`      // beginning of the Temporal UI's addresses up to the namespace; empty: no links
	Probe    time.Duration `json:"probe"`             // how often a step is tried that cannot be held back
	Pager    bool          `json:"pager,omitempty"`   // there is one, for when Slack itself is down
}

// BreakerInput starts a breaker, or carries it over into its next run.
type BreakerInput struct {
	Vendor string        `json:"vendor"` // one of Vendors
	Desk   Desk          `json:"desk"`
	State  *BreakerState `json:"state,omitempty"` // nil: a new one
}

// BreakerPhase says what a breaker does.
type BreakerPhase string

// The phases. Quiet: it has looked, and the vendor was well. Held: the vendor's queue is held. Unheld: it should be, but
// this Temporal server cannot. Partly: the vendor lets us in, but refuses some calls. Released: it is well again.
const (
	BreakerQuiet    BreakerPhase = ""
	BreakerHeld     BreakerPhase = "held"
	BreakerUnheld   BreakerPhase = "unheld"
	BreakerPartly   BreakerPhase = "partly"
	BreakerReleased BreakerPhase = "released"
	BreakerOver     BreakerPhase = "over" // some calls were refused, and are no more
)

// BreakerState is everything a breaker knows.
type BreakerState struct {
	HeldVendor
	Trouble *Trouble  `json:"trouble,omitempty"` // not looked into yet
	Good    time.Time `json:"good,omitzero"`     // when the vendor was well last: older trouble is over
	Doubt   time.Time `json:"doubt,omitzero"`    // since when calls are refused although the vendor lets us in
	Heard   time.Time `json:"heard,omitzero"`    // when the last trouble was looked into
	Rounds  int       `json:"rounds,omitempty"`  // of asking the vendor since it is held
	Notice  tellState `json:"notice,omitzero"`
	Cases   toldCases `json:"cases,omitzero"`
	Paged   time.Time `json:"paged,omitzero"` // when people were called; zero: they were not
}

// tellState is how far the operators have been told.
type tellState struct {
	TS    string    `json:"ts,omitempty"`   // of the one message; empty: not posted yet
	Said  string    `json:"said,omitempty"` // what it says
	Asked time.Time `json:"asked,omitzero"` // when it was first tried
	Last  time.Time `json:"last,omitzero"`  // when the newest try ended
}

// HeldVendor shows a breaker to a reader.
type HeldVendor struct {
	Vendor  string       `json:"vendor"`
	Phase   BreakerPhase `json:"phase"`
	Class   string       `json:"class"`
	Cause   string       `json:"cause"`
	Hint    string       `json:"hint"`
	Since   time.Time    `json:"since,omitzero"`
	Until   time.Time    `json:"until,omitzero"`   // when it was well again; zero: it is not
	Waiting int64        `json:"waiting"`          // tasks that waited in the queue when it was released, about
	Cannot  string       `json:"cannot,omitempty"` // why this Temporal server does not hold the queue
}

// Open reports whether the vendor is down.
func (h HeldVendor) Open() bool { return h.Phase == BreakerHeld || h.Phase == BreakerUnheld }

// Standing reports whether people have something to do about the vendor, or to wait for.
func (h HeldVendor) Standing() bool { return h.Open() || h.Phase == BreakerPartly }

// When a breaker looks and speaks.
const (
	// doubtTime is how long calls must be refused, although the vendor lets us in, until that is said: a new secret does
	// not reach all workers at once.
	doubtTime = 2 * time.Minute
	// breakerCalm is how long a breaker stays after the last trouble, so that trouble which comes back is the same trouble, and
	// the same notice.
	breakerCalm = 15 * time.Minute
	// pageAfter is how long Slack must be down until people are called. Refused credentials call them at once: nothing
	// but a person can put that right.
	pageAfter = 10 * time.Minute
)

// Breaker keeps all cases from trying in vain what a vendor refuses: it looks whether the vendor lets us in, and if not
// holds the vendor's task queue until it does, with one notice to the operators. There is one for each vendor, while
// there is trouble: workers start it. It is not cancelled: a held queue must not be left behind.
func (f *Flows) Breaker(ctx workflow.Context, in BreakerInput) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	b := newBreakerRun(in)
	if err := workflow.SetQueryHandlerWithOptions(ctx, StatusQuery, func() (HeldVendor, error) { return b.HeldVendor, nil }, workflow.QueryHandlerOptions{
		Description: "Whether the vendor's queue is held, since when and why.",
	}); err != nil {
		return err
	}
	b.hearRoll(ctx)
	hear(ctx, &b.run, TroubleSignal, "What a worker has met at this vendor; sent by workers.", b.take)
	work, stop := workflow.WithCancel(ctx)
	b.branch(work, "watch", b.watch)
	b.branch(work, "show", b.show)
	b.branch(work, "tell", b.tell)
	b.branch(work, "tell cases", b.tellCases)
	b.branch(work, "page", b.page)
	b.branch(work, "age", b.watchAge)
	return b.live(ctx, stop, func(ctx workflow.Context) { drained(ctx, TroubleSignal, b.take) }, func(ctx workflow.Context) error {
		return workflow.NewContinueAsNewError(ctx, BreakerType, BreakerInput{Vendor: b.Vendor, Desk: b.desk, State: b.BreakerState})
	})
}

// breakerRun is one run of a breaker.
type breakerRun struct {
	*BreakerState
	run
	desk Desk
}

func newBreakerRun(in BreakerInput) *breakerRun {
	b := &breakerRun{BreakerState: in.State, desk: in.Desk}
	if b.BreakerState == nil {
		b.BreakerState = &BreakerState{HeldVendor: HeldVendor{Vendor: in.Vendor}}
	}
	b.id = BreakerWorkflowID(in.Vendor)
	b.runner = &runner{
		key: b.id, fairness: b.id, lang: in.Desk.Language, records: map[string]*stepRecord{},
		place: func() Placement { return Placement{Language: in.Desk.Language, Probe: in.Desk.Probe} }, changed: func() { b.changes++ },
	}
	return b
}

// take hears of trouble. What was met before the vendor was well again is over.
func (b *breakerRun) take(t Trouble) {
	if t.Orphan || t.At.After(b.Good) {
		b.Trouble = &t
		b.changed()
	}
	if b.over { // it came when all was done: the next run looks into it
		b.over, b.asked = false, true
	}
}

func (b *breakerRun) watch(ctx workflow.Context) error {
	for !b.over {
		next := b.listen
		if b.Open() {
			next = b.heal
		}
		if err := next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// listen waits for trouble and looks into it. When there was none for long, the breaker has nothing more to do.
func (b *breakerRun) listen(ctx workflow.Context) error {
	troubled := func() bool { return b.Trouble != nil }
	left := b.Heard.Add(b.calm()).Sub(workflow.Now(ctx))
	if err := b.awaitFor(ctx, left, "see whether it stays well", troubled); err != nil {
		return err
	}
	if !troubled() && !b.Heard.IsZero() {
		b.settle(ctx)
		if err := b.await(ctx, func() bool { return troubled() || b.told() && b.casesKnow() }); err != nil {
			return err
		}
		b.over = !troubled()
		return nil
	}
	if err := b.await(ctx, troubled); err != nil { // the first is on its way with the start
		return err
	}
	return b.examine(ctx, *b.Trouble)
}

// calm is longer than the time between two tries of a step that some calls are refused to.
func (b *breakerRun) calm() time.Duration { return max(breakerCalm, 2*b.desk.Probe+time.Minute) }

// settle ends what is over because it was not seen any more.
func (b *breakerRun) settle(ctx workflow.Context) {
	b.Doubt = time.Time{}
	if b.Phase == BreakerPartly {
		b.Phase, b.Until = BreakerOver, workflow.Now(ctx)
		b.changed()
	}
}

// examine asks the vendor whether the trouble concerns everything. One object's trouble must not hold up everybody.
func (b *breakerRun) examine(ctx workflow.Context, t Trouble) error {
	tries := int32(2)
	if t.Class == string(activities.Credentials) {
		tries = 1
	}
	err := b.ask(ctx, time.Second, tries)
	if b.rolling || temporal.IsCanceledError(err) {
		return errRolling
	}
	b.Trouble, b.Heard = nil, workflow.Now(ctx)
	switch {
	case err == nil && t.Orphan:
		return b.release(ctx)
	case err == nil:
		b.Good = b.Heard
		b.doubt(ctx, t)
		return nil
	case activities.Is(err, activities.RateLimited) && !t.Orphan: // it is there: the next trouble will tell
		return nil
	}
	b.begin(ctx, t, activities.FaultOf(err))
	return nil
}

// doubt is about a vendor that lets us in but refuses a call: a scope is missing, or a worker has an old secret still.
func (b *breakerRun) doubt(ctx workflow.Context, t Trouble) {
	now := workflow.Now(ctx)
	switch {
	case t.Class != string(activities.Credentials):
	case b.Doubt.IsZero():
		b.Doubt = now
	case now.Sub(b.Doubt) >= doubtTime && b.Phase != BreakerPartly || b.Phase == BreakerPartly && t.Cause != b.Cause:
		b.Phase, b.Since, b.Until, b.Class, b.Cause, b.Hint = BreakerPartly, b.Doubt, time.Time{}, t.Class, t.Cause, t.Hint
		b.changed()
	}
}

// begin opens the breaker. That it is open is part of the state before anything is held, so that whatever happens in
// between, the vendor is asked again and the queue released.
func (b *breakerRun) begin(ctx workflow.Context, t Trouble, f activities.Fault) {
	b.Phase, b.Since, b.Until, b.Rounds, b.Doubt, b.Waiting = BreakerHeld, workflow.Now(ctx), time.Time{}, 0, time.Time{}, 0
	b.Class, b.Cause, b.Hint = t.Class, t.Cause, t.Hint
	b.because(f)
}

// because takes over why the vendor is down now. That it does not answer says less than why it has refused us.
func (b *breakerRun) because(f activities.Fault) {
	if f.Class == activities.RateLimited || f.Class != activities.Credentials && b.Class == string(activities.Credentials) {
		return
	}
	if b.Class != string(f.Class) || b.Cause != f.Cause {
		b.Class, b.Cause, b.Hint = string(f.Class), f.Cause, f.Hint
		b.changed()
	}
}

// text is what the operators should read now; empty: nothing.
func (b *breakerRun) text() string {
	if b.Phase == BreakerQuiet {
		return ""
	}
	return b.view().Notice(slack.Escape)
}

func (b *breakerRun) view() notice.Breaker {
	return notice.Breaker{
		Lang: b.desk.Language, Vendor: b.Vendor, Phase: string(b.Phase), Class: b.Class, Cause: b.Cause, Hint: b.Hint, Cannot: b.Cannot,
		Since: b.Since, Until: b.Until, Waiting: b.Waiting, Probe: b.desk.Probe, Temporal: temporalPage(Placement{UI: b.desk.UI}, b.id), Queue: VendorQueue(b.Vendor),
	}
}
