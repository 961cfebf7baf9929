package sheetstest

import (
	"net/url"
	"strings"

	"google.golang.org/api/sheets/v4"
)

// getValues reads one range. https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values/get
func (s *Server) getValues(c *call) (any, error) {
	return c.read(c.rest, c.r.URL.Query())
}

// batchGetValues reads several. https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values/batchGet
func (s *Server) batchGetValues(c *call) (any, error) {
	list := []any{}
	for _, text := range c.r.URL.Query()["ranges"] {
		v, err := c.read(text, c.r.URL.Query())
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return object{"spreadsheetId": c.book.ID, "valueRanges": list}, nil
}

// read returns the values of a range, without empty cells and rows at the end.
func (c *call) read(text string, q url.Values) (object, error) {
	a, err := c.book.parseA1(text)
	if err != nil {
		return nil, err
	}
	columns := q.Get("majorDimension") == "COLUMNS"
	lines := [][]any{}
	for _, line := range a.lines(columns) {
		values := []any{}
		for _, cell := range line {
			values = append(values, render(cell, q.Get("valueRenderOption")))
		}
		for len(values) > 0 && values[len(values)-1] == "" {
			values = values[:len(values)-1]
		}
		lines = append(lines, values)
	}
	for len(lines) > 0 && len(lines[len(lines)-1]) == 0 {
		lines = lines[:len(lines)-1]
	}
	v := object{"range": a.String(), "majorDimension": "ROWS"}
	if columns {
		v["majorDimension"] = "COLUMNS"
	}
	if len(lines) > 0 {
		v["values"] = lines
	}
	return v, nil
}

// lines returns the cells of the area row by row, or column by column.
func (a area) lines(columns bool) [][]*Cell {
	var lines [][]*Cell
	if columns {
		for column := a.left; column < a.right; column++ {
			var line []*Cell
			for row := a.top; row < min(a.bottom, int64(len(a.tab.Cells))); row++ {
				line = append(line, a.tab.cell(row, column))
			}
			lines = append(lines, line)
		}
		return lines
	}
	for row := a.top; row < min(a.bottom, int64(len(a.tab.Cells))); row++ {
		var line []*Cell
		for column := a.left; column < a.right; column++ {
			line = append(line, a.tab.cell(row, column))
		}
		lines = append(lines, line)
	}
	return lines
}

func render(c *Cell, option string) any {
	if option == "UNFORMATTED_VALUE" && c != nil && c.Value != nil {
		if c.Value.NumberValue != nil {
			return *c.Value.NumberValue
		}
		if c.Value.BoolValue != nil {
			return *c.Value.BoolValue
		}
	}
	return text(c)
}

// updateValues writes one range. https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values/update
func (s *Server) updateValues(c *call) (any, error) {
	var in sheets.ValueRange
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.Range != "" && in.Range != c.rest {
		return nil, invalid("Requested writing within range [%s], but the body names [%s]", c.rest, in.Range)
	}
	in.Range = c.rest
	done, err := s.write(c, &in, c.r.URL.Query().Get("valueInputOption"))
	if err != nil {
		return nil, err
	}
	s.keep(c)
	return done, nil
}

// batchUpdateValues writes several, all or none.
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values/batchUpdate
func (s *Server) batchUpdateValues(c *call) (any, error) {
	var in sheets.BatchUpdateValuesRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	list := []any{}
	for _, v := range in.Data {
		done, err := s.write(c, v, in.ValueInputOption)
		if err != nil {
			return nil, err
		}
		list = append(list, done)
	}
	s.keep(c)
	return object{"spreadsheetId": c.book.ID, "responses": list}, nil
}

// write puts values into a range. Null leaves a cell as it is, "" empties it.
func (s *Server) write(c *call, in *sheets.ValueRange, option string) (object, error) {
	if option != "RAW" && option != "USER_ENTERED" {
		return nil, invalid("'valueInputOption' is required but not specified")
	}
	a, err := c.book.parseA1(in.Range)
	if err != nil {
		return nil, err
	}
	rows := in.Values
	if in.MajorDimension == "COLUMNS" {
		rows = transposed(rows)
	}
	if !strings.Contains(in.Range, ":") && strings.ContainsAny(in.Range, "0123456789") && a.bottom == a.top+1 && a.right == a.left+1 {
		a.bottom, a.right = a.tab.Rows, a.tab.Columns // a single cell is only where to begin
	}
	width := 0
	for i, row := range rows {
		width = max(width, len(row))
		if a.top+int64(i) >= a.bottom || a.left+int64(len(row)) > a.right {
			return nil, invalid("Requested writing within range [%s], but tried writing to row [%d] or column [%s]", a, a.top+int64(i)+1, letters(a.left+int64(len(row))-1))
		}
	}
	e := &edit{s: s, c: c, book: c.book}
	touched := area{tab: a.tab, top: a.top, left: a.left, bottom: a.top + int64(len(rows)), right: a.left + int64(width)}
	if err := e.guard(touched); err != nil {
		return nil, err
	}
	cells := 0
	for i, row := range rows {
		for k, value := range row {
			if value == nil {
				continue
			}
			cells++
			a.tab.open(a.top+int64(i), a.left+int64(k)).Value = entered(value, option)
		}
	}
	if len(rows) == 0 || width == 0 {
		touched = a
	}
	return object{
		"spreadsheetId": c.book.ID, "updatedRange": touched.String(), "updatedRows": len(rows), "updatedColumns": width, "updatedCells": cells,
	}, nil
}

func transposed(columns [][]any) [][]any {
	var rows [][]any
	for k, column := range columns {
		for i, value := range column {
			for len(rows) <= i {
				rows = append(rows, nil)
			}
			for len(rows[i]) <= k {
				rows[i] = append(rows[i], nil)
			}
			rows[i][k] = value
		}
	}
	return rows
}
