package cases

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.temporal.io/api/serviceerror"

	"hikeshi/workflows"
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
