package incident

import "time"

// TaskStatus says how far a task is.
type TaskStatus string

// The statuses of a task.
const (
	TaskTodo    TaskStatus = "todo"
	TaskDoing   TaskStatus = "doing"
	TaskDone    TaskStatus = "done"
	TaskDropped TaskStatus = "dropped"
)

// Task is work for a person.
type Task struct {
	ID     string     `json:"id"` // t1, t2 …: also the id of its row in the task sheet
	Title  string     `json:"title"`
	Owner  string     `json:"owner"` // as people read it
	Due    string     `json:"due"`   // as it was given: a date, or words
	Status TaskStatus `json:"status"`
	By     string     `json:"by"` // who asked for it
	At     time.Time  `json:"at"`
	// OwnerID is who the owner is in Slack: nobody is taken for another of the same name; empty: not named by id.
	OwnerID string `json:"owner_id,omitempty"`
}

// Open reports whether somebody still has to do it.
func (t Task) Open() bool { return t.Status == TaskTodo || t.Status == TaskDoing }
