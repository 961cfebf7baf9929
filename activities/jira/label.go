package jira

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf16"
)

// maxLabel is JIRA's limit for a label.
const maxLabel = 255

// label is the search key of an effect. A label has no spaces; other signs are replaced as well, because JQL would need
// them quoted. Two keys may share a label: the property tells them apart.
func label(key string) string {
	safe := "case-" + strings.Map(func(r rune) rune {
		if r == '-' || !notInKey(r) {
			return r
		}
		return '-'
	}, key)
	if len(safe) <= maxLabel {
		return safe
	}
	sum := sha256.Sum256([]byte(key))
	end := "-" + hex.EncodeToString(sum[:8])
	return safe[:maxLabel-len(end)] + end
}

// len16 counts as JIRA does: in UTF-16 units, so that 😀 is two.
func len16(s string) int { return len(utf16.Encode([]rune(s))) }
