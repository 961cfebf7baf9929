package audit_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/workflows/audit"
)

var update = flag.Bool("update", false, "write testdata instead of comparing with it")

func TestPage(t *testing.T) {
	_, histories := life(t)
	var records []audit.Record
	for _, h := range histories {
		records = append(records, audit.Project(h, plain)...)
	}
	records = append(records, audit.Record{
		Version: 1, ID: "run-2/99", At: began.AddDate(0, 0, 1), Case: caseID, Workflow: caseID + "/a1", Kind: audit.KindStep, Action: "OpenChannel", Step: "analysis.channel",
		Actor: "operator@laptop", Door: "temporal", Sure: "self-declared", ByHand: true, Outcome: audit.Failed, Result: "Denied: no",
		Attempts: []audit.Attempt{{Number: 1, At: began, Class: "Ambiguous", Cause: "no answer in time"}},
	})
	for _, lang := range []string{"en", "ja"} {
		got, err := audit.Page(records, lang)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "page."+lang+".html")
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got), if it is meant to be so run go test ./workflows/audit -run TestPage -update\n%s", lang, diff)
		}
	}
}

// What people wrote can do nothing in the browser of whoever reads the page.
func TestAHostilePage(t *testing.T) {
	const bad = `<script>alert(1)</script><img src=x onerror=alert(1)>"'`
	said, err := json.Marshal(map[string]string{"title": bad})
	if err != nil {
		t.Fatal(err)
	}
	page, err := audit.Page([]audit.Record{{
		ID: "r/1", Case: bad, Workflow: bad, Action: bad, Step: bad, Actor: bad, Name: bad, Door: bad, Sure: bad, Glass: bad, Said: said, Result: bad, External: bad,
		Outcome: audit.Outcome(bad), Attempts: []audit.Attempt{{Class: bad, Cause: bad}},
	}}, "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"<script", "<img", `="` + bad} {
		if strings.Contains(string(page), tag) {
			t.Errorf("the page contains %s", tag)
		}
	}
}
