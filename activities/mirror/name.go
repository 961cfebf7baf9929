package mirror

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is how many characters a file's name has in the store. Systems differ, and none takes fewer.
const maxName = 120

// storeName is what a file is called in the store: its id there makes it unique, its own name, made harmless, makes it
// known again.
func storeName(id, name string) string {
	return cutName(harmless(id)+"-"+harmless(name), maxName)
}

// harmless leaves nothing of a name that could lead elsewhere, or make it look like another: no separators, no signs
// with a meaning for a shell or a file system, no control or direction characters, no dots or spaces at its ends.
func harmless(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '_'
		case r == utf8.RuneError, unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.TrimRight(strings.TrimLeft(name, ". "), ". ")
	if name == "" {
		return "file"
	}
	return name
}

// maxExtension is the longest ending that counts as one.
const maxExtension = 16

// cutName shortens a name in the middle: its ending says what it is.
func cutName(name string, limit int) string {
	runes := []rune(name)
	if len(runes) <= limit {
		return name
	}
	ending := []rune(path.Ext(name))
	if len(ending) > maxExtension {
		ending = nil
	}
	return strings.TrimRight(string(runes[:limit-len(ending)]), ". ") + string(ending)
}
