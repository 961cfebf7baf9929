package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// page writes for people. Each line is made harmless: a title must not move a terminal's cursor.
type page struct{ w io.Writer }

// print writes the document as JSON, or as text for people.
func (c *cli) print(document any, text func(*page)) {
	if c.output == "json" {
		c.printJSON(document)
		return
	}
	text(&page{c.stdout})
}

func (p *page) line(format string, args ...any) {
	_, _ = fmt.Fprintln(p.w, incident.CleanLine(fmt.Sprintf(format, args...))) // an error here is the reader's going away
}

// amount is a number of things, as people say it.
func amount(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// rows writes a table.
func (p *page) rows(rows ...[]string) {
	t := tabwriter.NewWriter(p.w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			indent := cell[:len(cell)-len(strings.TrimLeft(cell, " "))]
			if cell = indent + incident.CleanLine(cell); i < len(row)-1 {
				cell += "\t"
			}
			_, _ = io.WriteString(t, cell)
		}
		_, _ = io.WriteString(t, "\n")
	}
	_ = t.Flush()
}

func (p *page) links(l workflows.Links) {
	var rows [][]string
	for _, link := range [][3]string{
		{"ticket", l.Ticket, l.TicketURL}, {"channel", l.Channel + " " + l.ChannelName, l.ChannelURL}, {"folder", l.Folder, l.FolderURL},
		{"sheet", l.Sheet, l.SheetURL}, {"temporal", l.Temporal, ""},
	} {
		if incident.CleanLine(link[1]) != "" {
			rows = append(rows, []string{"  " + link[0], link[1], link[2]})
		}
	}
	p.rows(rows...)
}
