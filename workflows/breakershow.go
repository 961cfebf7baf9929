package workflows

import (
	"encoding/json"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
)

// HeldMemo is the memo's key for the HeldVendor of a breaker. It is encrypted, as all memos are.
const HeldMemo = "held"

// DecodeHeld reads a HeldVendor from its JSON in the memo.
func DecodeHeld(raw []byte) (HeldVendor, error) {
	var h HeldVendor
	return h, json.Unmarshal(raw, &h)
}

// show keeps what operators see in the Temporal UI and in lists up to date. A vendor that is held is found by the same
// search attributes as a step that is stuck.
func (b *breakerRun) show(ctx workflow.Context) error {
	shown := digest(HeldVendor{Vendor: b.Vendor})
	for {
		seen := b.changes
		workflow.SetCurrentDetails(ctx, b.view().Page())
		if now := digest(b.HeldVendor); now != shown {
			if err := workflow.UpsertTypedSearchAttributes(ctx, b.attributes()...); err != nil {
				return err
			}
			if err := workflow.UpsertMemo(ctx, map[string]any{HeldMemo: b.HeldVendor}); err != nil {
				return err
			}
			shown = now
		}
		if err := b.await(ctx, func() bool { return b.changes != seen }); err != nil {
			return err
		}
	}
}

func (b *breakerRun) attributes() []temporal.SearchAttributeUpdate {
	var words []string
	var since *time.Time
	status := incident.Running
	if b.Standing() {
		status, since = incident.Stuck, &b.Since
		words = append(words, b.Vendor, b.Vendor+":"+b.Class)
		for _, s := range systems(b.Vendor) {
			words = append(words, string(s), string(s)+":"+b.Class)
		}
	}
	slices.Sort(words)
	list := []temporal.SearchAttributeUpdate{keyword(CaseStatus).ValueSet(string(status))}
	return appendTime(appendKeywords(list, StuckStep, slices.Compact(words)), StuckSince, since)
}
