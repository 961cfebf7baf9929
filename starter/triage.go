package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// commandTime is how long a case may take to answer a command.
const commandTime = 30 * time.Second

func (c *cli) triage() *cobra.Command {
	var command workflows.TriageCommand
	var severity string
	cmd := &cobra.Command{
		Use:               "triage NUMBER",
		Short:             "Tell a case what triage has found: severity, kind, commander, scope of the damage",
		Example:           `  starter triage SEC-12 --severity 2 --commander @aoi --scope "payroll, 40 laptops"`,
		Args:              oneNumber,
		ValidArgsFunction: c.completeNumber,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if command.Severity, err = incident.ParseSeverity(severity); err != nil {
				return err
			}
			if command == (workflows.TriageCommand{}) {
				return wrongUsage(cmd, "nothing to record: give --severity, --kind, --commander or --scope")
			}
			return c.runTriage(cmd.Context(), args[0], command)
		},
	}
	f := cmd.Flags()
	f.StringVar(&severity, "severity", "", "`1` (worst) to 4")
	f.StringVar(&command.Kind, "kind", "", "`kind` of incident: phishing, malware …")
	f.StringVar(&command.Commander, "commander", "", "`person` who leads: Slack id, @handle, e-mail address or name")
	f.StringVar(&command.Scope, "scope", "", "how far the damage goes, as `text`")
	return cmd
}

func (c *cli) runTriage(ctx context.Context, number string, command workflows.TriageCommand) error {
	command.By = c.by()
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	found, _, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer found.Close()
	id := c.request()
	answer, err := found.Triage(ctx, number, command, id)
	if err != nil {
		return c.withRequestID(err)
	}
	c.print(answer, func(p *page) { p.line("%s", answer.Text) })
	return nil
}
