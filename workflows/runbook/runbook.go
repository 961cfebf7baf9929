package runbook

import (
	"strconv"
	"strings"
	"time"
)

// Runbook is a definition in one language, as a run carries it out.
type Runbook struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	SHA256 string `json:"sha256"` // of the file
	File   string `json:"file"`   // where it was read; empty: it came with the program
	Steps  []Step `json:"steps"`
}

// Kind says what a step does.
type Kind string

// The kinds of steps.
const (
	Task     Kind = "task"     // adds a task for people
	Invite   Kind = "invite"   // brings people into the case's channel
	Notify   Kind = "notify"   // says something in the machine's thread
	Analysis Kind = "analysis" // opens an analysis
	Link     Kind = "link"     // puts an address among the case's links
)

// Step is one step; which fields it has depends on its kind.
type Step struct {
	Kind       Kind     `json:"kind"`
	Title      string   `json:"title,omitempty"`   // of the task, the analysis or the link
	Owner      string   `json:"owner,omitempty"`   // task; Commander, Opener, or somebody as people name them
	Due        string   `json:"due,omitempty"`     // task; a duration such as 30m, 4h or 2d, or words
	People     []string `json:"people,omitempty"`  // invite
	Text       string   `json:"text,omitempty"`    // notify
	Mention    []string `json:"mention,omitempty"` // notify; Commander, or Slack ids of users and groups
	Lead       string   `json:"lead,omitempty"`    // analysis
	Hypothesis string   `json:"hypothesis,omitempty"`
	URL        string   `json:"url,omitempty"` // link; https
}

// Words that stand for a person of the case.
const (
	Commander = "commander"
	Opener    = "opener"
)

// Start says that a runbook begins by itself in cases of these kinds.
type Start struct {
	Name  string   `json:"name"`
	Kinds []string `json:"kinds"`
}

// DueAt is when the step's task is due, said at that time.
func (s Step) DueAt(now time.Time) string {
	if long, ok := after(s.Due); ok {
		return now.Add(long).UTC().Format("2006-01-02 15:04Z")
	}
	return s.Due
}

// after reads a due that counts from now.
func after(due string) (time.Duration, bool) {
	if days, found := strings.CutSuffix(due, "d"); found {
		n, err := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * 24 * time.Hour, err == nil
	}
	long, err := time.ParseDuration(due)
	return long, err == nil
}
