package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira/jiratest"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/audit"
	"hikeshi/workflows/audit/collect"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
	"hikeshi/workflows/wire"
)

// A case that rolled over three times and was reset once still verifies from its first second, as Temporal holds it and
// as it lies in Drive, and its archive holds what people read of it.
func TestAuditOfACaseThatRolledAndWasReset(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open sev3 what was done here", cases.Linked)
	for range 3 {
		in.roll(t, s.WorkflowID)
	}
	in.settle(t, request, "the rolls are sealed", func(s workflows.Status) bool { return witnessed(s) && s.Audit.Branch == "" })
	in.completeByHand(t, s, func() {
		in.send(t, s.Number, workflows.LessonUpdate, workflows.LessonCommand{Text: "ask sooner", By: principal()})
	})

	in.reset(t, s.WorkflowID)
	in.roll(t, s.WorkflowID)
	s = in.settle(t, request, "the branch is sealed", func(s workflows.Status) bool { return witnessed(s) && s.Audit.Branch != "" })
	files := in.export(t, s)
	report := in.good(t, files, request)
	require.True(t, slices.ContainsFunc(report.ByHand, func(r audit.Record) bool { return r.Action == "reset" }), "the reset is told")
	require.True(t, slices.ContainsFunc(report.Seals, func(s audit.SealReport) bool { return s.Branch == "" }))
	require.True(t, slices.ContainsFunc(report.Seals, func(s audit.SealReport) bool { return s.Branch != "" }))
	first := first(t, files)
	require.Equal(t, "started", first.Action)
	require.Equal(t, workflows.IntakeWorkflowID(request), first.Workflow)

	drive := in.sealedInDrive(t, request)
	in.good(t, drive, request)
	for name, text := range drive {
		if there := files[name]; there != nil && !strings.HasSuffix(name, ".tsr") {
			require.Equal(t, string(there), string(text), "%s, made anew out of Temporal, is what was sealed", name)
		}
	}
	in.forged(t, drive, request)
}

// The archive of a case holds what people read of its audit, and the manifest lists it. What came after is sealed too.
func TestAuditInTheArchive(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open sev3 kept to the end", cases.Linked)
	in.says(t, "ben", s.Links.Channel, "", "nothing to see here")
	in.send(t, s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "false positive", By: principal()})
	in.closed(t, request)
	s = in.settle(t, request, "the last seal has its witnesses", witnessed)
	report := in.good(t, in.export(t, s), request)
	require.Positive(t, report.Tail, "the end of the archive comes after its seal")
	drive := in.sealedInDrive(t, request)
	for name, text := range in.inArchive(t, request) {
		drive[name] = text
	}
	require.Contains(t, string(drive[audit.PageFile]), "open.ticket")
	require.NotEmpty(t, drive[audit.LinesFile])
	require.Empty(t, in.good(t, drive, request).Uncovered, "the page and the lines are those of the seals")
}

// witnessed reports whether all that was asked for is sealed, and the last seal has its witnesses.
func witnessed(s workflows.Status) bool {
	return s.Audit.Seals > 0 && s.Audit.Stamped && len(s.Audit.Owed) == 0 && len(s.Audit.Wanted) == 0
}

// export is what starter audit writes.
func (in *install) export(t *testing.T, s workflows.Status) map[string][]byte {
	t.Helper()
	exported, err := in.desk.Audit(t.Context(), s.Number, in.cfg.Viewer, principal())
	require.NoError(t, err)
	return exported.Files
}

// verify is what starter audit verify does, with the comments of the tickets as a witness.
func (in *install) verify(t *testing.T, files map[string][]byte, request string) audit.Report {
	t.Helper()
	roots, err := in.cfg.TimestampRoots()
	require.NoError(t, err)
	ring, err := wire.LoadKeyRing(in.cfg.KeyRing)
	require.NoError(t, err)
	w, words := in.world(t, request), ""
	for _, c := range w.Comments {
		if slices.ContainsFunc(w.Issues, func(i issue) bool { return i.ID == c.Issue }) {
			words += c.Body + "\n"
		}
	}
	require.Contains(t, words, "hikeshi-seal 1 ")
	return audit.Verify(files, audit.Options{Roots: roots, Open: collect.Opener(wire.DataConverter(ring)), Witnesses: map[string][]byte{"comments.txt": []byte(words)}})
}

func (in *install) good(t *testing.T, files map[string][]byte, request string) audit.Report {
	t.Helper()
	r := in.verify(t, files, request)
	require.Equal(t, audit.Good, r.Verdict, "problems: %v, missing: %q, unwitnessed: %q", r.Problems, r.Missing, r.Unwitnessed)
	for _, s := range r.Seals {
		require.NotNil(t, s.Stamped)
		require.True(t, s.Ticket)
	}
	return r
}

// first is the first record of all.
func first(t *testing.T, files map[string][]byte) audit.Record {
	t.Helper()
	list, err := audit.Records(files[audit.LinesFile])
	require.NoError(t, err)
	return slices.MinFunc(list, func(a, b audit.Record) int { return a.At.Compare(b.At) })
}

// sealedInDrive are the files in the case's folder of seals.
func (in *install) sealedInDrive(t *testing.T, request string) map[string][]byte {
	t.Helper()
	w := in.world(t, request)
	folder := w.role("audit")
	require.Len(t, folder, 1)
	files := map[string][]byte{}
	for _, f := range w.Files {
		if f.Parent == folder[0].ID {
			text, ok := in.site.Drive.Content(f.ID)
			require.True(t, ok, f.Name)
			require.Nil(t, files[f.Name], "%s is there once", f.Name)
			files[f.Name] = text
		}
	}
	return files
}

// inArchive are the audit's files in the case's archive.
func (in *install) inArchive(t *testing.T, request string) map[string][]byte {
	t.Helper()
	w, files := in.world(t, request), map[string][]byte{}
	box := w.role("archive")
	require.Len(t, box, 1)
	list := slices.IndexFunc(w.Files, func(m file) bool { return m.Parent == box[0].ID && m.Name == "manifest.json" })
	manifest, ok := in.site.Drive.Content(w.Files[list].ID)
	require.True(t, ok)
	for _, f := range w.Files {
		if f.Parent == box[0].ID && strings.HasPrefix(f.Name, "audit.") {
			files[f.Name], ok = in.site.Drive.Content(f.ID)
			require.True(t, ok)
			require.Contains(t, string(manifest), f.SHA256, "the manifest lists %s", f.Name)
		}
	}
	return files
}

// forged flips a byte of what lies in Drive.
func (in *install) forged(t *testing.T, drive map[string][]byte, request string) {
	t.Helper()
	text := slices.Clone(drive["seal-001.records.jsonl"])
	text[len(text)/2] ^= 1
	drive["seal-001.records.jsonl"] = text
	r := in.verify(t, drive, request)
	require.Equal(t, audit.Broken, r.Verdict)
	require.Equal(t, "seal-001.records.jsonl", r.Problems[0].File)
	require.Positive(t, r.Problems[0].Line)
}

// completeByHand lets an operator complete a step in Temporal, and looks for the operator in the audit.
func (in *install) completeByHand(t *testing.T, s workflows.Status, cause func()) {
	t.Helper()
	fault(t, in.at.Google, hanging)
	cause()
	run := in.run(t, s.WorkflowID)
	require.Eventually(t, func() bool {
		_, err := in.client.WorkflowService().RespondActivityTaskCompletedById(context.Background(), &workflowservice.RespondActivityTaskCompletedByIdRequest{
			Namespace: in.stack.Namespace, WorkflowId: s.WorkflowID, RunId: run, ActivityId: "lessons.refresh", Identity: "operator@laptop", Result: &commonpb.Payloads{},
		})
		return err == nil
	}, patient, tick, "a step is under way")
	require.NoError(t, call(t.Context(), "DELETE", control(in.at.Google)+"faults", nil, nil))
	require.Eventually(t, func() bool {
		list, err := audit.Records(in.export(t, s)[audit.LinesFile])
		return err == nil && slices.ContainsFunc(list, func(r audit.Record) bool {
			return r.ByHand && r.Actor == "operator@laptop" && r.Step == "lessons.refresh"
		})
	}, patient, tick, "the operator stands in the audit")
}

// Who reads a restricted case, and who decodes, stands in the ledger before it happens.
func TestLedgerOfReads(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	_, s := in.open(t, "aoi", "open --audience restricted a secret", cases.Linked)
	_, err := in.desk.Status(t.Context(), s.Number, in.cfg.Viewer)
	require.NoError(t, err)
	files := in.export(t, s)
	require.Contains(t, string(files[audit.LedgerFile]), `"act":"status"`)
	require.Contains(t, string(files[audit.LedgerFile]), `"act":"audit"`)
	require.Contains(t, string(files[audit.LedgerFile]), `"who":"`+principal().Who+`"`)
	r := audit.Verify(files, audit.Options{})
	require.Empty(t, r.Problems)
	require.Equal(t, audit.Unwitnessed, r.Verdict, "nothing is sealed yet")
	_, err = in.desk.Audit(t.Context(), s.Number, in.nobody(), principal())
	var refusal *incident.Refusal
	require.ErrorAs(t, err, &refusal)
}

type (
	issue = jiratest.Issue
	file  = drivetest.File
)

const tick = 100 * time.Millisecond

// hanging lets every write to the sheet hang until the rule is deleted.
var hanging = fake.Fault{Match: "* /v4/spreadsheets", Mode: "hang"}

// nobody is a viewer who may see nothing restricted.
func (in *install) nobody() settings.Viewer {
	return settings.Viewer{Organisations: []string{settings.Everything}}
}

// Who asks for a case that they may not see is answered as if there were none, and stands in its audit: once, however often
// they ask.
func TestWhoIsTurnedAwayStandsInTheAudit(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	_, s := in.open(t, "aoi", "open --audience restricted a secret", cases.Linked)
	refused := func() (list []audit.Record) {
		for _, r := range in.records(t, s.WorkflowID) {
			if r.Action == workflows.TurnedAwayUpdate {
				list = append(list, r)
			}
		}
		slices.SortFunc(list, func(a, b audit.Record) int { return a.At.Compare(b.At) })
		return list
	}
	for range 10 {
		in.command(t, "lena", "status "+s.Number, trigger())
	}
	in.eventually(t, "it is recorded", func() bool { return len(refused()) > 0 })
	in.roll(t, s.WorkflowID)
	for range 10 {
		in.command(t, "lena", "status "+s.Number, trigger())
	}
	in.command(t, "lena", "lesson "+s.Number+" let me in", trigger())
	in.eventually(t, "so is another act", func() bool { return len(refused()) > 1 })
	list := refused()
	require.Len(t, list, 2)
	for i, act := range []string{"status", "lesson"} {
		require.Equal(t, audit.Refused, list[i].Outcome)
		require.Equal(t, cast(t, "lena").ID, list[i].Actor)
		require.Contains(t, string(list[i].Said), `"act":"`+act+`"`)
		require.Equal(t, audit.ProofValid, list[i].Proven(in.cfg.GatewayKeys()))
	}
}
