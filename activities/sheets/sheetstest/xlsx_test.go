package sheetstest_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"google.golang.org/api/sheets/v4"

	"hikeshi/activities/drive/drivetest"
)

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func (w *world) export(mime string) []byte {
	w.t.Helper()
	r, err := w.files.Files.Export(w.id, mime).Download()
	noError(w.t, err)
	got, err := io.ReadAll(r.Body)
	noError(w.t, err)
	noError(w.t, r.Body.Close())
	return got
}

// part reads one part of a workbook. Every part must be well-formed.
func part(t *testing.T, raw []byte, name string, into any) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	noError(t, err)
	f, err := z.Open(name)
	noError(t, err)
	noError(t, xml.NewDecoder(f).Decode(into))
	noError(t, f.Close())
}

type worksheet struct {
	Rows []struct {
		Cells []struct {
			At      string `xml:"r,attr"`
			Type    string `xml:"t,attr"`
			Text    string `xml:"is>t"`
			Formula string `xml:"f"`
			Value   string `xml:"v"`
		} `xml:"c"`
	} `xml:"sheetData>row"`
}

func TestExportAsWorkbook(t *testing.T) {
	w := start(t, drivetest.Options{})
	long := "Lessons: what [we] learned / next time, in full"
	noError(t, w.batch(w.ours, tab(7, "Tasks"), tab(8, long), tab(9, long+" again"), // each new tab goes first
		&sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{
			Properties: &sheets.SheetProperties{SheetId: 8, Hidden: true}, Fields: "hidden",
		}}))
	odd := []any{"=1+1", "+49", "-x", "@all", " <b> & \"葵\"\n two ", "", 2.5, true, false}
	noError(t, w.batch(w.ours, &sheets.Request{AppendDimension: &sheets.AppendDimensionRequest{SheetId: 7, Dimension: "COLUMNS", Length: 9}}))
	noError(t, w.put(w.ours, "Tasks!A1", odd))
	_, err := w.ours.Values.Update(w.id, "Tasks!B3", &sheets.ValueRange{Values: [][]any{{"=SUM(A1:B1)&\"<\""}}}).ValueInputOption("USER_ENTERED").Do()
	noError(t, err)
	raw := w.export(xlsx)
	if !bytes.Equal(raw, w.export(xlsx)) {
		t.Error("two exports of the same sheet differ")
	}

	var book struct {
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
		} `xml:"sheets>sheet"`
	}
	part(t, raw, "xl/workbook.xml", &book)
	var names []string
	for _, s := range book.Sheets {
		names = append(names, s.Name+s.State)
	}
	if got, want := strings.Join(names, "|"), "Lessons what we learned  next t|Lessons what we learned  next 2hidden|Tasks|Sheet1"; got != want {
		t.Errorf("tabs are %q, want %q", got, want)
	}
	for _, name := range []string{"[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"} {
		part(t, raw, name, &struct{}{})
	}
	var tasks worksheet
	part(t, raw, "xl/worksheets/sheet3.xml", &tasks)
	var got []string
	for _, row := range tasks.Rows {
		for _, c := range row.Cells {
			got = append(got, c.At+" "+c.Type+" "+c.Text+c.Value+c.Formula)
		}
	}
	want := []string{
		"A1 inlineStr =1+1", "B1 inlineStr +49", "C1 inlineStr -x", "D1 inlineStr @all", "E1 inlineStr  <b> & \"葵\"\n two ",
		"G1  2.5", "H1 b 1", "I1 b 0", "B3  SUM(A1:B1)&\"<\"",
	}
	if strings.Join(got, "\x00") != strings.Join(want, "\x00") {
		t.Errorf("cells are %q, want %q", got, want)
	}
}
