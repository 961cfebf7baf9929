package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// stuckTime is how long a look at all stuck cases may take: each of them is asked.
const stuckTime = 2 * time.Minute

func (c *cli) stuck() *cobra.Command {
	var filter cases.StuckFilter
	var held bool
	cmd := &cobra.Command{
		Use:   "stuck",
		Short: "List the steps that cannot go on by themselves, in all cases, the longest stuck first",
		Args:  cobra.ArbitraryArgs,
		Example: `  starter stuck --system jira
  starter stuck --class Denied -o json
  starter stuck --held`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return wrongUsage(cmd, "stuck takes no words: narrow it with --system, --class or --step; one case is shown by: starter status %s", args[0])
			}
			if held {
				return c.runHeld(cmd.Context())
			}
			return c.runStuck(cmd.Context(), filter)
		},
	}
	filterFlags(cmd, &filter)
	cmd.Flags().BoolVar(&held, "held", false, "instead of steps, only the vendors that cannot be used now: for these nothing is stuck, everything waits")
	return cmd
}

// filterFlags narrow down which stuck steps are meant.
func filterFlags(cmd *cobra.Command, filter *cases.StuckFilter) {
	f := cmd.Flags()
	f.StringVar(&filter.System, "system", "", "only steps at that `system`: "+strings.Join(workflows.StepSystems(), ", "))
	f.StringVar(&filter.Class, "class", "", "only steps whose last error is of that `class`: "+strings.Join(workflows.StepClasses(), ", "))
	offer(cmd, "system", workflows.StepSystems()...)
	offer(cmd, "class", workflows.StepClasses()...)
	if cmd.Flags().Lookup("step") == nil {
		f.StringVar(&filter.Step, "step", "", "only steps with that `id`: open.ticket, a1/analysis.channel …")
	}
}

func (c *cli) runStuck(ctx context.Context, filter cases.StuckFilter) error {
	ctx, cancel := context.WithTimeout(ctx, stuckTime)
	defer cancel()
	found, config, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer found.Close()
	list, err := found.Stuck(ctx, config.Viewer, filter)
	if err != nil {
		return err
	}
	if list == nil {
		list = []cases.StuckCase{}
	}
	vendors, err := found.Held(ctx)
	if err != nil {
		return err
	}
	c.print(list, func(p *page) {
		p.held(vendors)
		if len(list) == 0 && filter != (cases.StuckFilter{}) {
			p.line("nothing is stuck that fits")
			return
		}
		p.stuck(list)
	})
	return nil
}

func (c *cli) runHeld(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	found, _, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer found.Close()
	vendors, err := found.Held(ctx)
	if err != nil {
		return err
	}
	c.print(vendors, func(p *page) {
		if p.held(vendors); len(vendors) == 0 {
			p.line("every vendor can be used")
		}
	})
	return nil
}

// held says which vendors cannot be used: their steps wait, and go on by themselves.
func (p *page) held(vendors []workflows.HeldVendor) {
	for _, v := range vendors {
		what := "every case waits for it"
		if v.Phase == workflows.BreakerPartly {
			what = "it refuses some calls"
		}
		p.line("%s since %s: %s (%s): %s. %s", v.Vendor, clock(v.Since), v.Cause, v.Class, what, v.Hint)
	}
}

func (p *page) stuck(list []cases.StuckCase) {
	if len(list) == 0 {
		p.line("nothing is stuck")
		return
	}
	rows := [][]string{{"NUMBER", "STEP", "GENERATION", "SYSTEM", "CLASS", "SINCE", "ACTIONS", "CAUSE"}}
	for _, s := range list {
		number := s.Number
		if s.Drill {
			number = "[DRILL] " + number
		}
		for _, step := range s.Steps {
			cause := step.Cause
			if s.Partial {
				cause = "(no worker answered)"
			}
			rows = append(rows, []string{number, step.ID, generation(step.Generation), step.System, step.Class, since(step.Since), actions(step.Actions, " "), cause})
		}
	}
	p.rows(rows...)
	p.line("decide with: starter resume NUMBER --step STEP --generation GENERATION --action retry --reason …")
}

func generation(g int) string {
	if g == 0 {
		return "?"
	}
	return strconv.Itoa(g)
}

func since(t *time.Time) string {
	if t == nil {
		return "?"
	}
	return clock(*t)
}

func actions(list []workflows.Action, between string) string {
	var words []string
	for _, a := range list {
		words = append(words, string(a))
	}
	return strings.Join(words, between)
}
