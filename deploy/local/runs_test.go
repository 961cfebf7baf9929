package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/audit"
)

// shelved is an install with a runbook, in which what is stuck stays so until somebody decides; file is the runbook's.
func shelved(t *testing.T) (in *install, file string) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "books", "mail.yaml")
	require.NoError(t, write(file, []byte(matrixBook)))
	return newInstall(t, dir, func(o *options) {
		o.probe = time.Hour
		o.rewrite = func(config string) string {
			return "runbooks: books\n" + replaceOnce(config, "timing:\n", "timing:\n  settle: 500ms\n")
		}
	}), file
}

// stuckRun is a case with a run whose second step Slack refuses.
func (in *install) stuckRun(t *testing.T, title string) (request string, s workflows.Status) {
	t.Helper()
	request, s = in.open(t, "aoi", "open sev3 "+title, cases.Linked)
	in.triaged(t, s.Number)
	in.settle(t, request, "it is triaged", func(s workflows.Status) bool { return s.Commander == "Ben Okafor" && len(s.Debts) == 0 })
	require.NoError(t, in.site.Slack.Inject(fake.Fault{Match: "conversations.invite", Mode: "status", Error: "no_permission"}))
	in.command(t, "ben", "run "+s.Number+" mail", trigger())
	return request, in.settle(t, request, "the invitation is stuck", func(s workflows.Status) bool { return stuckIn(s, "r1/run.2.invite") })
}

// runDone waits until the run has done everything, and its analysis has a channel.
func (in *install) runDone(t *testing.T, request string) workflows.Status {
	t.Helper()
	return in.settle(t, request, "the run is done", func(s workflows.Status) bool {
		return len(s.Runs) == 1 && s.Runs[0].State == "done" && len(s.Analyses) == 1 && analysisOf(s, "a1").Channel != "" && len(s.Debts) == 0
	})
}

// oneRun looks at what a run has left: each step once, and one card that says so.
func (in *install) oneRun(t *testing.T, request string, s workflows.Status) {
	t.Helper()
	require.Len(t, s.Tasks, 1)
	require.Equal(t, "block the sender", s.Tasks[0].Title)
	require.Len(t, s.Analyses, 1)
	require.Len(t, s.Links.Other, 1)
	require.Contains(t, in.site.Slack.Members(s.Links.Channel), cast(t, "lena").ID)
	for _, step := range s.Runs[0].Steps {
		require.Equal(t, "done", step.State, "%+v", step)
	}
	require.NoError(t, in.world(t, request).exactlyOne())
	require.Len(t, in.world(t, request).rooms("a1"), 1)
	in.eventually(t, "one card says that all is done, and one notice what to do", func() bool {
		cards, notices, told := 0, 0, false
		for _, m := range in.site.Slack.Messages(s.Links.Channel) {
			text := m.Text + string(m.Blocks)
			cards += count(m.BotID != "" && strings.Contains(text, "Runbook r1"))
			notices += count(m.BotID != "" && strings.Contains(text, "step 3 of 5"))
			told = told || strings.Contains(text, "Runbook r1") && strings.Contains(text, "✓ 5.")
		}
		return cards == 1 && notices == 1 && told
	})
}

// A step of a run that Slack refuses goes on with its button, also after case and run have rolled over; the run does what
// the file said when it began, although somebody has changed the file meanwhile. A file that is gone is refused.
func TestAStuckRunGoesOn(t *testing.T) {
	t.Parallel()
	in, file := shelved(t)
	request, s := in.stuckRun(t, "a run is stuck")
	began := s.Runs[0]
	require.Equal(t, "stuck", began.State)
	in.button(t, s.Links.Channel, s.Number, "retry", stepOf(s, "r1/run.2.invite").Generation)
	in.roll(t, s.WorkflowID)
	in.roll(t, began.WorkflowID)
	require.NoError(t, write(file, []byte(strings.NewReplacer("block the sender", "call the police", "Bad mail", "Other mail").Replace(matrixBook))))

	in.site.Slack.ClearFaults()
	in.press(t, "ben", s.Links.Channel, s, "retry", stepOf(s, "r1/run.2.invite").Generation)
	s = in.runDone(t, request)
	require.Equal(t, began.SHA256, s.Runs[0].SHA256)
	in.oneRun(t, request, s)
	in.unharmed(t, s.WorkflowID)
	in.unharmed(t, began.WorkflowID)
	in.recordCase(t, request, "run")

	require.NoError(t, os.Remove(file))
	_, err := in.desk.Send(t.Context(), s.Number, workflows.RunUpdate, workflows.RunCommand{Runbook: "mail", By: principal()}, trigger())
	require.ErrorContains(t, err, `there is no runbook "mail"`)
}

// The history of a run is part of what is sealed: the audit of a closed case tells of it and is good, and who changes
// something in it is found.
func TestAuditOfARun(t *testing.T) {
	t.Parallel()
	in, _ := shelved(t)
	request, s := in.open(t, "aoi", "open sev3 a run is sealed", cases.Linked)
	in.triaged(t, s.Number)
	in.command(t, "ben", "run "+s.Number+" mail", trigger())
	s = in.runDone(t, request)
	in.send(t, s.Number, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Finding: "nobody did", By: principal()})
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	in.closed(t, request)
	s = in.settle(t, request, "the last seal has its witnesses", witnessed)
	in.good(t, in.export(t, s), request)

	drive, run := in.sealedInDrive(t, request), s.Runs[0].WorkflowID
	in.good(t, drive, request)
	sealed := map[string]bool{}
	for name, text := range drive {
		if !strings.HasSuffix(name, ".records.jsonl") {
			continue
		}
		list, err := audit.Records(text)
		require.NoError(t, err)
		for _, r := range list {
			if r.Workflow == run {
				sealed[string(r.Kind)+" "+r.Step+r.Action+r.External] = true
			}
		}
	}
	for _, what := range []string{"run startedRunbook", "step run.2.invite", "step run.3.notify", "step run.card", "run completed"} {
		require.True(t, slices.ContainsFunc(slices.Collect(maps.Keys(sealed)), func(s string) bool { return strings.HasPrefix(s, what) }), "%s is sealed: %v", what, sealed)
	}
	for _, kind := range []string{".records.jsonl", ".history.jsonl"} {
		name, line := in.alterRun(t, drive, kind, run)
		r := in.verify(t, drive, request)
		require.Equal(t, audit.Broken, r.Verdict, "%s was altered", name)
		require.Equal(t, name, r.Problems[0].File)
		require.Equal(t, line, r.Problems[0].Line, "%v", r.Problems)
		drive = in.sealedInDrive(t, request)
	}
}

// alterRun changes a digit in a line about the run in the first file of the kind that has one.
func (in *install) alterRun(t *testing.T, files map[string][]byte, kind, run string) (name string, line int) {
	t.Helper()
	for name, text := range files {
		lines := bytes.SplitAfter(slices.Clone(text), []byte("\n"))
		for i, l := range lines {
			if is := bytes.Index(l, []byte(`"is":`)); strings.HasSuffix(name, kind) && bytes.Contains(l, []byte(run)) && is >= 0 {
				at := is + bytes.IndexAny(l[is:], "0123456789")
				l[at] ^= 1 // another digit
				files[name] = bytes.Join(lines, nil)
				return name, i + 1
			}
		}
	}
	require.Fail(t, "nothing of the run is in a file", kind)
	return "", 0
}
