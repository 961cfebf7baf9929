package sheetstest

import (
	"encoding/json"
	"slices"
	"strconv"

	"google.golang.org/api/sheets/v4"
)

// Book is the content of one spreadsheet; its name, its place and its rights are in Drive.
type Book struct {
	ID       string
	Tabs     []*Tab
	Metadata []*sheets.DeveloperMetadata `json:",omitempty"`
	Named    []*sheets.NamedRange        `json:",omitempty"`
	NextID   int64                       // for ids that the caller does not choose
}

// Tab is one tab of a spreadsheet.
type Tab struct {
	ID            int64
	Title         string
	Hidden        bool `json:",omitempty"`
	Rows, Columns int64
	FrozenRows    int64                    `json:",omitempty"`
	FrozenColumns int64                    `json:",omitempty"`
	Cells         [][]*Cell                // ragged: what is missing is empty
	HiddenColumns []int64                  `json:",omitempty"`
	Protected     []*sheets.ProtectedRange `json:",omitempty"`
}

// Cell is what a cell holds. A nil cell is empty.
type Cell struct {
	Value      *sheets.ExtendedValue      `json:",omitempty"` // as entered
	Format     *sheets.CellFormat         `json:",omitempty"`
	Note       string                     `json:",omitempty"`
	Validation *sheets.DataValidationRule `json:",omitempty"`
}

// book returns a copy of a spreadsheet's content, to be changed and put back. One that Drive has just made holds one
// empty tab.
func (s *Server) book(id string) (*Book, error) {
	stored, ok := s.books.Get(id)
	if !ok {
		return &Book{ID: id, NextID: 1, Tabs: []*Tab{{Title: "Sheet1", Rows: 1000, Columns: 26}}}, nil
	}
	raw, err := json.Marshal(stored)
	if err != nil {
		return nil, err
	}
	var copied Book
	return &copied, json.Unmarshal(raw, &copied)
}

func (b *Book) tab(id int64) *Tab {
	at := slices.IndexFunc(b.Tabs, func(t *Tab) bool { return t.ID == id })
	if at < 0 {
		return nil
	}
	return b.Tabs[at]
}

func (b *Book) titled(title string) *Tab {
	at := slices.IndexFunc(b.Tabs, func(t *Tab) bool { return t.Title == title })
	if at < 0 {
		return nil
	}
	return b.Tabs[at]
}

// newID returns an id that is not in use for tabs, protected ranges or metadata.
func (b *Book) newID() int64 {
	b.NextID++
	return b.NextID * 7919 // not small: nobody should take it for a position
}

// cell returns a cell for reading: nil if it is empty.
func (t *Tab) cell(row, column int64) *Cell {
	if row >= int64(len(t.Cells)) || column >= int64(len(t.Cells[row])) {
		return nil
	}
	return t.Cells[row][column]
}

// open returns a cell for writing. It must lie within the grid.
func (t *Tab) open(row, column int64) *Cell {
	for int64(len(t.Cells)) <= row {
		t.Cells = append(t.Cells, nil)
	}
	for int64(len(t.Cells[row])) <= column {
		t.Cells[row] = append(t.Cells[row], nil)
	}
	if t.Cells[row][column] == nil {
		t.Cells[row][column] = &Cell{}
	}
	return t.Cells[row][column]
}

func (t *Tab) empty(row int64) bool {
	for column := range t.Columns {
		if text(t.cell(row, column)) != "" {
			return false
		}
	}
	return true
}

// text is a cell as people read it. A formula is not computed: it shows itself.
func text(c *Cell) string {
	if c == nil || c.Value == nil {
		return ""
	}
	switch v := c.Value; {
	case v.StringValue != nil:
		return *v.StringValue
	case v.FormulaValue != nil:
		return *v.FormulaValue
	case v.NumberValue != nil:
		return strconv.FormatFloat(*v.NumberValue, 'f', -1, 64)
	case v.BoolValue != nil && *v.BoolValue:
		return "TRUE"
	case v.BoolValue != nil:
		return "FALSE"
	}
	return ""
}
