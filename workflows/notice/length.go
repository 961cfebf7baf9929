package notice

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"hikeshi/workflows/incident"
)

// How much of a person's text a place shows, in characters. Texts are whole where people wrote them: in the channel, the
// ticket's description and the sheet.
const (
	maxName    = 80
	maxSaid    = 200 // of a text inside a sentence
	maxMissing = 500
)

// line is a person's text on one line, shortened.
func line(text string, most int) string { return incident.Shorten(incident.CleanLine(text), most) }

// within is a person's text, escaped, in at most so many characters: it is cut before it is escaped, so that no half
// of an escaped sign stays.
func within(e Escape, text string, most int) string {
	for keep := most; ; {
		escaped := e.text(incident.Shorten(text, keep))
		size := utf8.RuneCountInString(escaped)
		if size <= most || keep <= 1 {
			return escaped
		}
		keep = max(1, min(keep-1, keep*most/size))
	}
}

// fit returns the first lines, as many as have room in so many characters, and in their place how many more there are.
func (c Case) fit(e Escape, lines []string, most int) []string {
	const more = 40 // for saying so
	room := most
	for i, l := range lines {
		room -= utf8.RuneCountInString(l) + 1
		if room < more && (room < 0 || i < len(lines)-1) {
			return append(lines[:i:i], e.text(c.say("more", "Count", strconv.Itoa(len(lines)-i))))
		}
	}
	return lines
}

// fitRows is fit of a table's rows.
func (c Case) fitRows(e Escape, rows [][2]string, most int) [][2]string {
	var lines []string
	for _, r := range rows {
		lines = append(lines, r[0]+" "+r[1])
	}
	fitted := c.fit(e, lines, most)
	if last := len(fitted) - 1; last >= 0 && fitted[last] != lines[last] {
		return append(rows[:last:last], [2]string{rows[last][0], fitted[last]})
	}
	return rows
}

// joined is fit in one text.
func (c Case) joined(e Escape, lines []string, most int) string {
	return strings.Join(c.fit(e, lines, most), "\n")
}
