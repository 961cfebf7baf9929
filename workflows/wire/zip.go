package wire

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"sync"
)

// maxPlain bounds a payload before compression, in both directions: what is written can be read, and reading cannot
// fill the memory. Temporal itself takes payloads of 2 MiB.
const maxPlain = 64 << 20

// zipper keeps compressors for use again: each takes 800 KiB to make, for payloads of a few hundred bytes.
type zipper struct{ writers sync.Pool }

func newZipper() *zipper {
	return &zipper{writers: sync.Pool{New: func() any { return zlib.NewWriter(io.Discard) }}}
}

func (z *zipper) deflate(plain []byte) []byte {
	var out bytes.Buffer
	w := z.writers.Get().(*zlib.Writer)
	defer z.writers.Put(w)
	w.Reset(&out)
	// Neither can fail: a bytes.Buffer takes everything.
	_, _ = w.Write(plain)
	_ = w.Close()
	return out.Bytes()
}

func inflate(small []byte) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(small))
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxPlain+1))
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	if len(plain) > maxPlain {
		return nil, fmt.Errorf("decompress: more than %d MiB", maxPlain>>20)
	}
	return plain, nil
}
