package seal

import (
	"context"
	"time"

	"hikeshi/activities/internal/deposit"
)

// Recorder makes the files of a seal out of histories. worker/host plugs in one over Temporal's client.
type Recorder interface {
	// Seal reads the histories and makes the files of the seal. own is the activity that asks: nothing after it is
	// read. Asked twice for the same with the same histories, it makes the same.
	Seal(ctx context.Context, in Order, own Own, beat func()) (Made, error)
	// Audit joins the records of all seals, each as its file holds it, into one list and a page that people read.
	Audit(ctx context.Context, lang string, seals [][]byte) (lines, page []byte, err error)
}

// Authority gives timestamps (RFC 3161). *timestamp.Client is one.
type Authority interface {
	// Stamp asks for a token over a head, and checks it against the pinned certificate before it returns it.
	Stamp(ctx context.Context, head string) (token []byte, at time.Time, err error)
	// Check accepts a token over the head that it gave before, and returns its time.
	Check(token []byte, head string) (time.Time, error)
}

// Store is where the files go. *drive.Client is one.
type Store interface {
	OpenUpload(ctx context.Context, f deposit.File, from *deposit.Checkpoint) (deposit.Writer, error)
	// Read reads a file of at most that many bytes.
	Read(ctx context.Context, id string, most int64) ([]byte, error)
}

// Activities seal cases. Register it with a worker. Authority is nil where none is configured.
type Activities struct {
	Recorder  Recorder
	Files     Store
	Authority Authority
}

// Own names the activity that seals, by where it stands in history.
type Own struct{ Workflow, Run, Activity string }

// Order says what is sealed.
type Order struct {
	Case   string    `json:"case"`   // workflow id
	Number string    `json:"number"` // as people call the case now
	Seal   int       `json:"seal"`   // 1, 2 …
	Branch string    `json:"branch,omitempty"`
	Prev   string    `json:"prev,omitempty"`  // head of the seal before; empty for the first
	Token  string    `json:"token,omitempty"` // SHA-256 of the timestamp over Prev; empty: there is none
	Why    string    `json:"why"`             // roll, daily or archive
	Asked  time.Time `json:"asked"`
	Of     []string  `json:"of"`             // workflow ids: the case first, its Intake and children
	Runs   []Run     `json:"runs,omitempty"` // what earlier seals hold
}

// Run is how far a run is sealed.
type Run struct {
	Workflow string `json:"workflow"`
	Run      string `json:"run"`
	Through  int64  `json:"through"`          // id of the last event that is sealed
	Closed   bool   `json:"closed,omitempty"` // it was the run's last
}

// File is a file before it is made. ID is reserved.
type File struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Folder string `json:"folder"`
	Key    string `json:"key"`
}

// Artifact is a file that was made. SHA256 is of the bytes that we sent.
type Artifact struct {
	Name   string `json:"name"`
	ID     string `json:"id"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Content is a file in memory.
type Content struct {
	Name, Mime string
	Bytes      []byte
}

// Made are the files of a seal: the seal itself, the raw histories, their records, in this order.
type Made struct {
	Files []Content
	Doc   string // the text of the seal's own file
	Head  string // hexadecimal SHA-256
	Runs  []Run  // how far each run is sealed now
	News  int    // records of anything but the sealing itself
}

// PerSeal is how many files a seal has: those of Made, and the timestamp.
const PerSeal = 4
