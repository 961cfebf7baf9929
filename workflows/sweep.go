package workflows

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/workflows/notice"
)

// doubt is an effect that another try may have brought about as well, where a search that lags could not show it. When
// the lag has passed, a sweep looks once more.
type doubt struct {
	Step  string    `json:"step"`
	Key   string    `json:"key"` // of the effect
	Kind  doubtKind `json:"kind"`
	Until time.Time `json:"until"`           // the latest time at which that try may have written
	Thing string    `json:"thing,omitempty"` // id of the one that counts; empty: there is none
	Found bool      `json:"found,omitempty"` // that one was found, not made: another is unlikely, and nothing waits for the sweep
	N     int       `json:"n"`               // of the sweep
}

// doubtKind is what may be there twice.
type doubtKind string

const (
	doubtTicket doubtKind = "ticket"
	doubtSheet  doubtKind = "sheet"
)

// doubts are those of one workflow. They are part of its state.
type doubts struct {
	List  []doubt `json:"list,omitempty"`
	Count int     `json:"count,omitempty"` // of all there ever were
}

// note takes in how an execution of a step ended. Only what a lagging search can hide is of interest: tickets and sheets.
func (d *doubts) note(ctx workflow.Context, step, key string, result any, err error, settle time.Duration) {
	if d == nil {
		return
	}
	kind, thing, receipt := receiptOf(result)
	until := receipt.Doubt
	if err != nil {
		thing, until = "", doubtAfter(ctx, err, settle)
	}
	i := slices.IndexFunc(d.List, func(one doubt) bool { return one.Key == key })
	switch {
	case kind == "", i < 0 && until.IsZero():
		return
	case i < 0:
		d.Count++
		d.List, i = append(d.List, doubt{Step: step, Key: key, Kind: kind, N: d.Count}), len(d.List)
	}
	one := &d.List[i]
	if until.After(one.Until) {
		one.Until = until
	}
	if thing != "" {
		one.Thing, one.Found = thing, receipt.Adopted
	}
}

// pressing are those that are more than a remote possibility: the archive waits for their sweep.
func (d *doubts) pressing() []doubt {
	return slices.DeleteFunc(slices.Clone(d.List), func(one doubt) bool { return one.Found })
}

// receiptOf reads a result: of what kind it is, which one it is, and how it came about.
func receiptOf(result any) (kind doubtKind, thing string, r activities.Receipt) {
	switch made := result.(type) {
	case jira.Ticket:
		return doubtTicket, made.ID, made.Receipt
	case drive.Sheet:
		return doubtSheet, made.ID, made.Receipt
	}
	return "", "", r
}

// doubtAfter is until when a failed execution may have made something. One that was cancelled, or of which the server
// heard nothing more, may have until now.
func doubtAfter(ctx workflow.Context, err error, settle time.Duration) time.Time {
	var timeout *temporal.TimeoutError // its cause is how the attempt before ended
	var app *temporal.ApplicationError
	if !errors.As(err, &timeout) && errors.As(err, &app) {
		return activities.FaultOf(err).Doubt
	}
	return workflow.Now(ctx).Add(settle)
}

// due is when the sweep for a doubt makes sense.
func (d doubt) due(p Placement) time.Time { return d.Until.Add(p.SearchLag) }

// sweep is the id of the step that sweeps for it.
func (d doubt) sweep() string { return fmt.Sprintf("sweep.%s.%d", d.Kind, d.N) }

// sweeper sweeps for one workflow.
type sweeper struct {
	*run
	doubts *doubts
	folder func() string                                  // where the sheets are
	found  func(ctx workflow.Context, kept, other string) // somebody should hear of a duplicate
}

// sweep looks for what was made twice, one effect after the other, as it becomes due. It runs beside everything else.
func (s sweeper) sweep(ctx workflow.Context) error {
	for {
		var next doubt
		ready := func() (ok bool) { next, ok = s.next(); return ok }
		if err := s.await(ctx, ready); err != nil {
			return err
		}
		seen := next
		wait := next.due(s.place()).Sub(workflow.Now(ctx))
		changed := func() bool { one, ok := s.next(); return !ok || one != seen }
		if err := s.awaitFor(ctx, wait, "look for what was made twice, when searches show it", changed); err != nil {
			return err
		}
		if changed() {
			continue
		}
		if err := s.look(ctx, next); err != nil {
			return err
		}
		s.doubts.List = slices.DeleteFunc(s.doubts.List, func(one doubt) bool { return one == seen })
		s.changed()
	}
}

// next is the doubt that becomes due first among those whose step has come to its end. One whose sweep has begun, in the
// run before this one, comes before others: somebody may have decided about it.
func (s sweeper) next() (first doubt, ok bool) {
	begun := func(d doubt) bool { return s.records[d.sweep()] != nil }
	for _, one := range s.doubts.List {
		if rec := s.records[one.Step]; rec != nil && !rec.settled() {
			continue
		}
		if !ok || begun(one) && !begun(first) || begun(one) == begun(first) && one.Until.Before(first.Until) {
			first, ok = one, true
		}
	}
	return first, ok
}

// look does the sweep.
func (s sweeper) look(ctx workflow.Context, d doubt) error {
	id := d.sweep()
	defer func() {
		if s.isSettled(id) { // otherwise the run rolls, and the next one goes on with it
			delete(s.records, id)
		}
	}()
	if d.Kind == doubtSheet {
		_, err := runStep[drive.SheetsSwept](ctx, s.runner, step{id, Drive, background, driveActivities.SweepSheets, func(activities.Effect) any {
			return drive.SweepSheets{Key: d.Key, Folder: s.folder(), Sheet: d.Thing, Name: notice.DuplicateName(s.lang)}
		}})
		return err
	}
	swept, err := runStep[jira.TicketsSwept](ctx, s.runner, step{id, Jira, background, jiraActivities.SweepTickets, func(e activities.Effect) any {
		return jira.SweepTickets{
			Key: d.Key, Ticket: d.Thing, Since: e.Since, LinkType: s.place().LinkType, Comment: notice.DuplicateComment(s.lang, d.Thing == ""),
		}
	}})
	for _, one := range swept.Tickets {
		s.found(ctx, d.Step, one.Key)
	}
	return err
}

// sweeping is the case's own sweeper.
func (c *caseRun) sweeping() sweeper {
	return sweeper{run: &c.run, doubts: &c.Doubts, folder: func() string { return c.folder.ID }, found: func(ctx workflow.Context, step, other string) {
		words := []string{"Step", step, "Ticket", other}
		c.announce("duplicate_swept", words...)
		c.enter(ctx, machine, "duplicate_swept", words...)
	}}
}

// sweeping is a mirror's sweeper. A log ticket that was made twice holds nothing: nobody has to hear of it.
func (m *mirrorRun) sweeping() sweeper {
	return sweeper{run: &m.run, doubts: &m.Doubts, folder: func() string { return "" }, found: func(workflow.Context, string, string) {}}
}
