package mirror

import (
	"encoding/json"
	"strconv"
	"strings"

	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// entry is an entry of a digest with what people read of it.
type entry struct {
	ledger.Entry
	body  string
	units int // of the body, in UTF-16
	size  int // of the entry, in JSON
}

// entries makes the entries of a message: one, or as many as it has parts.
func (c *copying) entries(m talk.Message, kind ledger.Kind, t *text, files []filed) []entry {
	n := t.parts()
	list := make([]entry, n)
	for i := range list {
		e := ledger.Entry{Kind: kind, Channel: m.Channel, TS: m.TS, Thread: m.Thread}
		if kind == ledger.Said || kind == ledger.Edited {
			e.Edited, e.Sum = m.Edited, ledger.Sum(m)
		}
		if n > 1 {
			e.Part, e.Parts = i+1, n
		}
		head, masked := c.head(m, e)
		lines := []string{head}
		if i == 0 {
			e.Masked = t.masked + masked
		}
		lines = append(lines, c.quoted(e, t, i)...)
		for _, f := range filesOf(files, t, i) {
			e.Files = append(e.Files, f.File)
			e.Masked += f.masked
			lines = append(lines, f.line)
		}
		list[i] = sized(e, strings.Join(lines, "\n"))
	}
	return list
}

func sized(e ledger.Entry, body string) entry {
	encoded, _ := json.Marshal(e) // texts and numbers only
	return entry{Entry: e, body: body, units: units(body), size: len(encoded)}
}

// quoted is the text of a part, in a block that says that these are somebody's words.
func (c *copying) quoted(e ledger.Entry, t *text, i int) []string {
	switch {
	case e.Kind == ledger.Deleted:
		return []string{c.words["deleted"]}
	case e.Kind == ledger.Lost:
		return []string{c.words["lost"]}
	case i < len(t.chunks):
		return []string{"{quote}", strings.TrimRight(t.chunks[i], "\n"), "{quote}"}
	case t.files == 0:
		return []string{c.words["empty"]}
	}
	return nil
}

// filesOf are the files that part i names. The last part with text has the first of them.
func filesOf(files []filed, t *text, i int) []filed {
	i -= max(1, len(t.chunks)) - 1
	if i < 0 {
		return nil
	}
	from := min(len(files), i*filesPerPart)
	return files[from:min(len(files), from+filesPerPart)]
}

// head says when, where and by whom.
func (c *copying) head(m talk.Message, e ledger.Entry) (line string, masked int) {
	channel, n := c.label(c.cursor(m.Channel).Name)
	if channel == "" {
		channel = c.Escape(m.Channel)
	}
	words := []string{"*" + moment(m.TS) + "*", `\#` + channel}
	if e.Sum != "" {
		author, more := c.author(m)
		words, n = append(words, "*"+author+"*"), n+more
		if m.Bot {
			words = append(words, c.words["app"])
		}
	}
	if link := c.link(m); link != "" {
		words = append(words, "[Slack|"+link+"]")
	}
	for _, remark := range c.remarks(m, e) {
		words = append(words, "– "+remark)
	}
	return strings.Join(words, " "), n
}

func (c *copying) author(m talk.Message) (string, int) {
	name := m.Author
	if name == "" {
		name = m.User
	}
	shown, masked := c.label(name)
	if shown == "" {
		shown = c.words["nobody"]
	}
	return shown, masked
}

// remarks are what else is to be said of a message.
func (c *copying) remarks(m talk.Message, e ledger.Entry) (list []string) {
	if m.Thread != "" {
		list = append(list, c.words.Say("reply", "time", clock(m.Thread, m.TS)))
	}
	if m.Subtype == "thread_broadcast" {
		list = append(list, c.words["broadcast"])
	}
	switch {
	case e.Kind == ledger.Edited && m.Edited != "":
		list = append(list, c.words.Say("edited", "time", clock(m.Edited, m.TS)))
	case e.Kind == ledger.Edited:
		list = append(list, c.words.Say("edited", "time", "?"))
	case e.Kind == ledger.Said && m.Edited != "":
		list = append(list, c.words.Say("before", "time", clock(m.Edited, m.TS)))
	}
	if e.Parts > 0 {
		list = append(list, c.words.Say("part", "part", strconv.Itoa(e.Part), "parts", strconv.Itoa(e.Parts)))
	}
	return list
}

// link is the address of a message. https://docs.slack.dev/reference/methods/chat.getPermalink
func (c *copying) link(m talk.Message) string {
	if c.in.Links == "" {
		return ""
	}
	link := c.in.Links + m.Channel + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.Thread != "" {
		link += "?thread_ts=" + m.Thread + "&cid=" + m.Channel
	}
	return link
}
