package sheetstest

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// xlsxType is the MIME type of an Excel workbook.
const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainSpace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	docSpace  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	partSpace = "http://schemas.openxmlformats.org/package/2006"
	partType  = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// xlsx writes all tabs as a workbook, with the least that spreadsheet programs ask for. The same book gives the same
// bytes. https://ecma-international.org/publications-and-standards/standards/ecma-376/
func (b *Book) xlsx() ([]byte, error) {
	parts := []struct{ name, text string }{
		{"[Content_Types].xml", b.contentTypes()},
		{"_rels/.rels", relationships([]string{"officeDocument"}, []string{"xl/workbook.xml"})},
		{"xl/workbook.xml", b.workbook()},
	}
	var kinds, targets []string
	for i := range b.Tabs {
		kinds, targets = append(kinds, "worksheet"), append(targets, fmt.Sprintf("worksheets/sheet%d.xml", i+1))
	}
	parts = append(parts, struct{ name, text string }{"xl/_rels/workbook.xml.rels", relationships(kinds, targets)})
	for i, t := range b.Tabs {
		parts = append(parts, struct{ name, text string }{"xl/" + targets[i], t.worksheet()})
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range parts {
		w, err := z.Create(p.name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(xmlHead + p.text)); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}

func (b *Book) contentTypes() string {
	var s strings.Builder
	fmt.Fprintf(&s, `<Types xmlns="%s/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`, partSpace)
	fmt.Fprintf(&s, `<Override PartName="/xl/workbook.xml" ContentType="%ssheet.main+xml"/>`, partType)
	for i := range b.Tabs {
		fmt.Fprintf(&s, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, i+1, partType)
	}
	return s.String() + `</Types>`
}

func relationships(kinds, targets []string) string {
	var s strings.Builder
	fmt.Fprintf(&s, `<Relationships xmlns="%s/relationships">`, partSpace)
	for i, target := range targets {
		fmt.Fprintf(&s, `<Relationship Id="rId%d" Type="%s/%s" Target="%s"/>`, i+1, docSpace, kinds[i], target)
	}
	return s.String() + `</Relationships>`
}

func (b *Book) workbook() string {
	var s strings.Builder
	fmt.Fprintf(&s, `<workbook xmlns="%s" xmlns:r="%s"><sheets>`, mainSpace, docSpace)
	taken := map[string]bool{}
	for i, t := range b.Tabs {
		state := ""
		if t.Hidden {
			state = ` state="hidden"`
		}
		fmt.Fprintf(&s, `<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>`, escaped(sheetName(t.Title, taken)), i+1, state, i+1)
	}
	return s.String() + `</sheets></workbook>`
}

// sheetName is the tab's title as a workbook takes it: without some marks, at most 31 characters long, and only once.
func sheetName(title string, taken map[string]bool) string {
	name := []rune(strings.NewReplacer("[", "", "]", "", ":", "", "*", "", "?", "", "/", "", `\`, "").Replace(title))
	for n := 1; ; n++ {
		tail := ""
		if n > 1 {
			tail = strconv.Itoa(n)
		}
		unique := string(name[:min(len(name), 31-len(tail))]) + tail
		if key := strings.ToLower(unique); unique != "" && !taken[key] {
			taken[key] = true
			return unique
		}
	}
}

func (t *Tab) worksheet() string {
	var s strings.Builder
	fmt.Fprintf(&s, `<worksheet xmlns="%s"><sheetData>`, mainSpace)
	for row, line := range t.Cells {
		fmt.Fprintf(&s, `<row r="%d">`, row+1)
		for column, cell := range line {
			s.WriteString(cell.xml(letters(int64(column)) + strconv.Itoa(row+1)))
		}
		s.WriteString(`</row>`)
	}
	return s.String() + `</sheetData></worksheet>`
}

// xml is a cell in a worksheet. Text is written as text, whatever it begins with: only what was entered as a formula is
// one, here without a value, for the sandbox computes none.
func (c *Cell) xml(at string) string {
	if c == nil || c.Value == nil {
		return ""
	}
	switch v := c.Value; {
	case v.StringValue != nil:
		return fmt.Sprintf(`<c r="%s" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, at, escaped(*v.StringValue))
	case v.FormulaValue != nil:
		return fmt.Sprintf(`<c r="%s"><f>%s</f></c>`, at, escaped(strings.TrimPrefix(*v.FormulaValue, "=")))
	case v.NumberValue != nil:
		return fmt.Sprintf(`<c r="%s"><v>%s</v></c>`, at, text(c))
	case v.BoolValue != nil && *v.BoolValue:
		return fmt.Sprintf(`<c r="%s" t="b"><v>1</v></c>`, at)
	case v.BoolValue != nil:
		return fmt.Sprintf(`<c r="%s" t="b"><v>0</v></c>`, at)
	}
	return ""
}

func escaped(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes everything
	return b.String()
}
