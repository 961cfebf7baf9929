package main

import (
	"github.com/spf13/cobra"

	"hikeshi/starter/cases"
	"hikeshi/workflows/incident"
)

func (c *cli) waive() *cobra.Command {
	cmd := c.actOn("gate", "waive NUMBER GATE", "Let a case go on although something is missing: a whole gate, or one of its needs",
		`  starter waive SEC-12 scope --reason "the server is gone: nobody will ever know"
  starter waive SEC-12 lessons --reason "the same as in SEC-7"`)
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) < 2 || incident.CleanText(args[1]) == "" {
			return wrongUsage(cmd, "waive takes a case number and what is waived: triage, analysis, lessons, or a need such as scope or a1")
		}
		return nil
	}
	cmd.ValidArgsFunction = c.completeThen("triage", "analysis", "lessons", "severity", "commander", "scope", "containment")
	cmd.Flags().String("reason", "", "`why` it may be missing")
	return cmd
}

func (c *cli) back() *cobra.Command {
	cmd := c.actOn("phase", "back NUMBER PHASE", "Take a case back to triage or analysis, because of new facts",
		`  starter back SEC-12 triage --reason "a second company is concerned"`)
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != 2 {
			return wrongUsage(cmd, "back takes a case number and a phase, for example: starter back SEC-12 triage")
		}
		return nil
	}
	cmd.ValidArgsFunction = c.completeThen(string(incident.PhaseTriage), string(incident.PhaseAnalysis))
	cmd.Flags().String("reason", "", "`what` is new")
	return cmd
}

func (c *cli) close() *cobra.Command {
	cmd := c.act("close NUMBER", "Say how a case ended; undecided lessons are decided first, archive and the end follow by themselves",
		`  starter close SEC-12 --resolution contained
  starter close SEC-13 --resolution "duplicate of SEC-12"
  starter close SEC-14 --resolution "opened by mistake" --reason "typed in the wrong channel"`)
	cmd.Flags().String("resolution", "", "`how` it ended: contained, mitigated, \"false positive\", \"duplicate of SEC-12\", \"opened by mistake\", or your own words")
	cmd.Flags().String("reason", "", "what the resolution does not say; one that was \"opened by mistake\" needs it")
	offer(cmd, "resolution", "contained", "mitigated", string(incident.FalsePositive), string(incident.OpenedByMistake))
	return cmd
}

func (c *cli) reopen() *cobra.Command {
	cmd := c.act("reopen NUMBER", "Take a closed case back to analysis",
		`  starter reopen SEC-12 --reason "the same mail came again"`)
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return c.numbers(cmd.Context(), args, cases.Filter{Phase: incident.PhaseClosed}), cobra.ShellCompDirectiveNoFileComp
	}
	cmd.Flags().String("reason", "", "`what` is new")
	return cmd
}

func (c *cli) merge() *cobra.Command {
	cmd := c.act("merge NUMBER", "Make a case a duplicate of another one: people, open tasks and links move there, then it is archived",
		`  starter merge SEC-13 --into SEC-12 --reason "the same mail, reported twice"`)
	f := cmd.Flags()
	f.String("into", "", "`number` of the case that goes on")
	f.String("reason", "", "`why` they are one; open analyses are dropped with it")
	return cmd
}
