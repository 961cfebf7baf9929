package host

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"hikeshi/activities/seal"
	"hikeshi/workflows/audit"
	"hikeshi/workflows/audit/collect"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/ledger"
	"hikeshi/workflows/settings"
)

// recorder makes seals of what Temporal holds. It is a seal.Recorder.
type recorder struct {
	client client.Client
	open   audit.Opener
	ledger *ledger.Ledger
	keys   []incident.Key // of gateways, for the page
}

func newRecorder(c client.Client, dc converter.DataConverter, cfg *settings.Config) seal.Recorder {
	return recorder{c, collect.Opener(dc), ledger.Open(cfg.Audit.Ledger), cfg.GatewayKeys()}
}

// Seal reads the histories and makes the files of the seal.
func (r recorder) Seal(ctx context.Context, in seal.Order, own seal.Own, beat func()) (seal.Made, error) {
	w := collect.Wanted{Case: in.Case, Of: in.Of, Closed: map[string]bool{}, Known: map[string]bool{}, UntilRun: own.Run, UntilActivity: own.Activity}
	order := audit.Order{
		Case: in.Case, Number: in.Number, Seal: in.Seal, Branch: in.Branch, Prev: in.Prev, Token: in.Token, Why: in.Why, Asked: in.Asked, Through: map[string]int64{},
	}
	for _, run := range in.Runs {
		w.Known[run.Run], w.Closed[run.Run], order.Through[run.Run] = true, run.Closed, run.Through
	}
	histories, gone, err := collect.Gather(ctx, r.client, w, beat)
	if err != nil {
		return seal.Made{}, err
	}
	order.Missing = unknown(gone, in.Runs)
	if order.Ledger, err = r.ledger.Head(); err != nil {
		return seal.Made{}, fmt.Errorf("read the ledger: %w", err)
	}
	made, err := audit.Make(order, histories, r.open)
	if err != nil {
		return seal.Made{}, err
	}
	return seal.Made{
		Files: []seal.Content{
			{Name: audit.FileName(in.Seal, in.Branch, "json"), Mime: "application/json", Bytes: made.Text},
			{Name: made.Seal.History.Name, Mime: linesType, Bytes: made.History},
			{Name: made.Seal.Records.Name, Mime: linesType, Bytes: made.Records},
		},
		Doc: string(made.Text), Head: made.Seal.Head, Runs: reached(in.Runs, made.Seal), News: made.News,
	}, nil
}

const linesType = "application/x-ndjson"

// unknown are the runs that are gone and were never sealed. Once it was said of one, it is known; a workflow of which a
// run is sealed is not gone.
func unknown(gone []audit.Missing, runs []seal.Run) (list []audit.Missing) {
	for _, m := range gone {
		known := false
		for _, run := range runs {
			known = known || run.Workflow == m.Workflow && (m.Run == "" || m.Run == run.Run)
		}
		if !known {
			list = append(list, m)
		}
	}
	return list
}

// reached is how far each run is sealed with this seal.
func reached(before []seal.Run, s audit.Seal) []seal.Run {
	list := append([]seal.Run{}, before...)
	for _, m := range s.Missing {
		list = append(list, seal.Run{Workflow: m.Workflow, Run: m.Run, Closed: true})
	}
	for _, part := range s.Segments {
		now := seal.Run{Workflow: part.Workflow, Run: part.Run, Through: part.Through, Closed: part.Closed}
		found := false
		for i := range list {
			if list[i].Run == part.Run {
				list[i], found = now, true
			}
		}
		if !found {
			list = append(list, now)
		}
	}
	return list
}

// Audit joins the records of all seals.
func (r recorder) Audit(_ context.Context, lang string, seals [][]byte) (lines, page []byte, err error) {
	var all []audit.Record
	for _, s := range seals {
		records, err := audit.Records(s)
		if err != nil {
			return nil, nil, err
		}
		lines, all = append(lines, s...), append(all, records...)
	}
	if len(all) == 0 {
		return nil, nil, errors.New("no seal holds a record")
	}
	page, err = audit.Page(all, lang, r.keys)
	return lines, page, err
}
