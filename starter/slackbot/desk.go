package slackbot

import (
	"context"
	"errors"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// Desk is where commands are handed in. Each method may return an *incident.Refusal, which is an answer to the person; as
// Spent if it is the only one that will ever be given under the id.
type Desk interface {
	// Open records the request safely; the same request id again is the same case. After ErrNotConfirmed it may or may
	// not be recorded; after any other error nothing is.
	Open(ctx context.Context, request incident.Request) error
	// Follow waits for a recorded request's case until its channel is usable or cannot be opened for now. The case is
	// valid if it has a number, also beside an error.
	Follow(ctx context.Context, requestID string) (notice.Case, error)
	// Status reads a case as the viewer may see it. No number: the case of the viewer's channel.
	Status(ctx context.Context, number string, viewer Viewer) (notice.Case, error)
	// List lists the cases that the viewer may see: notice.ListOpen, ListClosed or ListMine; empty: all.
	List(ctx context.Context, which string, viewer Viewer) (notice.CaseList, error)
	// Stuck lists what cannot go on by itself in the cases that the viewer may see, and the vendors that cannot be used.
	Stuck(ctx context.Context, viewer Viewer) (notice.StuckList, error)
	// Home gathers what somebody's Home tab shows: names are what tasks may call them.
	Home(ctx context.Context, viewer Viewer, names []string) (notice.Home, error)
	// Ring tells whoever logs the channel that there is something to log. After an error the bell may or may not have
	// been heard; ringing twice is harmless. A channel that belongs to no case is no error, but ErrNoCaseYet as long as it
	// may be that its case is only not known yet.
	Ring(ctx context.Context, bell Bell) error
	// Happened tells the channel's case what somebody did to the channel, on the same terms.
	Happened(ctx context.Context, event Event) error
	// Decide decides about a stuck step, as the viewer may. The same decision again, with the same id, is the same one.
	// After ErrNotConfirmed it may or may not be taken; after any other error it is not.
	Decide(ctx context.Context, decision Decision, viewer Viewer) (Taken, error)
	// Do has a case do what somebody wants, as they may. The same act again, with the same id, is the same one. After
	// ErrNotConfirmed it may or may not be done; after any other error it is not. A refusal because of one field has a
	// method Field that names it.
	Do(ctx context.Context, act Act) (Done, error)
	// CaseOf returns the number under which the case of a channel was opened; empty: the channel belongs to none.
	CaseOf(ctx context.Context, channel string) (number string, err error)
	// Became looks what becomes of the step, until something is known or ctx ends.
	Became(ctx context.Context, taken Taken) notice.Outcome
}

// Decision is what a person in Slack decides about a stuck step.
type Decision struct {
	notice.Chosen
	ID     string // with the rest of it, the same for what is the same decision
	Action string // retry, supply, skip or abort
	Supply string // id of the thing to be used, for supply
	Reason string
	By     incident.By
}

// Taken is a decision that a case has taken, as the Desk names it.
type Taken any

// ErrNoCaseYet is returned by a Desk that knows of no case for a channel, and has not asked long enough to be sure.
var ErrNoCaseYet = errors.New("no case is known for the channel yet")

// ErrNotConfirmed is returned by a Desk that got no answer in time: what was asked may have been done.
var ErrNotConfirmed = errors.New("not confirmed yet")

// Viewer is who asks, and in which channel: both as Slack's ids, and both covered by Slack's signature.
type Viewer struct {
	User    string
	Channel string
}

// Bell says where something was said. It never holds a text.
type Bell struct {
	Channel string // Slack id
	Said    bool   // there are new messages
	Hints   []Hint // what no cursor finds
}

// Hint names a message that was edited or deleted, or that is a reply.
type Hint struct {
	Channel string // Slack id
	TS      string // Slack's name for a message is when it was said
	Thread  string // of the message that it replies to; empty: it is no reply
	Deleted bool
}

// Event is what somebody did to a channel.
type Event struct {
	Channel string // Slack id
	Did     string // joined, left, archived, unarchived, renamed, public or private
	User    string // Slack id; empty where Slack does not say who
	Called  string // what Slack calls them; empty: it did not say
	Name    string // the channel's new one
}
