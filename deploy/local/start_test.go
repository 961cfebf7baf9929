package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
)

// attempt runs the program's main part until it is ready, and returns its exit status and what it said.
func attempt(t *testing.T, args ...string) (status int, stderr string) {
	t.Helper()
	var said bytes.Buffer
	status = run(t.Context(), append([]string{"--exit"}, args...), false, io.Discard, &said)
	return status, said.String()
}

// errorLine is the one line that begins with "error: ".
func errorLine(t *testing.T, said string) string {
	t.Helper()
	var found []string
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "error: ") {
			found = append(found, line)
		}
	}
	require.Len(t, found, 1, said)
	require.NotContains(t, said, "goroutine ")
	return found[0]
}

func TestPortsInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	busy := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	for _, flag := range []string{"--temporal-port", "--ui-port", "--sandbox-port", "--gateway-port"} {
		t.Run(flag, func(t *testing.T) {
			dir := t.TempDir()
			args := []string{"--data", dir, "--temporal-port", "0", "--ui-port", "0", "--sandbox-port", "0", "--gateway-port", "0"}
			status, said := attempt(t, append(args, flag, busy)...)
			require.Equal(t, 1, status)
			line := errorLine(t, said)
			require.Contains(t, line, "port "+busy+" is in use")
			require.Contains(t, line, flag)
			require.NoFileExists(t, filepath.Join(dir, "hikeshi.yaml"), "nothing was begun")
		})
	}
}

func TestBrokenDataDirectories(t *testing.T) {
	any := []string{"--temporal-port", "0", "--ui-port", "0", "--sandbox-port", "0", "--gateway-port", "0"}
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
	status, said := attempt(t, append(any, "--data", file)...)
	require.Equal(t, 1, status)
	require.Contains(t, errorLine(t, said), file)

	for name, what := range map[string]string{"temporal/temporal.db": "no database", "keys.yaml": "no keys", "sandbox/jira.db": "no state"} {
		dir := t.TempDir()
		require.NoError(t, write(filepath.Join(dir, name), []byte(strings.Repeat(what, 1000))))
		status, said := attempt(t, append(any, "--data", dir)...)
		require.Equal(t, 1, status, name)
		require.Contains(t, errorLine(t, said), filepath.Join(dir, name))
	}

	status, said = attempt(t, append(any, "--data", shared(t).dir)...)
	require.Equal(t, 1, status)
	require.Contains(t, errorLine(t, said), "in use by another process")
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"--colour"}, {"extra"}, {"--without", "temporal"}, {"--sandbox", "no address"}} {
		status, said := attempt(t, args...)
		require.Equal(t, 2, status, "%v: %s", args, said)
	}
	status, said := attempt(t, "--data", t.TempDir(), "--sandbox", "http://127.0.0.1:1", "--temporal-port", "0", "--ui-port", "0", "--gateway-port", "0")
	require.Equal(t, 1, status)
	require.Contains(t, errorLine(t, said), "use the sandbox at http://127.0.0.1:1")
}

// page is a page of the sandbox.
func (in *install) page(t *testing.T, path string) string {
	t.Helper()
	resp, err := http.Get(in.at.Pages + path)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, string(text))
	return string(text)
}

func slackToken(t *testing.T, who string) string { return fake.SlackUserToken(cast(t, who)) }
