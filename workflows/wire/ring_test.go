package wire_test

import (
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"

	"hikeshi/workflows/wire"
)

// testRing has the retired key test-1 and the active key test-2.
func testRing(t *testing.T) *wire.KeyRing {
	t.Helper()
	ring, err := wire.LoadKeyRing("testdata/keys.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func parseRing(t *testing.T, text string) *wire.KeyRing {
	t.Helper()
	ring, err := wire.ParseKeyRing([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func jsonPayload(text string) *commonpb.Payload {
	return &commonpb.Payload{Metadata: map[string][]byte{converter.MetadataEncoding: []byte("json/plain")}, Data: []byte(text)}
}

func seal(t *testing.T, c converter.PayloadCodec, p *commonpb.Payload) *commonpb.Payload {
	t.Helper()
	sealed, err := c.Encode([]*commonpb.Payload{p})
	if err != nil {
		t.Fatal(err)
	}
	return sealed[0]
}

func open(c converter.PayloadCodec, p *commonpb.Payload) (*commonpb.Payload, error) {
	opened, err := c.Decode([]*commonpb.Payload{p})
	if err != nil {
		return nil, err
	}
	return opened[0], nil
}
