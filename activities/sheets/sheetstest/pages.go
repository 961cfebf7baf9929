package sheetstest

import (
	"bytes"
	"encoding/csv"
	"slices"
)

// TabView is a tab as a page shows it.
type TabView struct {
	ID            int64
	Title         string
	Hidden        bool
	HiddenColumns []int64 // positions, from 0
	Protected     bool    // as a whole: that is what a lock beside its name says
}

// Tabs lists the tabs of a spreadsheet in their order; none if there is no such spreadsheet.
func (s *Server) Tabs(spreadsheet string) []TabView {
	var list []TabView
	s.look(spreadsheet, func(b *Book) {
		for _, t := range b.Tabs {
			list = append(list, TabView{ID: t.ID, Title: t.Title, Hidden: t.Hidden, HiddenColumns: t.HiddenColumns, Protected: slices.ContainsFunc(t.Protected, whole)})
		}
	})
	return list
}

// Grid returns the texts of a tab as people read them, without empty cells and rows at the end.
func (s *Server) Grid(spreadsheet string, tab int64) [][]string {
	var grid [][]string
	s.look(spreadsheet, func(b *Book) {
		if t := b.tab(tab); t != nil {
			grid = t.texts()
		}
	})
	return grid
}

func (s *Server) look(spreadsheet string, f func(*Book)) {
	_ = s.drive.Store.Locked(func() { // it only reads, so there is nothing to commit
		if _, ok := s.drive.File(spreadsheet); !ok {
			return
		}
		if b, err := s.book(spreadsheet); err == nil {
			f(b)
		}
	})
}

func (t *Tab) texts() [][]string {
	grid := [][]string{}
	for row := range t.Cells {
		line := []string{}
		for column := range t.Cells[row] {
			line = append(line, text(t.Cells[row][column]))
		}
		for len(line) > 0 && line[len(line)-1] == "" {
			line = line[:len(line)-1]
		}
		grid = append(grid, line)
	}
	for len(grid) > 0 && len(grid[len(grid)-1]) == 0 {
		grid = grid[:len(grid)-1]
	}
	return grid
}

// export turns all tabs into a workbook, or the first one into CSV: the formats that the sandbox offers.
func (s *Server) export(id, mimeType string) ([]byte, bool) {
	b, err := s.book(id)
	if err != nil {
		return nil, false
	}
	var out []byte
	switch mimeType {
	case xlsxType:
		out, err = b.xlsx()
	case "text/csv":
		out, err = b.Tabs[0].csv()
	default:
		return nil, false
	}
	return out, err == nil
}

func (t *Tab) csv() ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	grid := t.texts()
	width := 0
	for _, line := range grid {
		width = max(width, len(line))
	}
	for _, line := range grid {
		if err := w.Write(append(slices.Clone(line), make([]string, width-len(line))...)); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}
