package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

var manyCases = flag.Int("cases", 8, "how many cases TestManyStuck gets stuck")

// So many tries of one case may be refused before JIRA is put right; each has an error of its own.
const refusals = 6

// JIRA wants another field of every case. Each is stuck with an error of its own, people meet all the same, and when JIRA
// is put right one command, tried out before, resumes all of them.
func TestManyStuck(t *testing.T) {
	n := *manyCases
	in := newInstall(t, t.TempDir(), func(o *options) { o.probe = time.Hour })
	for i := range n * refusals {
		require.NoError(t, in.site.Jira.Inject(fake.Fault{
			Match: "POST /rest/api/2/issue$", Mode: "status", Status: 400, Times: 1,
			Body: fmt.Sprintf(`{"errorMessages":[],"errors":{"customfield_%d":"Field %d is required."}}`, 10000+i, i),
		}))
	}
	begun := time.Now()
	requests := in.openMany(t, n)
	opened := time.Since(begun)
	for _, request := range requests {
		in.settle(t, request, "the ticket is stuck, people are together", func(s workflows.Status) bool { return stuckIn(s, "open.ticket") && s.Links.Channel != "" })
	}
	stuck := in.stuckList(t, n)
	causes := map[string]bool{}
	for _, s := range stuck {
		causes[s.Steps[0].Cause] = true
	}
	require.Len(t, causes, n, "each has an error of its own")
	refused := in.site.Jira.Count("POST /rest/api/2/issue$")

	in.site.Jira.ClearFaults()
	var would, did resumedMany
	in.starter(t, &would, "resume", "--all", "--system", "jira", "--class", "Invalid", "--dry-run")
	require.Len(t, would.Steps, n)
	require.Equal(t, refused, in.site.Jira.Count("POST /rest/api/2/issue$"), "a dry run does nothing")
	begun = time.Now()
	in.starter(t, &did, "resume", "--all", "--system", "jira", "--class", "Invalid", "--rate", "50/s", "--reason", "the fields have defaults now")
	resumed := time.Since(begun)
	require.Equal(t, n, did.Retried, "%+v", did.Steps)
	require.Equal(t, 0, did.Failed)
	for _, request := range requests {
		in.settle(t, request, "nothing is owed", func(s workflows.Status) bool { return s.Links.Ticket != "" && len(s.Debts) == 0 })
	}
	healed := time.Since(begun)
	all, err := in.observe(t.Context())
	require.NoError(t, err)
	for _, request := range requests {
		require.NoError(t, all.of(request).exactlyOne(), request)
	}
	in.stuckList(t, 0)
	t.Logf("%d cases: opened in %s, refused %d times with %d errors; found, tried out; retried in %s; all healed %s after the command",
		n, opened.Round(time.Second), refused, len(causes), resumed.Round(time.Millisecond), healed.Round(time.Second))
}

// openMany opens so many cases, and waits until people can meet.
func (in *install) openMany(t *testing.T, n int) (requests []string) {
	t.Helper()
	for i := range n {
		requests = append(requests, trigger())
		in.command(t, "aoi", fmt.Sprintf("open one of many, number %d", i), requests[i])
	}
	for _, request := range requests {
		_, err := in.follow(t.Context(), request, cases.Ready, crowded(n))
		require.NoError(t, err)
	}
	return requests
}

// stuckList is what `starter stuck` finds, once it is so many cases: lists lag behind by a moment.
func (in *install) stuckList(t *testing.T, n int) (list []cases.StuckCase) {
	t.Helper()
	require.Eventually(t, func() bool {
		list = nil
		if out, err := in.starterSays(t, "stuck", "--system", "jira"); err != nil || json.Unmarshal(out, &list) != nil {
			return false // it had no time
		}
		silent := slices.ContainsFunc(list, func(s cases.StuckCase) bool { return s.Partial }) // it had no time to say why
		return len(list) == n && !silent
	}, crowded(n), time.Second, "%d cases are stuck", n)
	return list
}

// resumedMany is what `starter resume --all` prints.
type resumedMany struct {
	Retried int             `json:"retried"`
	Failed  int             `json:"failed"`
	Steps   []cases.Retried `json:"steps"`
}

// starter runs the command line as a person does, and reads the document that it prints.
func (in *install) starter(t *testing.T, into any, args ...string) {
	t.Helper()
	out, err := in.starterSays(t, args...)
	require.NoError(t, err, "starter %v: %s", args, out)
	require.NoError(t, json.Unmarshal(out, into), "%s", out)
}

func (in *install) starterSays(t *testing.T, args ...string) ([]byte, error) {
	t.Helper()
	cmd := exec.Command(binary(t, "starter"), append(args, "-o", "json")...)
	cmd.Env = append(cmd.Environ(), "HIKESHI_CONFIG="+in.config)
	return cmd.Output()
}
