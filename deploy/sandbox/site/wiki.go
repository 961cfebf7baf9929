package site

import (
	"html"
	"html/template"
	"regexp"
	"strings"
)

var (
	wikiBreak   = regexp.MustCompile(` \\\\ `)
	wikiEscaped = regexp.MustCompile(`\\([^0-9A-Za-z\s])`)
	wikiCode    = regexp.MustCompile(`\{\{(.+?)\}\}`)
	wikiLink    = regexp.MustCompile(`\[(?:([^\[\]|]+)\|)?((?:https?://|mailto:)[^\[\]|\s]+)\]`)
	wikiBold    = regexp.MustCompile(`(^|[\s(|])\*([^*\n]+)\*`)
	wikiItalic  = regexp.MustCompile(`(^|[\s(|])_([^_\n]+)_`)
	wikiMacro   = regexp.MustCompile(`\{(color|panel|quote|noformat)[^{}\n]*\}`)
)

// wiki shows the part of JIRA's wiki markup that our tickets use: headings, rules, bullets, tables, line breaks, bold, italic,
// code and web links. The rest stays as it is written.
func wiki(text string) template.HTML {
	in := &inline{}
	text = withoutHolds(strings.ReplaceAll(text, "\r\n", "\n"))
	text = wikiBreak.ReplaceAllStringFunc(text, func(string) string { return in.hold("<br>") })
	text = wikiEscaped.ReplaceAllStringFunc(text, func(m string) string { return in.hold(html.EscapeString(m[1:])) })
	text = wikiCode.ReplaceAllStringFunc(text, func(m string) string {
		return in.hold("<code>" + html.EscapeString(m[2:len(m)-2]) + "</code>")
	})
	text = wikiLink.ReplaceAllStringFunc(text, func(m string) string {
		parts := wikiLink.FindStringSubmatch(m)
		return in.hold(link(parts[2], parts[1]))
	})
	text = html.EscapeString(wikiMacro.ReplaceAllString(text, ""))
	text = wikiBold.ReplaceAllString(text, "$1<strong>$2</strong>")
	text = wikiItalic.ReplaceAllString(text, "$1<em>$2</em>")
	return in.release(wikiBlocks(strings.Split(text, "\n")))
}

// wikiBlocks gives lines their block: what they begin with decides.
func wikiBlocks(lines []string) string {
	var b strings.Builder
	within := "" // table or ul
	for _, line := range lines {
		trimmed := strings.TrimSpace(line)
		kind := blockKind(trimmed)
		if within != "" && within != kind {
			b.WriteString("</" + within + ">\n")
			within = ""
		}
		if (kind == "table" || kind == "ul") && within == "" {
			b.WriteString("<" + kind + ">\n")
			within = kind
		}
		b.WriteString(wikiLine(kind, trimmed))
	}
	if within != "" {
		b.WriteString("</" + within + ">\n")
	}
	return b.String()
}

func blockKind(line string) string {
	switch {
	case strings.HasPrefix(line, "|"):
		return "table"
	case strings.HasPrefix(line, "* "), strings.HasPrefix(line, "- "):
		return "ul"
	case line == "----":
		return "hr"
	case len(line) > 3 && line[0] == 'h' && line[1] >= '1' && line[1] <= '6' && line[2] == '.':
		return "h"
	}
	return ""
}

func wikiLine(kind, line string) string {
	switch kind {
	case "table":
		return wikiRow(line)
	case "ul":
		return "<li>" + line[2:] + "</li>\n"
	case "hr":
		return "<hr>\n"
	case "h":
		return "<h4>" + strings.TrimSpace(line[3:]) + "</h4>\n"
	}
	return line + "<br>\n"
}

// wikiRow shows ||head|| and |cell| rows; both kinds may stand in one row.
func wikiRow(line string) string {
	var b strings.Builder
	b.WriteString("<tr>")
	for len(line) > 1 && line[0] == '|' {
		tag := "td"
		if strings.HasPrefix(line, "||") {
			tag, line = "th", line[1:]
		}
		line = line[1:]
		end := strings.IndexByte(line, '|')
		if end < 0 {
			end = len(line)
		}
		if cell := strings.TrimSpace(line[:end]); cell != "" || end < len(line) {
			b.WriteString("<" + tag + ">" + cell + "</" + tag + ">")
		}
		line = line[end:]
	}
	return b.String() + "</tr>\n"
}
