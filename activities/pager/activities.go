package pager

import (
	"context"
	"time"

	"hikeshi/activities"
)

// Activities are the deeds a workflow can ask of the pager. Register it with a worker; every exported method is an
// activity.
type Activities struct {
	Client *Client // nil: no pager is configured
}

// Reasons say why people are called. They are part of what receivers read.
const (
	// ReasonSilent: Slack does not answer, so that nobody can be brought together there.
	ReasonSilent = "slack_silent"
	// ReasonRefused: Slack refuses to make the channel, or to let people in.
	ReasonRefused = "slack_refused"
	// ReasonAlone: people were called before, and nobody has come together yet.
	ReasonAlone = "nobody_yet"
	// ReasonHeld: Slack does not accept our credentials, or is out of reach, for all cases. It is no case's page: Number
	// is that of nobody, breaker/slack.
	ReasonHeld = "slack_held"
)

// PageOnCall asks for people to be called.
type PageOnCall struct {
	activities.Effect
	Number   string    `json:"number"`
	Severity string    `json:"severity,omitempty"`
	Reason   string    `json:"reason"`
	Drill    bool      `json:"drill,omitempty"`
	Text     string    `json:"text"`
	Link     string    `json:"link,omitempty"`
	At       time.Time `json:"at"` // when it was decided; the same for every try, so that the body is
}

// Paged says that the receiver has accepted the page.
type Paged struct {
	People int `json:"people,omitempty"` // who are being called; 0: the receiver does not say
	activities.Receipt
}

// PageOnCall sends the page to the configured receiver.
//
// Running it twice is harmless as far as the receiver keeps its part: every try carries the effect's key and the same
// body, and the receiver calls people once per key. A webhook cannot be looked up, so a try whose answer was lost is
// made again: rather twice than not at all.
//
// Final are Invalid (no pager is configured, or the receiver refuses the page or redirects it), NotFound (nobody
// listens at that address) and Denied.
func (a *Activities) PageOnCall(ctx context.Context, in PageOnCall) (Paged, error) {
	if a.Client == nil {
		return Paged{}, fail(activities.Invalid, "no pager is configured", "set pager.url in the configuration of the worker").Error()
	}
	nothing := func(context.Context, time.Time) (bool, Paged, error) { return false, Paged{}, nil }
	paged, receipt, err := activities.Once(ctx, in.Effect, nothing, func(ctx context.Context) (Paged, error) {
		people, f := a.Client.send(ctx, in.page())
		if f != nil {
			return Paged{}, f.Error()
		}
		return Paged{People: people}, nil
	})
	paged.Receipt = receipt
	return paged, err
}

// page is the body of the request, as the package comment describes it.
type page struct {
	Key      string    `json:"key"`
	Number   string    `json:"number"`
	Severity string    `json:"severity"`
	Reason   string    `json:"reason"`
	Drill    bool      `json:"drill"`
	Text     string    `json:"text"`
	Link     string    `json:"link"`
	At       time.Time `json:"at"`
}

func (in PageOnCall) page() page {
	return page{in.Key, in.Number, in.Severity, in.Reason, in.Drill, in.Text, in.Link, in.At.UTC().Truncate(time.Second)}
}
