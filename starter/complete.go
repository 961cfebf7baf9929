package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"hikeshi/starter/cases"
	"hikeshi/workflows/incident"
)

// completeTime is how long a shell may wait for numbers; then it offers none.
const completeTime = 2 * time.Second

// completeNumber offers the numbers of open cases, with their titles, to the shell.
func (c *cli) completeNumber(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return c.numbers(cmd.Context(), args, cases.Filter{}), cobra.ShellCompDirectiveNoFileComp
}

// completeThen offers numbers first, and these words as the second one.
func (c *cli) completeThen(words ...cobra.Completion) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) == 1 {
			return words, cobra.ShellCompDirectiveNoFileComp
		}
		return c.completeNumber(cmd, args, typed)
	}
}

// numbers are those of the cases that the filter lets through; none if they cannot be had at once.
func (c *cli) numbers(ctx context.Context, args []string, filter cases.Filter) []cobra.Completion {
	if len(args) > 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, completeTime)
	defer cancel()
	found, config, err := c.connect(ctx)
	if err != nil {
		return nil
	}
	defer found.Close()
	heads, err := found.List(ctx, config.Viewer, filter)
	if err != nil {
		return nil
	}
	var offers []cobra.Completion
	for _, h := range heads {
		offers = append(offers, cobra.CompletionWithDesc(h.Number, incident.CleanLine(h.Title)))
	}
	return offers
}
