package main

import (
	"slices"

	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func (c *cli) task() *cobra.Command {
	var command workflows.TaskCommand
	var finished, status string
	cmd := c.verb("task NUMBER", "Add a task for somebody, or change one",
		`  starter task SEC-12 --title "Collect the proxy logs" --owner @ben --due 2026-11-30
  starter task SEC-12 --done t1
  starter task SEC-12 --task t2 --status doing --owner @chie`,
		func(cmd *cobra.Command, args []string) error {
			command.Task, command.Status = plainID(command.Task), incident.TaskStatus(plainID(status))
			if err := checkTask(cmd, command, plainID(finished)); err != nil {
				return err
			}
			if cmd.Flags().Changed("done") {
				command.Task, command.Status = plainID(finished), incident.TaskDone
			}
			return c.send(cmd.Context(), args[0], workflows.TaskUpdate, func(by incident.By) any { command.By = by; return command })
		})
	f := cmd.Flags()
	f.StringVar(&command.Title, "title", "", "what is to be done, in a few `words`")
	f.StringVar(&command.Owner, "owner", "", "`person` who does it")
	f.StringVar(&command.Due, "due", "", "until `when`: a date, or words")
	f.StringVar(&finished, "done", "", "`id` of a task that is done: t1 …")
	f.StringVar(&command.Task, "task", "", "`id` of the task to change: t1 … (default: a new one)")
	f.StringVar(&status, "status", "", "how far it is: `todo`, doing, done or dropped")
	offer(cmd, "status", "todo", "doing", "done", "dropped")
	return cmd
}

func checkTask(cmd *cobra.Command, t workflows.TaskCommand, finished string) error {
	changed := func(names ...string) bool { return slices.ContainsFunc(names, cmd.Flags().Changed) }
	statuses := []incident.TaskStatus{incident.TaskTodo, incident.TaskDoing, incident.TaskDone, incident.TaskDropped}
	says := incident.CleanText(t.Title+t.Owner+t.Due) != ""
	switch {
	case changed("done") && changed("task", "status", "title", "owner", "due"):
		return wrongUsage(cmd, "--done goes alone: to change more of a task, use --task with --status done")
	case changed("done") && finished == "", changed("task") && t.Task == "":
		return wrongUsage(cmd, "the task is not named: give its id, such as t1")
	case changed("status") && !slices.Contains(statuses, t.Status):
		return wrongUsage(cmd, "unknown --status %q: use todo, doing, done or dropped", incident.Shorten(string(t.Status), 40))
	case changed("done"):
		return nil
	case t.Task != "" && t.Status == "" && !says:
		return wrongUsage(cmd, "nothing to change: give --status, --owner, --due or --title")
	case t.Task == "":
		return needs(cmd, "title", t.Title, "say what is to be done, or name the task with --done or --task")
	}
	return nil
}
