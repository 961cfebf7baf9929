package main

import (
	"time"

	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) note() *cobra.Command {
	var command workflows.NoteCommand
	var at string
	cmd := c.verb("note NUMBER", "Enter into a case's timeline what happened, and where to read it",
		`  starter note SEC-12 --text "The mail server was taken off the network" --at 2026-11-30T09:15:00+09:00`,
		func(cmd *cobra.Command, args []string) (err error) {
			if err := needs(cmd, "text", command.Text, "say what happened"); err != nil {
				return err
			}
			if at != "" {
				if command.At, err = time.Parse(time.RFC3339, at); err != nil {
					return wrongUsage(cmd, "--at %q is no time: use 2026-11-30T09:15:00+09:00", incident.Shorten(at, 40))
				}
			}
			return c.send(cmd.Context(), args[0], workflows.NoteUpdate, func(by incident.By) any { command.By = by; return command })
		})
	f := cmd.Flags()
	f.StringVar(&command.Text, "text", "", "what happened, as `text`")
	f.StringVar(&command.Link, "link", "", "`address` of where it can be read")
	f.StringVar(&at, "at", "", "`when` it happened, with its zone (default: now)")
	return cmd
}
