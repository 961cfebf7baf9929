package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// offer is command that was offered to somebody. It stays in the state until its message says what became of it.
type offer struct {
	ID      string    `json:"id"` // h1, h2 …
	To      commander `json:"to"`
	By      string    `json:"by"`
	Note    string    `json:"note,omitempty"`
	At      time.Time `json:"at"`
	Summary []string  `json:"summary"` // how the case stood then, as the message shows it
	Became  string    `json:"became,omitempty"`
	Who     string    `json:"who,omitempty"` // made it so; empty: the case itself
	Reason  string    `json:"reason,omitempty"`
	Ended   time.Time `json:"ended,omitzero"`
	// QuietUntil is when they are written to directly, if it is night where they are; zero: at once.
	QuietUntil time.Time `json:"quiet_until,omitzero"`
	Waited     time.Time `json:"waited,omitzero"` // when that wait was over
}

// maxRecent is how many entries of the timeline a hand-over tells.
const maxRecent = 8

// handover offers command to somebody. Until they accept it nothing changes: a case must never be commanded by somebody
// who does not know it.
func (c *caseRun) handover(ctx workflow.Context, cmd HandoverCommand) (Answer, *incident.Refusal) {
	to := incident.CleanLine(cmd.To)
	if !c.provisional() && (to == c.Commander.Asked || to == c.Commander.ID) {
		return Answer{}, incident.Refuse(incident.Rule, "Offer it to somebody else", "%s commands case %s already", c.Commander.Name, c.Number)
	}
	c.lapse(ctx, notice.OfferReplaced, cmd.By.Called())
	c.Counters.Offers++
	o := &offer{
		ID: fmt.Sprintf("h%d", c.Counters.Offers), To: commander{Asked: to, Name: c.Named.Of(to)}, By: cmd.By.Called(), Note: incident.CleanText(cmd.Note), At: workflow.Now(ctx),
	}
	v := c.view()
	v.Now = o.At
	o.Summary = v.HandoverSummary(c.Recent, escapeSlack)
	c.Offers = append(c.Offers, o)
	c.enter(ctx, o.By, "command_offered", "By", o.By, "Owner", o.To.Name, "Text", o.Note)
	return Answer{ID: o.ID, Text: fmt.Sprintf("%s: command is offered to %s; until they accept it, %s commands", c.Number, o.To.Name, c.Commander.Name)}, nil
}

// offered is the offer that somebody can accept now; nil: there is none.
func (c *caseRun) offered() *offer {
	i := slices.IndexFunc(c.Offers, func(o *offer) bool { return o.Became == "" })
	if i < 0 {
		return nil
	}
	return c.Offers[i]
}

// lapse withdraws the offer that is pending, if there is one.
func (c *caseRun) lapse(ctx workflow.Context, became, who string) {
	if o := c.offered(); o != nil {
		o.end(ctx, became, who, "")
		c.changed()
	}
}

func (o *offer) end(ctx workflow.Context, became, who, reason string) {
	o.Became, o.Who, o.Reason, o.Ended = became, who, reason, workflow.Now(ctx)
}

// isFor reports whether the sender is the one who was named. Before Slack has been asked, only an id names anybody; at a
// command line people are known by their login.
func (o *offer) isFor(by incident.By) bool {
	if inSlack(by) {
		return by.Who == o.To.ID || by.Who == o.To.Asked
	}
	return by.Door != incident.DoorSlack && strings.EqualFold(by.Who, strings.TrimPrefix(o.To.Asked, "@"))
}

// accept is the answer of whoever was offered command: with it they command, or everything stays as it is.
func (c *caseRun) accept(ctx workflow.Context, cmd AcceptCommand) (Answer, *incident.Refusal) {
	o := c.offered()
	switch {
	case o == nil && c.Commander.isSender(cmd.By) && !cmd.Decline:
		return Answer{Text: fmt.Sprintf("%s: you command it already", c.Number)}, nil
	case o == nil:
		return Answer{}, incident.Refuse(incident.Rule, "To lead it all the same: take "+c.Number, "command of case %s is not offered to anybody now", c.Number)
	case !o.isFor(cmd.By):
		return Answer{}, incident.Refuse(incident.Rule, "To lead it all the same: take "+c.Number, "command of case %s was offered to %s, not to you", c.Number, o.To.Name)
	}
	if cmd.Decline {
		return c.decline(ctx, o, cmd), nil
	}
	from := c.Commander.Name
	m := o.To
	m.How = acceptedCommand
	if by := cmd.By; inSlack(by) { // Slack's own word for who it is, also before it was asked
		m.ID = by.Who
	}
	m.In = m.In || m.ID != "" && slices.Contains(c.members(), m.ID)
	c.Commander = m
	o.end(ctx, notice.OfferAccepted, cmd.By.Called(), "")
	words := []string{"By", cmd.By.Called(), "Commander", from}
	c.announce("command_accepted", words...)
	c.enter(ctx, cmd.By.Called(), "command_accepted", words...)
	return Answer{ID: o.ID, Text: fmt.Sprintf("%s: you command it now", c.Number)}, nil
}

func (c *caseRun) decline(ctx workflow.Context, o *offer, cmd AcceptCommand) Answer {
	reason := incident.CleanText(cmd.Reason)
	o.end(ctx, notice.OfferDeclined, cmd.By.Called(), reason)
	words := []string{"By", cmd.By.Called(), "Commander", c.Commander.Name, "Reason", reason}
	c.announce("command_declined", words...)
	c.enter(ctx, cmd.By.Called(), "command_declined", words...)
	return Answer{ID: o.ID, Text: fmt.Sprintf("%s: declined; %s commands", c.Number, c.Commander.Name)}
}

func (cmd HandoverCommand) sender() incident.By { return cmd.By }

func (cmd HandoverCommand) check() *incident.Refusal {
	return firstOf(without("whom command is offered to", "Name them: handover --to @chie", incident.CleanLine(cmd.To)),
		tooLong("name", maxLine, cmd.To), tooLong("note", maxReason, cmd.Note))
}

func (cmd AcceptCommand) sender() incident.By { return cmd.By }

func (cmd AcceptCommand) check() *incident.Refusal {
	if !cmd.Decline && incident.CleanText(cmd.Reason) != "" {
		return incident.Refuse(incident.Usage, "To decline: accept --decline --reason …", "accepting takes no reason")
	}
	return tooLong("reason", maxReason, cmd.Reason)
}

// OfferStatus shows command that is offered and not accepted yet.
type OfferStatus struct {
	ID   string    `json:"id"`
	To   string    `json:"to"`
	ToID string    `json:"to_id"` // Slack user id; empty: not found in Slack, or not looked up yet
	By   string    `json:"by"`
	Note string    `json:"note"`
	At   time.Time `json:"at"`
}

func (c *caseRun) offerStatus() *OfferStatus {
	o := c.offered()
	if o == nil {
		return nil
	}
	return &OfferStatus{ID: o.ID, To: o.To.Name, ToID: o.To.ID, By: o.By, Note: o.Note, At: o.At}
}
