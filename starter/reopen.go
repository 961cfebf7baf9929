package main

import (
	"github.com/spf13/cobra"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) reopen() *cobra.Command {
	var reason string
	cmd := c.verb("reopen NUMBER", "Take a closed case back to analysis",
		`  starter reopen SEC-12 --reason "the same mail came again"`,
		func(cmd *cobra.Command, args []string) error {
			if err := needs(cmd, "reason", reason, "say what is new"); err != nil {
				return err
			}
			return c.send(cmd.Context(), args[0], workflows.ReopenUpdate, func(by incident.By) any {
				return workflows.ReopenCommand{Reason: reason, By: by}
			})
		})
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return c.numbers(cmd.Context(), args, cases.Filter{Phase: incident.PhaseClosed}), cobra.ShellCompDirectiveNoFileComp
	}
	cmd.Flags().StringVar(&reason, "reason", "", "`what` is new")
	return cmd
}
