package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/runbook"
)

func (c *cli) run() *cobra.Command {
	var command workflows.RunCommand
	var list bool
	cmd := c.verb("run NUMBER NAME", "Run a runbook in a case, end a run, or list the runbooks that there are",
		`  starter run --list
  starter run SEC-12 phishing-mail
  starter run SEC-12 --abort r1 --reason "a false alarm"`,
		func(cmd *cobra.Command, args []string) error {
			if list {
				return c.listRunbooks(cmd, args)
			}
			if len(args) > 1 {
				command.Runbook = strings.Join(args[1:], " ") // a title has blanks
			}
			if err := checkRun(cmd, args, command); err != nil {
				return err
			}
			command.Abort = plainID(command.Abort)
			return c.send(cmd.Context(), args[0], workflows.RunUpdate, func(by incident.By) any { command.By = by; return command })
		})
	cmd.Args, cmd.ValidArgsFunction = cobra.ArbitraryArgs, c.completeRun
	f := cmd.Flags()
	f.BoolVar(&list, "list", false, "list the runbooks, as this machine's configuration knows them; those that the worker reads count")
	f.StringVar(&command.Abort, "abort", "", "`id` of the run to end: r1 …; what it has not done stays undone")
	f.StringVar(&command.Reason, "reason", "", "`why` it is ended")
	return cmd
}

func checkRun(cmd *cobra.Command, args []string, run workflows.RunCommand) error {
	aborts := cmd.Flags().Changed("abort")
	switch {
	case len(args) == 0:
		return wrongUsage(cmd, "name the case and the runbook, for example: starter run SEC-12 phishing-mail; starter run --list shows what there is")
	case aborts && len(args) > 1:
		return wrongUsage(cmd, "a runbook is run, or a run is ended with --abort, not both")
	case aborts && incident.CleanLine(run.Abort) == "":
		return wrongUsage(cmd, "the run is not named: give its id, such as r1")
	case aborts:
		return needs(cmd, "reason", run.Reason, "say why it is ended")
	case cmd.Flags().Changed("reason"):
		return wrongUsage(cmd, "--reason goes with --abort")
	case len(args) == 1:
		return wrongUsage(cmd, "name the runbook, for example: starter run %s phishing-mail; starter run --list shows what there is", args[0])
	}
	return nil
}

// listRunbooks lists them. Those that cannot be run are there too, with what is wrong.
func (c *cli) listRunbooks(cmd *cobra.Command, args []string) error {
	if len(args) > 0 || cmd.Flags().Changed("abort") || cmd.Flags().Changed("reason") {
		return wrongUsage(cmd, "--list goes alone: all cases have the same runbooks")
	}
	config, err := c.load()
	if err != nil {
		return err
	}
	library := config.Library()
	books := library.List(config.Language)
	c.print(books, func(p *page) {
		rows := [][]string{{"NAME", "STEPS", "KINDS", "STARTS", "FROM", "TITLE"}}
		for _, b := range books {
			rows = append(rows, []string{b.Name, strconv.Itoa(b.Steps), strings.Join(b.Kinds, ", "), starts(b), from(b), b.Title})
		}
		p.rows(rows...)
		for _, problem := range library.Problems() {
			p.line("problem: %s", problem)
		}
	})
	return nil
}

func starts(b runbook.Listed) string {
	switch {
	case b.Problem != "":
		return "not usable"
	case b.Start == "open":
		return "by itself"
	}
	return "by hand"
}

func from(b runbook.Listed) string {
	switch {
	case b.File == "":
		return "built in"
	case b.Replaces:
		return b.File + " (replaces a built-in one)"
	}
	return b.File
}

// completeRun offers numbers, then runbooks.
func (c *cli) completeRun(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) != 1 {
		return c.completeNumber(cmd, args, typed)
	}
	config, err := c.load()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []cobra.Completion
	for _, b := range config.Library().List(config.Language) {
		if b.Problem == "" {
			names = append(names, cobra.CompletionWithDesc(b.Name, b.Title))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
