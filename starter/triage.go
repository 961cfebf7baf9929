package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) triage() *cobra.Command {
	var command workflows.TriageCommand
	var severity string
	cmd := c.verb("triage NUMBER", "Tell a case what triage has found: severity, kind, commander, scope of the damage",
		`  starter triage SEC-12 --severity 2 --commander @aoi --scope "payroll, 40 laptops"`,
		func(cmd *cobra.Command, args []string) (err error) {
			if command.Severity, err = incident.ParseSeverity(severity); err != nil {
				return err
			}
			if command.Severity == 0 && command.Kind+command.Commander+command.Scope == "" {
				return wrongUsage(cmd, "nothing to record: give --severity, --kind, --commander or --scope")
			}
			return c.send(cmd.Context(), args[0], workflows.TriageUpdate, func(by incident.By) any { command.By = by; return command })
		})
	f := cmd.Flags()
	f.StringVar(&severity, "severity", "", "`1` (worst) to 4")
	f.StringVar(&command.Kind, "kind", "", "`kind` of incident: phishing, malware …")
	f.StringVar(&command.Commander, "commander", "", "`person` who leads: Slack id, @handle, e-mail address or name")
	f.StringVar(&command.Scope, "scope", "", "how far the damage goes, as `text`")
	offer(cmd, "severity", "1", "2", "3", "4")
	return cmd
}
