package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// commandTime is how long a case may take to answer a command.
const commandTime = 30 * time.Second

// send hands a command to a case and prints its answer. The command is built when it is known how sure we are of who
// sends it.
func (c *cli) send(ctx context.Context, number, update string, build func(incident.By) any) error {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	found, config, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer found.Close()
	answer, err := found.Send(ctx, number, update, build(c.by(config.TrustLocalUser)), c.request())
	if err != nil {
		return c.withRequestID(err)
	}
	c.print(answer, func(p *page) { p.answer(answer) })
	return nil
}

func (p *page) answer(a workflows.Answer) {
	p.line("%s", a.Text)
	for _, need := range a.Missing {
		p.rows([]string{"  missing: " + need})
	}
}

// verb makes the command of one verb, whose first word is the case's number.
func (c *cli) verb(use, short, example string, run func(cmd *cobra.Command, args []string) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Example: example, Args: oneNumber, ValidArgsFunction: c.completeNumber, RunE: run}
}

// needs refuses a command line in which a flag that must say something is missing or empty.
func needs(cmd *cobra.Command, flag, value, why string) error {
	if incident.CleanText(value) == "" {
		return wrongUsage(cmd, "--%s is missing: %s", flag, why)
	}
	return nil
}

// offer has the shell complete a flag by one of these words.
func offer(cmd *cobra.Command, flag string, words ...cobra.Completion) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // it fails for a flag that is not there
}

// plainID is the id of an analysis, a task or a lesson as the case knows it: a1, t3, l2.
func plainID(text string) string { return strings.ToLower(incident.CleanLine(text)) }
