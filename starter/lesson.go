package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) lesson() *cobra.Command {
	var command workflows.LessonCommand
	cmd := c.verb("lesson NUMBER", "Note what should be better next time, while it is fresh; it is decided before the case is archived",
		`  starter lesson SEC-12 --text "Nobody knew who owns the mail gateway"`,
		func(cmd *cobra.Command, args []string) error {
			if err := needs(cmd, "text", command.Text, "say what should be better next time"); err != nil {
				return err
			}
			return c.send(cmd.Context(), args[0], workflows.LessonUpdate, func(by incident.By) any { command.By = by; return command })
		})
	cmd.Flags().StringVar(&command.Text, "text", "", "what should be better next time, as `text`")
	return cmd
}
