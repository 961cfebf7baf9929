package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) close() *cobra.Command {
	var resolution string
	cmd := c.verb("close NUMBER", "Say how a case ended; lessons, archive and the end follow by themselves",
		`  starter close SEC-12 --resolution contained
  starter close SEC-13 --resolution "duplicate of SEC-12"`,
		func(cmd *cobra.Command, args []string) error {
			if err := needs(cmd, "resolution", resolution, "say how it ended: contained, mitigated, false positive, duplicate of NUMBER …"); err != nil {
				return err
			}
			if _, err := incident.ParseResolution(resolution); err != nil {
				return err
			}
			return c.send(cmd.Context(), args[0], workflows.CloseUpdate, func(by incident.By) any {
				return workflows.CloseCommand{Resolution: resolution, By: by}
			})
		})
	cmd.Flags().StringVar(&resolution, "resolution", "", "`how` it ended: contained, mitigated, \"false positive\", \"duplicate of SEC-12\", \"opened by mistake\", or your own words")
	offer(cmd, "resolution", "contained", "mitigated", string(incident.FalsePositive), string(incident.OpenedByMistake))
	return cmd
}
