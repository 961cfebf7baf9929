package main

import "github.com/spf13/cobra"

func (c *cli) take() *cobra.Command {
	return c.act("take NUMBER", "Take command of a case, at once; to give it to somebody else, use triage --commander",
		`  starter take SEC-12`)
}

func (c *cli) handover() *cobra.Command {
	cmd := c.act("handover NUMBER", "Offer command to somebody, with a summary of the case; it is theirs when they accept",
		`  starter handover SEC-12 --to @chie --note "Acme's CISO wants a call at 18:00"`)
	f := cmd.Flags()
	f.String("to", "", "`person` who is to lead: Slack id, @handle, e-mail address or name")
	f.String("note", "", "what the case itself does not say, as `text`")
	return cmd
}

func (c *cli) accept() *cobra.Command {
	cmd := c.act("accept NUMBER", "Accept command that you were offered, or decline it",
		`  starter accept SEC-12
  starter accept SEC-12 --decline --reason "on a train until 19:00"`)
	f := cmd.Flags()
	f.Bool("decline", false, "you cannot lead it now")
	f.String("reason", "", "`why` you decline")
	return cmd
}
