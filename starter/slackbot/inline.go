package slackbot

import (
	"regexp"
	"slices"
	"strings"

	"hikeshi/workflows/incident"
)

// caseFlag names the case where it is not the channel's.
const caseFlag = "case"

// parse reads what follows a verb. The text is Slack's: escaped, with tokens for mentions. What can be read is returned
// beside an error.
// Where somebody stands in a case's own channel, inside, what they write about another case is meant for this one.
func (v verb) parse(text string, inside bool) (number string, f fields, err error) {
	f = fields{}
	takes := flagSet{caseFlag: true}
	for _, s := range v.slots {
		takes[s.name] = s.kind != aFlag
	}
	words, flags, err := takes.split(text)
	if err != nil {
		return "", f, err
	}
	for _, given := range flags {
		s, found := v.slot(given.name)
		switch {
		case !found:
			number = asSeen(given.value)
		case s.kind == somePeople:
			f[s.name] = append(f[s.name], whoIn(given.value)...)
		case s.kind == aFlag:
			f.set(s.name, "yes")
		default:
			f.set(s.name, s.read(given.value))
		}
	}
	if number == "" {
		number, words = v.number(words, inside)
	}
	err = v.words(words, f)
	if done := f["done"]; len(done) > 0 && len(f) == 1 { // short for this
		f = fields{"task": done, "status": {"done"}}
	}
	return number, f, err
}

// number takes the number of the case off the words, if that is what the first one is.
func (v verb) number(words string, inside bool) (number, rest string) {
	first, rest := firstWord(words)
	second, _ := firstWord(rest)
	main, _ := v.slot(v.main)
	_, another := v.slot("into")
	switch {
	case !looksLikeNumber.MatchString(first):
	case another && !looksLikeNumber.MatchString(second): // it is the other case
	case inside && len(v.heads) == 0 && (main.kind == aText || main.kind == aLine):
	default:
		return first, rest
	}
	return "", words
}

var looksLikeNumber = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,40}-([0-9]{1,9}|[0-9]{8}-[A-Z0-9]{4,8})$`)

// words reads what stands beside the flags.
func (v verb) words(text string, f fields) error {
	text = v.first(strings.TrimSpace(text), f)
	if s, found := v.slot("owner"); found && len(f["owner"]) == 0 {
		text = s.mention(text, f)
	}
	if text == "" {
		return nil
	}
	s, found := v.slot(v.main)
	if !found || len(f[v.main]) > 0 {
		return incident.Refuse(incident.Usage, "Put it after one of --"+strings.Join(v.flags(), ", --"), "it is not clear what %q means", incident.Shorten(plainWords(text), 60))
	}
	f.set(s.name, s.read(unquoted(text)))
	return nil
}

// first takes off the first words what they fill.
func (v verb) first(text string, f fields) string {
	for _, h := range v.heads {
		s, _ := v.slot(h.slot)
		word, rest := firstWord(text)
		if word == "" || len(f[h.slot]) > 0 {
			continue
		}
		if s.kind == aSeverity {
			if level, ok := severityWord(word); ok && level == "" { // sev 2
				_, rest = firstWord(rest)
				word = "sev" + strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, word), rest))
			}
		}
		if h.always || s.looksLike(word) {
			f.set(h.slot, s.read(word))
			text = strings.TrimSpace(rest)
		}
	}
	if word, rest := firstWord(text); len(f["task"]) > 0 && slices.Contains([]string{"todo", "doing", "done", "dropped"}, strings.ToLower(word)) {
		f.set("status", strings.ToLower(word))
		text = strings.TrimSpace(rest)
	}
	return text
}

// mention takes a person off the words: the first who is mentioned, or whose handle is the last word.
func (s slot) mention(text string, f fields) string {
	for _, at := range token.FindAllStringIndex(text, -1) {
		if strings.HasPrefix(text[at[0]:], "<@") {
			f.set(s.name, s.read(text[at[0]:at[1]]))
			return strings.TrimSpace(strings.TrimSpace(text[:at[0]]) + " " + strings.TrimSpace(text[at[1]:]))
		}
	}
	if at := strings.LastIndexAny(text, " \t\n@") + 1; at > 1 && text[at-1] == '@' && strings.ContainsAny(text[at-2:at-1], " \t\n") && len(text) > at {
		f.set(s.name, text[at-1:])
		return strings.TrimSpace(text[:at-1])
	}
	return text
}

// ids of the case's own things.
var (
	analysisID = regexp.MustCompile(`^[aA][0-9]{1,4}$`)
	taskID     = regexp.MustCompile(`^[tT][0-9]{1,4}$`)
)

// looksLike reports whether a first word is meant for the slot.
func (s slot) looksLike(word string) bool {
	switch {
	case s.kind == aSeverity:
		_, ok := severityWord(word)
		return ok || len(word) == 1 && strings.Contains("1234", word)
	case s.name == "analysis":
		return analysisID.MatchString(word)
	case s.name == "task":
		return taskID.MatchString(word)
	}
	return false
}

// read takes a value as a person typed it.
func (s slot) read(value string) string {
	value = strings.TrimSpace(value)
	switch {
	case s.kind == aPerson:
		return mentioned(value)
	case s.named(), s.name == "resolution" && strings.HasPrefix(strings.ToLower(value), "duplicate"):
		return asSeen(value)
	case s.name == "link":
		return target(value)
	case s.kind == aSeverity:
		return narrow(plainWords(value))
	}
	return plainWords(value)
}

// named reports whether the value is the name of something, which a link around it does not change.
func (s slot) named() bool {
	return slices.Contains([]string{"into", "key", "as", "gate", "runbook", "analysis", "task", "lesson", "phase", "done", "abort"}, s.name)
}

// whoIn are the people in a list.
func whoIn(value string) (list []string) {
	for who := range strings.SplitSeq(value, ",") {
		if who = mentioned(strings.TrimSpace(who)); who != "" {
			list = append(list, who)
		}
	}
	return list
}

// flags are the names of what can be said with the verb.
func (v verb) flags() (names []string) {
	for _, s := range v.slots {
		names = append(names, s.name)
	}
	return names
}
