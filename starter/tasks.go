package main

import (
	"github.com/spf13/cobra"

	"hikeshi/workflows/incident"
)

func (c *cli) task() *cobra.Command {
	cmd := c.act("task NUMBER", "Add a task for somebody, or change one",
		`  starter task SEC-12 --title "Collect the proxy logs" --owner @ben --due 2026-11-30
  starter task SEC-12 --done t1
  starter task SEC-12 --task t2 --status doing --owner @chie`)
	f := cmd.Flags()
	f.String("title", "", "what is to be done, in a few `words`")
	f.String("owner", "", "`person` who does it")
	f.String("due", "", "until `when`: a date, or words")
	f.String("done", "", "`id` of a task that is done: t1 …")
	f.String("task", "", "`id` of the task to change: t1 … (default: a new one)")
	f.String("status", "", "how far it is: `todo`, doing, done or dropped")
	offer(cmd, "status", "todo", "doing", "done", "dropped")
	return cmd
}

func (c *cli) lesson() *cobra.Command {
	cmd := c.act("lesson NUMBER", "Note what should be better next time, while it is fresh; it is decided before the case is archived",
		`  starter lesson SEC-12 --text "Nobody knew who owns the mail gateway"`)
	cmd.Flags().String("text", "", "what should be better next time, as `text`")
	return cmd
}

func (c *cli) decide() *cobra.Command {
	cmd := c.act("decide NUMBER", "Say what becomes of a lesson: a theme of its own, part of one that is there, or accepted as it is",
		`  starter decide SEC-12 --lesson l1 --as theme
  starter decide SEC-12 --lesson l2 --as join:SEC-7
  starter decide SEC-12 --lesson l3 --as accept --reason "the system ends in March"`)
	f := cmd.Flags()
	f.String("lesson", "", "`id` of the lesson: l1 …")
	f.String("as", "", "`theme`, accept or join:KEY, with the key of the theme's ticket")
	f.String("reason", "", "`why`; accept needs it")
	offer(cmd, "as", string(incident.DecideTheme), string(incident.DecideAccept), string(incident.DecideJoin)+":")
	return cmd
}
