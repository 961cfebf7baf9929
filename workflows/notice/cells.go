package notice

import (
	"slices"
	"strings"

	"hikeshi/workflows/incident"
)

// LessonRows are the rows of the sheet's Lessons tab, in the order of its columns.
func LessonRows(lang string, lessons []incident.Lesson) [][]string {
	rows := [][]string{}
	for _, l := range lessons {
		rows = append(rows, []string{l.ID, l.Text, l.By, decision(lang, l), strings.TrimSpace(l.Theme + " " + l.ThemeURL)})
	}
	return rows
}

// decision is what becomes of a lesson, with the reason if one was given.
func decision(lang string, l incident.Lesson) string {
	if !l.Decided() {
		return in(lang).say("decision_none")
	}
	text := in(lang).word("decision", string(l.As))
	if l.Reason != "" {
		text += ": " + l.Reason
	}
	return text
}

// TaskCells are what a task's row shows, by the title of the column. People own the other columns.
func TaskCells(lang string, t incident.Task) map[string]string {
	w := in(lang)
	return map[string]string{
		w.say("column_task"): t.Title, w.say("column_owner"): t.Owner, w.say("column_due"): t.Due, w.say("column_status"): w.taskStatus(t.Status),
	}
}

// TaskRows is the list of tasks as a table, with the columns' titles first.
func TaskRows(lang string, tasks []incident.Task) [][]string {
	w := in(lang)
	columns := []string{w.say("column_task"), w.say("column_owner"), w.say("column_due"), w.say("column_status")}
	rows := [][]string{append([]string{w.say("column_id")}, columns...)}
	for _, t := range tasks {
		cells, row := TaskCells(lang, t), []string{t.ID}
		for _, column := range columns {
			row = append(row, cells[column])
		}
		rows = append(rows, row)
	}
	return rows
}

// taskStatus is a status as the column's list of choices has it: a cell that holds anything else is marked as wrong.
func (w words) taskStatus(s incident.TaskStatus) string {
	choices := strings.Split(w.say("task_choices"), "/")
	i := slices.Index([]incident.TaskStatus{incident.TaskTodo, incident.TaskDoing, incident.TaskDone, incident.TaskDropped}, s)
	if i < 0 || i >= len(choices) {
		return string(s)
	}
	return choices[i]
}

// EntryCells are what a row of the timeline shows, by the title of the column. Times have their zone: readers are in
// several.
func EntryCells(lang string, e incident.Entry) map[string]string {
	w := in(lang)
	return map[string]string{
		w.say("column_time"): e.At.UTC().Format("2006-01-02 15:04:05Z"), w.say("column_who"): e.Who, w.say("column_what"): e.What,
	}
}
