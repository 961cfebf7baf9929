package workflows

import (
	"hikeshi/workflows/incident"
)

// Signals between a case that becomes a duplicate and the case that it becomes a duplicate of.
const (
	// mergeSignal is what the duplicate tells the other case, as a mergeNote.
	mergeSignal = "duplicate"
	// mergeAnswerSignal is what the other case says to it, as a mergeAnswer.
	mergeAnswerSignal = "duplicateAnswer"
)

// What a duplicate tells. It asks first, without saying anything of itself: who may know of the other case is not known
// yet. Then it moves what it has there, and tells whatever changes later. It leaves when it is a case of its own again.
const (
	mergeAsks   = "ask"
	mergeMoves  = "move"
	mergeLeaves = "leave"
)

// mergeNote is one thing that a duplicate tells. The other case knows it by the workflow it comes from: told again, it
// changes nothing.
type mergeNote struct {
	From          string             `json:"from"`  // workflow id
	Round         int                `json:"round"` // of the duplicate's merges
	Seq           int                `json:"seq"`   // of its notes; the answer names it
	What          string             `json:"what"`
	Number        string             `json:"number"`
	Drill         bool               `json:"drill,omitempty"`
	Audience      incident.Audience  `json:"audience"`
	Organisations []string           `json:"organisations,omitempty"` // ids
	By            incident.By        `json:"by"`
	Reason        string             `json:"reason,omitempty"`
	Links         Links              `json:"links,omitzero"`
	Logs          []LogLink          `json:"logs,omitempty"`
	Tasks         []incident.Task    `json:"tasks,omitempty"`   // open ones
	Lessons       []*incident.Lesson `json:"lessons,omitempty"` // undecided ones
	People        []string           `json:"people,omitempty"`  // Slack ids
}

// mergeAnswer is what the other case says to a note.
type mergeAnswer struct {
	Round         int               `json:"round"`
	Seq           int               `json:"seq"`
	Number        string            `json:"number"`
	Audience      incident.Audience `json:"audience"`
	Organisations []string          `json:"organisations,omitempty"`
	Channel       string            `json:"channel,omitempty"` // where people go on, if they are all let in there
	Refused       *incident.Refusal `json:"refused,omitempty"`
}

// mergeReply is an answer on its way.
type mergeReply struct {
	To string `json:"to"`
	mergeAnswer
}

func idsOf(list []incident.Organisation) (ids []string) {
	for _, o := range list {
		ids = append(ids, o.ID)
	}
	return ids
}
