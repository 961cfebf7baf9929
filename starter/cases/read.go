package cases

import (
	"hikeshi/workflows"
	"hikeshi/workflows/audit"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/ledger"
	"hikeshi/workflows/settings"
)

// record writes into the ledger what no history knows, before it is done. With its error it must not be done.
func (c *Cases) record(a audit.Act) error {
	if err := ledger.Open(c.config.Audit.Ledger).Record(a); err != nil {
		return &Error{Code: Internal, Message: err.Error(), Hint: "Nothing was done", cause: err}
	}
	return nil
}

// recordRead records that somebody reads restricted cases. Reads of others are not recorded: whoever may see them is in
// them, or works for the CSIRT.
func (c *Cases) recordRead(viewer settings.Viewer, act, workflowID string, audience incident.Audience, n int) error {
	if audience != incident.AudienceRestricted {
		return nil
	}
	by := c.reader(viewer)
	return c.record(audit.Act{Who: by.Who, Door: string(by.Door), Act: act, Case: workflowID, Count: n})
}

// recordRestricted records that somebody reads of restricted cases in a list.
func (c *Cases) recordRestricted(viewer settings.Viewer, act string, heads []workflows.Head) error {
	n := 0
	for _, h := range heads {
		if h.Audience == incident.AudienceRestricted {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return c.recordRead(viewer, act, "", incident.AudienceRestricted, n)
}
