package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// readTime is how long a read may take: longer than a worker may, so that a silent one is told apart.
const readTime = 20 * time.Second

func (c *cli) status() *cobra.Command {
	return &cobra.Command{
		Use:               "status NUMBER",
		Short:             "Show where a case is: phase, links, steps, what is owed and stuck",
		Args:              oneNumber,
		ValidArgsFunction: c.completeNumber,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), readTime)
			defer cancel()
			found, config, err := c.connect(ctx)
			if err != nil {
				return err
			}
			defer found.Close()
			view, err := found.Status(ctx, args[0], config.Viewer)
			if err != nil {
				return err
			}
			c.print(view, func(p *page) { p.status(view) })
			return nil
		},
	}
}

func oneNumber(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return wrongUsage(cmd, "%s takes one case number, for example: starter %s SEC-12", cmd.Name(), cmd.Name())
	}
	return nil
}

func (p *page) status(v cases.View) {
	s := v.Status
	banner := ""
	if s.Drill {
		banner = "[DRILL] "
	}
	p.line("%s%s  %s", banner, s.Number, s.Title)
	if v.Partial {
		p.line("incomplete: %s", v.Why)
	}
	for _, b := range s.BrokenGlass {
		p.line("GLASS BROKEN: %s by %s, %s: %s", b.Act, b.By, clock(b.At), b.Reason)
	}
	p.facts(s)
	p.links(s.Links)
	for _, gate := range s.Gates {
		if !gate.Open && gate.Name == string(s.Phase) {
			p.line("to leave %s: %s", gate.Name, strings.Join(gate.Missing, ", "))
		}
	}
	p.work(s)
	p.kept(s)
	for _, note := range s.Notes {
		p.line("note: %s", note)
	}
	p.steps(s)
}

func (p *page) facts(s workflows.Status) {
	var names []string
	for _, o := range s.Organisations {
		names = append(names, o.Name)
	}
	facts := [][]string{
		{"phase", string(s.Phase)}, {"status", string(s.Status)}, {"severity", s.Severity.String()}, {"kind", s.Kind}, {"containment", string(s.Containment)},
		{"scope", s.Scope}, {"what happened", s.Details.What}, {"when", s.Details.When}, {"where", s.Details.Where}, {"commander", commander(s)}, {"reporter", s.Reporter}, {"company", s.Details.Company}, {"organisations", strings.Join(names, ", ")},
		{"audience", string(s.Audience)}, {"opened", clock(s.Opened)}, {"resolution", string(s.Resolution)}, {"because", s.ResolutionReason},
	}
	if u := s.LastUpdate; u != nil {
		facts = append(facts, []string{"last update", u.ID + ", " + clock(u.At) + " by " + u.By})
	}
	for _, d := range s.Deadlines {
		facts = append(facts, []string{deadlineName(d.Name), clock(d.At)})
	}
	var rows [][]string
	for _, fact := range facts {
		if fact[1] != "" {
			rows = append(rows, []string{"  " + fact[0], fact[1]})
		}
	}
	p.rows(rows...)
}

// commander is who commands, and whether that is only because nobody else has said so.
func commander(s workflows.Status) string {
	who := s.Commander
	if s.ProvisionalCommander {
		who += " (provisional)"
	}
	if o := s.Offer; o != nil {
		who += "; offered to " + o.To + ", who has not accepted yet"
	}
	return who
}

// deadlineName says what is expected; a deadline of newer code has its own word.
func deadlineName(name string) string {
	switch name {
	case "update":
		return "next update"
	case "reopen":
		return "reopen until"
	}
	return name
}

// clock shows a time with its zone; readers are in several.
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04Z")
}

// steps shows those that are still owed, with the cause where they do not go on.
func (p *page) steps(s workflows.Status) {
	if len(s.Debts) == 0 {
		return
	}
	p.line("still owed:")
	known := map[string]workflows.StepStatus{}
	for _, step := range s.Steps {
		known[step.ID] = step
	}
	var rows [][]string
	for _, id := range s.Debts {
		step, state := known[id], "owed"
		if step.State != "" {
			state = string(step.State)
		}
		rows = append(rows, []string{"  " + id, state, step.Class, step.Cause, step.Hint})
	}
	p.rows(rows...)
	p.decisions(s)
}

// decisions shows what can be decided about stuck steps, as it is typed.
func (p *page) decisions(s workflows.Status) {
	for _, step := range s.Steps {
		if step.State == workflows.StepStuck && len(step.Actions) > 0 {
			p.line("decide: starter resume %s --step %s --generation %d --action %s --reason …", s.Number, step.ID, step.Generation, actions(step.Actions, "|"))
		}
	}
}
