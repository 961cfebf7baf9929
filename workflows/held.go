package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// heldNote is why what is owed at a vendor waits. A case does not know by itself: its activities wait in the vendor's
// queue. The vendor's breaker tells it.
type heldNote struct {
	Class string    `json:"class"`
	Cause string    `json:"cause"`
	Since time.Time `json:"since"`
}

// hearVendor takes in what a breaker tells. It concerns the case only if one of the things that people look for waits.
func (c *caseRun) hearVendor(h HeldVendor) {
	_, noted := c.Held[h.Vendor]
	waits := h.Open() && c.waitsFor(h.Vendor)
	if !noted && !waits {
		return
	}
	delete(c.Held, h.Vendor)
	if waits {
		if c.Held == nil {
			c.Held = map[string]heldNote{}
		}
		c.Held[h.Vendor] = heldNote{Class: h.Class, Cause: incident.Shorten(h.Cause, 200), Since: h.Since}
	}
	c.changed()
}

func (c *caseRun) waitsFor(vendor string) bool {
	return slices.ContainsFunc(mainSteps[:], func(id string) bool { return c.is(id, StepTrying) && c.records[id].System.Vendor() == vendor })
}

// forgetHeld lets go of what explains nothing any more: what waited is there, or has an error of its own.
func (c *caseRun) forgetHeld() {
	for _, vendor := range workflow.DeterministicKeys(c.Held) {
		if !c.waitsFor(vendor) {
			delete(c.Held, vendor)
		}
	}
}

// heldNotes say it to people, beside what is owed.
func (c *caseRun) heldNotes() (list []string) {
	for _, vendor := range workflow.DeterministicKeys(c.Held) {
		h := c.Held[vendor]
		list = append(list, notice.Breaker{Lang: c.lang, Vendor: vendor, Class: h.Class, Cause: h.Cause, Since: h.Since}.Waits())
	}
	return list
}
