package workflows

import (
	"go.temporal.io/sdk/workflow"
)

// listen answers queries, updates and signals. Handlers change the state and return; the work that comes of it is
// done by the branches.
func (c *caseRun) listen(ctx workflow.Context) error {
	if err := workflow.SetQueryHandlerWithOptions(ctx, StatusQuery, func() (Status, error) { return c.status(), nil }, workflow.QueryHandlerOptions{
		Description: "Everything a reader may know of this case.",
	}); err != nil {
		return err
	}
	if err := workflow.SetUpdateHandlerWithOptions(ctx, TriageUpdate, c.triage, workflow.UpdateHandlerOptions{
		Description: `Records what triage found: {"severity":2,"kind":"phishing","commander":"@aoi","scope":"3 mailboxes","by":{"who":"…","door":"cli","assurance":"self-declared"}}. Empty fields stay as they are.`,
		Validator:   checkTriage,
	}); err != nil {
		return err
	}
	workflow.GoNamed(ctx, "ticket signal", func(ctx workflow.Context) {
		for {
			var told ticketSettled
			if more := workflow.GetSignalChannel(ctx, ticketSettledSignal).Receive(ctx, &told); !more {
				return
			}
			c.signals++
			c.hear(told)
		}
	})
	workflow.GoNamed(ctx, "roll signal", func(ctx workflow.Context) {
		for workflow.GetSignalChannelWithOptions(ctx, RollSignal, workflow.SignalChannelOptions{
			Description: "Continues this case in a new run, for example to leave old code behind. Carries nothing.",
		}).Receive(ctx, nil) {
			c.signals++
			c.asked = true
		}
	})
	workflow.GoNamed(ctx, "intake again", func(ctx workflow.Context) {
		for workflow.GetSignalChannel(ctx, intakeAgainSignal).Receive(ctx, nil) {
			c.signals++
		}
	})
	return nil
}

func (c *caseRun) hear(told ticketSettled) {
	c.intake, c.told = told, true
}

// drain takes in the signals that have arrived since the last wait, so that the roll loses none.
func (c *caseRun) drain(ctx workflow.Context) {
	for workflow.GetSignalChannel(ctx, RollSignal).ReceiveAsync(nil) {
		c.signals++ // rolling already
	}
	for workflow.GetSignalChannel(ctx, intakeAgainSignal).ReceiveAsync(nil) {
		c.signals++
	}
	var told ticketSettled
	for workflow.GetSignalChannel(ctx, ticketSettledSignal).ReceiveAsync(&told) {
		c.hear(told)
	}
	if c.told && c.TicketPending {
		c.takeIntake(ctx)
	}
}
