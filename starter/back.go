package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) back() *cobra.Command {
	var reason string
	cmd := c.verb("back NUMBER PHASE", "Take a case back to triage or analysis, because of new facts",
		`  starter back SEC-12 triage --reason "a second company is concerned"`,
		func(cmd *cobra.Command, args []string) error {
			phase, err := incident.ParsePhase(args[1])
			if err == nil && phase != incident.PhaseTriage && phase != incident.PhaseAnalysis {
				err = wrongUsage(cmd, "a case goes back to triage or to analysis, not to %s", phase)
			}
			if err == nil {
				err = needs(cmd, "reason", reason, "say what is new")
			}
			if err != nil {
				return err
			}
			return c.send(cmd.Context(), args[0], workflows.BackUpdate, func(by incident.By) any {
				return workflows.BackCommand{Phase: phase, Reason: reason, By: by}
			})
		})
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != 2 {
			return wrongUsage(cmd, "back takes a case number and a phase, for example: starter back SEC-12 triage")
		}
		return nil
	}
	cmd.ValidArgsFunction = c.completeThen(string(incident.PhaseTriage), string(incident.PhaseAnalysis))
	cmd.Flags().StringVar(&reason, "reason", "", "`what` is new")
	return cmd
}
