package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"hikeshi/activities/fake"
)

// cells is what a person changes in a sheet: a cell's text, or a row that is put in.
type cells struct {
	Tab    int64  `json:"tab"`
	Title  string `json:"title"` // of the tab
	Row    int    `json:"row"`   // from 0
	Column int    `json:"column"`
	Text   string `json:"text"`
	Insert bool   `json:"insert"` // an empty row before Row
}

// editSheet is POST /spreadsheets/d/{id}/cells?as=…: it asks the sandbox's Sheets with the person's own account, which
// refuses what they may not do.
func (s *Site) editSheet(w http.ResponseWriter, r *http.Request) {
	who, known := s.reader(r)
	var c cells
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&c); err != nil || !known || c.Row < 0 || c.Column < 0 {
		w.WriteHeader(http.StatusBadRequest)
		fake.WriteJSON(w, map[string]string{"error": "say who changes which cell, as JSON"})
		return
	}
	book := s.Addresses.Google + "/v4/spreadsheets/" + url.PathEscape(r.PathValue("id"))
	method, address, body := c.write(book)
	if c.Insert {
		method, address, body = c.insert(book)
	}
	if err := s.asGoogle(r, who, method, address, body); err != nil {
		fake.WriteJSON(w, map[string]string{"error": err.Error()})
		return
	}
	fake.WriteJSON(w, map[string]bool{"ok": true})
}

func (c cells) write(book string) (method, address string, body any) {
	at := "'" + strings.ReplaceAll(c.Title, "'", "''") + "'!" + letters(c.Column) + strconv.Itoa(c.Row+1)
	return http.MethodPut, book + "/values/" + url.PathEscape(at) + "?valueInputOption=USER_ENTERED",
		map[string]any{"range": at, "majorDimension": "ROWS", "values": [][]string{{c.Text}}}
}

func (c cells) insert(book string) (method, address string, body any) {
	rows := map[string]any{"sheetId": c.Tab, "dimension": "ROWS", "startIndex": c.Row, "endIndex": c.Row + 1}
	return http.MethodPost, book + ":batchUpdate", map[string]any{"requests": []any{map[string]any{"insertDimension": map[string]any{"range": rows, "inheritFromBefore": c.Row > 1}}}}
}

// letters is how a column is called: A, B … Z, AA.
func letters(column int) string {
	name := ""
	for column++; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}

func (s *Site) asGoogle(r *http.Request, who fake.Person, method, address string, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(r.Context(), method, address, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+fake.GoogleUserToken(who))
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Timeout: doTime}).Do(req)
	if err != nil {
		return fmt.Errorf("the sandbox's Sheets does not answer: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	var no struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<16)) // as much as is there
	if json.Unmarshal(text, &no) == nil && no.Error.Message != "" {
		return fmt.Errorf("%s", no.Error.Message)
	}
	return fmt.Errorf("the sandbox's Sheets answers %s", resp.Status)
}
