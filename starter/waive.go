package main

import (
	"strings"

	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) waive() *cobra.Command {
	var reason string
	cmd := c.verb("waive NUMBER GATE", "Let a case go on although something is missing: a whole gate, or one of its needs",
		`  starter waive SEC-12 scope --reason "the server is gone: nobody will ever know"
  starter waive SEC-12 lessons --reason "the same as in SEC-7"`,
		func(cmd *cobra.Command, args []string) error {
			if err := needs(cmd, "reason", reason, "say why; it stays visible"); err != nil {
				return err
			}
			gate := strings.Join(args[1:], " ")
			return c.send(cmd.Context(), args[0], workflows.WaiveUpdate, func(by incident.By) any {
				return workflows.WaiveCommand{Gate: gate, Reason: reason, By: by}
			})
		})
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) < 2 || incident.CleanText(args[1]) == "" {
			return wrongUsage(cmd, "waive takes a case number and what is waived: triage, analysis, lessons, or a need such as scope or a1")
		}
		return nil
	}
	cmd.ValidArgsFunction = c.completeThen("triage", "analysis", "lessons", "severity", "commander", "scope", "containment")
	cmd.Flags().StringVar(&reason, "reason", "", "`why` it may be missing")
	return cmd
}
