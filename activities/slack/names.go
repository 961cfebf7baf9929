package slack

import (
	"regexp"
	"strconv"
	"strings"
)

// Slack's bounds, in characters.
const (
	maxName    = 80  // of a channel
	maxPurpose = 250 // of a channel's purpose or topic
)

// lastSuffix is the highest number put behind a taken name: sec-42-2 … sec-42-9.
const lastSuffix = 9

// variants returns the name and the names to try when it is taken, each within Slack's length.
func variants(name string) []string {
	list := []string{cut(name, maxName)}
	for n := 2; n <= lastSuffix; n++ {
		suffix := "-" + strconv.Itoa(n)
		list = append(list, strings.TrimRight(cut(name, maxName-len(suffix)), "-_")+suffix)
	}
	return list
}

// cut keeps the first n characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n])
}

var markPattern = regexp.MustCompile(`\[key:([^\]\s]+)\]`)

// marksOf returns the marks in a channel's topic and purpose. A channel without any is not claimed yet.
func marksOf(texts ...string) []string {
	var marks []string
	for _, text := range texts {
		for _, m := range markPattern.FindAllStringSubmatch(text, -1) {
			marks = append(marks, m[1])
		}
	}
	return marks
}

// marked appends the mark to a purpose. The purpose is cut to make room, the mark never.
func marked(purpose, mark string) string {
	if mark == "" {
		return cut(purpose, maxPurpose)
	}
	tag := "[key:" + mark + "]"
	if purpose == "" {
		return tag
	}
	return cut(purpose, maxPurpose-1-len([]rune(tag))) + " " + tag
}
