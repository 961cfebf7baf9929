package activities

import (
	"strconv"
	"strings"
)

// Same reports whether a key that was found on a thing names this effect, in whatever generation: each decision of a
// person about a step asks for a new one, and what an earlier one made is still ours.
func (e Effect) Same(key string) bool {
	return key != "" && (key == e.Key || effectOf(key) == effectOf(e.Key))
}

// effectOf is a key without its generation.
func effectOf(key string) string {
	at := strings.LastIndexByte(key, '.')
	if at < 0 {
		return key
	}
	if _, err := strconv.ParseUint(key[at+1:], 10, 64); err != nil {
		return key
	}
	return key[:at]
}
