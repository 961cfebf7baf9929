package wire

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gopkg.in/yaml.v3"
)

// LoadKeyRing reads the key ring in the file at path; for its form see [ParseKeyRing].
func LoadKeyRing(path string) (*KeyRing, error) {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read key ring %s: there is no such file: "+
			"restore it from its safe place; without it the cases in Temporal cannot be read", path)
	case err != nil:
		return nil, fmt.Errorf("read key ring: %w", err)
	}
	ring, err := ParseKeyRing(text)
	if err != nil {
		return nil, fmt.Errorf("read key ring %s: %w", path, err)
	}
	return ring, nil
}

// GenerateKeyRing loads the key ring at path and, if there is no file, first makes one with a single random key,
// readable by the owner only. Of two processes that do it at once, one makes the file and both get its ring; a crash
// leaves either no file or a whole one.
func GenerateKeyRing(path string) (*KeyRing, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createKeyFile(path); err != nil {
			return nil, fmt.Errorf("create key ring %s: %w", path, err)
		}
	}
	return LoadKeyRing(path)
}

func createKeyFile(path string) error {
	text, err := newKeyFile()
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".keys-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(text)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	// A link, unlike a rename, does not replace a file that another process made meanwhile: its key may be in use.
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func newKeyFile() ([]byte, error) {
	key, id := make([]byte, KeySize), make([]byte, 4)
	rand.Read(key) // never fails: it ends the process when the system has no randomness
	rand.Read(id)
	name := "k-" + hex.EncodeToString(id)
	text, err := yaml.Marshal(ringFile{Active: name, Keys: map[string]string{name: base64.StdEncoding.EncodeToString(key)}})
	if err != nil {
		return nil, err
	}
	return append([]byte("# The keys of Hikeshi's payloads. Keep a copy in a safe place: without it no case can be read.\n"), text...), nil
}
