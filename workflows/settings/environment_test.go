package settings_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func contains(words, word string) bool { return slices.Contains(strings.Fields(words), word) }

func TestWays(t *testing.T) {
	for name, tt := range map[string]struct {
		mode, env    string
		socket, http bool
	}{
		"no token": {"", "", false, true}, "a token": {"", "SLACK_APP_TOKEN", true, false}, "a file": {"", "SLACK_APP_TOKEN_FILE", true, false},
		"HTTP all the same": {"http", "SLACK_APP_TOKEN", false, true}, "sockets only": {"socket", "", true, false}, "both": {"both", "", true, true},
	} {
		mode := ""
		if tt.mode != "" {
			mode = "gateway: {mode: " + tt.mode + "}\n"
		}
		c := load(t, base+mode, tt.env+"=x")
		if socket, http := c.Ways(); socket != tt.socket || http != tt.http {
			t.Errorf("%s: socket %v, HTTP %v", name, socket, http)
		}
	}
}

func TestGetenvPrefersTheProcess(t *testing.T) {
	c := load(t, base+"environment: {JIRA_URL: https://file.example, JIRA_USER: bot}\n", "JIRA_URL=https://process.example")
	if got := c.Getenv("JIRA_URL") + " " + c.Getenv("JIRA_USER") + " " + c.Getenv("SLACK_API_URL"); got != "https://process.example bot " {
		t.Errorf("got %q", got)
	}
}

func TestSecretIsReadAnew(t *testing.T) {
	file := write(t, "token", "first\n")
	secret := load(t, base+"environment: {JIRA_TOKEN_FILE: "+file+"}\n").Secret("JIRA_TOKEN")
	if got, err := secret(); got != "first" || err != nil {
		t.Fatalf("got %q, %v", got, err)
	}
	if err := os.WriteFile(file, []byte("second"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := secret(); got != "second" || err != nil {
		t.Errorf("after rotation: %q, %v", got, err)
	}
}

func TestSecretPrefersTheProcess(t *testing.T) {
	text := base + "environment: {JIRA_TOKEN_FILE: " + write(t, "token", "of the file") + "}\n"
	for _, env := range []string{"JIRA_TOKEN=own", "JIRA_TOKEN_FILE=" + write(t, "token", " own ")} {
		if got, err := load(t, text, env).Secret("JIRA_TOKEN")(); got != "own" || err != nil {
			t.Errorf("with %s: %q, %v", env, got, err)
		}
	}
}

func TestSecretMissing(t *testing.T) {
	c := load(t, base)
	for name, want := range map[string]string{
		"SLACK_BOT_TOKEN":      "the bot token (xoxb-…) of the Slack app, which is made from deploy/slack-manifest.yaml",
		"SLACK_APP_TOKEN":      "the app-level token (xapp-…) of the Slack app, with the scope connections:write",
		"SLACK_SIGNING_SECRET": "the signing secret of the Slack app (Basic Information, App Credentials), with which Slack's requests are told from forged ones",
		"JIRA_TOKEN": "an API token of the JIRA account in JIRA_USER (or a personal access token on Data Center), which needs Browse Projects, " +
			"Create Issues, Edit Issues, Add Comments, Link Issues, Transition Issues, Assign Issues, Set Issue Security and Administer Projects",
		"OTHER": "a secret that this process needs",
	} {
		want = name + " is missing: it is " + want + ". Set " + name + ", or " + name + "_FILE to a file that holds it"
		if value, err := c.Secret(name)(); err == nil || value != "" || err.Error() != want {
			t.Errorf("%s: %q, %v\nwant %s", name, value, err, want)
		}
	}
}

func TestSecretFileUnusable(t *testing.T) {
	empty, gone := write(t, "empty", " \n"), t.TempDir()+"/gone"
	for file, want := range map[string]string{
		empty: "read secret JIRA_TOKEN: " + empty + " is empty (JIRA_TOKEN_FILE must name a file with it that this process can read)",
		gone:  "read secret JIRA_TOKEN: open " + gone + ": no such file or directory (JIRA_TOKEN_FILE must name a file with it that this process can read)",
	} {
		if _, err := load(t, base, "JIRA_TOKEN_FILE="+file).Secret("JIRA_TOKEN")(); err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}
