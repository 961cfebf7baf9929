package sheetstest

import (
	"slices"
	"strings"

	"google.golang.org/api/sheets/v4"

	"hikeshi/activities/internal/google/fieldmask"
)

type object = map[string]any

// get answers with a spreadsheet. https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/get
func (s *Server) get(c *call) (any, error) {
	q := c.r.URL.Query()
	var areas []area
	for _, text := range q["ranges"] {
		a, err := c.book.parseA1(text)
		if err != nil {
			return nil, err
		}
		areas = append(areas, a)
	}
	return s.viewOf(c, areas, q.Get("includeGridData") == "true")
}

// getByDataFilter answers with those parts of a spreadsheet that filters name.
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/getByDataFilter
func (s *Server) getByDataFilter(c *call) (any, error) {
	var in sheets.GetSpreadsheetByDataFilterRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	var areas []area
	for _, f := range in.DataFilters {
		var a area
		var err error
		switch {
		case f.GridRange != nil:
			a, err = c.book.area(f.GridRange)
		case f.A1Range != "":
			a, err = c.book.parseA1(f.A1Range)
		default:
			err = invalid("The sandbox knows only filters by gridRange and a1Range here.")
		}
		if err != nil {
			return nil, err
		}
		areas = append(areas, a)
	}
	return s.viewOf(c, areas, in.IncludeGridData)
}

// viewOf shows the areas, or all. Whether cells are in it says the field mask; grid counts only without one.
func (s *Server) viewOf(c *call, areas []area, grid bool) (any, error) {
	if fields := c.r.URL.Query().Get("fields"); fields != "" {
		mask, err := fieldmask.Parse(fields)
		if err != nil {
			return nil, invalid("Request contains an invalid argument.")
		}
		below, all := mask["sheets"], mask["*"] != nil
		grid = all || mask["sheets"] != nil && (len(below) == 0 || below["data"] != nil || below["*"] != nil)
	}
	return s.view(c, areas, grid), nil
}

func (s *Server) view(c *call, areas []area, grid bool) object {
	tabs := []any{}
	for i, t := range c.book.Tabs {
		mine := slices.DeleteFunc(slices.Clone(areas), func(a area) bool { return a.tab != t })
		if len(areas) > 0 && len(mine) == 0 {
			continue
		}
		v := object{"properties": tabProperties(t, i)}
		if len(t.Protected) > 0 {
			v["protectedRanges"] = s.viewProtected(c, t)
		}
		if grid {
			if len(mine) == 0 {
				mine = []area{{tab: t, bottom: t.Rows, right: t.Columns}}
			}
			v["data"] = gridData(mine)
		}
		tabs = append(tabs, v)
	}
	v := object{
		"spreadsheetId": c.book.ID, "spreadsheetUrl": s.drive.WebLink(c.file),
		"properties": object{"title": c.file.Name, "locale": "en_US", "autoRecalc": "ON_CHANGE", "timeZone": "Etc/UTC"},
		"sheets":     tabs,
	}
	if len(c.book.Named) > 0 {
		v["namedRanges"] = c.book.Named
	}
	if len(c.book.Metadata) > 0 {
		v["developerMetadata"] = c.book.Metadata
	}
	return v
}

func tabProperties(t *Tab, index int) object {
	grid := object{"rowCount": t.Rows, "columnCount": t.Columns}
	if t.FrozenRows > 0 {
		grid["frozenRowCount"] = t.FrozenRows
	}
	if t.FrozenColumns > 0 {
		grid["frozenColumnCount"] = t.FrozenColumns
	}
	v := object{"sheetId": t.ID, "title": t.Title, "index": index, "sheetType": "GRID", "gridProperties": grid}
	if t.Hidden {
		v["hidden"] = true
	}
	return v
}

// viewProtected: editors are shown only to those who may edit.
func (s *Server) viewProtected(c *call, t *Tab) []any {
	var list []any
	for _, p := range t.Protected {
		v := object{"protectedRangeId": p.ProtectedRangeId, "range": p.Range}
		if p.Description != "" {
			v["description"] = p.Description
		}
		if p.WarningOnly {
			v["warningOnly"] = true
		}
		if s.mayEdit(c, p) {
			v["requestingUserCanEdit"] = true
			if p.Editors != nil {
				v["editors"] = p.Editors
			}
		}
		list = append(list, v)
	}
	return list
}

// mayEdit reports whether the caller may change protected cells.
func (s *Server) mayEdit(c *call, p *sheets.ProtectedRange) bool {
	return p.WarningOnly || s.drive.Organizes(c.file, c.who) ||
		p.Editors != nil && slices.ContainsFunc(p.Editors.Users, func(u string) bool { return strings.EqualFold(u, c.who) })
}

func gridData(areas []area) []any {
	var list []any
	for _, a := range areas {
		v := object{}
		if a.top > 0 {
			v["startRow"] = a.top
		}
		if a.left > 0 {
			v["startColumn"] = a.left
		}
		rows := []any{}
		for row := a.top; row < min(a.bottom, int64(len(a.tab.Cells))); row++ {
			cells := []any{}
			for column := a.left; column < min(a.right, int64(len(a.tab.Cells[row]))); column++ {
				cells = append(cells, viewCell(a.tab.Cells[row][column]))
			}
			rows = append(rows, object{"values": cells})
		}
		v["rowData"] = rows
		columns := []any{}
		for column := a.left; column < a.right; column++ {
			d := object{"pixelSize": 100}
			if slices.Contains(a.tab.HiddenColumns, column) {
				d["hiddenByUser"] = true
			}
			columns = append(columns, d)
		}
		v["columnMetadata"] = columns
		list = append(list, v)
	}
	return list
}

func viewCell(c *Cell) object {
	v := object{}
	if c == nil {
		return v
	}
	if c.Value != nil {
		v["userEnteredValue"], v["formattedValue"] = c.Value, text(c)
		if c.Value.FormulaValue == nil {
			v["effectiveValue"] = c.Value
		}
	}
	if c.Format != nil {
		v["userEnteredFormat"], v["effectiveFormat"] = c.Format, c.Format
		if f := c.Format.TextFormat; f != nil && f.Link != nil {
			v["hyperlink"] = f.Link.Uri
		}
	}
	if c.Note != "" {
		v["note"] = c.Note
	}
	if c.Validation != nil {
		v["dataValidation"] = c.Validation
	}
	return v
}
