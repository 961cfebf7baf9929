package settings_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hikeshi/workflows/settings"
)

// base is the smallest useful file.
const base = `
jira: {project: SEC, drill_project: DRILL}
slack: {responders: [S0CSIRT01], public_channels: true, url: https://x.slack.com/archives}
google: {drill_folder: fld-drills}
audiences:
  group: {folder: fld-cases, readers: [smg@group.example], responders: [S0DUTY001]}
  restricted: {folder: fld-restricted, security_level: CSIRT only, responders: [S0LEAD001], readers: [lead@group.example]}
organisations:
  - {id: acme, names: [Acme Foods, アクメ食品], security_level: Acme, folder: fld-acme, responders: [S0ACME002], readers: [sec@acme.example]}
  - {id: bravo, names: [Bravo Logistics], security_level: Bravo, folder: fld-bravo, responders: [S0BRAVO02], readers: [sec@bravo.example]}
`

// write puts the text into a file of its own folder.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, text string, environment ...string) *settings.Config {
	t.Helper()
	c, err := settings.Load(write(t, "hikeshi.yaml", text), environ(environment...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// environ is a process's environment of NAME=VALUE pairs.
func environ(pairs ...string) func(string) string {
	values := map[string]string{}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		values[name] = value
	}
	values = maps.Clone(values)
	return func(name string) string { return values[name] }
}
