package sheets

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf16"

	sheetssdk "google.golang.org/api/sheets/v4"
)

// change is what a batch does.
type change struct {
	requests []*sheetssdk.Request
	inserted []string // ids of the rows that it inserts
}

// changeTo is what makes the tab as it is wanted; no requests if it is.
func (t *seenTab) changeTo(in WriteRows, salt int) (c change, err error) {
	var fresh []*sheetssdk.RowData
	for _, row := range in.Rows {
		at, there := t.rows[row.ID]
		want, err := t.wanted(in, row, there)
		if err != nil {
			return change{}, err
		}
		if there {
			c.requests = append(c.requests, t.fill(in.Tab, at, want)...)
			continue
		}
		texts := make([]string, len(want))
		for column, text := range want {
			if text != nil {
				texts[column] = *text
			}
		}
		texts[0] = row.ID
		fresh, c.inserted = append(fresh, cells(texts)), append(c.inserted, row.ID)
	}
	if len(fresh) > 0 {
		c.requests = append(c.requests, t.insert(in.Tab, fresh)...)
		for i, id := range c.inserted {
			c.requests = append(c.requests, mark(in.Tab, t.last+1+i, id, salt))
		}
	}
	return c, nil
}

// wanted are the texts of a row by position; nil where a cell is not ours to write.
func (t *seenTab) wanted(in WriteRows, row Row, there bool) ([]*string, error) {
	texts := map[string]string{}
	if !there {
		maps.Copy(texts, row.Fresh)
	}
	maps.Copy(texts, row.Set)
	width := 1
	for _, at := range t.columns {
		width = max(width, at+1)
	}
	list := make([]*string, width)
	for _, column := range slices.Sorted(maps.Keys(texts)) {
		at, known := t.columns[column]
		switch {
		case !known:
			return nil, invalid(in.Sheet, fmt.Sprintf("the tab %q has no column %q", t.title, column),
				fmt.Sprintf("write %q into row 1 of the column it belongs to, then retry", column))
		case at == 0 && texts[column] != row.ID:
			return nil, invalid(in.Sheet, fmt.Sprintf("the column %q holds the ids of the rows", column), "")
		case at > 0:
			text := fit(texts[column])
			list[at] = &text
		}
	}
	return list, nil
}

// fill writes those texts that the row does not hold, and touches no other cell.
func (t *seenTab) fill(tab int64, row int, want []*string) (list []*sheetssdk.Request) {
	var open *sheetssdk.UpdateCellsRequest // cells side by side are one request
	for column, text := range want {
		if text == nil || t.holds(row, column, *text) {
			open = nil
			continue
		}
		if open == nil {
			open = write(tab, row, column, &sheetssdk.RowData{})
			list = append(list, &sheetssdk.Request{UpdateCells: open})
		}
		open.Rows[0].Values = append(open.Rows[0].Values, cells([]string{*text}).Values...)
	}
	return list
}

// write puts rows at a place. With a start instead of a range Sheets leaves all other cells as they are.
func write(tab int64, row, column int, rows ...*sheetssdk.RowData) *sheetssdk.UpdateCellsRequest {
	return &sheetssdk.UpdateCellsRequest{
		Start: &sheetssdk.GridCoordinate{SheetId: tab, RowIndex: int64(row), ColumnIndex: int64(column), ForceSendFields: []string{"SheetId"}},
		Rows:  rows, Fields: "userEnteredValue",
	}
}

// insert makes room below the last row with an id. New rows look like the one that they push down, which is an empty
// one with all choices; only at the end of the tab like the one above.
func (t *seenTab) insert(tab int64, rows []*sheetssdk.RowData) []*sheetssdk.Request {
	at := int64(t.last + 1)
	return []*sheetssdk.Request{
		{InsertDimension: &sheetssdk.InsertDimensionRequest{
			Range:             dimension(tab, at, at+int64(len(rows))),
			InheritFromBefore: at >= t.length,
		}},
		{UpdateCells: write(tab, int(at), 0, rows...)},
	}
}

func dimension(tab, from, to int64) *sheetssdk.DimensionRange {
	return &sheetssdk.DimensionRange{SheetId: tab, Dimension: "ROWS", StartIndex: from, EndIndex: to, ForceSendFields: []string{"SheetId"}}
}

// markKey is short because Sheets counts it: all marks of a tab together may have 30,000 characters.
// https://developers.google.com/workspace/sheets/api/guides/metadata
const markKey = "id"

// maxSalt is how many other marks are tried for rows whose marks are taken.
const maxSalt = 2

// mark hangs a note for programs on a row. Its id can be taken only once in a sheet, and nothing else about it counts.
func mark(tab int64, row int, id string, salt int) *sheetssdk.Request {
	return &sheetssdk.Request{CreateDeveloperMetadata: &sheetssdk.CreateDeveloperMetadataRequest{
		DeveloperMetadata: &sheetssdk.DeveloperMetadata{
			MetadataId: markID(tab, id, salt), MetadataKey: markKey, Visibility: "DOCUMENT",
			Location: &sheetssdk.DeveloperMetadataLocation{DimensionRange: dimension(tab, int64(row), int64(row)+1)},
		},
	}}
}

// markID is a number from 1 to 2³¹-1.
func markID(tab int64, id string, salt int) int64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/%d/%s", salt, tab, id))
	return int64(cmp.Or(binary.BigEndian.Uint32(sum[:])&(1<<31-1), 1))
}

// maxCell is how many characters a cell holds.
const maxCell = 50_000

// fit cuts a text so that a cell holds it. Characters are counted as JavaScript does, which is at least as many.
func fit(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD") // as it would arrive
	if len(text) <= maxCell {
		return text
	}
	n, end := 0, 0
	for at, r := range text {
		if n += utf16.RuneLen(r); n < maxCell {
			end = at + len(string(r))
		}
	}
	if n <= maxCell {
		return text
	}
	return text[:end] + "…"
}
