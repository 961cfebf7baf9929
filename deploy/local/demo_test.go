package main

import (
	"math/rand/v2"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/starter/cases"
	"hikeshi/workflows/incident"
)

// The demonstration goes as it should, twice on the same data; nothing that a person wrote in it can be read in
// Temporal without the keys, and nothing that was said in Slack passes through Temporal at all.
func TestTheDemonstration(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	require.NoError(t, in.demo(t.Context()))
	s, err := in.readScript()
	require.NoError(t, err)
	require.NotEmpty(t, s.Stamp)
	require.NoError(t, in.demo(t.Context()), "once more")

	opened, _, err := in.desk.Wait(t.Context(), incident.RequestID(s.trigger()), cases.Settled)
	require.NoError(t, err)
	status := in.wait(t, s.trigger(), cases.Settled)
	require.Equal(t, opened.Number, status.Number)
	raw, plain := in.everything(t, incident.RequestID(s.trigger()), status)
	for _, written := range []string{demoTitle, demoReporter, demoScope, demoUpdate, "mailbox", "多要素認証", "Macro was blocked", "アカウントの停止"} {
		require.NotContains(t, raw, written)
		require.Contains(t, plain, written)
	}
	for _, said := range []string{"Winter2026", "203.0.113.77 から成功 1 件", "田中さんと通話中", "請求書_2026-11.zip", "別件のメモ"} {
		require.NotContains(t, plain, said)
	}
}

// Killed at any moment and started again, the demonstration goes on to its end, with one of everything; finished, it
// begins anew.
func TestDemoGoesOnAfterAKill(t *testing.T) {
	if testing.Short() {
		t.Skip("a step that was killed is tried again after 15 s")
	}
	t.Parallel()
	for _, apart := range []bool{false, true} { // whether the sandbox survives
		name := "the sandbox dies too"
		if apart {
			name = "the sandbox survives"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// A search that lags for three minutes makes the archive wait as long for a ticket that could be there twice.
			lag := []string{"--port", "0", "--search-lag", "1s", "--data", t.TempDir()}
			data := t.TempDir()
			var sandbox *process
			start := func() (args []string) {
				if sandbox == nil {
					sandbox = launchReady(t, "sandbox", lag...)
				}
				return append([]string{"--demo", "--exit", "--data", data, "--sandbox", sandbox.Sandbox}, anyPorts...)
			}
			for range 3 {
				first := launchReady(t, "local", start()...)
				moment := rand.N(6 * time.Second)
				t.Logf("killed %s after it was ready", moment)
				select {
				case <-time.After(moment): // no condition to wait for: any moment will do
				case <-t.Context().Done():
				}
				first.kill()
				if !apart {
					sandbox.kill()
					sandbox = nil
				}
			}
			args := start()
			out, err := exec.Command(binary(t, "local"), args...).CombinedOutput()
			require.NoError(t, err, string(out))
			require.Contains(t, string(out), "exactly one ticket")
			out, err = exec.Command(binary(t, "local"), args...).CombinedOutput()
			require.NoError(t, err, string(out))
			require.Contains(t, string(out), "they are what the manifest says", "a finished demonstration begins anew")
		})
	}
}
