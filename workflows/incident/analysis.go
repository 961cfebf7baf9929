package incident

import "time"

// AnalysisState says whether an analysis goes on.
type AnalysisState string

// The states of an analysis.
const (
	AnalysisOpen      AnalysisState = "open"
	AnalysisConcluded AnalysisState = "concluded"
	AnalysisDropped   AnalysisState = "dropped"
)

// Analysis is one line of work, beside others, with its own channel.
type Analysis struct {
	ID         string        `json:"id"` // a1, a2 …: with the case's workflow id it is the analysis's own
	Name       string        `json:"name"`
	Lead       string        `json:"lead"`                // as named, then as Slack calls them
	LeadID     string        `json:"lead_id,omitempty"`   // Slack user id; empty: not found in Slack, or not looked up yet
	LeadGone   bool          `json:"lead_gone,omitempty"` // they have left the analysis's channel
	Hypothesis string        `json:"hypothesis"`
	Finding    string        `json:"finding"`
	State      AnalysisState `json:"state"`
	Reason     string        `json:"reason,omitempty"` // why it was dropped
	Opened     time.Time     `json:"opened"`
	Ended      time.Time     `json:"ended,omitzero"`
}

// Open reports whether somebody still has to conclude or drop it.
func (a Analysis) Open() bool { return a.State == AnalysisOpen }
