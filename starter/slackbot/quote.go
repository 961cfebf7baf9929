package slackbot

import (
	"strings"
	"unicode/utf8"
)

// quotes pairs each mark that can open a quotation with those that close it. Keyboards and telephones mix them.
var quotes = map[rune]string{'"': "\"”“", '“': "”“\"", '”': "”\"", '„': "“”\"", '＂': "＂", '\'': "'’", '‘': "’'", '「': "」", '『': "』"}

// quoted reads a quotation at the beginning of text and what follows it.
func quoted(text string) (inner, rest string, ok bool) {
	open, size := utf8.DecodeRuneInString(text)
	closing := quotes[open]
	end := strings.IndexAny(text[size:], closing)
	if closing == "" || end < 0 {
		return "", text, false
	}
	inner, rest = text[size:size+end], text[size+end:]
	_, size = utf8.DecodeRuneInString(rest)
	return inner, rest[size:], true
}

func opensQuote(text string) bool {
	open, _ := utf8.DecodeRuneInString(text)
	return quotes[open] != ""
}
