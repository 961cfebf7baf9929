package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) analyze() *cobra.Command {
	var command workflows.AnalyzeCommand
	cmd := c.verb("analyze NUMBER", "Open an analysis with a channel of its own; or hand one over, change it, bring people in",
		`  starter analyze SEC-12 --name mailbox --lead @aoi --hypothesis "one account was taken over"
  starter analyze SEC-12 --analysis a1 --lead @ben
  starter analyze SEC-12 --analysis a1 --invite @chie --invite S0NETWORK`,
		func(cmd *cobra.Command, args []string) error {
			command.Analysis = plainID(command.Analysis)
			if err := checkAnalyze(cmd, command); err != nil {
				return err
			}
			return c.send(cmd.Context(), args[0], workflows.AnalyzeUpdate, func(by incident.By) any { command.By = by; return command })
		})
	f := cmd.Flags()
	f.StringVar(&command.Name, "name", "", "what is looked at, in a `word` or two: mailbox, network …")
	f.StringVar(&command.Lead, "lead", "", "`person` who leads it: Slack id, @handle, e-mail address or name (default for a new one: you)")
	f.StringVar(&command.Hypothesis, "hypothesis", "", "what is believed to have happened, as `text`")
	f.StringVar(&command.Analysis, "analysis", "", "`id` of the one to change: a1 … (default: a new one)")
	f.StringArrayVar(&command.Invite, "invite", nil, "`person` or group to bring in: Slack id, @handle or e-mail address; may be given several times")
	return cmd
}

func checkAnalyze(cmd *cobra.Command, a workflows.AnalyzeCommand) error {
	switch {
	case cmd.Flags().Changed("analysis") && a.Analysis == "":
		return wrongUsage(cmd, "--analysis names no analysis: give its id, such as a1, or leave it out to open a new one")
	case a.Analysis == "":
		return needs(cmd, "name", a.Name, "say what a new analysis looks at, or name the one to change with --analysis")
	case incident.CleanText(a.Name+a.Lead+a.Hypothesis) == "" && len(a.Invite) == 0:
		return wrongUsage(cmd, "nothing to change: give --lead, --hypothesis, --name or --invite")
	}
	return nil
}
