package activities

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
)

// Class says what a failed call means for the step that made it. It travels as the type of a
// temporal.ApplicationError, because a typed Go error does not survive the way from activity to workflow.
type Class string

// The classes, as in the table of the package comment.
const (
	Unavailable Class = "Unavailable"
	RateLimited Class = "RateLimited"
	Ambiguous   Class = "Ambiguous"
	Credentials Class = "Credentials"
	Denied      Class = "Denied"
	Invalid     Class = "Invalid"
	NotFound    Class = "NotFound"
)

// Final reports whether repeating the same input cannot help.
func (c Class) Final() bool { return c == Denied || c == Invalid || c == NotFound }

// Fault describes one failed call for the people who will read it in the Web UI, in Slack and in the audit.
// It never holds a token or the text of a message. Error turns it into the error an activity returns.
type Fault struct {
	Class  Class         `json:"class"`
	System string        `json:"system"`         // as the workflows call it: slack, jira, drive, sheets, pager …
	Op     string        `json:"op"`             // verb and object: `open channel "sec-42"`
	Cause  string        `json:"cause"`          // the vendor's own word: name_taken, HTTP 503 …
	Hint   string        `json:"hint,omitempty"` // what a person can do about it; empty if nothing is known
	After  time.Duration `json:"-"`              // for RateLimited: how long the vendor asked us to wait; 0 means back off
	Held   bool          `json:"held,omitempty"` // the vendor is down for everybody, and its breaker is at it: nothing is stuck
	// Early says that nothing has failed: it is only too early to tell what a call that got no answer has done.
	Early bool `json:"early,omitempty"`
	// Attempts lists the attempts of this activity so far, the failed one last. Temporal keeps only the last
	// failure of a retried activity; here the history holds all of them.
	Attempts []Attempt `json:"attempts,omitempty"`
	// Doubt is the latest time at which something may have been made that nobody has seen; zero: nothing can have been.
	// A step that is given up then may have left a thing behind.
	Doubt time.Time `json:"doubt,omitzero"`
	// Told says that Doubt is what the attempts themselves have seen; without it nothing is known.
	Told bool `json:"told,omitempty"`
}

// maxCause bounds the vendor's text in an error: Temporal cuts failures at 4 KiB.
const maxCause = 400

// Error builds the temporal.ApplicationError of the fault: its type is the class, its details the fault itself;
// the final classes are marked non-retryable. Never wrap the result with fmt.Errorf inside an activity: the
// outermost error decides how Temporal retries.
func (f Fault) Error() error {
	if len(f.Cause) > maxCause {
		f.Cause = strings.ToValidUTF8(f.Cause[:maxCause], "") + "…"
	}
	return temporal.NewApplicationErrorWithOptions(f.message(), string(f.Class), temporal.ApplicationErrorOptions{
		NonRetryable:   f.Class.Final(),
		NextRetryDelay: f.After,
		Details:        []any{f},
	})
}

func (f Fault) message() string {
	msg := f.Op + ": " + f.Cause
	if f.System != "" {
		msg = f.System + ": " + msg
	}
	if f.Hint != "" {
		msg += " (" + f.Hint + ")"
	}
	return msg
}

// FaultOf recovers the fault from an error that an activity returned, on either side of the activity boundary.
// A time-out is Ambiguous: the call may have gone through. Anything else unknown is Unavailable.
func FaultOf(err error) Fault {
	var timeout *temporal.TimeoutError
	if errors.As(err, &timeout) {
		return timedOut(timeout.Unwrap())
	}
	var app *temporal.ApplicationError
	if errors.As(err, &app) {
		var f Fault
		if app.HasDetails() && app.Details(&f) == nil && f.Class != "" {
			f.After = app.NextRetryDelay()
			return f
		}
		return Fault{Class: classOf(app), Cause: app.Message()}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return timedOut(nil)
	}
	return Fault{Class: Unavailable, Cause: err.Error()}
}

// timedOut is the fault of an attempt of which nothing more was heard. before is how the attempt before it had ended, which
// Temporal hands on as the cause of the time-out: it says what was called, and whether everybody's calls are refused, but
// not what the silent attempt has done.
func timedOut(before error) Fault {
	var app *temporal.ApplicationError
	if !errors.As(before, &app) {
		return Fault{Class: Ambiguous, Cause: "no answer in time"}
	}
	f := FaultOf(app)
	f.After, f.Told, f.Doubt, f.Early = 0, false, time.Time{}, false
	if f.Class != Credentials && !f.Held {
		f.Class, f.Cause, f.Hint = Ambiguous, "no answer in time; before that: "+f.Cause, ""
	}
	return f
}

// classOf is the class of an error without details. One that nobody of us has made, and that forbids another try, is
// somebody's who failed the activity by hand: the step is stuck then.
func classOf(app *temporal.ApplicationError) Class {
	switch c := Class(app.Type()); {
	case c.Final(), c == RateLimited, c == Ambiguous, c == Credentials:
		return c
	case app.NonRetryable():
		return Invalid
	}
	return Unavailable
}

// Is reports whether err is a fault of class c.
func Is(err error, c Class) bool { return err != nil && FaultOf(err).Class == c }
