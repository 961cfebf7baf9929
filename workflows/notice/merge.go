package notice

import (
	"strings"
	"time"

	"hikeshi/workflows/incident"
)

// Merged is a duplicate: a case that was merged into this one, and where its things are.
type Merged struct {
	Number, By, Reason string
	At                 time.Time
	Links              []Link
}

// CameFrom is put behind the title of a task or the text of a lesson that came from a duplicate.
func CameFrom(lang, what string) string { return in(lang).say("came_from", "What", what) }

// MergedReason is why an analysis of a duplicate is dropped.
func MergedReason(lang, into, reason string) string {
	return in(lang).say("merged_reason", "Into", into, "Reason", unstopped(reason))
}

// maxMerged bounds, in characters, what a table says of duplicates.
const maxMerged = 1500

// mergeRows say of a case that it becomes a duplicate, and which duplicates it has: what it is, and how that stands. link
// shows a link as the place does.
func (c Case) mergeRows(e Escape, link func(Link) string) (rows [][2]string) {
	if c.Merging != "" {
		rows = append(rows, [2]string{c.say("merging"), c.say("merging_into", "Number", e.text(c.Merging))})
	}
	for _, m := range c.Merged {
		parts := []string{c.say("duplicate_line", "Number", e.text(m.Number), "By", within(e, incident.CleanLine(m.By), maxName), "At", e.clock(m.At),
			"Reason", within(e, incident.CleanLine(m.Reason), maxSaid))}
		for _, l := range m.Links {
			if l.URL != "" {
				parts = append(parts, c.linkTitle(l.Kind)+": "+link(l))
			}
		}
		rows = append(rows, [2]string{c.say("duplicate"), strings.Join(parts, separator)})
	}
	return rows
}
