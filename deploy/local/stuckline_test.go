package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// What one fault has stuck in many cases is found and retried by one command; while no worker runs, people are told that
// it is not known what became of their decision, and learn it when one does.
func TestStuckStepsAtTheCommandLine(t *testing.T) {
	if testing.Short() {
		t.Skip("a command that no worker answers waits for 30 s")
	}
	t.Parallel()
	local := startLocal(t, "--without", "worker")
	env := []string{"HIKESHI_CONFIG=" + local.Config}
	worker := launch(t, env, "worker")
	require.NoError(t, worker.cmd.Start())
	in := local.attach()
	const many = 5
	requests := in.withoutTickets(t, many)
	starter := local.starter
	require.Eventually(t, func() bool {
		_, out := starter("stuck", "--system", "jira", "--class", "Invalid", "-o", "json")
		var list []cases.StuckCase
		return json.Unmarshal([]byte(out), &list) == nil && len(list) == many && len(list[0].Steps) == 1 && list[0].Steps[0].ID == "open.ticket"
	}, patient, 200*time.Millisecond, "all are listed")
	status, out := starter("resume", "--all", "--system", "jira", "--class", "Invalid", "--dry-run")
	require.Equal(t, 0, status, out)
	require.Equal(t, many, strings.Count(out, "would retry"), out)

	one := in.headOf(t, requests[0])
	press := in.button(t, one.Channel, one.Number, "retry", 1)
	worker.kill()
	again := []string{"resume", one.Number, "--step", "open.ticket", "--generation", "1", "--action", "retry", "--reason", "it has a default now", "--request-id", "r-" + requests[0]}
	status, out = starter(again...)
	require.Equal(t, 5, status, out)
	require.Contains(t, out, "may have been recorded")
	status, out = starter("resume", one.Number, "--step", "open.ticket", "--action", "retry", "--reason", "x")
	require.Equal(t, 1, status, out)
	require.Contains(t, out, "Nothing was done")
	press.User = "ben"
	in.interact(t, press)
	in.hears(t, "ben", "Not confirmed yet")

	require.NoError(t, call(t.Context(), "DELETE", control(local.Jira)+"faults", nil, nil))
	worker = launch(t, env, "worker")
	require.NoError(t, worker.cmd.Start())
	require.Eventually(t, func() bool {
		status, out = starter(again...)
		return status != 5 // no worker is there yet
	}, patient, 200*time.Millisecond)
	require.Contains(t, []int{0, 4}, status, out) // 4: ben's press was delivered first
	require.Eventually(t, func() bool {           // decided about: the command line's was delivered first
		return in.heard(t, "ben", "decided about open.ticket") || in.heard(t, "ben", one.Number, "is done") ||
			in.heard(t, "ben", one.Number, "is being tried again") || in.heard(t, "ben", one.Number, "is recorded. What came of it is not known yet")
	}, patient, 100*time.Millisecond, "ben learns what became of it")

	require.Eventually(t, func() bool { // what the new worker does not answer for in time is left aside
		status, out = starter("resume", "--all", "--system", "jira", "--class", "Invalid", "--rate", "10/s", "--reason", "it has a default now")
		return status == 0
	}, patient, 200*time.Millisecond, "all are resumed")
	for _, request := range requests {
		in.wait(t, request, cases.Linked)
		require.NoError(t, in.world(t, request).exactlyOne())
	}
	require.Equal(t, 0, worker.end())
	require.Equal(t, 0, local.end())
}

// starter runs the command line as a person does, and returns its exit status and all that it says.
func (p *process) starter(args ...string) (status int, out string) {
	cmd := exec.Command(binary(p.t, "starter"), args...)
	cmd.Env = append(cmd.Environ(), "HIKESHI_CONFIG="+p.Config)
	text, _ := cmd.CombinedOutput() // the status says it
	return cmd.ProcessState.ExitCode(), string(text)
}

// withoutTickets opens so many cases whose tickets JIRA refuses, and waits until that is so.
func (in *install) withoutTickets(t *testing.T, n int) (requests []string) {
	t.Helper()
	fault(t, in.at.Jira, fake.Fault{Match: "POST /rest/api/2/issue$", Mode: "status", Status: 400})
	for i := range n {
		requests = append(requests, trigger())
		in.command(t, "aoi", fmt.Sprintf("open field error %d", i), requests[i])
	}
	for _, request := range requests {
		in.settle(t, request, "the ticket is stuck", func(s workflows.Status) bool { return stuckIn(s, "open.ticket") })
	}
	return requests
}

// headOf is a case as lists show it.
func (in *install) headOf(t *testing.T, request string) workflows.Head {
	t.Helper()
	s := in.wait(t, request, cases.Settled)
	return workflows.Head{Number: s.Number, Channel: s.Links.Channel}
}
