// Package phrase says things in the language of a text that the activities write for people.
package phrase

import (
	"maps"
	"strings"
)

// Words are texts by their ids. Names in braces are filled in.
type Words map[string]string

// Over returns the English words with a translation over them: what it leaves out, or leaves empty, stays English.
func Over(english, given map[string]string) Words {
	all := maps.Clone(english)
	for id, text := range given {
		if text != "" {
			all[id] = text
		}
	}
	return all
}

// Say fills pairs of name and value into the text.
func (w Words) Say(id string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(w[id])
}
