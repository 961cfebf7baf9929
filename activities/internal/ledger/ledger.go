// Package ledger is the machine's part of the log: which messages a digest comment holds. The words of a digest are for
// people; its entries let mirror and archive know what has been logged, without keeping it anywhere else. They travel
// as an entity property of the comment.
package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"hikeshi/activities/internal/talk"
)

// Kind says what an entry logs of a message.
type Kind string

// Said: the message as it was when it was first seen. Edited: a new text of it. Deleted: it is gone, and was logged
// before. Lost: it was gone before anybody could log it. Kept: files of it are kept now that the log names as not kept.
const (
	Said    Kind = "said"
	Edited  Kind = "edited"
	Deleted Kind = "deleted"
	Lost    Kind = "lost"
	Kept    Kind = "kept"
)

// Entry is one message, edit, deletion or late file in a digest.
type Entry struct {
	Kind    Kind   `json:"k"`
	Channel string `json:"c"`
	TS      string `json:"t"`
	Thread  string `json:"r,omitempty"`
	Edited  string `json:"e,omitempty"` // TS of the edit whose text this is
	Sum     string `json:"h,omitempty"` // Sum of the message
	Files   []File `json:"f,omitempty"`
	Part    int    `json:"p,omitempty"`  // a message too long for one digest: which part of it this is, 1, 2, 3 …
	Parts   int    `json:"of,omitempty"` // and how many there are
	Masked  int    `json:"m,omitempty"`  // secrets taken out of it
}

// Key names the message over all channels, as its own Key does.
func (e Entry) Key() string { return e.Channel + " " + e.TS }

// Whole reports whether the message is logged to its end with this entry: parts are written in order.
func (e Entry) Whole() bool { return e.Part == e.Parts }

// File is a file of a message and where it is kept.
type File struct {
	ID      string `json:"id"`             // the chat's
	Kept    string `json:"to,omitempty"`   // id of the file in the store; empty: it is not kept
	SHA256  string `json:"sum,omitempty"`  // hexadecimal, computed while it was fetched
	Size    int64  `json:"size,omitempty"` // bytes
	Missing string `json:"no,omitempty"`   // why it is not kept
}

// Digest is one comment of the log.
type Digest struct {
	Key     string  `json:"key"` // names the effect that wrote it
	Seq     int     `json:"n"`   // 1, 2, 3 … within the case, over all of its log tickets
	Entries []Entry `json:"entries"`
	Body    string  `json:"-"` // what people read
}

// MaxProperty is how long the JSON of a digest may be: JIRA's limit for a property, with some room.
const MaxProperty = 32000

// Sum is equal for two states of a message in which the same is said and shown.
func Sum(m talk.Message) string {
	var b strings.Builder
	b.WriteString(m.Raw)
	for _, f := range m.Files {
		b.WriteString("\x00" + f.ID)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:8])
}
