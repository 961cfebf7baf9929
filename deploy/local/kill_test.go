package main

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows/settings"
)

// Everything but the vendors is killed in the middle of opening a case, before and after a call has had its effect.
// Started again, it opens the case to the end, and nothing is there twice.
func TestKilledWhileOpening(t *testing.T) {
	if testing.Short() {
		t.Skip("a step that was killed is tried again after 15 s")
	}
	for _, c := range []struct{ name, vendor, call, mode string }{
		{"ticket lost", "jira", "POST /rest/api/2/issue", "after"},
		{"channel not made", "slack", "conversations.create", "latency"},
		{"channel lost", "slack", "conversations.create", "after"},
		{"card lost", "slack", "chat.postMessage", "after"},
		{"folder lost", "google", "POST /drive/v3/files", "after"},
		{"board not made", "google", "POST /v4/spreadsheets", "latency"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sandbox := launchReady(t, "sandbox", "--port", "0", "--search-lag", "1s", "--data", t.TempDir())
			args := append([]string{"--sandbox", sandbox.Sandbox, "--data", t.TempDir()}, anyPorts...)
			local := launchReady(t, "local", args...)
			at := map[string]string{"slack": local.Slack, "jira": local.Jira, "google": local.Google}[c.vendor]
			fault(t, at, fake.Fault{Match: c.call, Mode: c.mode, LatencyMS: 2000, Times: 1})
			request := trigger()
			local.click("aoi", "general", "open sev2 killed while opening", request)
			local.awaitFault(at, c.call, c.mode)
			local.kill()

			again := launchReady(t, "local", args...)
			in := again.attach()
			s := in.wait(t, request, cases.Linked)
			w := in.world(t, request)
			require.NoError(t, w.exactlyOne())
			require.Equal(t, s.Links.Ticket, w.Issues[0].Key)
			require.Equal(t, 1, notices(w, s.Links.Channel), "one card")
			require.Equal(t, 0, again.end())
		})
	}
}

// awaitFault waits until the fault has struck: for a late call, until it has arrived.
func (p *process) awaitFault(address, name, mode string) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		var calls []fake.Call
		require.NoError(p.t, call(p.t.Context(), "GET", control(address)+"calls", nil, &calls))
		for _, c := range calls {
			if (c.Name == name || strings.HasPrefix(c.Method+" "+c.Path, name)) && (mode == "latency" || c.Fault == mode) {
				return true
			}
		}
		return false
	}, patient, 5*time.Millisecond, "%s at %s", name, address)
}

// attach uses what runs in another process.
func (p *process) attach() *install {
	p.t.Helper()
	cfg, err := settings.Load(p.Config, func(string) string { return "" })
	require.NoError(p.t, err)
	in := &install{local: &local{}, cfg: cfg}
	in.at.Slack, in.at.Jira, in.at.Google, in.at.Pages = p.Slack, p.Jira, p.Google, p.Sandbox
	require.NoError(p.t, in.connect())
	p.t.Cleanup(in.client.Close)
	return in
}

// A worker that keeps no case in memory replays each case's whole history for every task: what is not deterministic
// shows at once. It runs beside the rest with the same configuration, and so does the command line.
func TestSeparateWorkerWithoutCache(t *testing.T) {
	t.Parallel()
	local := startLocal(t, "--without", "worker")
	env := []string{"HIKESHI_CONFIG=" + local.Config}
	worker := launch(t, env, "worker", "-sticky-cache", "-1")
	require.NoError(t, worker.cmd.Start())
	in := local.attach()

	starter := exec.Command(binary(t, "starter"), "open", "--title", "opened at a command line", "--severity", "3", "--invite", "@ben", "--wait", "linked", "-o", "json")
	starter.Env = append(starter.Environ(), env...)
	out, err := starter.Output()
	require.NoError(t, err, string(out))
	var opened struct {
		Number     string   `json:"number"`
		WorkflowID string   `json:"workflow_id"`
		Channel    string   `json:"channel"`
		Debts      []string `json:"debts"`
	}
	require.NoError(t, json.Unmarshal(out, &opened))
	require.Equal(t, "SEC-1", opened.Number)
	require.Eventually(t, func() bool { // on a slow machine it began under a provisional number
		view, err := in.desk.Status(t.Context(), "SEC-1", in.cfg.Viewer)
		return err == nil && view.WorkflowID == opened.WorkflowID
	}, patient, 50*time.Millisecond, "it is found by its number")
	require.NotEmpty(t, opened.Channel)
	require.Empty(t, opened.Debts)
	require.Equal(t, 0, worker.end())
	require.Equal(t, 0, local.end())
}
