package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hikeshi/workflows/runbook"
)

// The list needs no server: it is what the configuration of this machine knows, with what is wrong with files.
func TestRunbooksAreListed(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{
		"hikeshi.yaml":           "jira: {project: SEC}\naudiences: {group: {folder: f1234567890}}\nrunbooks: books\n",
		"books/lost-device.yaml": "version: 1\nname: lost-device\ntitle: Ours\nkinds: [lost device]\nstart: open\nsteps: [{task: {title: Call}}]\n",
		"books/broken.yaml":      "version: 1\nname: broken\ntitel: x\n",
	} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	config := func(name string) string {
		return map[string]string{"HIKESHI_CONFIG": filepath.Join(folder, "hikeshi.yaml")}[name]
	}
	status, stdout, stderr := line(t, config, "run", "--list")
	for _, want := range []string{"phishing-mail", "by hand", "built in", "lost-device.yaml (replaces a built-in one)", "by itself", "not usable",
		`problem: runbook broken.yaml: line 3: unknown key "titel": did you mean "title"?`} {
		if status != done || !strings.Contains(stdout, want) {
			t.Errorf("status %d, %q is missing in %s %s", status, want, stdout, stderr)
		}
	}
	_, stdout, _ = line(t, config, "run", "--list", "-o", "json")
	var books []runbook.Listed
	if err := json.Unmarshal([]byte(stdout), &books); err != nil || len(books) != 4 {
		t.Errorf("%v: %s", err, stdout)
	}
}
