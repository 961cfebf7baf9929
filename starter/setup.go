package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hikeshi/starter/cases"
)

// setupTime is how long preparing a namespace may take.
const setupTime = time.Minute

func (c *cli) setup() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Prepare the Temporal namespace: register search attributes, check the retention",
		Long:  "Prepare the Temporal namespace: register the search attributes that are missing and check how long ended workflows are kept.\nNothing else is created or changed; run again, it does nothing more.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return wrongUsage(cmd, "setup takes no words")
			}
			return c.runSetup(cmd.Context(), check)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "only look, change nothing")
	return cmd
}

func (c *cli) runSetup(ctx context.Context, check bool) error {
	ctx, cancel := context.WithTimeout(ctx, setupTime)
	defer cancel()
	found, _, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer found.Close()
	prepared, err := found.Setup(ctx, check)
	if err != nil {
		return err
	}
	document := struct {
		cases.Prepared
		Error *failure `json:"error,omitempty"`
	}{Prepared: prepared, Error: problemsOf(prepared)}
	c.print(document, func(p *page) { p.prepared(prepared) })
	if document.Error == nil {
		return nil
	}
	if c.output != "json" {
		c.complain(document.Error)
	}
	return reported{document.Error}
}

func problemsOf(p cases.Prepared) *failure {
	if len(p.Problems) == 0 {
		return nil
	}
	return &failure{Code: "not_prepared", Message: fmt.Sprintf("namespace %s is not ready for cases: %s", p.Namespace, strings.Join(p.Problems, "; ")), status: failed}
}

func (p *page) prepared(s cases.Prepared) {
	p.line("namespace %s keeps ended workflows for %s", s.Namespace, s.Retention)
	p.line("%d search attributes were there", len(s.Present))
	if len(s.Added) > 0 {
		p.line("registered: %s", strings.Join(s.Added, ", "))
	}
	if len(s.Missing) > 0 {
		p.line("missing: %s", strings.Join(s.Missing, ", "))
	}
}
