package archive

import (
	"strings"
	"testing"
)

// What people wrote must stay a text in whatever opens the file.
func TestWriteTable(t *testing.T) {
	var out strings.Builder
	if err := writeTable(&out, [][]string{{"ID", "タスク"}, {"t1", `=HYPERLINK("http://evil.example")`}, {"t2", "two\nlines, and a comma"}}); err != nil {
		t.Fatal(err)
	}
	want := "\ufeffID,タスク\nt1,\"'=HYPERLINK(\"\"http://evil.example\"\")\"\nt2,\"two\nlines, and a comma\"\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
