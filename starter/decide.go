package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) decide() *cobra.Command {
	var command workflows.DecideCommand
	cmd := c.verb("decide NUMBER", "Say what becomes of a lesson: a theme of its own, part of one that is there, or accepted as it is",
		`  starter decide SEC-12 --lesson l1 --as theme
  starter decide SEC-12 --lesson l2 --as join:SEC-7
  starter decide SEC-12 --lesson l3 --as accept --reason "the system ends in March"`,
		func(cmd *cobra.Command, args []string) error {
			command.Lesson = plainID(command.Lesson)
			if err := checkDecide(cmd, command); err != nil {
				return err
			}
			return c.send(cmd.Context(), args[0], workflows.DecideUpdate, func(by incident.By) any { command.By = by; return command })
		})
	f := cmd.Flags()
	f.StringVar(&command.Lesson, "lesson", "", "`id` of the lesson: l1 …")
	f.StringVar(&command.As, "as", "", "`theme`, accept or join:KEY, with the key of the theme's ticket")
	f.StringVar(&command.Reason, "reason", "", "`why`; accept needs it")
	offer(cmd, "as", string(incident.DecideTheme), string(incident.DecideAccept), string(incident.DecideJoin)+":")
	return cmd
}

func checkDecide(cmd *cobra.Command, d workflows.DecideCommand) error {
	if err := needs(cmd, "lesson", d.Lesson, "give the id of the lesson, such as l1"); err != nil {
		return err
	}
	if err := needs(cmd, "as", d.As, "theme, accept or join:KEY"); err != nil {
		return err
	}
	as, _, err := incident.ParseDecision(d.As)
	if err == nil && as == incident.DecideAccept {
		err = needs(cmd, "reason", d.Reason, "say why it may stay as it is")
	}
	return err
}
