package wire

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// KeySize is the length of a key in bytes: AES-256.
const KeySize = 32

// KeyRing holds the keys that protect payloads. The active key encrypts; all of them decrypt, so that a key can be
// retired without losing what it protected. It is immutable, safe for concurrent use, and never prints its keys.
//
// One key is good for 2³² payloads, the bound for random nonces in GCM: at a thousand a second, for 49 days of
// constant work. A busy installation adds a key every few months.
type KeyRing struct {
	active string
	keys   map[string]cipher.AEAD
}

// ringFile is the key file:
//
//	active: k-4f1d22ab
//	keys:
//	  k-4f1d22ab: 32 bytes in base64
//	  k-09aa31c7: a retired key, in base64
type ringFile struct {
	Active string            `yaml:"active"`
	Keys   map[string]string `yaml:"keys"`
}

// ParseKeyRing reads a key ring from YAML or JSON: `active`, the id of the key that encrypts, and `keys`, a map of id to
// 32 bytes in base64. To rotate, add a key and name it as active; remove a key only when nothing it encrypted is needed.
// Its errors name key ids but never show a key.
func ParseKeyRing(text []byte) (*KeyRing, error) {
	var file ringFile
	if yaml.Unmarshal(text, &file) != nil { // its error may quote the line, and the line may hold a key
		return nil, errors.New(`not a key ring: want YAML with "active: ID" and "keys:" with ID: BASE64 lines`)
	}
	if len(file.Keys) == 0 {
		return nil, errors.New(`no keys: want "keys:" with at least one ID: BASE64 line`)
	}
	ring := &KeyRing{active: file.Active, keys: make(map[string]cipher.AEAD, len(file.Keys))}
	for _, id := range slices.Sorted(maps.Keys(file.Keys)) {
		aead, err := newAEAD(id, file.Keys[id])
		if err != nil {
			return nil, err
		}
		ring.keys[id] = aead
	}
	if ring.keys[ring.active] == nil {
		return nil, fmt.Errorf("active key %q is not among the keys (%s): set active to one of them", file.Active, ring.ids())
	}
	return ring, nil
}

func newAEAD(id, encoded string) (cipher.AEAD, error) {
	if !validKeyID(id) {
		return nil, fmt.Errorf("key id %q: want 1 to 64 letters, digits, '-', '_' or '.'", id)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return nil, fmt.Errorf("key %q is not base64: make one with `openssl rand -base64 32`", id)
	}
	if len(key) != KeySize {
		return nil, fmt.Errorf("key %q has %d bytes, want %d: make one with `openssl rand -base64 32`", id, len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("key %q: %w", id, err)
	}
	return cipher.NewGCM(block)
}

func validKeyID(id string) bool { return regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`).MatchString(id) }

// Active is the id of the key that encrypts.
func (r *KeyRing) Active() string { return r.active }

// String names the keys without showing them.
func (r *KeyRing) String() string { return fmt.Sprintf("key ring %s (active %s)", r.ids(), r.active) }

// GoString keeps %#v from printing the keys.
func (r *KeyRing) GoString() string { return r.String() }

func (r *KeyRing) ids() string { return strings.Join(slices.Sorted(maps.Keys(r.keys)), ", ") }
