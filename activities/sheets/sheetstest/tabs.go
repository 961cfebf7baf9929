package sheetstest

import (
	"slices"

	"google.golang.org/api/sheets/v4"

	"hikeshi/activities/internal/google/fieldmask"
)

func (e *edit) addSheet(r *sheets.AddSheetRequest) (object, error) {
	p := r.Properties
	if p == nil {
		p = &sheets.SheetProperties{Index: int64(len(e.book.Tabs))}
	}
	t := &Tab{ID: p.SheetId, Title: p.Title, Rows: 1000, Columns: 26, Hidden: p.Hidden}
	if t.ID == 0 {
		t.ID = e.book.newID()
	}
	if t.Title == "" {
		t.Title = "Sheet" + text(numberCell(float64(len(e.book.Tabs)+1)))
	}
	switch {
	case t.ID < 0:
		return nil, invalid("Sheet id must be non-negative: %d", t.ID)
	case e.book.tab(t.ID) != nil:
		return nil, invalid("A sheet with the id %d already exists. Please use another id.", t.ID)
	case e.book.titled(t.Title) != nil:
		return nil, invalid("A sheet with the name \"%s\" already exists. Please enter another name.", t.Title)
	case p.Index < 0 || p.Index > int64(len(e.book.Tabs)):
		return nil, invalid("Sheet index is out of bounds: %d", p.Index)
	}
	if g := p.GridProperties; g != nil {
		if g.RowCount > 0 {
			t.Rows = g.RowCount
		}
		if g.ColumnCount > 0 {
			t.Columns = g.ColumnCount
		}
		t.FrozenRows, t.FrozenColumns = g.FrozenRowCount, g.FrozenColumnCount
	}
	if err := t.checkGrid(); err != nil {
		return nil, err
	}
	e.book.Tabs = slices.Insert(e.book.Tabs, int(p.Index), t)
	return object{"addSheet": object{"properties": tabProperties(t, int(p.Index))}}, nil
}

// maxCells is how many cells a spreadsheet may have.
const maxCells = 10_000_000

func (t *Tab) checkGrid() error {
	switch {
	case t.FrozenRows >= t.Rows:
		return invalid("You can't freeze all visible rows on the sheet.")
	case t.FrozenColumns >= t.Columns && t.FrozenColumns > 0:
		return invalid("You can't freeze all visible columns on the sheet.")
	case t.Rows < 1 || t.Columns < 1 || t.Rows*t.Columns > maxCells:
		return invalid("This action would increase the number of cells in the workbook above the limit of %d cells.", maxCells)
	}
	return nil
}

func (e *edit) deleteSheet(r *sheets.DeleteSheetRequest) error {
	t := e.book.tab(r.SheetId)
	if t == nil {
		return invalid("No sheet with id: %d", r.SheetId)
	}
	if len(e.book.Tabs) == 1 {
		return invalid("You can't remove all the sheets in a document.")
	}
	if err := e.guard(area{tab: t, bottom: t.Rows, right: t.Columns}); err != nil {
		return err
	}
	e.book.Tabs = slices.DeleteFunc(e.book.Tabs, func(have *Tab) bool { return have == t })
	e.book.Named = slices.DeleteFunc(e.book.Named, func(n *sheets.NamedRange) bool { return n.Range.SheetId == t.ID })
	e.book.Metadata = slices.DeleteFunc(e.book.Metadata, func(m *sheets.DeveloperMetadata) bool { return placedOn(m, t.ID) })
	return nil
}

func (e *edit) updateSheetProperties(r *sheets.UpdateSheetPropertiesRequest) error {
	mask, err := fieldmask.Parse(r.Fields)
	if err != nil || r.Properties == nil {
		return invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
	}
	p, t := r.Properties, e.book.tab(r.Properties.SheetId)
	if t == nil {
		return invalid("No sheet with id: %d", p.SheetId)
	}
	if err := e.guardTab(t); err != nil {
		return err
	}
	if wants(mask, "title") {
		if other := e.book.titled(p.Title); p.Title == "" || other != nil && other != t {
			return invalid("A sheet with the name \"%s\" already exists. Please enter another name.", p.Title)
		}
		t.Title = p.Title
	}
	if wants(mask, "hidden") {
		t.Hidden = p.Hidden
	}
	if wants(mask, "index") {
		e.book.Tabs = slices.DeleteFunc(e.book.Tabs, func(have *Tab) bool { return have == t })
		e.book.Tabs = slices.Insert(e.book.Tabs, int(min(max(p.Index, 0), int64(len(e.book.Tabs)))), t)
	}
	if wants(mask, "gridProperties") && p.GridProperties != nil {
		t.setGrid(p.GridProperties, mask["gridProperties"])
	}
	return t.checkGrid()
}

func (t *Tab) setGrid(g *sheets.GridProperties, mask fieldmask.Mask) {
	if len(mask) == 0 || wants(mask, "rowCount") {
		t.Rows = g.RowCount
		t.Cells = t.Cells[:min(len(t.Cells), int(t.Rows))]
	}
	if len(mask) == 0 || wants(mask, "columnCount") {
		t.Columns = g.ColumnCount
		for i, row := range t.Cells {
			t.Cells[i] = row[:min(len(row), int(t.Columns))]
		}
	}
	if len(mask) == 0 || wants(mask, "frozenRowCount") {
		t.FrozenRows = g.FrozenRowCount
	}
	if len(mask) == 0 || wants(mask, "frozenColumnCount") {
		t.FrozenColumns = g.FrozenColumnCount
	}
}

// wants reports whether the mask names the field, or all fields.
func wants(mask fieldmask.Mask, field string) bool { return mask[field] != nil || mask["*"] != nil }
