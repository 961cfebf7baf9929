package drive

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
)

// keyProperty is the private property that holds the key of the effect that made a file. Private properties are seen
// by our own OAuth client only, so nobody else can put our key on a file.
const keyProperty = "hikeshiKey"

// maxProperty is Drive's limit for one property: key and value together, in bytes of UTF-8.
const maxProperty = 124

var errIncomplete = errors.New("Drive searched only a part of the files")

// properties returns a file's private properties: those asked for and the effect's key.
func properties(asked map[string]string, key string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, asked)
	all[keyProperty] = mark(key)
	return all
}

// digestPrefix begins the mark of a key that is too long.
const digestPrefix = "sha256:"

// mark is the key as it fits into a property: a long one is cut, and its hash keeps it distinct.
func mark(key string) string {
	room := maxProperty - len(keyProperty)
	if len(key) <= room {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return digestPrefix + hex.EncodeToString(sum[:])
}
