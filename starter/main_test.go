package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hikeshi/workflows/wire"
)

// environment is a machine with a configuration and a Temporal address where nobody listens.
func environment(t *testing.T) func(string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	_ = l.Close()
	dir := t.TempDir()
	if _, err := wire.GenerateKeyRing(filepath.Join(dir, "keys.yaml")); err != nil {
		t.Fatal(err)
	}
	return inFile(t, dir, "key_ring: keys.yaml\njira: {project: SEC}\naudiences: {group: {folder: f}}\nenvironment: {TEMPORAL_ADDRESS: "+nobody+"}\n")
}

func inFile(t *testing.T, dir, text string) func(string) string {
	t.Helper()
	file := filepath.Join(dir, "hikeshi.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(name string) string { return map[string]string{"HIKESHI_CONFIG": file, "USER": "aoi"}[name] }
}

// withoutTemporalVariables keeps the tester's own Temporal out.
func withoutTemporalVariables(t *testing.T) {
	t.Helper()
	for _, name := range []string{"TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE"} {
		t.Setenv(name, "")
		_ = os.Unsetenv(name) // after Setenv, which puts it back at the end
	}
}

func TestErrors(t *testing.T) {
	withoutTemporalVariables(t)
	getenv := environment(t)
	for _, tt := range []struct {
		line, code, want string
		status           int
	}{
		{"stauts", "usage", `there is no command "stauts": did you mean status?`, usage},
		{"merge SEC-1", "usage", "--into is missing", usage},
		{"split SEC-1", "usage", `there is no command "split"`, usage},
		{"list --al", "usage", "unknown flag: --al", usage},
		{"list now", "usage", "list takes no words", usage},
		{"list --phase closing", "usage", `unknown phase "closing"`, usage},
		{"list -o yaml", "usage", `unknown output form "yaml"`, usage},
		{"open", "usage", "a case needs a title", usage},
		{"open --title a b", "usage", "the title is given twice", usage},
		{"open a --severity 5", "usage", `unknown severity "5"`, usage},
		{"open a --audience all", "usage", `unknown audience "all"`, usage},
		{"open a --wait long", "usage", `unknown --wait "long"`, usage},
		{"open a --timeout soon", "usage", "invalid argument", usage},
		{"open a --timeout 0s", "usage", "leaves no time", usage},
		{"open " + strings.Repeat("x", 251), "usage", "the title has 251 characters", usage},
		{"open a --channel C0123456", "rule", "Nobody has agreed", refused},
		{"open a --ticket SEC-12", "rule", "Nothing was opened", refused},
		{"status", "usage", "status takes one case number", usage},
		{"status SEC-1 SEC-2", "usage", "status takes one case number", usage},
		{"triage SEC-1", "usage", "nothing to record", usage},
		{"triage --severity 1", "usage", "triage takes one case number", usage},
		{"contain SEC-1", "usage", "--state is missing", usage},
		{"contain SEC-1 --state spreading", "usage", `unknown containment "spreading"`, usage},
		{"contain --state acting", "usage", "contain takes one case number", usage},
		{"analyze SEC-1", "usage", "--name is missing", usage},
		{"analyze SEC-1 --lead aoi", "usage", "--name is missing", usage},
		{"analyze SEC-1 --analysis a1", "usage", "nothing to change", usage},
		{"analyze SEC-1 --analysis= --name x", "usage", "--analysis names nothing", usage},
		{"accept SEC-1 --reason late", "usage", "accepting takes no --reason", usage},
		{"details SEC-1", "usage", "nothing to record", usage},
		{"note SEC-1 --text x --at noon", "usage", `"noon" is no time`, usage},
		{"run", "usage", "name the case and the runbook", usage},
		{"run SEC-1", "usage", "name the runbook, for example: starter run SEC-1 phishing-mail", usage},
		{"run SEC-1 x --abort r1 --reason y", "usage", "not both", usage},
		{"run SEC-1 --abort r1", "usage", "--reason is missing", usage},
		{"run SEC-1 --abort= --reason y", "usage", "--abort names nothing", usage},
		{"run SEC-1 x --reason y", "usage", "--reason goes with --abort", usage},
		{"run SEC-1 --list", "usage", "--list goes alone", usage},
		{"conclude SEC-1 --finding x", "usage", "--analysis is missing", usage},
		{"conclude SEC-1 --analysis a1", "usage", "--finding is missing", usage},
		{"conclude SEC-1 --analysis a1 --finding x --drop y", "usage", "concluded or dropped, not both", usage},
		{"task SEC-1", "usage", "--title is missing", usage},
		{"task SEC-1 --done t1 --task t2", "usage", "--done goes alone", usage},
		{"task SEC-1 --done t1 --title x", "usage", "--done goes alone", usage},
		{"task SEC-1 --done=", "usage", "--done names nothing", usage},
		{"task SEC-1 --task t1", "usage", "nothing to change", usage},
		{"task SEC-1 --task t1 --status ready", "usage", `unknown status "ready"`, usage},
		{"update SEC-1", "usage", "--text is missing", usage},
		{"update SEC-1 --text x --next soon", "usage", "invalid argument", usage},
		{"update SEC-1 --text x --next -1h", "usage", "is no time from now", usage},
		{"lesson SEC-1", "usage", "--text is missing", usage},
		{"decide SEC-1 --as theme", "usage", "--lesson is missing", usage},
		{"decide SEC-1 --lesson l1", "usage", "--as is missing", usage},
		{"decide SEC-1 --lesson l1 --as later", "usage", `unknown decision "later"`, usage},
		{"decide SEC-1 --lesson l1 --as join:", "usage", "names no ticket to join", usage},
		{"decide SEC-1 --lesson l1 --as accept", "usage", "--reason is missing", usage},
		{"waive SEC-1 --reason x", "usage", "waive takes a case number and what is waived", usage},
		{"waive SEC-1 scope", "usage", "--reason is missing", usage},
		{"back SEC-1", "usage", "back takes a case number and a phase", usage},
		{"back SEC-1 yesterday --reason x", "usage", `unknown phase "yesterday"`, usage},
		{"back SEC-1 lessons --reason x", "usage", "a case does not go back to lessons", usage},
		{"back SEC-1 triage", "usage", "--reason is missing", usage},
		{"close SEC-1", "usage", "--resolution is missing", usage},
		{"close SEC-1 --resolution duplicate", "usage", "a duplicate of which case?", usage},
		{"reopen SEC-1", "usage", "--reason is missing", usage},
		{"setup now", "usage", "setup takes no words", usage},
		{"list", "unreachable", "connect to Temporal at 127.0.0.1:", failed},
		{"open a", "unreachable", "connect to Temporal at 127.0.0.1:", failed},
		{"task SEC-1 --done t1", "unreachable", "connect to Temporal at 127.0.0.1:", failed},
		{"waive SEC-1 conclusion a1 --reason x", "unreachable", "connect to Temporal at 127.0.0.1:", failed},
		{"list --config /nowhere.yaml", "configuration", "/nowhere.yaml", failed},
		{"serve", "internal", "SLACK_SIGNING_SECRET is missing", failed},
	} {
		t.Run(tt.line[:min(30, len(tt.line))], func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			var stdout, stderr bytes.Buffer
			if status := run(ctx, strings.Fields(tt.line), getenv, &stdout, &stderr); status != tt.status || stdout.Len() > 0 {
				t.Errorf("exit status %d and %q on stdout, want %d and nothing", status, stdout.String(), tt.status)
			}
			if text := stderr.String(); !strings.HasPrefix(text, "error: ") || !strings.Contains(text, tt.want) {
				t.Errorf("stderr %q, want an error with %q", text, tt.want)
			}
			if !strings.Contains(tt.line, "-o ") {
				checkJSON(t, strings.Fields(tt.line), getenv, tt.status, tt.code, tt.want)
			}
		})
	}
}

// checkJSON runs the same line with -o json, which must print one document and nothing else.
func checkJSON(t *testing.T, line []string, getenv func(string) string, status int, code, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var stdout, stderr bytes.Buffer
	got := run(ctx, append(line, "-o", "json"), getenv, &stdout, &stderr)
	var document struct {
		Error *struct {
			Code    string  `json:"code"`
			Message string  `json:"message"`
			Hint    *string `json:"hint"`
		} `json:"error"`
	}
	if err := json.Unmarshal(stdout.Bytes(), &document); err != nil || document.Error == nil || document.Error.Hint == nil {
		t.Fatalf("%v: stdout %q is no error document", err, stdout.String())
	}
	if got != status || document.Error.Code != code || !strings.Contains(document.Error.Message, want) || stderr.Len() > 0 {
		t.Errorf("as JSON: status %d, %+v, stderr %q; want %d, %s, %q", got, *document.Error, stderr.String(), status, code, want)
	}
}

func TestConfigurationErrorsNameTheKey(t *testing.T) {
	var stdout, stderr bytes.Buffer
	getenv := inFile(t, t.TempDir(), "jira: {project: SEC}\naudiences: {group: {folder: f}}\nkeyring: x\n")
	if status := run(t.Context(), []string{"list"}, getenv, &stdout, &stderr); status != failed || !strings.Contains(stderr.String(), `"keyring"`) {
		t.Errorf("status %d, %q: want the unknown key named", status, stderr.String())
	}
	stderr.Reset()
	getenv = inFile(t, t.TempDir(), "jira: {project: SEC}\naudiences: {group: {folder: f}}\n")
	if status := run(t.Context(), []string{"list"}, getenv, &stdout, &stderr); status != failed || !strings.Contains(stderr.String(), "key_ring") {
		t.Errorf("status %d, %q: want the missing key ring named", status, stderr.String())
	}
}

func TestVersionAndHelp(t *testing.T) {
	none := func(string) string { return "" }
	var stdout, stderr bytes.Buffer
	if status := run(t.Context(), []string{"version", "-o", "json", "--break-glass", "no need"}, none, &stdout, &stderr); status != done {
		t.Errorf("status %d: %s", status, stderr.String())
	}
	var v version
	if err := json.Unmarshal(stdout.Bytes(), &v); err != nil || !strings.HasPrefix(v.Go, "go") {
		t.Errorf("version %q, %v", stdout.String(), err)
	}
	if !strings.Contains(stderr.String(), "needs no --break-glass") {
		t.Errorf("stderr %q: want a note that --break-glass did nothing", stderr.String())
	}
	stdout.Reset()
	if status := run(t.Context(), []string{}, none, &stdout, &stderr); status != done || !strings.Contains(stdout.String(), "Exit status:") {
		t.Errorf("status %d, %q: want the help", status, stdout.String())
	}
}

func TestPageIsHarmless(t *testing.T) {
	var b bytes.Buffer
	p := page{&b}
	p.line("title: %s", "red \x1b[31m\u202e\u0007 end\nnext")
	p.rows([]string{"  a", "b\x1b[2J"}, []string{"  longer", "c\nd"})
	want := "title: red [31m end next\n  a       b[2J\n  longer  c d\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
