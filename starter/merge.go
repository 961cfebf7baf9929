package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) merge() *cobra.Command {
	var command workflows.MergeCommand
	cmd := c.verb("merge NUMBER", "Make a case a duplicate of another one: people, open tasks and links move there, then it is archived",
		`  starter merge SEC-13 --into SEC-12 --reason "the same mail, reported twice"`,
		func(cmd *cobra.Command, args []string) error {
			if err := needs(cmd, "into", command.Into, "the number of the case that goes on"); err != nil {
				return err
			}
			return c.send(cmd.Context(), args[0], workflows.MergeUpdate, func(by incident.By) any { command.By = by; return command })
		})
	f := cmd.Flags()
	f.StringVar(&command.Into, "into", "", "`number` of the case that goes on")
	f.StringVar(&command.Reason, "reason", "", "`why` they are one; open analyses are dropped with it")
	return cmd
}
