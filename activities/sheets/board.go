package sheets

import (
	"context"
	"maps"
	"slices"
	"time"

	sheetssdk "google.golang.org/api/sheets/v4"

	"hikeshi/activities"
	"hikeshi/activities/internal/google"
)

// LayOutBoard asks for the tabs of a fresh sheet.
type LayOutBoard struct {
	activities.Effect
	Sheet string `json:"sheet"` // id of the spreadsheet
	Tabs  []Tab  `json:"tabs"`  // in the order in which people see them
}

// Tab is one tab of a board: a header row that stays in view, and rows below it.
type Tab struct {
	ID       int64               `json:"id"` // chosen by us, over 0, so that a tab is never made twice
	Title    string              `json:"title"`
	Columns  []string            `json:"columns"`            // the header; the first column holds the id of a row and is ours
	Hidden   []string            `json:"hidden,omitempty"`   // columns people need not see
	ReadOnly bool                `json:"readOnly,omitempty"` // only we may change it
	Rows     [][]string          `json:"rows,omitempty"`     // below the header, as text
	Choices  map[string][]string `json:"choices,omitempty"`  // column → the only values it takes
}

// BoardLaidOut says that the tabs are there.
type BoardLaidOut struct {
	activities.Receipt
}

// LayOutBoard lays out the tabs in one batch, which Sheets applies as a whole or not at all, and removes the empty tab
// that a fresh sheet comes with. Running it twice is harmless: a try that may not be the first looks at the tabs, and
// only tabs whose ids are missing are added; what people wrote stays. A batch that is refused because an earlier one
// got through meanwhile counts as done. Final are NotFound, Denied and Invalid.
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/batchUpdate
func (a *Activities) LayOutBoard(ctx context.Context, in LayOutBoard) (BoardLaidOut, error) {
	var tabs map[int64]string // as the look-up saw them
	look := func(ctx context.Context) (err error) {
		if tabs, err = a.Client.tabs(ctx, in.Sheet); err != nil {
			return fault(google.Read, err, "read the tabs of sheet", in.Sheet).Error()
		}
		return nil
	}
	lookUp := func(ctx context.Context, _ time.Time) (bool, struct{}, error) {
		err := look(ctx)
		return err == nil && len(missing(in.Tabs, tabs)) == 0, struct{}{}, err
	}
	adopted := false
	in.Settle = 0 // a batch that arrives late finds the ids taken
	_, receipt, err := activities.Once(ctx, in.Effect, lookUp, func(ctx context.Context) (_ struct{}, err error) {
		if tabs == nil {
			if err := look(ctx); err != nil {
				return struct{}{}, err
			}
		}
		err = a.Client.layOut(ctx, in, tabs)
		if activities.Is(err, activities.Invalid) && look(ctx) == nil && len(missing(in.Tabs, tabs)) == 0 {
			adopted, err = true, nil // an earlier try's batch arrived after we had looked
		}
		return struct{}{}, err
	})
	receipt.Adopted = receipt.Adopted || adopted
	return BoardLaidOut{Receipt: receipt}, err
}

func missing(want []Tab, have map[int64]string) []Tab {
	var list []Tab
	for _, tab := range want {
		if _, ok := have[tab.ID]; !ok {
			list = append(list, tab)
		}
	}
	return list
}

// layOut adds the tabs that are missing. Repeating it after a lost reply is refused as a whole, because the ids are
// taken; that, too, is found out by looking.
func (c *Client) layOut(ctx context.Context, in LayOutBoard, have map[int64]string) error {
	add := missing(in.Tabs, have)
	if len(add) == 0 {
		return nil
	}
	us, err := c.whoWeAre(ctx)
	if err != nil {
		return fault(google.Read, err, "ask who we are, to protect cells of sheet", in.Sheet).Error()
	}
	var requests []*sheetssdk.Request
	for _, tab := range add {
		requests = append(requests, tab.requests(slices.IndexFunc(in.Tabs, func(t Tab) bool { return t.ID == tab.ID }), us)...)
	}
	if len(have) == 1 && len(add) == len(in.Tabs) { // the only tab is none of ours: the one a fresh sheet comes with
		for id := range maps.Keys(have) {
			requests = append(requests, &sheetssdk.Request{DeleteSheet: &sheetssdk.DeleteSheetRequest{SheetId: id, ForceSendFields: []string{"SheetId"}}})
		}
	}
	if err := c.batch(ctx, in.Sheet, requests); err != nil {
		return fault(google.UnsafeWrite, err, "lay out sheet", in.Sheet).Error()
	}
	return nil
}
