package serve

import (
	"bytes"
	"crypto/ed25519"
	"testing"
)

// All gateways that sign with a key seal with the same one, which is not the key itself.
func TestFormKey(t *testing.T) {
	signer := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	one, err := formKeyOf(signer)
	again, _ := formKeyOf(ed25519.NewKeyFromSeed(signer.Seed()))
	other, _ := formKeyOf(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, ed25519.SeedSize)))
	if err != nil || len(one) != 32 || !bytes.Equal(one, again) || bytes.Equal(one, other) || bytes.Equal(one, signer.Seed()) {
		t.Errorf("keys %x, %x, %x: %v", one, again, other, err)
	}
	if none, err := formKeyOf(nil); err != nil || none != nil {
		t.Errorf("without a key %x, %v", none, err)
	}
}
