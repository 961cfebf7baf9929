package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// commandTime is how long a case may take to answer a command.
const commandTime = 30 * time.Second

// act makes the command of a verb that a case takes, whose first word is the case's number. What its flags say are the
// fields of the verb; what is wrong with them is said in one place for all doors: see package cases.
func (c *cli) act(use, short, example string) *cobra.Command { return c.actOn("", use, short, example) }

// actOn is act for a verb that takes a field without its flag: the words after the number.
func (c *cli) actOn(field, use, short, example string) *cobra.Command {
	return c.verb(use, short, example, func(cmd *cobra.Command, args []string) error {
		f := fieldsOf(cmd)
		if len(args) > 1 {
			f[field] = []string{strings.Join(args[1:], " ")} // a title has blanks
		}
		return c.do(cmd, args[0], f)
	})
}

// verb makes a command whose first word is the case's number.
func (c *cli) verb(use, short, example string, run func(cmd *cobra.Command, args []string) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Example: example, Args: oneNumber, ValidArgsFunction: c.completeNumber, RunE: run}
}

// fieldsOf are what the flags of a command line say.
func fieldsOf(cmd *cobra.Command) cases.Fields {
	f := cases.Fields{}
	cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		several, isList := flag.Value.(pflag.SliceValue)
		switch {
		case !flag.Changed:
		case isList:
			f[flag.Name] = several.GetSlice()
		default:
			f[flag.Name] = []string{flag.Value.String()}
		}
	})
	return f
}

// do hands what was said to a case and prints its answer.
func (c *cli) do(cmd *cobra.Command, number string, f cases.Fields) error {
	if err := cases.Check(cmd.Name(), f); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), commandTime)
	defer cancel()
	found, config, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer found.Close()
	answer, err := found.Do(ctx, cases.Act{
		ID: c.request(), Verb: cmd.Name(), Number: number, Fields: f, By: c.by(config.TrustLocalUser), Viewer: config.Viewer,
	})
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

// offer has the shell complete a flag by one of these words.
func offer(cmd *cobra.Command, flag string, words ...cobra.Completion) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // it fails for a flag that is not there
}

// needs refuses a command line in which a flag that must say something is missing or empty.
func needs(cmd *cobra.Command, flag, value, why string) error {
	if incident.CleanText(value) == "" {
		return wrongUsage(cmd, "--%s is missing: %s", flag, why)
	}
	return nil
}
