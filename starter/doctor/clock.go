package doctor

import (
	"context"
	"time"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// How far the clocks may be apart. What is told of Temporal's is the least that is possible.
const (
	someOff = time.Minute
	tooFar  = workflows.ProofTime / 2
)

const setClocks = "set the clocks by NTP, of this machine, of the gateways and of Temporal's servers"

// clock tells how far this machine's clock is from another one.
func (a *area) clock(whose string, off time.Duration) {
	check, how := "clock", cases.Clock{Off: off}.String()
	switch {
	case off.Abs() >= tooFar:
		a.mend(check, setClocks, "this machine's clock is %s %s. Slack's signatures older than 5m are refused, and what a gateway proves counts for %s only: past it, "+
			"everybody in Slack counts as acting on their own word, and may not close, waive, skip or abort", how, whose, workflows.ProofTime)
	case off.Abs() >= someOff:
		a.warn(check, setClocks, "this machine's clock is %s %s: with %s between a gateway's and Temporal's nobody in Slack is believed any more", how, whose, workflows.ProofTime)
	default:
		a.ok(check, "this machine's clock agrees with %s", whose)
	}
}

// temporalClock compares with Temporal, by whose clock proofs are judged.
func (a *area) temporalClock(ctx context.Context, found *cases.Cases) {
	c, err := found.Clock(ctx)
	switch {
	case err != nil:
		a.trouble("clock", err)
	case !c.Known:
		a.unchecked("clock", "nobody works for Temporal, which tells its time with work only: start a worker, then look again")
	default:
		a.clock("Temporal's", c.Off)
	}
}
