package cases

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"hikeshi/workflows"
	"hikeshi/workflows/audit"
	"hikeshi/workflows/audit/collect"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/ledger"
	"hikeshi/workflows/settings"
)

// Audit is everything of a case's audit that can be had here: files by name, and what they hold.
type Audit struct {
	Number     string            `json:"number"`
	WorkflowID string            `json:"workflow_id"`
	Seals      int               `json:"seals"`
	Records    int               `json:"records"`
	Gone       []audit.Missing   `json:"gone"` // runs that Temporal has deleted: they are in the seals' files in Drive
	Folder     string            `json:"folder"`
	Witness    string            `json:"witness"` // key of the ticket whose comments name the seals
	Names      []string          `json:"files"`
	Files      map[string][]byte `json:"-"`
}

// Audit exports the audit of a case that the viewer may see, from what Temporal still holds. The reading is recorded in
// the ledger before it happens.
func (c *Cases) Audit(ctx context.Context, number string, viewer settings.Viewer, by incident.By) (Audit, error) {
	view, err := c.look(ctx, number, viewer, "audit")
	if err != nil {
		return Audit{}, err
	}
	s := view.Status
	book := ledger.Open(c.config.Audit.Ledger)
	if err := c.record(audit.Act{Who: by.Who, Door: string(by.Door), Act: "audit", Case: s.WorkflowID}); err != nil {
		return Audit{}, err
	}
	histories, gone, err := c.histories(ctx, s.WorkflowID)
	if err != nil {
		return Audit{}, c.explain(err, "read the histories of case "+s.Number)
	}
	e := exporting{open: collect.Opener(c.convert), histories: histories, files: map[string][]byte{}}
	if err := e.all(c.config.Language, c.config.GatewayKeys()); err != nil {
		return Audit{}, err
	}
	if err := e.addLedger(book, s.WorkflowID); err != nil {
		return Audit{}, err
	}
	out := Audit{
		Number: s.Number, WorkflowID: s.WorkflowID, Seals: len(e.seals), Records: e.records, Gone: append([]audit.Missing{}, e.unsealed(gone)...), Folder: s.Audit.FolderURL,
		Witness: s.Audit.Witness, Files: e.files,
	}
	text, err := e.list(out, s, by)
	e.files[audit.ExportFile] = text
	for name := range e.files {
		out.Names = append(out.Names, name)
	}
	slices.Sort(out.Names)
	return out, err
}

// histories reads the case's runs, and from them learns of its Intake and its children.
func (c *Cases) histories(ctx context.Context, workflowID string) ([]audit.History, []audit.Missing, error) {
	want := collect.Wanted{Case: workflowID, Of: []string{workflowID}}
	own, gone, err := collect.Gather(ctx, c.client, want, func() {})
	if err != nil {
		return nil, nil, err
	}
	want.Of = c.relatives(own)
	others, also, err := collect.Gather(ctx, c.client, want, func() {})
	return append(own, others...), append(gone, also...), err
}

// relatives are the other workflows of a case, as its histories name them.
func (c *Cases) relatives(own []audit.History) (ids []string) {
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	open := collect.Opener(c.convert)
	for _, h := range own {
		started := h.Events[0].GetWorkflowExecutionStartedEventAttributes()
		add(started.GetParentWorkflowExecution().GetWorkflowId())
		for _, p := range started.GetInput().GetPayloads() {
			var in struct {
				State struct {
					Request  struct{ ID string }
					Analyses []struct{ ID, Told string }
					Runs     []struct{ ID, Told string }
					Mirror   struct{ Told string }
				}
			}
			text, err := open(p)
			if err != nil || json.Unmarshal(text, &in) != nil || in.State.Request.ID == "" {
				continue
			}
			add(workflows.IntakeWorkflowID(in.State.Request.ID))
			if in.State.Mirror.Told != "" {
				add(workflows.MirrorWorkflowID(h.Workflow))
			}
			for _, a := range in.State.Analyses {
				if a.Told != "" {
					add(workflows.AnalysisWorkflowID(h.Workflow, a.ID))
				}
			}
			for _, r := range in.State.Runs {
				if r.Told != "" {
					add(workflows.RunWorkflowID(h.Workflow, r.ID))
				}
			}
		}
		for _, e := range h.Events {
			add(e.GetChildWorkflowExecutionStartedEventAttributes().GetWorkflowExecution().GetWorkflowId())
		}
	}
	return ids
}

// exporting makes the files of an export.
type exporting struct {
	open      audit.Opener
	histories []audit.History
	seals     []audit.Seal
	files     map[string][]byte
	records   int
}

func (e *exporting) all(lang string, keys []incident.Key) error {
	seals, texts, tokens := audit.FindSeals(e.histories, e.open)
	e.seals = seals
	for _, s := range seals {
		e.files[audit.FileName(s.Seal, s.Branch, "json")] = texts[s.Head]
		if token := tokens[s.Head]; token != nil {
			e.files[audit.FileName(s.Seal, s.Branch, "tsr")] = token
		}
		if history, records, ok := audit.Rebuild(s, e.histories, e.open); ok {
			e.files[s.History.Name], e.files[s.Records.Name] = history, records
		}
	}
	line := audit.SealLine(seals)
	history, records, err := audit.Tail(line, e.histories, e.open)
	if err != nil {
		return err
	}
	if len(history) > 0 {
		e.files[audit.TailHistoryFile], e.files[audit.TailRecordsFile] = history, records
	}
	return e.readable(line, records, lang, keys)
}

// readable writes what people read: all records of the newest branch, as lines and as a page.
func (e *exporting) readable(line []audit.Seal, tail []byte, lang string, keys []incident.Key) error {
	var lines []byte
	for _, s := range line {
		lines = append(lines, e.files[s.Records.Name]...)
	}
	lines = append(lines, tail...)
	list, err := audit.Records(lines)
	if err != nil {
		return err
	}
	page, err := audit.Page(list, lang, keys)
	e.files[audit.LinesFile], e.files[audit.PageFile], e.records = lines, page, len(list)
	return err
}

// addLedger adds the installation's ledger. What it says of other cases is left out; the chain still holds.
func (e *exporting) addLedger(book *ledger.Ledger, workflowID string) error {
	text, err := book.Text()
	if err != nil || text == nil {
		return err
	}
	e.files[audit.LedgerFile] = audit.Hide(text, func(body []byte) bool {
		var act audit.Act
		return json.Unmarshal(body, &act) != nil || act.Case != "" && act.Case != workflowID
	})
	return nil
}

// unsealed are the runs that are gone and that no seal found here holds.
func (e *exporting) unsealed(gone []audit.Missing) []audit.Missing {
	return slices.DeleteFunc(gone, func(m audit.Missing) bool {
		return slices.ContainsFunc(e.seals, func(s audit.Seal) bool {
			return slices.ContainsFunc(s.Segments, func(part audit.Segment) bool { return part.Run == m.Run })
		})
	})
}

// list is the file that lists the others.
func (e *exporting) list(a Audit, s workflows.Status, by incident.By) ([]byte, error) {
	x := audit.Export{Case: a.WorkflowID, Number: a.Number, At: time.Now().UTC().Truncate(time.Second), By: by.Who, Gone: a.Gone}
	x.Status = &audit.SealsStatus{Seals: s.Audit.Seals, Head: s.Audit.Head, Witness: s.Audit.Witness, Folder: s.Audit.FolderURL}
	x.List(e.files)
	return x.Text()
}
