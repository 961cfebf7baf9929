package settings

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"hikeshi/workflows/incident"
)

// GatewayKeys are the public keys of the gateways.
func (c *Config) GatewayKeys() (keys []incident.Key) {
	for _, text := range c.Gateway.PublicKeys {
		if key, err := incident.ParseKey(text); err == nil { // others were refused when the file was read
			keys = append(keys, key)
		}
	}
	return keys
}

func (k *checker) publicKeys(list []string) {
	for _, text := range list {
		_, err := incident.ParseKey(text)
		k.that(err == nil, "gateway.public_keys", "must be public keys as `starter setup` prints them: %v", err)
	}
}

// SigningKey reads the key with which a gateway signs for people in Slack; nil: none is configured. One whose signatures
// no worker would believe is an error, and so is to have none where workers ask for one.
func (c *Config) SigningKey() (ed25519.PrivateKey, error) {
	switch {
	case c.Gateway.SigningKey == "" && len(c.Gateway.PublicKeys) == 0:
		return nil, nil
	case c.Gateway.SigningKey == "":
		return nil, errors.New("gateway.public_keys makes workers believe only what a gateway has signed, and gateway.signing_key is missing: name the file with the key")
	}
	key, err := readSigningKey(c.Gateway.SigningKey)
	if err != nil {
		return nil, err
	}
	public := incident.Key(key.Public().(ed25519.PublicKey))
	if !slices.ContainsFunc(c.GatewayKeys(), func(k incident.Key) bool { return k.ID() == public.ID() }) {
		return nil, fmt.Errorf("the key in %s is not among gateway.public_keys: no worker would believe it: add %s there, for the workers too", c.Gateway.SigningKey, public)
	}
	return key, nil
}

func readSigningKey(path string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the gateway's signing key: %w (`starter setup` makes one)", err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o007 != 0 {
		return nil, fmt.Errorf("the gateway's signing key %s can be read by everybody on this machine: chmod 600 it, and if somebody may have read it, make another", path)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("read the gateway's signing key: %s is no PEM file", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("read the gateway's signing key: %s holds no private key for Ed25519 (PKCS #8)", path)
	}
	return key, nil
}

// MakeSigningKey makes the key at gateway.signing_key unless it is there, and returns its public half; nil: none is
// configured.
func (c *Config) MakeSigningKey() (public incident.Key, made bool, err error) {
	path := c.Gateway.SigningKey
	if path == "" {
		return nil, false, nil
	}
	key, err := readSigningKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		made = true
		key, err = writeSigningKey(path)
	}
	if err != nil {
		return nil, false, err
	}
	return incident.Key(key.Public().(ed25519.PublicKey)), made, nil
}

// writeSigningKey never replaces a key: proofs of the old one would stand alone.
func writeSigningKey(path string) (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("write the gateway's signing key: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("write the gateway's signing key: %w", err)
	}
	err = errors.Join(pem.Encode(file, &pem.Block{Type: "PRIVATE KEY", Bytes: raw}), file.Close())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write the gateway's signing key %s: %w", path, err), os.Remove(path))
	}
	return key, nil
}
