package cases

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/api/serviceerror"

	"hikeshi/workflows"
	"hikeshi/workflows/notice"
)

// Held lists the vendors that cannot be used now, or refuse some calls, with the cause and since when. It asks each
// vendor's breaker itself, so it does not lag behind, and it needs no worker.
func (c *Cases) Held(ctx context.Context) ([]workflows.HeldVendor, error) {
	list := []workflows.HeldVendor{}
	for _, vendor := range workflows.Vendors() {
		held, err := c.heldVendor(ctx, vendor)
		if err != nil {
			return nil, c.explain(err, "look at the breaker of "+vendor)
		}
		if held.Standing() {
			list = append(list, held)
		}
	}
	return list, nil
}

// heldVendor reads what a breaker has written down; nothing if there is no breaker.
func (c *Cases) heldVendor(ctx context.Context, vendor string) (workflows.HeldVendor, error) {
	described, err := c.client.DescribeWorkflowExecution(ctx, workflows.BreakerWorkflowID(vendor), "")
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) || err == nil && !running(described.GetWorkflowExecutionInfo()) {
		return workflows.HeldVendor{}, nil
	}
	if err != nil {
		return workflows.HeldVendor{}, err
	}
	payload := described.GetWorkflowExecutionInfo().GetMemo().GetFields()[workflows.HeldMemo]
	if payload == nil {
		return workflows.HeldVendor{}, nil // it has only begun to look
	}
	var raw json.RawMessage
	if err := c.convert.FromPayload(payload, &raw); err != nil {
		return workflows.HeldVendor{}, fmt.Errorf("read its memo: %w", err)
	}
	return workflows.DecodeHeld(raw)
}

// lookTime bounds how long a reader of one case waits for the breakers.
const lookTime = time.Second

// addHeld says of steps that are being tried that their vendor is held. The case does not know: its activities wait in
// the queue. What cannot be found out is left out: the status counts more.
func (c *Cases) addHeld(ctx context.Context, s *workflows.Status) {
	ctx, cancel := context.WithTimeout(ctx, within(ctx, lookTime))
	defer cancel()
	for _, vendor := range workflows.Vendors() {
		if !waitsFor(s, vendor) {
			continue
		}
		if held, err := c.heldVendor(ctx, vendor); err == nil {
			blame(s, held, c.config.Language)
		}
	}
}

func waitsFor(s *workflows.Status, vendor string) bool {
	return slices.ContainsFunc(s.Steps, func(step workflows.StepStatus) bool { return waits(step, vendor) })
}

func waits(step workflows.StepStatus, vendor string) bool {
	return step.State == workflows.StepTrying && workflows.System(step.System).Vendor() == vendor
}

// blame puts a vendor's trouble beside what waits for it.
func blame(s *workflows.Status, held workflows.HeldVendor, lang string) {
	if !held.Open() {
		return
	}
	for i := range s.Steps {
		if step := &s.Steps[i]; waits(*step, held.Vendor) && step.Cause == "" {
			step.Class, step.Cause = held.Class, held.Cause
		}
	}
	s.Notes = append(s.Notes, notice.Breaker{Lang: lang, Vendor: held.Vendor, Class: held.Class, Cause: held.Cause, Since: held.Since}.Waits())
}
