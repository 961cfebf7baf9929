package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) take() *cobra.Command {
	return c.verb("take NUMBER", "Take command of a case, at once; to give it to somebody else, use triage --commander",
		`  starter take SEC-12`,
		func(cmd *cobra.Command, args []string) error {
			return c.send(cmd.Context(), args[0], workflows.TakeUpdate, func(by incident.By) any { return workflows.TakeCommand{By: by} })
		})
}
