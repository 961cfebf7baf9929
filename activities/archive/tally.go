package archive

import (
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"

	"hikeshi/activities/internal/talk"
)

// tally counts what a channel holds while it is read, and sums it up.
type tally struct {
	Count
	State []byte `json:"state,omitempty"` // of the sum, where the reading goes on later

	sum hash.Hash
}

// resume takes the sum up where State left it.
func (t *tally) resume() error {
	t.sum = sha256.New()
	if t.State == nil {
		return nil
	}
	if err := t.sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(t.State); err != nil {
		return fmt.Errorf("take up the sum of channel %s: %w", t.Channel, err)
	}
	return nil
}

// save puts the sum into State.
func (t *tally) save() (err error) {
	if t.sum != nil {
		t.State, err = t.sum.(encoding.BinaryMarshaler).MarshalBinary()
	}
	return err
}

// add counts one message. Of what people said everything counts: text, edit and files. Of our own messages and of the
// chat's remarks only that they are there: we go on editing the status card, and nobody loses anything by that.
func (t *tally) add(m talk.Message) {
	t.Messages++
	if isReply(m) {
		t.Replies++
	}
	t.Files += len(m.Files)
	if !m.Said() {
		t.write(m.TS)
		return
	}
	t.write(m.TS, m.Raw, m.Edited)
	for _, f := range m.Files {
		t.write(f.ID)
	}
}

// write adds texts, each after its length, so that no text can pass for two.
func (t *tally) write(texts ...string) {
	var b []byte
	b = binary.AppendUvarint(b, uint64(len(texts)))
	for _, text := range texts {
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	t.sum.Write(b) //nolint:errcheck // a hash never fails
}

// end gives the count with its sum.
func (t *tally) end() Count {
	t.Sum = hex.EncodeToString(t.sum.Sum(nil))
	return t.Count
}
