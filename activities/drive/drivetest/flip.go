package drivetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// FlipByte changes one byte of a stored content, as somebody does who uploads a new revision that looks the same: its
// checksums and its version change with it. Those who check what was archived must notice.
func (s *Server) FlipByte(id string, at int64) error {
	var err error
	s.locked(func() { err = s.flip(id, at) })
	return err
}

// flipByte is FlipByte as an endpoint: POST /_control/flip {"file": id, "at": position}.
func (s *Server) flipByte(w http.ResponseWriter, r *http.Request) {
	var in struct {
		File string `json:"file"`
		At   int64  `json:"at"`
	}
	err := json.NewDecoder(r.Body).Decode(&in)
	if err == nil {
		err = s.flip(in.File, in.At)
	}
	if err != nil {
		http.Error(w, fmt.Sprintf("flip a byte: %v", err), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) flip(id string, at int64) (err error) {
	f, ok := s.files.Get(id)
	switch {
	case !ok:
		return fmt.Errorf("there is no file %q", id)
	case f.Blob == "":
		return fmt.Errorf("%q has no bytes of its own", id)
	case at < 0 || at >= f.Size:
		return fmt.Errorf("%q has no byte %d: it has %d bytes", id, at, f.Size)
	}
	from, err := s.contents.open(f.Blob)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	blob, sums := newID(), newSums()
	for piece := make([]byte, 1<<20); ; {
		n, err := io.ReadFull(from, piece)
		if n > 0 {
			if in := at - sums.size; in >= 0 && in < int64(n) {
				piece[in] ^= 1
			}
			if err := s.contents.write(blob, sums.size, piece[:n]); err != nil {
				return err
			}
			sums.Write(piece[:n])
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if err := s.take(&f, blob, sums); err != nil {
		return err
	}
	s.save(f, accounts()[1])
	return nil
}
