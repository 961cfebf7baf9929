package cases

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// Code is what a program can do about an error.
type Code string

// The codes. Unreachable and Busy: nothing was done, try again. UnknownOutcome: it may have been done, ask again with
// the same id. NotReady: the case exists and something of it is still owed. Namespace, Attributes, Permission: somebody
// has to set up or allow something. Internal: none of these.
const (
	Unreachable    Code = "unreachable"
	Busy           Code = "busy"
	UnknownOutcome Code = "unknown_outcome"
	NotReady       Code = "not_ready"
	Namespace      Code = "namespace"
	Attributes     Code = "search_attributes"
	Permission     Code = "permission"
	Internal       Code = "internal"
)

// Error is a failure told to a person.
type Error struct {
	Code    Code
	Message string
	Hint    string // what to do; may be empty
	cause   error
}

// Error returns the message and the hint.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + ". " + e.Hint
}

// Unwrap returns what it came from.
func (e *Error) Unwrap() error { return e.cause }

// explain turns an error of Temporal's client into a refusal or an Error; did says what was tried: "open the case".
func (c *Cases) explain(err error, did string) error {
	if err == nil {
		return nil
	}
	var known *Error
	var refusal *incident.Refusal
	if errors.As(err, &known) || errors.As(err, &refusal) {
		return err
	}
	if r := refusalIn(err); r != nil {
		return r
	}
	code, cause, hint := c.diagnose(err)
	return &Error{Code: code, Message: did + ": " + cause, Hint: hint, cause: err}
}

func (c *Cases) diagnose(err error) (code Code, cause, hint string) {
	var (
		namespace *serviceerror.NamespaceNotFound
		exhausted *serviceerror.ResourceExhausted
		denied    *serviceerror.PermissionDenied
		invalid   *serviceerror.InvalidArgument
	)
	switch {
	case errors.As(err, &namespace):
		return Namespace, fmt.Sprintf("the namespace %q is not there", c.namespace), "Set TEMPORAL_NAMESPACE, or create it with `temporal operator namespace create --retention 720h -n " + c.namespace + "` and run `starter setup`"
	case errors.As(err, &exhausted):
		return Busy, "Temporal has too much to do at the moment", "Try again in a few seconds"
	case errors.As(err, &denied), strings.Contains(err.Error(), "Unauthenticated"):
		return Permission, "Temporal does not allow it: " + err.Error(), "Check TEMPORAL_API_KEY or the client certificate, and what they may do"
	case errors.As(err, &invalid) && strings.Contains(strings.ToLower(err.Error()), "search attribute"):
		return Attributes, err.Error(), "Run `starter setup` once for this namespace"
	case unreachable(err):
		return Unreachable, fmt.Sprintf("Temporal cannot be reached at %s", c.address), "Start it, or set TEMPORAL_ADDRESS"
	case timedOut(err):
		return UnknownOutcome, "Temporal did not answer in time", "Ask again with the same id: nothing is done twice"
	}
	return Internal, err.Error(), ""
}

// unreachable reports whether nothing can have arrived. The client says so in the text of a deadline only: it waits
// for a connection as long as it may.
func unreachable(err error) bool {
	var unavailable *serviceerror.Unavailable
	text := err.Error()
	return errors.As(err, &unavailable) || strings.Contains(text, "connection error") || strings.Contains(text, "connection refused") ||
		strings.Contains(text, "failed reaching server")
}

func timedOut(err error) bool {
	var late *serviceerror.DeadlineExceeded
	var canceled *serviceerror.Canceled
	var update *client.WorkflowUpdateServiceTimeoutOrCanceledError
	return errors.As(err, &late) || errors.As(err, &canceled) || errors.As(err, &update) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// refusalIn returns the refusal that a workflow ended with, or that an update's validator gave.
func refusalIn(err error) *incident.Refusal {
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || app.Type() != workflows.RefusedError {
		return nil
	}
	refusal := &incident.Refusal{}
	if !app.HasDetails() || app.Details(refusal) != nil || refusal.Code == "" {
		refusal = incident.Refuse(incident.Usage, "", "%s", app.Message())
	}
	return refusal
}

// IsUnknown reports whether the thing may have been done although no answer came.
func IsUnknown(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == UnknownOutcome
}

func isRefusal(err error) bool {
	var refusal *incident.Refusal
	return errors.As(err, &refusal)
}
