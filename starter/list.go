package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

var phases = []string{string(incident.PhaseOpen), string(incident.PhaseTriage), string(incident.PhaseAnalysis), string(incident.PhaseLessons), string(incident.PhaseArchive), string(incident.PhaseClosed)}

func (c *cli) list() *cobra.Command {
	var filter cases.Filter
	var phase string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the cases that are open, the newest first",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return wrongUsage(cmd, "list takes no words: narrow it with --phase or --stuck")
			}
			if phase != "" && !slices.Contains(phases, phase) {
				return wrongUsage(cmd, "unknown phase %q: use open, triage, analysis, lessons, archive or closed", phase)
			}
			if filter.Limit < 0 {
				return wrongUsage(cmd, "--limit %d is no number of cases", filter.Limit)
			}
			filter.Phase = incident.Phase(phase)
			return c.runList(cmd.Context(), filter)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&filter.All, "all", false, "closed and ended cases too")
	f.StringVar(&phase, "phase", "", "only cases in that `phase`")
	f.BoolVar(&filter.Stuck, "stuck", false, "only cases in which a step cannot go on")
	f.IntVar(&filter.Limit, "limit", cases.DefaultLimit, "at most so `many`")
	return cmd
}

func (c *cli) runList(ctx context.Context, filter cases.Filter) error {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	found, config, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer found.Close()
	heads, err := found.List(ctx, config.Viewer, filter)
	if err != nil {
		return err
	}
	c.print(heads, func(p *page) { p.heads(heads, filter) })
	return nil
}

func (p *page) heads(heads []workflows.Head, filter cases.Filter) {
	switch {
	case len(heads) > 0:
	case filter.Phase != "" || filter.Stuck:
		p.line("no such cases")
		return
	case filter.All:
		p.line("no cases")
		return
	default:
		p.line("no open cases; --all shows closed ones too")
		return
	}
	rows := [][]string{{"NUMBER", "OPENED", "PHASE", "STATUS", "SEVERITY", "COMMANDER", "TITLE"}}
	for _, h := range heads {
		title := h.Title
		if h.Drill {
			title = "[DRILL] " + title
		}
		rows = append(rows, []string{h.Number, clock(h.Opened), string(h.Phase), string(h.Status), h.Severity.String(), h.Commander, title})
	}
	p.rows(rows...)
	if len(heads) == filter.Limit {
		p.line("only the newest %d are shown: see --limit", filter.Limit)
	}
}
