package slackbot

import (
	"context"
	"errors"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// Desk is where commands are handed in. Each method may return an *incident.Refusal, which is an answer to the person.
type Desk interface {
	// Open records the request safely; the same request id again is the same case. After ErrNotConfirmed it may or may
	// not be recorded; after any other error nothing is.
	Open(ctx context.Context, request incident.Request) error
	// Follow waits for a recorded request's case until its channel is usable or cannot be opened for now. The case is
	// valid if it has a number, also beside an error.
	Follow(ctx context.Context, requestID string) (notice.Case, error)
	// Status reads a case as the viewer may see it. No number: the case of the viewer's channel.
	Status(ctx context.Context, number string, viewer Viewer) (notice.Case, error)
}

// ErrNotConfirmed is returned by a Desk that got no answer in time: what was asked may have been done.
var ErrNotConfirmed = errors.New("not confirmed yet")

// Viewer is who asks, and in which channel: both as Slack's ids, and both covered by Slack's signature.
type Viewer struct {
	User    string
	Channel string
}
