package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) contain() *cobra.Command {
	var command workflows.ContainCommand
	var state string
	cmd := c.verb("contain NUMBER", "Say whether the damage is still spreading, in any phase and again when it changes",
		`  starter contain SEC-12 --state acting
  starter contain SEC-12 --state "not applicable"`,
		func(cmd *cobra.Command, args []string) (err error) {
			if err := needs(cmd, "state", state, "none, acting, contained or not applicable"); err != nil {
				return err
			}
			if command.State, err = incident.ParseContainment(state); err != nil {
				return err
			}
			return c.send(cmd.Context(), args[0], workflows.ContainUpdate, func(by incident.By) any { command.By = by; return command })
		})
	cmd.Flags().StringVar(&state, "state", "", "`none`, acting, contained or \"not applicable\"")
	offer(cmd, "state", string(incident.NotContained), string(incident.Acting), string(incident.Contained), string(incident.NotApplicable))
	return cmd
}
