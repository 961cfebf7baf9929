package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// watchTime is how long resume looks what becomes of the step.
const watchTime = 10 * time.Second

// resumeFlags are the flags of resume as they were typed.
type resumeFlags struct {
	step, action, input, reason string
	generation                  int

	all    bool
	filter cases.StuckFilter
	rate   string
	dryRun bool
}

func (c *cli) resume() *cobra.Command {
	var f resumeFlags
	cmd := c.verb("resume NUMBER", "Decide about a step that is stuck: try it again, use a thing that exists, skip it, or give it up",
		`  starter resume SEC-12 --step open.ticket --action retry --reason "the field has a default now"
  starter resume SEC-12 --step open.channel --generation 2 --action supply --input '{"id":"C0123456789"}' --reason "made by hand"
  starter resume --all --system jira --class Invalid --dry-run`,
		func(cmd *cobra.Command, args []string) error {
			if f.all {
				return c.runResumeAll(cmd, f)
			}
			return c.runResume(cmd, args[0], f)
		})
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if f.all && len(args) > 0 {
			return wrongUsage(cmd, "--all is for all cases: leave out %s, or leave out --all", args[0])
		}
		if f.all {
			return nil
		}
		return oneNumber(cmd, args)
	}
	flags := cmd.Flags()
	flags.StringVar(&f.step, "step", "", "`id` of the step, as status and stuck show it: open.ticket, a1/analysis.channel")
	flags.IntVar(&f.generation, "generation", 0, "`number` that status and stuck show: whoever decides second is told so (default: the one shown now)")
	flags.StringVar(&f.action, "action", "", "`what` to do: retry, supply, skip or abort")
	flags.StringVar(&f.input, "input", "", "`JSON`: for supply {\"id\":\"…\"}, for retry the fields to be changed")
	flags.StringVar(&f.reason, "reason", "", "`why`; everybody in the case sees it")
	flags.BoolVar(&f.all, "all", false, "retry all stuck steps of all cases, or those that --system, --class and --step leave")
	filterFlags(cmd, &f.filter)
	flags.StringVar(&f.rate, "rate", "5/s", "with --all: at most so many `decisions` in a second")
	flags.BoolVar(&f.dryRun, "dry-run", false, "with --all: only show what would be retried")
	offer(cmd, "action", "retry", "supply", "skip", "abort")
	return cmd
}

// decision is what was typed, checked as far as it can be without the case.
func (f resumeFlags) decision(cmd *cobra.Command) (cases.Decision, error) {
	d := cases.Decision{Step: incident.CleanLine(f.step), Generation: f.generation, Action: workflows.Action(strings.ToLower(f.action)), Reason: f.reason}
	known := []workflows.Action{workflows.ActionRetry, workflows.ActionSupply, workflows.ActionSkip, workflows.ActionAbort}
	switch {
	case d.Step == "":
		return d, wrongUsage(cmd, "--step is missing: name the step, as status and stuck show it")
	case !slices.Contains(known, d.Action):
		return d, wrongUsage(cmd, "unknown --action %q: use retry, supply, skip or abort", f.action)
	case f.generation < 0:
		return d, wrongUsage(cmd, "--generation %d is no generation: take the number that status shows", f.generation)
	case f.input != "" && !isObject(f.input):
		return d, wrongUsage(cmd, `--input is no JSON object: use for example '{"id":"C0123456789"}'`)
	case d.Action == workflows.ActionSupply && f.input == "":
		return d, wrongUsage(cmd, `--input is missing: name the thing that is to be used: --input '{"id":"…"}'`)
	case f.dryRun || cmd.Flags().Changed("rate") || f.filter.System != "" || f.filter.Class != "":
		return d, wrongUsage(cmd, "--system, --class, --rate and --dry-run go with --all")
	}
	if f.input != "" {
		d.Input = json.RawMessage(f.input)
	}
	return d, needs(cmd, "reason", f.reason, "say why; everybody in the case sees it")
}

func isObject(text string) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal([]byte(text), &object) == nil && object != nil
}

// resumed is what resume prints.
type resumed struct {
	cases.Taken
	cases.Became
	Error *failure `json:"error,omitempty"` // the decision was taken, but the step is stuck again
}

func (c *cli) runResume(cmd *cobra.Command, number string, f resumeFlags) error {
	d, err := f.decision(cmd)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), commandTime)
	defer cancel()
	found, config, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer found.Close()
	d.By = c.by(config.TrustLocalUser)
	taken, err := found.Decide(ctx, number, config.Viewer, d, c.request())
	if err != nil {
		return c.withRequestID(err)
	}
	watching, stop := context.WithTimeout(ctx, watchTime)
	defer stop()
	document := resumed{Taken: taken, Became: found.Became(watching, number, taken)}
	if document.Outcome == cases.OutcomeStuck {
		after := document.After
		document.Error = &failure{Code: "stuck", Message: fmt.Sprintf("step %s of case %s is stuck again: %s", taken.Step, taken.Number, after.Cause), Hint: after.Hint, status: failed}
	}
	c.print(document, func(p *page) { p.resumed(document) })
	if document.Error == nil {
		return nil
	}
	if c.output != "json" {
		c.complain(document.Error)
	}
	return reported{document.Error}
}

func (p *page) resumed(r resumed) {
	p.line("%s", r.Text)
	switch r.Outcome {
	case cases.OutcomeGoing:
		p.line("it is being tried; follow it with: starter status %s", r.Number)
	case cases.OutcomeUnseen:
		p.line("it is not known yet what became of it; look with: starter status %s", r.Number)
	case cases.OutcomeStuck: // the error says so
	default:
		p.line("the step is %s", r.Outcome)
	}
}
