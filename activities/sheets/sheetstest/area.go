package sheetstest

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/api/sheets/v4"
)

// area is a rectangle of cells; its ends are exclusive.
type area struct {
	tab                      *Tab
	top, left, bottom, right int64
	openBottom, openRight    bool // it was given without an end: the whole tab
}

// area finds the rectangle that a GridRange means. Ends that are missing are those of the tab.
func (b *Book) area(r *sheets.GridRange) (area, error) {
	if r == nil {
		return area{}, invalid("range is required")
	}
	t := b.tab(r.SheetId)
	if t == nil {
		return area{}, invalid("No grid with id: %d", r.SheetId)
	}
	a := area{tab: t, top: r.StartRowIndex, left: r.StartColumnIndex, bottom: r.EndRowIndex, right: r.EndColumnIndex}
	if a.bottom == 0 {
		a.bottom, a.openBottom = max(t.Rows, a.top), true
	}
	if a.right == 0 {
		a.right, a.openRight = max(t.Columns, a.left), true
	}
	return a, a.check()
}

func (a area) check() error {
	if a.top < 0 || a.left < 0 || a.top > a.bottom || a.left > a.right || a.bottom > a.tab.Rows || a.right > a.tab.Columns {
		return invalid("Range (%s) exceeds grid limits. Max rows: %d, max columns: %d", a, a.tab.Rows, a.tab.Columns)
	}
	return nil
}

// String is the area in A1 notation.
func (a area) String() string {
	title := a.tab.Title
	if strings.ContainsFunc(title, func(r rune) bool {
		return !(r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
	}) {
		title = "'" + strings.ReplaceAll(title, "'", "''") + "'"
	}
	from, to := letters(a.left)+strconv.FormatInt(a.top+1, 10), letters(a.right-1)+strconv.FormatInt(a.bottom, 10)
	if from == to {
		return title + "!" + from
	}
	return fmt.Sprintf("%s!%s:%s", title, from, to)
}

func letters(column int64) string {
	name := ""
	for column++; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}

// parseA1 reads A1 notation: Tasks!A2:D, 'My tab'!A1, Tasks, A1:B2 (of the first tab), 2:3, or a named range.
func (b *Book) parseA1(text string) (area, error) {
	bad := invalid("Unable to parse range: %s", text)
	for _, n := range b.Named {
		if n.Name == text {
			return b.area(n.Range)
		}
	}
	t, cells := b.Tabs[0], text
	if title, rest, ok := splitTitle(text); ok {
		if t, cells = b.titled(title), rest; t == nil {
			return area{}, bad
		}
	} else if whole := b.titled(unquoted(text)); whole != nil {
		t, cells = whole, ""
	}
	a := area{tab: t, bottom: t.Rows, right: t.Columns, openBottom: true, openRight: true}
	if cells == "" {
		return a, nil
	}
	from, to, span := strings.Cut(cells, ":")
	column, row, ok := parseCell(from)
	if !ok {
		return area{}, bad
	}
	endColumn, endRow := column, row
	if span {
		if endColumn, endRow, ok = parseCell(to); !ok {
			return area{}, bad
		}
	} else if column < 0 || row < 0 {
		return area{}, bad
	}
	a.left, a.top = max(column, 0), max(row, 0)
	if endColumn >= 0 {
		a.right, a.openRight = endColumn+1, false
	}
	if endRow >= 0 {
		a.bottom, a.openBottom = endRow+1, false
	}
	return a, a.check()
}

// splitTitle takes the tab's name off: Tasks!A1, or 'It”s mine'!A1.
func splitTitle(text string) (title, rest string, ok bool) {
	if !strings.HasPrefix(text, "'") {
		at := strings.LastIndexByte(text, '!')
		if at < 0 {
			return "", text, false
		}
		return text[:at], text[at+1:], true
	}
	at := strings.LastIndex(text, "'!")
	if at < 1 {
		return "", text, false
	}
	return unquoted(text[:at+1]), text[at+2:], true
}

func unquoted(title string) string {
	if len(title) > 1 && strings.HasPrefix(title, "'") && strings.HasSuffix(title, "'") {
		return strings.ReplaceAll(title[1:len(title)-1], "''", "'")
	}
	return title
}

// parseCell reads A1, A or 1; a part that is missing is -1.
func parseCell(text string) (column, row int64, ok bool) {
	text = strings.ToUpper(strings.ReplaceAll(text, "$", ""))
	digits := strings.IndexAny(text, "0123456789")
	name := text
	column, row = -1, -1
	if digits >= 0 {
		name = text[:digits]
		n, err := strconv.ParseInt(text[digits:], 10, 64)
		if err != nil || n < 1 {
			return 0, 0, false
		}
		row = n - 1
	}
	if name != "" {
		column = 0
		for _, r := range name {
			if r < 'A' || r > 'Z' || len(name) > 3 {
				return 0, 0, false
			}
			column = column*26 + int64(r-'A') + 1
		}
		column--
	}
	return column, row, column >= 0 || row >= 0
}
