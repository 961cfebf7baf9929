// Package deposit holds what it takes to put a file away for good: the file's description, and the state from which an
// interrupted upload goes on. The store's client fills it in; it knows no vendor and no case.
package deposit

import (
	"context"
	"io"
)

// File is a file to be put away. Its id is reserved before, so that whoever is interrupted finds the file, or its
// beginnings, again.
type File struct {
	ID     string `json:"id"`
	Name   string `json:"name"` // harmless already: no separators, no control characters
	Mime   string `json:"mime"`
	Folder string `json:"folder"`
	Key    string `json:"key"` // proves whose file it is
}

// Stored is a file that is there. Its SHA256 is the store's own, of the bytes that it holds.
type Stored struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	URL     string `json:"url,omitempty"`
	Mime    string `json:"mime,omitempty"`
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"`
	Key     string `json:"key,omitempty"`
	Trashed bool   `json:"trashed,omitempty"`
}

// Checkpoint is the state of an upload, small enough for a heartbeat: the chunks that were sent are the store's, the
// bytes since then (Tail, at most a chunk) are in here. Whoever knows the session can write the file: keep it where the
// history is encrypted.
type Checkpoint struct {
	Session string `json:"session"` // the vendor's address of the upload
	Sent    int64  `json:"sent"`
	Tail    []byte `json:"tail,omitempty"`
	Hash    []byte `json:"hash"` // state of the SHA-256 over all bytes so far
}

// Writer is an upload under way. Write buffers up to a chunk; its error is a Fault, and what it has taken until then is
// in the checkpoint. Close sends the rest, and returns what the store says it holds, after comparing that with the
// SHA-256 of what was written: a difference is an error. A Close that gave an error may be tried again. An upload that
// is never closed leaves nothing behind that people see.
type Writer interface {
	io.Writer
	Checkpoint() (Checkpoint, error)
	Close(ctx context.Context) (Stored, error)
}
