package ledger_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hikeshi/workflows/audit"
	"hikeshi/workflows/ledger"
)

// each is how many records a process of TestSeveralProcesses writes.
const each = 25

// TestMain is also the program of a process that writes, if LEDGER names a ledger.
func TestMain(m *testing.M) {
	path := os.Getenv("LEDGER")
	if path == "" {
		os.Exit(m.Run())
	}
	for range each {
		if err := ledger.Open(path).Record(audit.Act{Who: "w", Door: "cli", Act: "status"}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func verify(t *testing.T, text []byte) []audit.Problem {
	t.Helper()
	return audit.Verify(map[string][]byte{audit.LedgerFile: text}, audit.Options{}).Problems
}

func TestWithoutAPathNothingIsRecorded(t *testing.T) {
	book := ledger.Open("")
	if err := book.Record(audit.Act{Act: "status"}); err != nil {
		t.Error(err)
	}
	if head, err := book.Head(); head != nil || err != nil {
		t.Errorf("head %v, %v", head, err)
	}
}

// Several processes write into one ledger at the same time, and each record gets a number of its own.
func TestSeveralProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	const processes = 4
	var all sync.WaitGroup
	for range processes {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "LEDGER="+path)
		all.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	book := ledger.Open(path)
	text, err := book.Text()
	if err != nil {
		t.Fatal(err)
	}
	if problems := verify(t, text); len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
	if head, err := book.Head(); err != nil || head.Records != 1+processes*each || head.ID == "" {
		t.Errorf("%d records, want %d: %v", head.Records, 1+processes*each, err)
	}
}

// A number that is missing is named; a half line of a killed process is not one.
func TestMissingNumbers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "ledger.jsonl")
	book := ledger.Open(path)
	for i := range 3 {
		if err := book.Record(audit.Act{Who: "w", Door: "cli", Act: fmt.Sprintf("act %d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.WriteString(`{"n":5,"chain":"killed he`)
	f.Close()
	if err := book.Record(audit.Act{Who: "w", Door: "cli", Act: "after the kill"}); err != nil {
		t.Fatal(err)
	}
	text, err := book.Text()
	if err != nil {
		t.Fatal(err)
	}
	if problems := verify(t, text); len(problems) > 0 {
		t.Fatalf("problems: %v\n%s", problems, text)
	}
	lines := strings.SplitAfter(string(text), "\n")
	problems := verify(t, []byte(lines[0]+lines[2]+lines[3]+lines[4]))
	if len(problems) != 1 || problems[0].Line != 2 || !strings.Contains(problems[0].What, "number 2") {
		t.Errorf("problems: %v", problems)
	}
}

func TestALedgerThatCannotBeWritten(t *testing.T) {
	err := ledger.Open(filepath.Join(t.TempDir())).Record(audit.Act{Act: "decode"})
	if err == nil || !strings.Contains(err.Error(), "audit.ledger") {
		t.Errorf("got %v", err)
	}
}

// What the ledger says of other cases is left out of an export, and the chain still holds; nothing else can be.
func TestHiding(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	book := ledger.Open(path)
	for _, id := range []string{"case/SEC-1", "case/SEC-2", "case/SEC-1"} {
		if err := book.Record(audit.Act{Who: "w", Door: "cli", Act: "status", Case: id}); err != nil {
			t.Fatal(err)
		}
	}
	text, _ := book.Text()
	hidden := audit.Hide(text, func(body []byte) bool { return strings.Contains(string(body), "SEC-2") })
	if strings.Contains(string(hidden), "SEC-2") || !strings.Contains(string(hidden), "SEC-1") {
		t.Errorf("it shows %s", hidden)
	}
	if problems := verify(t, hidden); len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
	if problems := verify(t, []byte(strings.Replace(string(hidden), "SEC-1", "SEC-3", 1))); len(problems) != 1 {
		t.Errorf("problems: %v", problems)
	}
}
