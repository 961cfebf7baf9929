package notice

import (
	"strconv"
	"strings"

	"hikeshi/workflows/incident"
)

// Purpose is the channel's purpose. Slack's administrators and exports show it to people outside the channel, so a
// hidden title does not stand in it.
func (c Case) Purpose() string {
	return c.banner() + c.say("purpose", "Number", c.Number, "Title", incident.Shorten(incident.CleanLine(c.shownTitle()), 120))
}

// FolderName is the name of the case's folder in Drive: the number first, so that folders sort by it.
func (c Case) FolderName() string {
	number := strings.TrimSpace(c.Number + " " + c.banner())
	if c.HideTitle {
		return number
	}
	return number + " " + incident.Shorten(incident.CleanLine(c.Title), 120)
}

// SheetName is the name of the case's task sheet.
func (c Case) SheetName() string {
	return c.say("sheet_name", "Number", strings.TrimSpace(c.Number+" "+c.banner()))
}

// LinkRows are the rows of the sheet's Links tab: what, name, address.
func (c Case) LinkRows() [][]string {
	rows := [][]string{}
	for _, l := range c.Links {
		where := l.URL
		if where == "" && (l.Text == "" || l.Kind != "channel") { // a channel may be there without an address
			where = c.say("owed")
		}
		rows = append(rows, []string{l.Kind, c.linkTitle(l.Kind), l.Text, where})
	}
	for _, m := range c.Merged {
		for _, l := range m.Links {
			if l.URL != "" {
				rows = append(rows, []string{m.Number + " " + l.Kind, c.say("duplicate") + " " + m.Number + ", " + c.linkTitle(l.Kind), l.Text, l.URL})
			}
		}
	}
	for i, l := range c.Others {
		rows = append(rows, []string{"other" + strconv.Itoa(i+1), c.linkTitle(l.Kind), l.Text, l.URL})
	}
	return rows
}

// Tab is one tab of the task sheet.
type Tab struct {
	ID       int64 // sheetId, the same in every case
	Title    string
	Columns  []string // the first is the row's id
	ReadOnly bool     // a projection: people read it, we write it
	Choices  map[string][]string
}

// The tabs' ids.
const (
	TasksTab    = 101
	TimelineTab = 102
	LessonsTab  = 103
	LinksTab    = 104
)

// Board is the layout of the task sheet.
func Board(lang string) []Tab {
	w := in(lang)
	columns := func(ids ...string) (list []string) {
		for _, id := range ids {
			list = append(list, w.say("column_"+id))
		}
		return list
	}
	return []Tab{
		{TasksTab, w.say("tab_tasks"), columns("id", "task", "owner", "due", "status", "notes"), false,
			map[string][]string{w.say("column_status"): strings.Split(w.say("task_choices"), "/")}},
		{TimelineTab, w.say("tab_timeline"), columns("id", "time", "who", "what"), true, nil},
		{LessonsTab, w.say("tab_lessons"), columns("id", "lesson", "who", "decision", "theme"), true, nil},
		{LinksTab, w.say("tab_links"), columns("id", "thing", "name", "address"), true, nil},
	}
}

// LinkTitle is what a kind of Link is called.
func LinkTitle(lang, kind string) string { return in(lang).say("link_" + kind) }

// NotFoundPerson says that somebody who was named is nobody in Slack.
func NotFoundPerson(lang, who string) string { return in(lang).say("note_person", "Who", who) }

// ReportUnclear says that nobody knows yet what happened, and how to find out.
func ReportUnclear(lang string) string { return in(lang).say("note_unclear") }

// NotInvited says whom Slack did not let into the channel, with its reason.
func NotInvited(lang, who, reason string) string {
	return in(lang).say("note_invite", "Who", who, "Reason", reason)
}

// NobodyInvited says that the channel is there but empty.
func NobodyInvited(lang string) string { return in(lang).say("note_nobody") }

// NotShared says whom Google did not let into the folder, with its reason.
func NotShared(lang, who, reason string) string {
	return in(lang).say("note_share", "Who", who, "Reason", reason)
}

// NameTaken says why the channel is called otherwise than expected.
func NameTaken(lang, wanted, got string) string {
	return in(lang).say("note_name", "Wanted", wanted, "Got", got)
}

// CommanderLeft says that whoever commands the case is no longer in its channel.
func CommanderLeft(lang, who string) string { return in(lang).say("note_commander", "Who", who) }

// ChannelUnread says that a channel is not in the archive, or not to its end.
func ChannelUnread(lang, name string) string { return in(lang).say("note_unread", "Name", name) }

// ChannelArchived says that somebody has archived a channel that is still needed.
func ChannelArchived(lang, name string) string { return in(lang).say("note_archived", "Name", name) }
