package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) conclude() *cobra.Command {
	var command workflows.ConcludeCommand
	cmd := c.verb("conclude NUMBER", "End an analysis with what it has found, or drop it with the reason",
		`  starter conclude SEC-12 --analysis a1 --finding "one mailbox was read, from 3 to 5 March"
  starter conclude SEC-12 --analysis a2 --drop "the logs are gone"`,
		func(cmd *cobra.Command, args []string) error {
			command.Analysis = plainID(command.Analysis)
			if err := checkConclude(cmd, command); err != nil {
				return err
			}
			return c.send(cmd.Context(), args[0], workflows.ConcludeUpdate, func(by incident.By) any { command.By = by; return command })
		})
	f := cmd.Flags()
	f.StringVar(&command.Analysis, "analysis", "", "`id` of the analysis: a1 …")
	f.StringVar(&command.Finding, "finding", "", "what was found, as `text`")
	f.StringVar(&command.Drop, "drop", "", "`reason` why nobody goes on with it")
	return cmd
}

func checkConclude(cmd *cobra.Command, a workflows.ConcludeCommand) error {
	found, dropped := incident.CleanText(a.Finding) != "", incident.CleanText(a.Drop) != ""
	switch {
	case a.Analysis == "":
		return needs(cmd, "analysis", "", "give the id of the analysis, such as a1")
	case found && dropped:
		return wrongUsage(cmd, "--finding and --drop exclude each other: an analysis is concluded or dropped")
	case !found && !dropped:
		return wrongUsage(cmd, "give --finding, or --drop with the reason")
	}
	return nil
}
