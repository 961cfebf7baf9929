package slacktest

import (
	"encoding/json"
	"slices"
	"strings"

	"hikeshi/activities/fake"
)

// Channel is a public or private channel. Times are Unix seconds.
type Channel struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"`
	Creator       string    `json:"creator"`
	Created       int64     `json:"created"`
	Private       bool      `json:"private,omitempty"`
	General       bool      `json:"general,omitempty"`
	External      bool      `json:"external,omitempty"` // shared with another organisation
	Direct        string    `json:"direct,omitempty"`   // user id: it is the app's conversation with them, and no channel
	Archived      bool      `json:"archived,omitempty"`
	Topic         Inscribed `json:"topic"`
	Purpose       Inscribed `json:"purpose"`
	PreviousNames []string  `json:"previous_names,omitempty"`
	Members       []string  `json:"members"` // user ids, in the order they joined
	Pins          []string  `json:"pins,omitempty"`
	Updated       int64     `json:"updated"`
}

// Inscribed is a topic or purpose, who set it and when.
type Inscribed struct {
	Value   string `json:"value"`
	Creator string `json:"creator"`
	LastSet int64  `json:"last_set"`
}

// Has reports whether the user is a member.
func (c Channel) Has(user string) bool { return slices.Contains(c.Members, user) }

// Message is what somebody, or Slack itself, wrote. Channel and TS name it.
type Message struct {
	Channel  string            `json:"channel"`
	TS       string            `json:"ts"`
	ThreadTS string            `json:"thread_ts,omitempty"` // of replies: the parent's TS
	Subtype  string            `json:"subtype,omitempty"`   // channel_join, channel_topic, file_share, thread_broadcast, tombstone …
	User     string            `json:"user"`
	BotID    string            `json:"bot_id,omitempty"`
	Text     string            `json:"text"`
	Blocks   json.RawMessage   `json:"blocks,omitempty"`
	Metadata json.RawMessage   `json:"metadata,omitempty"`
	Attached json.RawMessage   `json:"attachments,omitempty"` // previews of links
	Edited   *Edit             `json:"edited,omitempty"`
	Files    []string          `json:"files,omitempty"` // ids
	Extra    map[string]string `json:"extra,omitempty"` // further fields of system messages: inviter, topic, old_name …
	ClientID string            `json:"client_msg_id,omitempty"`
	Reacted  []Reaction        `json:"reactions,omitempty"`
}

// bySlack reports whether Slack itself wrote the message, about what somebody did.
func (m Message) bySlack() bool { return strings.HasPrefix(m.Subtype, "channel_") }

// Edit says who changed a message last, and when (a ts).
type Edit struct {
	User string `json:"user"`
	TS   string `json:"ts"`
}

// Reaction is an emoji under a message and who chose it.
type Reaction struct {
	Name  string   `json:"name"`
	Users []string `json:"users"`
	Count int      `json:"count"`
}

// User is a person or a bot.
type User struct {
	ID         string `json:"id,omitempty"`
	Name       string `json:"name,omitempty"`
	RealName   string `json:"real_name,omitempty"`
	Email      string `json:"email,omitempty"`
	Locale     string `json:"locale,omitempty"`
	TZ         string `json:"tz,omitempty"`
	BotID      string `json:"bot_id,omitempty"`
	Deleted    bool   `json:"deleted,omitempty"`
	Restricted bool   `json:"is_restricted,omitempty"`       // a guest, of the channels into which they are invited
	Ultra      bool   `json:"is_ultra_restricted,omitempty"` // a guest of a single channel
	Team       string `json:"team,omitempty"`                // of somebody external: the workspace that is theirs; empty: this one
}

func (u User) team() string {
	if u.Team != "" {
		return u.Team
	}
	return TeamID
}

// member reports whether the user is a full one of the workspace, who sees all its public channels.
func (u User) member() bool { return !u.Restricted && u.team() == TeamID }

// Bookmark is a link in a channel's bookmark bar.
type Bookmark struct {
	ID      string `json:"id"`
	Channel string `json:"channel_id"`
	Title   string `json:"title"`
	Link    string `json:"link"`
	Emoji   string `json:"emoji"`
	By      string `json:"by"`
	Created int64  `json:"created"`
	Updated int64  `json:"updated"`
}

// Ephemeral is a message that one person sees, and that Slack forgets.
type Ephemeral struct {
	TS      string          `json:"ts"`
	Channel string          `json:"channel"`
	User    string          `json:"user"`
	Text    string          `json:"text"`
	Blocks  json.RawMessage `json:"blocks,omitempty"`
	Source  string          `json:"source"` // command, response_url or chat.postEphemeral
}

// File is an uploaded file; its bytes are kept beside it.
type File struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	User     string   `json:"user"`
	Size     int      `json:"size"`
	Created  int64    `json:"created"`
	Mime     string   `json:"mimetype,omitempty"` // empty: by the name's ending
	Host     string   `json:"host"`               // where it is downloaded from, as far as the server does not know better
	Deleted  bool     `json:"deleted,omitempty"`
	Received bool     `json:"received"`
	Complete bool     `json:"complete"`
	Shares   []string `json:"shares,omitempty"` // "channel ts" of the messages that hold it
}

// hook is a response_url.
type hook struct {
	User    string `json:"user"`
	Channel string `json:"channel"`
	Message string `json:"message,omitempty"` // ts of the message whose button was pressed
	Uses    int    `json:"uses"`
	Expires int64  `json:"expires"`
}

type tables struct {
	channels   *fake.Table[Channel]
	messages   *fake.Table[Message]
	users      *fake.Table[User]
	groups     *fake.Table[fake.Group]
	bookmarks  *fake.Table[Bookmark]
	ephemerals *fake.Table[Ephemeral]
	files      *fake.Table[File]
	blobs      *fake.Table[[]byte]
	hooks      *fake.Table[hook]
	views      *fake.Table[Dialog]
	triggers   *fake.Table[trigger]
	counters   *fake.Table[int64]
}

func (t *tables) open(s *fake.Store) error {
	return firstError(
		table(s, "channels", &t.channels), table(s, "messages", &t.messages), table(s, "users", &t.users),
		table(s, "groups", &t.groups), table(s, "bookmarks", &t.bookmarks), table(s, "ephemerals", &t.ephemerals),
		table(s, "files", &t.files), table(s, "blobs", &t.blobs), table(s, "response_urls", &t.hooks), table(s, "views", &t.views), table(s, "triggers", &t.triggers), table(s, "counters", &t.counters))
}

func table[T any](s *fake.Store, label string, into **fake.Table[T]) (err error) {
	*into, err = fake.NewTable[T](s, label)
	return err
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
