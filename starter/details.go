package main

import (
	"strings"

	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) details() *cobra.Command {
	var command workflows.DetailsCommand
	var unclear bool
	cmd := c.verb("details NUMBER", "Tell what the report left open, and bring people in",
		`  starter details SEC-12 --reporter "Ms Ito, 03-1234-5678" --company "Acme Foods" --when "this morning"
  starter details SEC-12 --unclear
  starter details SEC-12 --unclear=false --what "a link in a mail was opened" --invite @ben`,
		func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("unclear") {
				command.Unclear = &unclear
			}
			said := command.Reporter + command.Company + command.What + command.When + command.Where + command.Kind + strings.Join(command.Invite, "")
			if incident.CleanText(said) == "" && command.Unclear == nil {
				return wrongUsage(cmd, "nothing to record: give --reporter, --company, --what, --when, --where, --kind, --invite or --unclear")
			}
			return c.send(cmd.Context(), args[0], workflows.DetailsUpdate, func(by incident.By) any { command.By = by; return command })
		})
	f := cmd.Flags()
	f.StringVar(&command.Reporter, "reporter", "", "`who` reported it: name and telephone")
	f.StringVar(&command.Company, "company", "", "the reporter's `company`: shown only, it opens the case to nobody")
	f.StringVar(&command.What, "what", "", "what happened, as `text`")
	f.StringVar(&command.When, "when", "", "when it happened, as `text`")
	f.StringVar(&command.Where, "where", "", "where it happened, as `text`")
	f.StringVar(&command.Kind, "kind", "", "`kind` of incident: phishing, malware …")
	f.BoolVar(&unclear, "unclear", false, "nobody knows what happened before somebody calls the reporter, or goes there; --unclear=false: now it is clear")
	f.StringArrayVar(&command.Invite, "invite", nil, "`person` to bring in: Slack id, @handle, group or e-mail address (may be repeated)")
	offer(cmd, "kind", incident.Kinds()...)
	return cmd
}
