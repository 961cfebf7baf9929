package mirror

import (
	"context"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// Conversation is the chat. *slack.Client is one.
type Conversation interface {
	History(ctx context.Context, channel string, in talk.Span, cursor string) (talk.Page, error)
	Replies(ctx context.Context, channel, thread string, in talk.Span, cursor string) (talk.Page, error)
	Message(ctx context.Context, channel, ts, thread string) (*talk.Message, error)
	Fetch(ctx context.Context, f talk.File) (talk.Body, error)
}

// Log is where digests go. *jira.Client is one.
type Log interface {
	WriteDigest(ctx context.Context, ticket string, d ledger.Digest) error
	Digests(ctx context.Context, ticket string, each func(ledger.Digest) (bool, error)) error
}

// Store is where files go. *drive.Client is one.
type Store interface {
	OpenUpload(ctx context.Context, f deposit.File, from *deposit.Checkpoint) (deposit.Writer, error)
	Stat(ctx context.Context, id string) (deposit.Stored, error)
}

// Masker takes secrets out of a text, and says how many. *mask.Masker is one.
type Masker interface{ Mask(string) (string, int) }

// Activities copy conversations. Register it with a worker.
type Activities struct {
	Chat   Conversation
	Log    Log
	Files  Store
	Mask   Masker
	Escape func(string) string // makes a text harmless in the log
}

// MirrorMessages asks for what was said since the cursors, and for what the hints tell of, to be logged.
type MirrorMessages struct {
	activities.Effect
	Series   string            `json:"series"` // with a digest's number it is the key of the digest
	Log      string            `json:"log"`    // id of the log ticket that takes new digests
	Logs     []string          `json:"logs"`   // ids of all of them, the oldest first
	Seq      int               `json:"seq"`    // of the last digest that was written
	Room     int               `json:"room"`   // how many digests Log still takes
	Evidence string            `json:"evidence"`
	FileIDs  []string          `json:"file_ids"`          // reserved, for files that are found
	Kept     map[string]string `json:"kept,omitempty"`    // files that are in the store already: the chat's id → the store's
	Lacking  map[string]int    `json:"lacking,omitempty"` // files that the log names as not kept: the chat's id → how often sweeps have tried again
	Links    string            `json:"links"`             // beginning of the addresses of messages; empty: no links
	Channels []Cursor          `json:"channels"`
	Hints    []Hint            `json:"hints,omitempty"`
	Sweep    bool              `json:"sweep,omitempty"` // read everything again and log what is missing
	Final    bool              `json:"final,omitempty"` // of a sweep: try every file again, however often it was refused
	Words    map[string]string `json:"words"`           // of the log's language, see Words
}

// Cursor says how far a channel has been logged.
type Cursor struct {
	Channel string            `json:"channel"`
	Name    string            `json:"name"`
	After   string            `json:"after,omitempty"`   // TS of the newest message logged that stands in the channel itself
	Threads map[string]string `json:"threads,omitempty"` // first message of a thread → TS of its newest reply logged
}

// Hint tells of something that no cursor finds: an edit, a deletion, a reply.
type Hint struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Thread  string `json:"thread,omitempty"`
	Deleted bool   `json:"deleted,omitempty"`
}

// Mirrored says what was logged.
type Mirrored struct {
	Seq      int               `json:"seq"`
	Channels []Cursor          `json:"channels"`
	Kept     map[string]string `json:"kept,omitempty"`     // files that were put into the store by this call
	Lacking  map[string]int    `json:"lacking,omitempty"`  // as it is now
	IDsLeft  []string          `json:"ids_left,omitempty"` // of FileIDs
	Counts
	Through string   `json:"through,omitempty"` // TS of the newest message logged in this call, over all channels
	More    bool     `json:"more,omitempty"`    // it stopped before the end, for want of file ids or of room: call again
	Full    bool     `json:"full,omitempty"`    // Log takes no more digests
	Gone    []string `json:"gone,omitempty"`    // channels that cannot be read any more
	Hints   []Hint   `json:"hints,omitempty"`   // those not done yet, if More
}

// Counts are numbers of things logged.
type Counts struct {
	Digests   int `json:"digests,omitempty"`
	Messages  int `json:"messages,omitempty"`
	Edits     int `json:"edits,omitempty"`
	Deletions int `json:"deletions,omitempty"`
	Lost      int `json:"lost,omitempty"`     // deleted before anybody could log them
	Files     int `json:"files,omitempty"`    // put into the store
	NotKept   int `json:"not_kept,omitempty"` // files whose bytes could not be had; below zero: more of them are kept now
	Masked    int `json:"masked,omitempty"`   // secrets
}

// MirrorMessages logs what was said since the cursors, and what the hints tell of, and puts files away. Running it twice
// is harmless: each digest of the log carries the list of what it holds, and every try that may not be the first reads
// the newest digests before it writes one; files have reserved ids, under which they are found again. A file whose bytes
// the chat refuses holds nothing up: it is named as not kept, and sweeps try it again. Final errors: the
// log ticket or the folder is not there, or closed to us (NotFound, Denied), and what the vendor refuses (Invalid). A
// channel that cannot be read is no error: it is named in the result. If the result says that there is more, the call
// must be made again, a sweep as a sweep.
// https://docs.slack.dev/reference/methods/conversations.history
// https://docs.slack.dev/reference/methods/conversations.replies
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-comments/
// https://developers.google.com/workspace/drive/api/guides/manage-uploads
func (a *Activities) MirrorMessages(ctx context.Context, in MirrorMessages) (Mirrored, error) {
	return a.copying(ctx, in).run()
}
