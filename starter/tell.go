package main

import "github.com/spf13/cobra"

func (c *cli) update() *cobra.Command {
	cmd := c.act("update NUMBER", "Publish how things stand: to the channel, the executives' channel and the ticket",
		`  starter update SEC-12 --text "The mailbox is locked. No customer data was read." --next 2h`)
	f := cmd.Flags()
	f.String("text", "", "how things stand, as `text`")
	f.Duration("next", 0, "when the next update is due, from now: `2h` (default: no time is promised)")
	return cmd
}

func (c *cli) note() *cobra.Command {
	cmd := c.act("note NUMBER", "Enter into a case's timeline what happened, and where to read it",
		`  starter note SEC-12 --text "The mail server was taken off the network" --at 2026-11-30T09:15:00+09:00`)
	f := cmd.Flags()
	f.String("text", "", "what happened, as `text`")
	f.String("link", "", "`address` of where it can be read")
	f.String("at", "", "`when` it happened, with its zone (default: now)")
	return cmd
}
