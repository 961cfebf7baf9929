package drivetest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// contents keeps the bytes of files, in a folder beside the database file or in memory.
type contents struct {
	folder string // empty: in memory
	memory map[string][]byte
}

func openContents(path string) (*contents, error) {
	if path == "" {
		return &contents{memory: map[string][]byte{}}, nil
	}
	c := &contents{folder: path + ".content"}
	if err := os.MkdirAll(c.folder, 0o700); err != nil {
		return nil, fmt.Errorf("open contents: %w", err)
	}
	return c, nil
}

// write puts data at an offset; what lies behind it is cut off. An upload that was noted as shorter than the bytes on
// disk, because the process was killed between the two, so goes on at the right place.
func (c *contents) write(name string, offset int64, data []byte) error {
	if c.folder == "" {
		have := c.memory[name]
		if offset < int64(len(have)) {
			have = have[:offset:offset] // somebody may still read what is there
		}
		c.memory[name] = append(have, data...)
		return nil
	}
	f, err := os.OpenFile(filepath.Join(c.folder, name), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(data, offset)
	if err == nil {
		err = f.Truncate(offset + int64(len(data)))
	}
	return errors.Join(err, f.Close())
}

func (c *contents) read(name string) ([]byte, error) {
	if c.folder == "" {
		return c.memory[name], nil
	}
	return os.ReadFile(filepath.Join(c.folder, name))
}

func (c *contents) remove(name string) error {
	if name == "" {
		return nil
	}
	if c.folder == "" {
		delete(c.memory, name)
		return nil
	}
	if err := os.Remove(filepath.Join(c.folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// open reads without keeping everything in memory.
func (c *contents) open(name string) (io.ReadCloser, error) {
	if c.folder == "" {
		return io.NopCloser(bytes.NewReader(c.memory[name])), nil
	}
	return os.Open(filepath.Join(c.folder, name))
}

// fill stores data as the content of the file.
func (s *Server) fill(f *File, data []byte) error {
	blob, sums := newID(), newSums()
	if err := s.contents.write(blob, 0, data); err != nil {
		return err
	}
	sums.Write(data)
	return s.take(f, blob, sums)
}

// take makes stored bytes the content of the file, in place of those it had.
func (s *Server) take(f *File, blob string, sums *sums) error {
	old := f.Blob
	f.Blob, f.Size = blob, sums.size
	f.MD5, f.SHA1, f.SHA256 = sums.hex(0), sums.hex(1), sums.hex(2)
	return s.contents.remove(old)
}
