package wire_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"

	"hikeshi/workflows/wire"
)

func TestCodecRoundTrip(t *testing.T) {
	codec := wire.NewCodec(testRing(t))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 500 {
		want := randomPayload(random)
		sealed := seal(t, codec, want)
		if len(want.Data) > 8 && bytes.Contains(sealed.Data, want.Data) {
			t.Fatalf("payload %d: the sealed data hold the plain data", i)
		}
		got, err := open(codec, sealed)
		if err != nil {
			t.Fatalf("payload %d: %v", i, err)
		}
		if !proto.Equal(got, want) {
			t.Fatalf("payload %d: got %v, want %v", i, got, want)
		}
	}
}

// randomPayload is empty, noise, or a text that compresses; with no, one or many metadata.
func randomPayload(r *rand.Rand) *commonpb.Payload {
	p := &commonpb.Payload{}
	for range r.IntN(4) {
		if p.Metadata == nil {
			p.Metadata = map[string][]byte{}
		}
		p.Metadata[strings.Repeat("k", 1+r.IntN(9))] = noise(r, r.IntN(20))
	}
	switch r.IntN(3) {
	case 1:
		p.Data = noise(r, r.IntN(2000))
	case 2:
		p.Data = bytes.Repeat(noise(r, 7), 1+r.IntN(500))
	}
	return p
}

func noise(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestCodecSealsAnew(t *testing.T) {
	codec := wire.NewCodec(testRing(t))
	one, two := seal(t, codec, jsonPayload(`"same"`)), seal(t, codec, jsonPayload(`"same"`))
	if bytes.Equal(one.Data, two.Data) {
		t.Error("equal payloads look equal when sealed: the nonce was used twice")
	}
}

func TestCodecCompressesOnlyIfSmaller(t *testing.T) {
	codec := wire.NewCodec(testRing(t))
	for text, want := range map[string]string{
		`"a"`:                                "AES-256-GCM",
		`"` + strings.Repeat("x", 300) + `"`: "zlib+AES-256-GCM",
	} {
		sealed := seal(t, codec, jsonPayload(text))
		if got := string(sealed.Metadata["encryption-cipher"]); got != want {
			t.Errorf("%d bytes: cipher %q, want %q", len(text), got, want)
		}
	}
}

func TestCodecNoticesEveryChangedByte(t *testing.T) {
	codec := wire.NewCodec(testRing(t)).WithSerializationContext(converter.WorkflowSerializationContext{WorkflowID: "case/SEC-1"})
	sealed := seal(t, codec, jsonPayload(`"small"`))
	for i := range sealed.Data {
		changed := proto.CloneOf(sealed)
		changed.Data[i] ^= 1
		if _, err := open(codec, changed); err == nil {
			t.Errorf("data byte %d changed: no error", i)
		}
	}
	for key, value := range sealed.Metadata {
		for i := range value {
			changed := proto.CloneOf(sealed)
			changed.Metadata[key][i] ^= 1
			got, err := open(codec, changed)
			// Another encoding is another codec's business: it is passed on, still encrypted.
			if passed := key == "encoding" && proto.Equal(got, changed); err == nil && !passed {
				t.Errorf("metadata %s byte %d changed: no error", key, i)
			}
		}
	}
}

func TestCodecRefuses(t *testing.T) {
	codec := wire.NewCodec(testRing(t))
	sealed := seal(t, codec, jsonPayload(`"x"`))
	with := func(key, value string) *commonpb.Payload {
		p := proto.CloneOf(sealed)
		p.Metadata[key] = []byte(value)
		return p
	}
	cut := func(n int) *commonpb.Payload {
		p := proto.CloneOf(sealed)
		p.Data = p.Data[:n]
		return p
	}
	for _, tt := range []struct {
		name string
		in   *commonpb.Payload
		want string
	}{
		{"unknown key", with("encryption-key-id", "lost"), `key "lost" is not in the key ring (it has test-1, test-2)`},
		{"another key", with("encryption-key-id", "test-1"), `key "test-1" is another key`},
		{"unknown cipher", with("encryption-cipher", "rot13"), `cipher "rot13" is not known`},
		{"moved to another workflow", with("encryption-workflow", "case/SEC-2"), "changed after it was encrypted"},
		{"no data", cut(0), "it was cut off"},
		{"shorter than nonce and tag", cut(27), "it has 27 bytes"},
		{"last byte missing", cut(len(sealed.Data) - 1), "changed after it was encrypted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := open(codec, tt.in)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestCodecPassesOnWhatIsNotOurs(t *testing.T) {
	codec := wire.NewCodec(testRing(t))
	for _, p := range []*commonpb.Payload{{}, jsonPayload(`"plain"`), {Metadata: map[string][]byte{"encoding": []byte("binary/zlib")}}} {
		got, err := open(codec, p)
		if err != nil || !proto.Equal(got, p) {
			t.Errorf("payload %v: got %v, %v", p, got, err)
		}
	}
}

func TestCodecReturnsNothingWhenOneCannotBeSealed(t *testing.T) {
	codec := wire.NewCodec(testRing(t))
	bad := &commonpb.Payload{Metadata: map[string][]byte{"not UTF-8 \xff": nil}, Data: []byte("secret")}
	got, err := codec.Encode([]*commonpb.Payload{jsonPayload(`1`), bad})
	if err == nil || got != nil {
		t.Errorf("got %v, %v; want no payload and an error", got, err)
	}
}

func TestKeyRotation(t *testing.T) {
	old := parseRing(t, "active: test-1\nkeys: {test-1: MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=}")
	sealed := seal(t, wire.NewCodec(old), jsonPayload(`"of last year"`))
	rotated := wire.NewCodec(testRing(t))
	got, err := open(rotated, sealed)
	if err != nil || string(got.Data) != `"of last year"` {
		t.Errorf("a retired key must decrypt: %v, %v", got, err)
	}
	fresh := seal(t, rotated, jsonPayload(`"new"`))
	if id := string(fresh.Metadata["encryption-key-id"]); id != "test-2" {
		t.Errorf("sealed with key %q, want the active test-2", id)
	}
	if _, err := open(wire.NewCodec(old), fresh); err == nil {
		t.Error("a ring without the new key decrypts with it")
	}
}

func TestContextIsBoundButNotRequired(t *testing.T) {
	codec := wire.NewCodec(testRing(t))
	in := func(ctx converter.SerializationContext) converter.PayloadCodec {
		return codec.WithSerializationContext(ctx)
	}
	first := in(converter.WorkflowSerializationContext{Namespace: "n", WorkflowID: "case/SEC-1"})
	sealed := seal(t, first, jsonPayload(`1`))
	if got := string(sealed.Metadata["encryption-workflow"]); got != "case/SEC-1" {
		t.Errorf("bound to %q, want case/SEC-1", got)
	}
	for name, reader := range map[string]converter.PayloadCodec{
		"none":     codec,
		"same":     first,
		"activity": in(converter.ActivitySerializationContext{WorkflowID: "case/SEC-1"}),
		"child":    in(converter.WorkflowSerializationContext{WorkflowID: "case/SEC-1/a1"}),
	} {
		if _, err := open(reader, sealed); err != nil {
			t.Errorf("context %s: %v", name, err)
		}
	}
}
