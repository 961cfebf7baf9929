package incident

import "time"

// Entry is one line of the timeline: who did what, when.
type Entry struct {
	ID   string    `json:"id"` // e1, e2 …: also the id of its row in the sheet
	At   time.Time `json:"at"`
	Who  string    `json:"who"`
	What string    `json:"what"`
}

// Update is a message for stakeholders: the state of things, in a person's words.
type Update struct {
	ID   string    `json:"id"` // u1, u2 …
	Text string    `json:"text"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// Waiver lets a case go on although something that a gate asks for is missing.
type Waiver struct {
	Need   string    `json:"need"`
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// Deadline is a time by which something is expected.
type Deadline struct {
	Name string    `json:"name"` // update: the next message for stakeholders; reopen: the end of the time to reopen
	At   time.Time `json:"at"`
}

// BrokenGlass is an act for which somebody's own word was taken, because it could not wait for a verified identity.
type BrokenGlass struct {
	Act    string    `json:"act"` // the verb
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}
