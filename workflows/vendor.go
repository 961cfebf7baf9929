package workflows

// A vendor is whom an account of ours is with. What it refuses, it refuses to all its systems: they share a task queue
// and a breaker.
const google = "google"

// Vendor is whose system it is; empty for what is no vendor's.
func (s System) Vendor() string {
	switch s {
	case Slack, Jira:
		return string(s)
	case Drive, Sheets:
		return google
	}
	return ""
}

// Vendors lists the vendors, each of which has a breaker.
func Vendors() []string { return []string{string(Slack), string(Jira), google} }

// systems are the systems of a vendor.
func systems(vendor string) []System {
	if vendor == google {
		return []System{Drive, Sheets}
	}
	return []System{System(vendor)}
}

// VendorQueue is the task queue of a vendor's activities.
func VendorQueue(vendor string) string { return systems(vendor)[0].Queue() }

// BreakerWorkflowID is the id of a vendor's breaker.
func BreakerWorkflowID(vendor string) string { return "breaker/" + vendor }
