package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"hikeshi/starter/doctor"
)

func (c *cli) doctor() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Look whether everything is set up as cases need it, and say what to do about what is not",
		Long: "Look at the configuration, the keys, Temporal, Slack, JIRA, Google, the pager and the timestamp authority, and say what to do about\n" +
			"what is not as it should be. It only reads. What it cannot look at for lack of a secret it says: run it where the worker runs.\n\n" +
			"Exit status: 0 cases can work (there may be warnings), 1 something must be mended.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return wrongUsage(cmd, "doctor takes no words")
			}
			report := doctor.Report{}
			if config, err := c.load(); err != nil {
				report = doctor.Unreadable(err)
			} else {
				report = doctor.Examine(cmd.Context(), config)
			}
			return c.tell(report)
		},
	}
}

// examined is the report as JSON.
type examined struct {
	Findings  []doctor.Finding `json:"findings"`
	Mend      int              `json:"mend"`
	Warnings  int              `json:"warnings"`
	OK        int              `json:"ok"`
	Unchecked int              `json:"not_checked"`
	Error     *failure         `json:"error,omitempty"`
}

func (c *cli) tell(r doctor.Report) error {
	document := examined{Findings: r.Findings, Mend: r.Count(doctor.Mend), Warnings: r.Count(doctor.Warning), OK: r.Count(doctor.OK), Unchecked: r.Count(doctor.Unchecked)}
	if document.Mend > 0 {
		document.Error = &failure{Code: "to_mend", Message: fmt.Sprintf("%d of the findings must be mended before cases can work as they should", document.Mend), status: failed}
	}
	c.print(document, func(p *page) { p.findings(document) })
	if document.Error == nil {
		return nil
	}
	if c.output != "json" {
		c.complain(document.Error)
	}
	return reported{document.Error}
}

func (p *page) findings(e examined) {
	for i := 0; i < len(e.Findings); {
		area, rows := e.Findings[i].Area, [][]string{}
		for ; i < len(e.Findings) && e.Findings[i].Area == area; i++ {
			f := e.Findings[i]
			rows = append(rows, []string{"  " + string(f.State), f.Check + ": " + f.Found})
			if f.Do != "" {
				rows = append(rows, []string{"  ", "→ " + f.Do})
			}
		}
		p.line("%s", area)
		p.rows(rows...)
	}
	p.line("%d ok, %s, %d to mend, %d not checked", e.OK, amount(e.Warnings, "warning"), e.Mend, e.Unchecked)
}
