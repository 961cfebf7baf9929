package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/audit"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/ledger"
	"hikeshi/workflows/settings"
)

// allTime is how long a retry of everything may take; at five a second it is enough for eighteen thousand steps.
const allTime = time.Hour

// maxDecisions bounds --rate: more would only queue up at Temporal.
const maxDecisions = 100

// resumedAll is what resume --all prints.
type resumedAll struct {
	DryRun    bool            `json:"dry_run"`
	RequestID string          `json:"request_id"`
	Retried   int             `json:"retried"`
	Failed    int             `json:"failed"` // refused and not confirmed ones too
	Steps     []cases.Retried `json:"steps"`
	Error     *failure        `json:"error,omitempty"`
}

func (c *cli) runResumeAll(cmd *cobra.Command, f resumeFlags) error {
	perSecond, err := f.checkAll(cmd)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), allTime)
	defer cancel()
	found, config, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer found.Close()
	f.filter.Step = incident.CleanLine(f.step)
	d := cases.Decision{Reason: f.reason, By: c.by(config.TrustLocalUser)}
	o := cases.RetryOptions{ID: c.request(), Rate: perSecond, DryRun: f.dryRun}
	if err := c.recordAll(config, f); err != nil {
		return err
	}
	list, err := found.RetryAll(ctx, config.Viewer, f.filter, d, o)
	if err != nil {
		return c.withRequestID(err)
	}
	return c.showAll(resumedAll{DryRun: f.dryRun, RequestID: o.ID, Steps: list})
}

// checkAll refuses what makes no sense for all cases, and returns how many decisions a second are allowed.
func (f *resumeFlags) checkAll(cmd *cobra.Command) (perSecond float64, err error) {
	if f.action != "" && !strings.EqualFold(f.action, string(workflows.ActionRetry)) || f.input != "" || f.generation != 0 {
		return 0, wrongUsage(cmd, "--all only retries: skip, supply and abort are decided step by step")
	}
	if !f.dryRun {
		if err := needs(cmd, "reason", f.reason, "say why; everybody in the cases sees it"); err != nil {
			return 0, err
		}
	}
	perSecond, err = strconv.ParseFloat(strings.TrimSuffix(f.rate, "/s"), 64)
	if err != nil || !(perSecond > 0 && perSecond <= maxDecisions) {
		return 0, wrongUsage(cmd, "--rate %q is no rate: use a number up to %d a second, for example 5/s", f.rate, maxDecisions)
	}
	return perSecond, nil
}

// showAll prints what was done for each step; it is an error unless all was.
func (c *cli) showAll(all resumedAll) error {
	unconfirmed := 0
	for _, r := range all.Steps {
		switch r.Result {
		case cases.RetryTaken:
			all.Retried++
		case cases.RetryWould:
		case cases.RetryUnknown:
			unconfirmed++
			all.Failed++
		default:
			all.Failed++
		}
	}
	if all.Failed > 0 {
		all.Error = &failure{Code: "incomplete", Message: fmt.Sprintf("%d of %d steps were not retried", all.Failed, len(all.Steps)),
			Hint: "The table says why; the same command with --request-id " + all.RequestID + " is harmless", status: failed}
		if unconfirmed == all.Failed {
			all.Error.Code, all.Error.status = string(cases.UnknownOutcome), unknown
		}
	}
	c.print(all, func(p *page) { p.all(all) })
	if all.Error == nil {
		return nil
	}
	if c.output != "json" {
		c.complain(all.Error)
	}
	return reported{all.Error}
}

func (p *page) all(all resumedAll) {
	if len(all.Steps) == 0 {
		p.line("nothing is stuck that fits")
		return
	}
	rows := [][]string{{"NUMBER", "STEP", "GENERATION", "SYSTEM", "CLASS", "RESULT", "WHY"}}
	for _, r := range all.Steps {
		why := r.Why
		if all.DryRun && why == "" {
			why = r.Cause
		}
		rows = append(rows, []string{r.Number, r.Step, generation(r.Generation), r.System, r.Class, r.Result, why})
	}
	p.rows(rows...)
	if all.DryRun {
		p.line("nothing was done: leave out --dry-run and give a --reason to retry them")
		return
	}
	p.line("retried %d of %d", all.Retried, len(all.Steps))
}

// recordAll writes into the ledger that many cases are about to be changed at once: each case knows of its own step only.
func (c *cli) recordAll(config *settings.Config, f resumeFlags) error {
	if f.dryRun {
		return nil
	}
	by := c.by(config.TrustLocalUser)
	act := audit.Act{Who: by.Who, Door: string(by.Door), Act: strings.Join(strings.Fields(fmt.Sprintf("resume --all %s %s %s", f.filter.System, f.filter.Class, f.filter.Step)), " "), Reason: f.reason}
	if err := ledger.Open(config.Audit.Ledger).Record(act); err != nil {
		return &failure{Code: "ledger", Message: err.Error(), Hint: "Nothing was done", status: failed}
	}
	return nil
}
