package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) severity() *cobra.Command {
	var command workflows.SeverityCommand
	var severity string
	cmd := c.verb("severity NUMBER", "Say how bad it is, in any phase and again when it changes",
		`  starter severity SEC-12 --severity 1 --reason "a second company is concerned"`,
		func(cmd *cobra.Command, args []string) (err error) {
			if err := needs(cmd, "severity", severity, "1 (worst) to 4"); err != nil {
				return err
			}
			if command.Severity, err = incident.ParseSeverity(severity); err != nil {
				return err
			}
			return c.send(cmd.Context(), args[0], workflows.SeverityUpdate, func(by incident.By) any { command.By = by; return command })
		})
	f := cmd.Flags()
	f.StringVar(&severity, "severity", "", "`1` (worst) to 4")
	f.StringVar(&command.Reason, "reason", "", "`why` it is rated so")
	offer(cmd, "severity", "1", "2", "3", "4")
	return cmd
}
