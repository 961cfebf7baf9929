package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"hikeshi/workflows/runbook"
)

func (c *cli) run() *cobra.Command {
	var list bool
	cmd := c.actOn("runbook", "run NUMBER NAME", "Run a runbook in a case, end a run, or list the runbooks that there are",
		`  starter run --list
  starter run SEC-12 phishing-mail
  starter run SEC-12 --abort r1 --reason "a false alarm"`)
	act := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case list:
			return c.listRunbooks(cmd, args)
		case len(args) == 0:
			return wrongUsage(cmd, "name the case and the runbook, for example: starter run SEC-12 phishing-mail; starter run --list shows what there is")
		case len(args) == 1 && !cmd.Flags().Changed("abort"):
			return wrongUsage(cmd, "name the runbook, for example: starter run %s phishing-mail; starter run --list shows what there is", args[0])
		}
		return act(cmd, args)
	}
	cmd.Args, cmd.ValidArgsFunction = cobra.ArbitraryArgs, c.completeRun
	f := cmd.Flags()
	f.BoolVar(&list, "list", false, "list the runbooks, as this machine's configuration knows them; those that the worker reads count")
	f.String("abort", "", "`id` of the run to end: r1 …; what it has not done stays undone")
	f.String("reason", "", "`why` it is ended")
	return cmd
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
