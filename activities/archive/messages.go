package archive

import (
	"encoding/json"
	"io"
	"time"

	"hikeshi/activities/internal/talk"
)

// head is the first line of messages.jsonl.
type head struct {
	Format   string        `json:"format"`
	Version  int           `json:"version"`
	Case     string        `json:"case"`
	Title    string        `json:"title"`
	Made     time.Time     `json:"made"`
	Channels []headChannel `json:"channels"`
}

type headChannel struct {
	Channel string `json:"channel"`
	Name    string `json:"name"`
	Title   string `json:"title,omitempty"`
	Gone    bool   `json:"gone,omitempty"`
}

// message is a line of messages.jsonl, and what the transcript shows.
type message struct {
	Channel     string `json:"channel"`
	ChannelName string `json:"channel_name"`
	TS          string `json:"ts"`
	Time        string `json:"time,omitempty"`
	Thread      string `json:"thread,omitempty"`
	User        string `json:"user,omitempty"`
	Author      string `json:"author"`
	Bot         bool   `json:"bot,omitempty"`
	Subtype     string `json:"subtype,omitempty"`
	Text        string `json:"text"`
	Edited      string `json:"edited,omitempty"`
	Masked      int    `json:"masked,omitempty"`
	Files       []file `json:"files,omitempty"`

	said bool
}

// file is a file of a message.
type file struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Size     int64  `json:"size"`
	SHA256   string `json:"sha256,omitempty"`
	Kept     string `json:"kept,omitempty"`
	Store    string `json:"store,omitempty"`
	Missing  string `json:"missing,omitempty"`
	External string `json:"external,omitempty"`
}

// notLogged is the reason for which a file is missing of which the log says nothing.
const notLogged = "not in the log"

// record makes a message ready to be kept. stored gives the names under which files lie in the store.
func record(m talk.Message, in Count, log *logbook, stored map[string]string, mask Masker) message {
	text, masked := mask.Mask(m.Text)
	r := message{
		Channel: in.Channel, ChannelName: in.Name, TS: m.TS, Time: rfc3339(m.TS), User: m.User, Author: m.Author, Bot: m.Bot || m.Ours,
		Subtype: m.Subtype, Text: text, Edited: m.Edited, Masked: masked, said: m.Said(),
	}
	if isReply(m) {
		r.Thread = m.Thread
	}
	for _, f := range m.Files {
		var inName, inAddress int
		f.Name, inName = mask.Mask(f.Name)
		f.External, inAddress = mask.Mask(f.External)
		r.Masked += inName + inAddress
		r.Files = append(r.Files, recordFile(f, log, stored))
	}
	return r
}

func recordFile(f talk.File, log *logbook, stored map[string]string) file {
	logged, known := log.files[f.ID]
	r := file{ID: f.ID, Name: f.Name, Size: f.Size, External: f.External}
	switch {
	case known && logged.Kept != "":
		r.Size, r.SHA256, r.Store, r.Kept = logged.Size, logged.SHA256, logged.Kept, pathOf(stored[logged.Kept], logged.Kept)
	case f.External != "":
		r.Missing = orElse(f.Missing, "external")
	case known:
		r.Missing = orElse(logged.Missing, f.Missing)
	default:
		r.Missing = orElse(f.Missing, notLogged)
	}
	return r
}

// pathOf is where a file of people is in an archive. Its name in the store begins with the chat's id of it, so that no
// two files have the same; where the store does not have it any more, its id there stands for it.
func pathOf(name, id string) string { return "files/" + orElse(name, id) }

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// isReply reports whether the message stands in a thread. The first message of a thread may name itself as its thread.
func isReply(m talk.Message) bool { return m.Thread != "" && m.Thread != m.TS }

// writeLine writes a value as a line of JSON. Angle brackets stay readable: the file is not made for browsers.
func writeLine(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
