package wire

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
)

// The values of encryption-cipher.
const (
	cipherPlain = "AES-256-GCM"
	cipherZlib  = "zlib+AES-256-GCM"
)

// envelope is what a sealed payload says about itself in the clear, all of it authenticated.
type envelope struct {
	keyID    string
	cipher   string
	workflow string
}

func envelopeOf(p *commonpb.Payload) envelope {
	meta := p.GetMetadata()
	return envelope{keyID: string(meta[metaKeyID]), cipher: string(meta[metaCipher]), workflow: string(meta[metaWorkflow])}
}

func (e envelope) payload(data []byte) *commonpb.Payload {
	meta := map[string][]byte{
		converter.MetadataEncoding: []byte(Encoding),
		metaKeyID:                  []byte(e.keyID),
		metaCipher:                 []byte(e.cipher),
	}
	if e.workflow != "" {
		meta[metaWorkflow] = []byte(e.workflow)
	}
	return &commonpb.Payload{Metadata: meta, Data: data}
}

// authenticated is the additional data of GCM. Every part goes with its length, so that no two envelopes give the same.
func (e envelope) authenticated() []byte {
	var out []byte
	for _, part := range []string{"hikeshi payload 1", e.cipher, e.keyID, e.workflow} {
		out = binary.AppendUvarint(out, uint64(len(part)))
		out = append(out, part...)
	}
	return out
}

// seal returns the nonce followed by the ciphertext.
func (e envelope) seal(aead cipher.AEAD, plain []byte) []byte {
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	rand.Read(nonce) // never fails: it ends the process when the system has no randomness
	return aead.Seal(nonce, nonce, plain, e.authenticated())
}

func (e envelope) open(aead cipher.AEAD, data []byte) ([]byte, error) {
	if e.cipher != cipherPlain && e.cipher != cipherZlib {
		return nil, fmt.Errorf("cipher %q is not known: a newer version wrote it, or it was changed", e.cipher)
	}
	if shortest := aead.NonceSize() + aead.Overhead(); len(data) < shortest {
		return nil, fmt.Errorf("it has %d bytes, fewer than the %d of the shortest: it was cut off", len(data), shortest)
	}
	nonce, sealed := data[:aead.NonceSize()], data[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, sealed, e.authenticated())
	if err != nil {
		return nil, fmt.Errorf("it was changed after it was encrypted, or key %q is another key than then", e.keyID)
	}
	return plain, nil
}
