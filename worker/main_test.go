package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/workflows/wire"
)

// minimal is a configuration with nothing but what must be there.
const minimal = `
jira: {project: SEC}
audiences: {group: {folder: f}}
key_ring: keys.yaml
environment:
  TEMPORAL_ADDRESS: 127.0.0.1:1
  JIRA_URL: http://127.0.0.1:1
  GOOGLE_DRIVE_ENDPOINT: http://127.0.0.1:1
  GOOGLE_SHEETS_ENDPOINT: http://127.0.0.1:1
`

func attempt(t *testing.T, config string, env map[string]string, args ...string) (int, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "hikeshi.yaml")
	require.NoError(t, os.WriteFile(file, []byte(config), 0o600))
	_, err := wire.GenerateKeyRing(filepath.Join(filepath.Dir(file), "keys.yaml"))
	require.NoError(t, err)
	getenv := func(name string) string {
		if name == "HIKESHI_CONFIG" {
			return file
		}
		return env[name]
	}
	var said bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	status := run(ctx, args, getenv, &said)
	return status, said.String()
}

func TestWhatIsMissingIsSaidAtOnce(t *testing.T) {
	status, said := attempt(t, minimal, nil)
	require.Equal(t, 1, status)
	for _, word := range []string{"SLACK_BOT_TOKEN", "deploy/slack-manifest.yaml", "JIRA_TOKEN", "Create Issues"} {
		require.Contains(t, said, word)
	}

	secrets := map[string]string{"SLACK_BOT_TOKEN": "xoxb-very-secret", "JIRA_TOKEN": "jira-very-secret"}
	status, said = attempt(t, minimal, secrets)
	require.Equal(t, 1, status)
	require.Contains(t, said, "connect to Temporal at 127.0.0.1:1")
	require.NotContains(t, said, "very-secret")

	status, said = attempt(t, minimal+"  JIRA_USER_FILE: nowhere\n", secrets)
	require.Equal(t, 1, status)
	require.Contains(t, said, "JIRA_USER_FILE")

	status, said = attempt(t, "colour: red\n", secrets)
	require.Equal(t, 1, status)
	require.Contains(t, said, `"colour"`)

	status, _ = attempt(t, minimal, secrets, "--colour")
	require.Equal(t, 2, status)
}
