package drivetest

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
)

// sums are Drive's three checksums of a content, taken piece by piece: a large upload is never read as a whole. As JSON
// they are the state from which the next piece goes on.
type sums struct {
	size   int64
	hashes [3]hash.Hash
}

func newSums() *sums { return &sums{hashes: [3]hash.Hash{md5.New(), sha1.New(), sha256.New()}} }

// Write adds a piece. It never fails.
func (s *sums) Write(p []byte) (int, error) {
	for _, h := range s.hashes {
		h.Write(p)
	}
	s.size += int64(len(p))
	return len(p), nil
}

func (s *sums) hex(i int) string { return hex.EncodeToString(s.hashes[i].Sum(nil)) }

// sumsState is how the state of sums is kept.
type sumsState struct {
	Size   int64
	Hashes [3][]byte
}

// MarshalJSON keeps the state.
func (s *sums) MarshalJSON() ([]byte, error) {
	state := sumsState{Size: s.size}
	for i, h := range s.hashes {
		raw, err := h.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			return nil, err
		}
		state.Hashes[i] = raw
	}
	return json.Marshal(state)
}

// UnmarshalJSON takes the state up.
func (s *sums) UnmarshalJSON(raw []byte) error {
	var state sumsState
	if err := json.Unmarshal(raw, &state); err != nil {
		return err
	}
	*s = *newSums()
	s.size = state.Size
	var errs []error
	for i, h := range s.hashes {
		errs = append(errs, h.(encoding.BinaryUnmarshaler).UnmarshalBinary(state.Hashes[i]))
	}
	return errors.Join(errs...)
}
