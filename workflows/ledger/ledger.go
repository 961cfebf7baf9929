// Package ledger keeps the installation's ledger of side records: who has read, decoded or worked on many cases at once,
// which no history of Temporal knows. Each record is numbered, chained to the one before, and on disk before the act:
// where a number is missing, somebody has taken a record out. One file serves all processes of a machine.
package ledger

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"hikeshi/workflows/audit"
)

// Ledger is one file. The zero value, without a path, records nothing.
type Ledger struct {
	path string
	now  func() time.Time
}

// Open names the file. It is made with the first record.
func Open(path string) *Ledger { return &Ledger{path: path, now: time.Now} }

// Record writes what is about to be done. If it cannot be written the act must not happen.
func (l *Ledger) Record(a audit.Act) error {
	if l == nil || l.path == "" {
		return nil
	}
	if a.At.IsZero() {
		a.At = l.now().UTC().Truncate(time.Millisecond)
	}
	if err := l.append(a); err != nil {
		return fmt.Errorf("record %q in the ledger %s, without which it is not done: %w: make the file writable, or correct audit.ledger", a.Act, l.path, err)
	}
	return nil
}

func (l *Ledger) append(a audit.Act) (err error) {
	if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := lock(f); err != nil { // the lock goes with the file
		return err
	}
	n, chain, size, err := last(f)
	if err != nil {
		return err
	}
	var begin []byte
	if n == 0 {
		first := audit.Act{At: a.At, Act: audit.Begin, Reason: rand.Text()}
		if begin, chain, err = audit.Line(0, "", first); err != nil {
			return err
		}
		n = 1
	}
	line, _, err := audit.Line(n, chain, a)
	if err != nil {
		return err
	}
	line = append(begin, line...)
	if err := f.Truncate(size); err != nil { // half a line may be longer than this one
		return err
	}
	if _, err := f.WriteAt(line, size); err != nil {
		return err
	}
	return f.Sync()
}

// Head says how many records there are, and the chain of the last one; nil: there is no ledger.
func (l *Ledger) Head() (*audit.Ledger, error) {
	if l == nil || l.path == "" {
		return nil, nil
	}
	f, err := os.Open(l.path)
	if errors.Is(err, os.ErrNotExist) {
		return &audit.Ledger{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	n, chain, _, err := last(f)
	if err != nil || n == 0 {
		return &audit.Ledger{}, err
	}
	id, err := first(f)
	return &audit.Ledger{ID: id, Records: n, Head: chain}, err
}

// Text is the whole ledger; nil: there is none.
func (l *Ledger) Text() ([]byte, error) {
	if l == nil || l.path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(l.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return text[:bytes.LastIndexByte(text, '\n')+1], err
}

// first reads the ledger's id.
func first(f *os.File) (id string, err error) {
	var line struct{ Is audit.Act }
	err = json.NewDecoder(io.NewSectionReader(f, 0, longest)).Decode(&line)
	return line.Is.Reason, err
}

// longest bounds a record, in bytes.
const longest = 64 << 10

// last reads the last whole line: its number and its chain, and where the next one goes. Half a line, which a killed
// process has left, is written over: what it would have recorded was not done.
func last(f *os.File) (n int, chain string, size int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, "", 0, err
	}
	from := max(0, info.Size()-2*longest)
	b, err := io.ReadAll(io.NewSectionReader(f, from, info.Size()-from))
	if err != nil {
		return 0, "", 0, err
	}
	end := bytes.LastIndexByte(b, '\n')
	if end < 0 {
		if from > 0 {
			return 0, "", 0, errors.New("its last line is damaged")
		}
		return 0, "", 0, nil
	}
	line := b[bytes.LastIndexByte(b[:end], '\n')+1 : end]
	if _, err := fmt.Sscanf(string(line), `{"n":%d,"chain":"%64s`, &n, &chain); err != nil || len(chain) != 64 {
		return 0, "", 0, errors.New("its last line is damaged: nothing can be added to it")
	}
	return n, chain, from + int64(end) + 1, nil
}
