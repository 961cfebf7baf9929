package cases

import (
	"os/user"

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
	who, door := viewer.SlackUser, incident.DoorSlack
	if who == c.config.Viewer.SlackUser && viewer.Channel == "" {
		door = incident.DoorCLI
		if u, err := user.Current(); err == nil {
			who = u.Username
		}
	}
	return c.record(audit.Act{Who: who, Door: string(door), Act: act, Case: workflowID, Count: n})
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
