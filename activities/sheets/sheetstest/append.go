package sheetstest

import (
	"slices"

	"google.golang.org/api/sheets/v4"
)

// appendValues writes below the table that it finds at the range: the rows down to the first blank one. Where people
// leave a blank row inside a table, that is not its end.
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values/append
func (s *Server) appendValues(c *call) (any, error) {
	var in sheets.ValueRange
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	a, err := c.book.parseA1(c.rest)
	if err != nil {
		return nil, err
	}
	at := a.top
	for at < a.tab.Rows && !a.tab.empty(at) {
		at++
	}
	answer := object{"spreadsheetId": c.book.ID}
	if at > a.top {
		answer["tableRange"] = area{tab: a.tab, top: a.top, left: a.left, bottom: at, right: a.right}.String()
	}
	rows := in.Values
	if in.MajorDimension == "COLUMNS" {
		rows = transposed(rows)
	}
	n := int64(len(rows))
	if c.r.URL.Query().Get("insertDataOption") == "INSERT_ROWS" && at < int64(len(a.tab.Cells)) {
		a.tab.Rows += n
		a.tab.Cells = slices.Insert(a.tab.Cells, int(at), make([][]*Cell, n)...)
	}
	a.tab.Rows = max(a.tab.Rows, at+n)
	start := area{tab: a.tab, top: at, left: a.left, bottom: at + 1, right: a.left + 1}
	done, err := s.write(c, &sheets.ValueRange{Range: start.String(), Values: rows}, c.r.URL.Query().Get("valueInputOption"))
	if err != nil {
		return nil, err
	}
	s.keep(c)
	answer["updates"] = done
	return answer, nil
}

// clearValues empties a range. https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values/clear
func (s *Server) clearValues(c *call) (any, error) {
	a, err := c.book.parseA1(c.rest)
	if err == nil {
		err = (&edit{s: s, c: c, book: c.book}).guard(a)
	}
	if err != nil {
		return nil, err
	}
	for _, line := range a.lines(false) {
		for _, cell := range line {
			if cell != nil {
				cell.Value = nil
			}
		}
	}
	s.keep(c)
	return object{"spreadsheetId": c.book.ID, "clearedRange": a.String()}, nil
}
