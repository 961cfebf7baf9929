package slackbot

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hikeshi/workflows/incident"
)

// flag is an option of a command: --reporter "Tanaka, Acme Foods".
type flag struct{ name, value string }

// flagSet are the flags of a command, and whether they take a value.
type flagSet map[string]bool

// openFlags are those of open.
var openFlags = flagSet{"reporter": true, "org": true, "kind": true, "audience": true, "invite": true, "severity": true, "drill": false,
	"channel": true, "ticket": true, "consent": false}

func (s flagSet) names() string { return "--" + strings.Join(slices.Sorted(maps.Keys(s)), ", --") }

func (f flag) set(r *incident.Request) (err error) {
	value := plainWords(f.value)
	switch f.name {
	case "reporter":
		r.Reporter = value
	case "org":
		r.Organisations = append(r.Organisations, value)
	case "kind":
		r.Kind = value
	case "audience":
		r.Audience, err = incident.ParseAudience(value)
	case "severity":
		r.Severity, err = incident.ParseSeverity(narrow(value))
	case "invite":
		for who := range strings.SplitSeq(f.value, ",") {
			r.Invite = append(r.Invite, mentioned(strings.TrimSpace(who)))
		}
	case "drill":
		r.Drill = true
	case "channel":
		r.Channel = target(f.value)
	case "ticket":
		r.Ticket = target(f.value)
	case "consent":
		r.Consent = true
	}
	return err
}

// split takes the flags out of a text. In the first line an unknown flag is refused, because it is likely a slip;
// in the report, which is often pasted, it is text.
func (s flagSet) split(text string) (words string, flags []flag, err error) {
	var b strings.Builder
	for atWord := true; text != ""; {
		name, rest, ok := flagName(text)
		_, known := s[name]
		switch {
		case atWord && ok && known:
			var f flag
			if f, text, err = s.read(name, rest); err != nil {
				return "", nil, err
			}
			flags = append(flags, f)
			continue
		case atWord && ok && name != "" && inFirstLine(b.String()):
			return "", nil, incident.Refuse(incident.Usage, "Use "+s.names(), "unknown option --%s", incident.Shorten(plainWords(name), 40))
		}
		char, size := utf8.DecodeRuneInString(text)
		b.WriteString(text[:size])
		text, atWord = text[size:], unicode.IsSpace(char)
	}
	return b.String(), flags, nil
}

// inFirstLine reports whether what follows these words still belongs to the title.
func inFirstLine(words string) bool {
	return !strings.Contains(strings.TrimLeftFunc(words, unicode.IsSpace), "\n")
}

// flagName reads "--name". Telephones turn two hyphens into a dash, and that is meant as well.
func flagName(text string) (name, rest string, ok bool) {
	for _, dashes := range [...]string{"--", "—", "––", "–", "ーー"} {
		if rest, ok = strings.CutPrefix(text, dashes); ok {
			break
		}
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r != '-' && !unicode.IsLetter(r) || r > unicode.MaxASCII })
	if end < 0 {
		end = len(rest)
	}
	return strings.ToLower(rest[:end]), rest[end:], ok
}

// read reads the value after a flag's name.
func (s flagSet) read(name, rest string) (flag, string, error) {
	if !s[name] {
		return flag{name: name}, rest, nil
	}
	value := strings.TrimLeftFunc(rest, unicode.IsSpace)
	value = strings.TrimPrefix(value, "=")
	if _, _, another := flagName(value); value == "" || another || strings.ContainsRune(rest[:len(rest)-len(value)], '\n') {
		return flag{}, "", incident.Refuse(incident.Usage, `Write it after the option, in quotes if it has more than one word: --`+name+` "…"`, "--%s has no value", name)
	}
	if inner, rest, ok := quoted(value); ok {
		return flag{name, inner}, rest, nil
	}
	if opensQuote(value) {
		return flag{}, "", incident.Refuse(incident.Usage, "Close it with the same mark", "the quotation after --%s does not end", name)
	}
	word, rest := tokenOrWord(value)
	return flag{name, word}, rest, nil
}

// tokenOrWord takes the first word; spaces in a mention do not end it, because names in it may hold them.
func tokenOrWord(text string) (word, rest string) {
	end := 0
	for end < len(text) {
		if at := token.FindStringIndex(text[end:]); at != nil && at[0] == 0 {
			end += at[1]
			continue
		}
		char, size := utf8.DecodeRuneInString(text[end:])
		if unicode.IsSpace(char) {
			break
		}
		end += size
	}
	return text[:end], text[end:]
}
