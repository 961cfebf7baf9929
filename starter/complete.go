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
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completeTime)
	defer cancel()
	found, config, err := c.connect(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer found.Close()
	heads, err := found.List(ctx, config.Viewer, cases.Filter{})
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var offers []cobra.Completion
	for _, h := range heads {
		offers = append(offers, cobra.CompletionWithDesc(h.Number, incident.CleanLine(h.Title)))
	}
	return offers, cobra.ShellCompDirectiveNoFileComp
}
