// Package talk holds what is said in a chat's channels, in the form in which mirror and archive read it. The vendor's
// client fills it in, and no type of its SDK goes further. It knows no vendor and no case.
package talk

import "io"

// Message is one message as it stands now.
type Message struct {
	Channel string // id
	TS      string // the vendor's name of it within its channel; sorts by time as text of the same length
	Thread  string // TS of the message it replies to; empty: it stands in the channel itself
	User    string // id of who wrote it; empty: nobody's account, for example another app's
	Author  string // their name, for people
	Bot     bool   // an app wrote it
	Ours    bool   // we did
	Subtype string // the vendor's word for what is no ordinary message: channel_join, tombstone, thread_broadcast …
	Raw     string // the text as the vendor keeps it
	Text    string // the text as people read it: mentions and links resolved, entities decoded, no markup of links
	Edited  string // TS of the last edit by its author; empty: never
	Replies int    // number of replies, for the first message of a thread
	Latest  string // TS of the newest reply
	Files   []File
}

// Said reports whether a person, or an app of theirs, said this: it is neither ours nor the chat's own remark that
// somebody joined, renamed or pinned something.
func (m Message) Said() bool {
	switch m.Subtype {
	case "", "file_share", "thread_broadcast", "me_message", "bot_message":
		return !m.Ours
	}
	return false
}

// Key names a message over all channels.
func (m Message) Key() string { return m.Channel + " " + m.TS }

// File is a file that a message shows.
type File struct {
	ID       string
	Name     string // as its owner called it: it can hold anything
	Mime     string
	Size     int64
	URL      string // where its bytes are; empty: nowhere that we may fetch from
	Missing  string // why its bytes cannot be had: external, deleted, hidden by limit …; empty: they can
	External string // address of a file that lies elsewhere, for people; never fetched
}

// Page is a part of a list. Next is the cursor of the page after it; empty: there is none.
type Page struct {
	Messages []Message
	Next     string
}

// Span limits what is read: After < TS < Before. An empty limit is none.
type Span struct{ After, Before string }

// Channel is a channel's present state.
type Channel struct {
	ID, Name, Topic, Purpose string
	Private, Archived        bool
	Members                  []string // user ids; only if asked for
}

// Body is a file's bytes on their way. Size is what the vendor says they are; -1: it does not say.
type Body struct {
	io.ReadCloser
	Size int64
}
