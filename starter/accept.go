package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) accept() *cobra.Command {
	var command workflows.AcceptCommand
	cmd := c.verb("accept NUMBER", "Accept command that you were offered, or decline it",
		`  starter accept SEC-12
  starter accept SEC-12 --decline --reason "on a train until 19:00"`,
		func(cmd *cobra.Command, args []string) error {
			if command.Reason != "" && !command.Decline {
				return wrongUsage(cmd, "accepting takes no --reason: to decline, give --decline too")
			}
			return c.send(cmd.Context(), args[0], workflows.AcceptUpdate, func(by incident.By) any { command.By = by; return command })
		})
	f := cmd.Flags()
	f.BoolVar(&command.Decline, "decline", false, "you cannot lead it now")
	f.StringVar(&command.Reason, "reason", "", "`why` you decline")
	return cmd
}
