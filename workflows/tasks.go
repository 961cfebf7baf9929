package workflows

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/sheets"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

const stepTasks = "tasks.write"

// maxTasks bounds how many tasks a case has: its state must stay small.
const maxTasks = 300

// taskRecord is a task, and what the sheet does not show of it yet.
type taskRecord struct {
	incident.Task
	Unwritten []string `json:"unwritten,omitempty"` // titles of columns
	Change    int      `json:"change,omitempty"`    // rises with each change, so that one made during a write is not lost
}

// task adds a task or changes one.
func (c *caseRun) task(ctx workflow.Context, cmd TaskCommand) (Answer, *incident.Refusal) {
	if cmd.Task == "" {
		return c.addTask(ctx, cmd)
	}
	i := slices.IndexFunc(c.Tasks, func(t *taskRecord) bool { return t.ID == cmd.Task })
	if i < 0 {
		return Answer{}, incident.Refuse(incident.Rule, "See the task sheet, or: status "+c.Number, "case %s has no task %q", c.Number, incident.Shorten(cmd.Task, 40))
	}
	t := c.Tasks[i]
	before := t.Task
	set(&t.Title, incident.CleanLine(cmd.Title))
	c.give(&t.Task, cmd.Owner)
	set(&t.Due, incident.CleanLine(cmd.Due))
	set(&t.Status, cmd.Status)
	if t.Task == before {
		return Answer{ID: t.ID, Text: fmt.Sprintf("%s: task %s is as you say already", c.Number, t.ID)}, nil
	}
	t.touch(c.lang, before)
	words := []string{"Task", t.ID, "Title", t.Title, "Status", string(t.Status), "Owner", t.Owner, "By", cmd.By.Called()}
	c.announce("task_changed", words...)
	c.enter(ctx, cmd.By.Called(), "task_changed", words...)
	return Answer{ID: t.ID, Text: fmt.Sprintf("%s: task %s is %s", c.Number, t.ID, t.Status)}, nil
}

func (c *caseRun) addTask(ctx workflow.Context, cmd TaskCommand) (Answer, *incident.Refusal) {
	t, refused := c.putTask(ctx, cmd)
	if refused != nil {
		return Answer{}, refused
	}
	words := []string{"Task", t.ID, "Title", t.Title, "Owner", t.Owner, "Due", t.Due, "By", cmd.By.Called()}
	c.announce("task_added", words...)
	c.enter(ctx, cmd.By.Called(), "task_added", words...)
	return Answer{ID: t.ID, Text: fmt.Sprintf("%s: task %s added", c.Number, t.ID)}, nil
}

// putTask adds a task. Whoever asks for it says so.
func (c *caseRun) putTask(ctx workflow.Context, cmd TaskCommand) (*taskRecord, *incident.Refusal) {
	if len(c.Tasks) >= maxTasks {
		return nil, incident.Refuse(incident.Rule, "Collect further work in one task, or in the sheet itself", "case %s has %d tasks already", c.Number, maxTasks)
	}
	c.Counters.Tasks++
	t := &taskRecord{Task: incident.Task{
		ID: fmt.Sprintf("t%d", c.Counters.Tasks), Title: incident.CleanLine(cmd.Title), Due: incident.CleanLine(cmd.Due),
		Status: incident.TaskTodo, By: cmd.By.Called(), At: workflow.Now(ctx),
	}}
	set(&t.Status, cmd.Status)
	c.give(&t.Task, cmd.Owner)
	t.touch(c.lang, incident.Task{})
	c.Tasks = append(c.Tasks, t)
	return t, nil
}

// give makes somebody a task's owner, if anybody is named.
func (c *caseRun) give(t *incident.Task, owner string) {
	if owner = incident.CleanLine(owner); owner != "" {
		t.Owner, t.OwnerID = c.Named.Of(owner), incident.UserID(owner)
	}
}

// set changes a value if there is a new one.
func set[T ~string](old *T, new T) {
	if new != "" {
		*old = new
	}
}

// touch notes which cells the sheet must get: only those that this change is about, because people own the others.
func (t *taskRecord) touch(lang string, before incident.Task) {
	old, now := notice.TaskCells(lang, before), notice.TaskCells(lang, t.Task)
	for _, column := range workflow.DeterministicKeys(now) {
		if now[column] != old[column] && !slices.Contains(t.Unwritten, column) {
			t.Unwritten = append(t.Unwritten, column)
		}
	}
	t.Change++
}

// writeTasks brings the sheet's rows up to date.
func (c *caseRun) writeTasks(ctx workflow.Context) error {
	taken := map[string]int{} // task → its change that is written
	write := step{stepTasks, Sheets, ordinary, sheetsActivities.WriteRows, func(activities.Effect) any {
		clear(taken)
		in := sheets.WriteRows{Sheet: c.sheet.ID, Tab: notice.TasksTab}
		for _, t := range c.unwritten() {
			taken[t.ID] = t.Change
			all := notice.TaskCells(c.lang, t.Task)
			row := sheets.Row{ID: t.ID, Fresh: all, Set: map[string]string{}}
			for _, column := range t.Unwritten {
				row.Set[column] = all[column]
			}
			in.Rows = append(in.Rows, row)
		}
		return in
	}}
	for {
		if err := c.await(ctx, func() bool { return c.is(stepBoard, StepDone) && len(c.unwritten()) > 0 }); err != nil {
			return err
		}
		c.again(write)
		if _, err := runStep[sheets.RowsWritten](ctx, c.runner, write); err != nil {
			return err
		}
		for _, t := range c.Tasks {
			if taken[t.ID] == t.Change {
				t.Unwritten = nil
			}
		}
		c.changed()
	}
}

func (c *caseRun) unwritten() []*taskRecord {
	return slices.DeleteFunc(slices.Clone(c.Tasks), func(t *taskRecord) bool { return len(t.Unwritten) == 0 })
}

func (cmd TaskCommand) sender() incident.By { return cmd.By }

func (cmd TaskCommand) check() *incident.Refusal {
	statuses := []incident.TaskStatus{"", incident.TaskTodo, incident.TaskDoing, incident.TaskDone, incident.TaskDropped}
	if !slices.Contains(statuses, cmd.Status) {
		return incident.Refuse(incident.Usage, "Use todo, doing, done or dropped", "unknown status %q", incident.Shorten(string(cmd.Status), 40))
	}
	if cmd.Task == "" {
		if missing := without("the task's title", "Say what is to be done: task --title …", cmd.Title); missing != nil {
			return missing
		}
	}
	return tooLong("task", maxLine, cmd.Task, cmd.Title, cmd.Owner, cmd.Due)
}
