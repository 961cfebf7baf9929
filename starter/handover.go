package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) handover() *cobra.Command {
	var to, note string
	cmd := c.verb("handover NUMBER", "Offer command to somebody, with a summary of the case; it is theirs when they accept",
		`  starter handover SEC-12 --to @chie --note "Acme's CISO wants a call at 18:00"`,
		func(cmd *cobra.Command, args []string) error {
			if err := needs(cmd, "to", to, "whom do you offer it to?"); err != nil {
				return err
			}
			return c.send(cmd.Context(), args[0], workflows.HandoverUpdate, func(by incident.By) any {
				return workflows.HandoverCommand{To: to, Note: note, By: by}
			})
		})
	f := cmd.Flags()
	f.StringVar(&to, "to", "", "`person` who is to lead: Slack id, @handle, e-mail address or name")
	f.StringVar(&note, "note", "", "what the case itself does not say, as `text`")
	return cmd
}
