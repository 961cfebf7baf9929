package sheetstest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"google.golang.org/api/sheets/v4"
)

// batchUpdate applies its requests one after the other to a copy, which is kept only if all succeed.
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/batchUpdate
func (s *Server) batchUpdate(c *call) (any, error) {
	var in sheets.BatchUpdateSpreadsheetRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if len(in.Requests) == 0 {
		return nil, invalid("Must specify at least one request.")
	}
	replies := []any{}
	e := &edit{s: s, c: c, book: c.book}
	for i, r := range in.Requests {
		reply, err := e.apply(r)
		if err != nil {
			return nil, numbered(i, r, err)
		}
		if reply == nil {
			reply = object{}
		}
		replies = append(replies, reply)
	}
	if len(c.book.Tabs) == 0 {
		return nil, invalid("You can't remove all the sheets in a document.")
	}
	s.keep(c)
	answer := object{"spreadsheetId": c.book.ID, "replies": replies}
	if in.IncludeSpreadsheetInResponse {
		answer["updatedSpreadsheet"] = s.view(c, nil, in.ResponseIncludeGridData)
	}
	return answer, nil
}

// numbered says which request was refused, as Sheets does.
func numbered(i int, r *sheets.Request, err error) error {
	var e *refusal
	if !errors.As(err, &e) || e.code != http.StatusBadRequest {
		return err
	}
	name := "request"
	var fields map[string]json.RawMessage
	if raw, err := json.Marshal(r); err == nil && json.Unmarshal(raw, &fields) == nil {
		for field := range fields { // there is one
			name = field
		}
	}
	return &refusal{e.code, e.status, fmt.Sprintf("Invalid requests[%d].%s: %s", i, name, e.message)}
}

// edit is one batch under way.
type edit struct {
	s    *Server
	c    *call
	book *Book
}

// apply runs one request. Each kind of thing has its own file.
func (e *edit) apply(r *sheets.Request) (object, error) {
	switch {
	case r.AddSheet != nil:
		return e.addSheet(r.AddSheet)
	case r.DeleteSheet != nil:
		return nil, e.deleteSheet(r.DeleteSheet)
	case r.UpdateSheetProperties != nil:
		return nil, e.updateSheetProperties(r.UpdateSheetProperties)
	case r.AppendDimension != nil:
		return nil, e.appendDimension(r.AppendDimension)
	case r.InsertDimension != nil:
		return nil, e.insertDimension(r.InsertDimension)
	case r.DeleteDimension != nil:
		return nil, e.deleteDimension(r.DeleteDimension)
	case r.UpdateDimensionProperties != nil:
		return nil, e.updateDimensionProperties(r.UpdateDimensionProperties)
	case r.AutoResizeDimensions != nil:
		return nil, nil // widths are not kept
	case r.UpdateCells != nil:
		return nil, e.updateCells(r.UpdateCells)
	case r.AppendCells != nil:
		return nil, e.appendCells(r.AppendCells)
	case r.RepeatCell != nil:
		return nil, e.repeatCell(r.RepeatCell)
	case r.SortRange != nil:
		return nil, e.sortRange(r.SortRange)
	}
	return e.mark(r)
}

// mark runs the requests that say something about cells rather than fill them.
func (e *edit) mark(r *sheets.Request) (object, error) {
	switch {
	case r.SetDataValidation != nil:
		return nil, e.setDataValidation(r.SetDataValidation)
	case r.AddProtectedRange != nil:
		return e.addProtectedRange(r.AddProtectedRange)
	case r.UpdateProtectedRange != nil:
		return nil, e.updateProtectedRange(r.UpdateProtectedRange)
	case r.DeleteProtectedRange != nil:
		return nil, e.deleteProtectedRange(r.DeleteProtectedRange)
	case r.CreateDeveloperMetadata != nil:
		return e.createMetadata(r.CreateDeveloperMetadata)
	case r.DeleteDeveloperMetadata != nil:
		return e.deleteMetadata(r.DeleteDeveloperMetadata)
	case r.AddNamedRange != nil:
		return e.addNamedRange(r.AddNamedRange)
	}
	return nil, invalid("The sandbox does not know this kind of request, or none is set.")
}

// guard refuses cells that are protected from the caller.
func (e *edit) guard(a area) error {
	for _, p := range a.tab.Protected {
		if e.s.mayEdit(e.c, p) {
			continue
		}
		held, err := e.book.area(p.Range)
		if err != nil {
			continue // its rows are gone
		}
		if held.top < a.bottom && a.top < held.bottom && held.left < a.right && a.left < held.right {
			return invalid("You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection if you need to edit.")
		}
	}
	return nil
}

// whole reports whether all of a tab is protected.
func whole(p *sheets.ProtectedRange) bool {
	r := p.Range
	return r.StartRowIndex == 0 && r.EndRowIndex == 0 && r.StartColumnIndex == 0 && r.EndColumnIndex == 0
}

// guardTab refuses changes of a tab as a whole if any of it is protected as a whole.
func (e *edit) guardTab(t *Tab) error {
	for _, p := range t.Protected {
		if whole(p) && !e.s.mayEdit(e.c, p) {
			return e.guard(area{tab: t, bottom: t.Rows, right: t.Columns})
		}
	}
	return nil
}
