package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) update() *cobra.Command {
	var command workflows.PublishCommand
	cmd := c.verb("update NUMBER", "Publish how things stand: to the channel, the executives' channel and the ticket",
		`  starter update SEC-12 --text "The mailbox is locked. No customer data was read." --next 2h`,
		func(cmd *cobra.Command, args []string) error {
			if err := needs(cmd, "text", command.Text, "say how things stand, for readers who were not there"); err != nil {
				return err
			}
			if cmd.Flags().Changed("next") && command.Next <= 0 {
				return wrongUsage(cmd, "--next %s is no time in the future: use 30m, 2h or 24h", command.Next)
			}
			return c.send(cmd.Context(), args[0], workflows.PublishUpdate, func(by incident.By) any { command.By = by; return command })
		})
	f := cmd.Flags()
	f.StringVar(&command.Text, "text", "", "how things stand, as `text`")
	f.DurationVar(&command.Next, "next", 0, "when the next update is due, from now: `2h` (default: no time is promised)")
	return cmd
}
