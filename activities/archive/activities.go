package archive

import (
	"context"
	"io"
	"time"

	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// Conversation is the chat. *slack.Client is one.
type Conversation interface {
	History(ctx context.Context, channel string, in talk.Span, cursor string) (talk.Page, error)
	Replies(ctx context.Context, channel, thread string, in talk.Span, cursor string) (talk.Page, error)
	Channel(ctx context.Context, id string, members bool) (talk.Channel, error)
}

// Tickets are where the log is. *jira.Client is one.
type Tickets interface {
	Digests(ctx context.Context, ticket string, each func(ledger.Digest) (bool, error)) error
	ExportTicket(ctx context.Context, ticket string, w io.Writer) error
}

// Store is where the archive goes. *drive.Client is one.
type Store interface {
	OpenUpload(ctx context.Context, f deposit.File, from *deposit.Checkpoint) (deposit.Writer, error)
	Stat(ctx context.Context, id string) (deposit.Stored, error)
	Export(ctx context.Context, id, mime string) (io.ReadCloser, error)
}

// Masker takes secrets out of a text, and says how many. *mask.Masker is one.
type Masker interface{ Mask(string) (string, int) }

// Activities make and check archives. Register it with a worker.
type Activities struct {
	Chat    Conversation
	Tickets Tickets
	Files   Store
	Mask    Masker
	// Lag is how long the mirror may take to log what was said; 0: 10 minutes.
	Lag time.Duration
}

// File is a file of the archive before it is made.
type File struct {
	ID     string `json:"id"` // reserved
	Name   string `json:"name"`
	Folder string `json:"folder"`
	Key    string `json:"key"`
}

// Artifact is a file of the archive that was made. SHA256 is of the bytes that we sent.
type Artifact struct {
	Name   string `json:"name"`
	ID     string `json:"id"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Channel is a channel to be archived. Title is for people: the case's, or an analysis's.
type Channel struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Title string `json:"title"`
}

// Count is what a channel holds. Sum is equal for two readings of a channel in which the same stands.
type Count struct {
	Channel  string `json:"channel"`
	Name     string `json:"name"`     // as it is called now
	Messages int    `json:"messages"` // all of them, replies among them
	Replies  int    `json:"replies"`
	Files    int    `json:"files"`             // shown by the messages
	Deleted  int    `json:"deleted,omitempty"` // messages that the log knows to be gone
	Masked   int    `json:"masked,omitempty"`  // secrets
	Gone     bool   `json:"gone,omitempty"`    // it cannot be read any more, or not to its end
	Sum      string `json:"sum"`
}
