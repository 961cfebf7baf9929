package wire

import (
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
)

// Encoding is the value of the metadata `encoding` of a payload that [Codec] has sealed.
const Encoding = "binary/encrypted"

// Metadata of a sealed payload, beside `encoding`.
const (
	metaKeyID    = "encryption-key-id"
	metaCipher   = "encryption-cipher"
	metaWorkflow = "encryption-workflow"
)

// Codec encrypts payloads with the active key of a ring and decrypts those of any of its keys. It is safe for
// concurrent use. It is a [converter.PayloadCodec].
//
// In a context that names a workflow, the workflow's id is bound to the payload: it can be read from the metadata and
// cannot be changed. Decoding never asks for that context, because readers outside a workflow (the Web UI, lists, the
// audit) have none, and a signal or a child's input is read under another one than it was written under.
type Codec struct {
	ring     *KeyRing
	workflow string // empty: not known
	zip      *zipper
}

// NewCodec makes the codec of a ring.
func NewCodec(ring *KeyRing) *Codec { return &Codec{ring: ring, zip: newZipper()} }

// WithSerializationContext returns the codec for payloads of one workflow.
func (c *Codec) WithSerializationContext(ctx converter.SerializationContext) converter.PayloadCodec {
	bound := *c
	switch ctx := ctx.(type) {
	case converter.WorkflowSerializationContext:
		bound.workflow = ctx.WorkflowID
	case converter.ActivitySerializationContext:
		bound.workflow = ctx.WorkflowID
	default:
		bound.workflow = ""
	}
	return &bound
}

// Encode seals every payload. On an error it returns no payload at all, so that nothing can leave unencrypted.
func (c *Codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	sealed := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		s, err := c.seal(p)
		if err != nil {
			return nil, fmt.Errorf("encrypt payload: %w", err)
		}
		sealed[i] = s
	}
	return sealed, nil
}

// Decode opens the payloads that this codec sealed and passes all others on as they are: histories hold payloads that
// Temporal itself made, which are not encrypted.
func (c *Codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	opened := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		if !isSealed(p) {
			opened[i] = p
			continue
		}
		o, err := c.open(p)
		if err != nil {
			return nil, fmt.Errorf("decrypt payload: %w", err)
		}
		opened[i] = o
	}
	return opened, nil
}

func isSealed(p *commonpb.Payload) bool {
	return string(p.GetMetadata()[converter.MetadataEncoding]) == Encoding
}

func (c *Codec) seal(p *commonpb.Payload) (*commonpb.Payload, error) {
	plain, err := proto.Marshal(p)
	if err != nil {
		return nil, err
	}
	if len(plain) > maxPlain {
		return nil, fmt.Errorf("it has %d bytes, more than the %d MiB that can be read back", len(plain), maxPlain>>20)
	}
	e := envelope{keyID: c.ring.active, cipher: cipherPlain, workflow: c.workflow}
	if small := c.zip.deflate(plain); len(small) < len(plain) {
		plain, e.cipher = small, cipherZlib
	}
	return e.payload(e.seal(c.ring.keys[e.keyID], plain)), nil
}

func (c *Codec) open(p *commonpb.Payload) (*commonpb.Payload, error) {
	e := envelopeOf(p)
	aead := c.ring.keys[e.keyID]
	if aead == nil {
		return nil, fmt.Errorf("key %q is not in the key ring (it has %s): add it to the ring again as a retired key",
			e.keyID, c.ring.ids())
	}
	plain, err := e.open(aead, p.GetData())
	if err != nil {
		return nil, err
	}
	if e.cipher == cipherZlib {
		if plain, err = inflate(plain); err != nil {
			return nil, err
		}
	}
	inner := &commonpb.Payload{}
	if err := proto.Unmarshal(plain, inner); err != nil {
		return nil, fmt.Errorf("what was encrypted is no payload: %w", err)
	}
	return inner, nil
}
