package slackbot

import (
	"strings"

	"hikeshi/workflows/notice"
)

// names are what can be typed.
func names() []string {
	list := []string{"open", "adopt", "status", "list", "stuck", "help"}
	for _, v := range verbs() {
		list = append(list, v.name)
	}
	return list
}

// help lists what can be typed, each verb with what it does.
func help(lang string) string {
	lines := []string{notice.Usage(lang)}
	for _, v := range verbs() {
		lines = append(lines, v.usage(lang)+" "+notice.FormWord(lang, "help", v.name))
	}
	return strings.Join(lines, "\n")
}
