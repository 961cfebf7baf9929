package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows/incident"
)

func (c *cli) triage() *cobra.Command {
	cmd := c.act("triage NUMBER", "Tell a case what triage has found: severity, kind, commander, scope of the damage",
		`  starter triage SEC-12 --severity 2 --commander @aoi --scope "payroll, 40 laptops"`)
	f := cmd.Flags()
	f.String("severity", "", "`1` (worst) to 4")
	f.String("kind", "", "`kind` of incident: phishing, malware …")
	f.String("commander", "", "`person` who leads: Slack id, @handle, e-mail address or name")
	f.String("scope", "", "how far the damage goes, as `text`")
	offer(cmd, "severity", "1", "2", "3", "4")
	return cmd
}

func (c *cli) severity() *cobra.Command {
	cmd := c.act("severity NUMBER", "Say how bad it is, in any phase and again when it changes",
		`  starter severity SEC-12 --severity 1 --reason "a second company is concerned"`)
	f := cmd.Flags()
	f.String("severity", "", "`1` (worst) to 4")
	f.String("reason", "", "`why` it is rated so")
	offer(cmd, "severity", "1", "2", "3", "4")
	return cmd
}

func (c *cli) details() *cobra.Command {
	cmd := c.act("details NUMBER", "Tell what the report left open, and bring people in",
		`  starter details SEC-12 --reporter "Ms Ito, 03-1234-5678" --company "Acme Foods" --when "this morning"
  starter details SEC-12 --unclear
  starter details SEC-12 --unclear=false --what "a link in a mail was opened" --invite @ben`)
	f := cmd.Flags()
	f.String("reporter", "", "`who` reported it: name and telephone")
	f.String("company", "", "the reporter's `company`: shown only, it opens the case to nobody")
	f.String("what", "", "what happened, as `text`")
	f.String("when", "", "when it happened, as `text`")
	f.String("where", "", "where it happened, as `text`")
	f.String("kind", "", "`kind` of incident: phishing, malware …")
	f.Bool("unclear", false, "nobody knows what happened before somebody calls the reporter, or goes there; --unclear=false: now it is clear")
	f.StringArray("invite", nil, "`person` to bring in: Slack id, @handle, group or e-mail address (may be repeated)")
	offer(cmd, "kind", incident.Kinds()...)
	return cmd
}

func (c *cli) contain() *cobra.Command {
	cmd := c.act("contain NUMBER", "Say whether the damage is still spreading, in any phase and again when it changes",
		`  starter contain SEC-12 --state acting
  starter contain SEC-12 --state "not applicable"`)
	cmd.Flags().String("state", "", "`none`, acting, contained or \"not applicable\"")
	offer(cmd, "state", string(incident.NotContained), string(incident.Acting), string(incident.Contained), string(incident.NotApplicable))
	return cmd
}
