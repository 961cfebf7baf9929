package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) close() *cobra.Command {
	var resolution, reason string
	cmd := c.verb("close NUMBER", "Say how a case ended; lessons, archive and the end follow by themselves",
		`  starter close SEC-12 --resolution contained
  starter close SEC-13 --resolution "duplicate of SEC-12"
  starter close SEC-14 --resolution "opened by mistake" --reason "typed in the wrong channel"`,
		func(cmd *cobra.Command, args []string) error {
			if err := needs(cmd, "resolution", resolution, "say how it ended: contained, mitigated, false positive, duplicate of NUMBER …"); err != nil {
				return err
			}
			how, err := incident.ParseResolution(resolution)
			if err != nil {
				return err
			}
			if how == incident.OpenedByMistake {
				if err := needs(cmd, "reason", reason, "say what the mistake was"); err != nil {
					return err
				}
			}
			return c.send(cmd.Context(), args[0], workflows.CloseUpdate, func(by incident.By) any {
				return workflows.CloseCommand{Resolution: resolution, Reason: reason, By: by}
			})
		})
	cmd.Flags().StringVar(&resolution, "resolution", "", "`how` it ended: contained, mitigated, \"false positive\", \"duplicate of SEC-12\", \"opened by mistake\", or your own words")
	cmd.Flags().StringVar(&reason, "reason", "", "what the resolution does not say; one that was \"opened by mistake\" needs it")
	offer(cmd, "resolution", "contained", "mitigated", string(incident.FalsePositive), string(incident.OpenedByMistake))
	return cmd
}
