package drivetest

import (
	"slices"
	"strings"
	"time"
)

// A condition decides whether a file belongs to the answer of a search.
type condition func(File) bool

// parseQuery reads the search language of files.list, in the parts that are useful here.
// https://developers.google.com/workspace/drive/api/guides/ref-search-terms
func (s *Server) parseQuery(text string, c *call) (condition, error) {
	p := &queryParser{words: words(text), s: s, c: c}
	match := p.or()
	if p.bad || p.at != len(p.words) {
		return nil, &refusal{400, "invalid", "Invalid Value", "q"}
	}
	return match, nil
}

type queryParser struct {
	words []string // a quoted value begins with a quote
	at    int
	bad   bool
	s     *Server
	c     *call
}

func (p *queryParser) next() string {
	if p.at == len(p.words) {
		p.bad = true
		return ""
	}
	p.at++
	return p.words[p.at-1]
}

func (p *queryParser) take(word string) bool {
	if p.at < len(p.words) && strings.EqualFold(p.words[p.at], word) {
		p.at++
		return true
	}
	return false
}

func (p *queryParser) or() condition {
	left := p.and()
	for !p.bad && p.take("or") {
		a, b := left, p.and()
		left = func(f File) bool { return a(f) || b(f) }
	}
	return left
}

func (p *queryParser) and() condition {
	left := p.term()
	for !p.bad && p.take("and") {
		a, b := left, p.term()
		left = func(f File) bool { return a(f) && b(f) }
	}
	return left
}

func (p *queryParser) term() condition {
	switch {
	case p.take("not"):
		inner := p.term()
		return func(f File) bool { return !inner(f) }
	case p.take("("):
		inner := p.or()
		p.expect(")")
		return inner
	case p.at < len(p.words) && strings.HasPrefix(p.words[p.at], "'"):
		return p.membership()
	}
	field := p.next()
	if field == "appProperties" || field == "properties" {
		return p.property(field)
	}
	return p.comparison(field, p.next(), p.next())
}

func (p *queryParser) expect(word string) {
	if !p.take(word) {
		p.bad = true
	}
}

// membership is 'id' in parents, or 'address' in writers and the like.
func (p *queryParser) membership() condition {
	value := unquote(p.next())
	p.expect("in")
	switch what := p.next(); what {
	case "parents":
		if value == "root" {
			value = p.s.root(p.c.who)
		}
		return func(f File) bool { return f.Parent == value }
	case "writers", "readers":
		least := map[string]int{"writers": writer, "readers": reader}[what]
		return func(f File) bool { return p.s.role(f, value) >= least }
	case "owners":
		return func(f File) bool { return f.Owner == value }
	}
	p.bad = true
	return nil
}

// property is appProperties has { key='k' and value='v' }.
func (p *queryParser) property(field string) condition {
	var pair [2]string
	p.expect("has")
	p.expect("{")
	for i, name := range []string{"key", "value"} {
		p.expect(name)
		p.expect("=")
		pair[i] = unquote(p.next())
		if i == 0 {
			p.expect("and")
		}
	}
	p.expect("}")
	return func(f File) bool {
		have := f.Properties
		if field == "appProperties" {
			have, _ = p.s.view(f, p.c.who)[field].(map[string]string) // private to the product
		}
		value, ok := have[pair[0]]
		return ok && value == pair[1]
	}
}

func (p *queryParser) comparison(field, op, value string) condition {
	text := unquote(value)
	switch {
	case field == "name" && slices.Contains([]string{"=", "!=", "contains"}, op):
		return func(f File) bool { return !p.fresh(f.Named, p.s.options.NameLag) && compare(f.Name, op, text) }
	case field == "mimeType" && slices.Contains([]string{"=", "!=", "contains"}, op):
		return func(f File) bool { return compare(f.MimeType, op, text) }
	case (field == "trashed" || field == "starred") && (op == "=" || op == "!=") && (value == "true" || value == "false"):
		want := (value == "true") == (op == "=")
		return func(f File) bool { return (field == "trashed" && p.s.trashed(f)) == want }
	case field == "modifiedTime" || field == "createdTime":
		return p.when(field, op, text)
	}
	p.bad = true
	return nil
}

func (p *queryParser) when(field, op, text string) condition {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		at, err = time.Parse("2006-01-02T15:04:05", text)
	}
	if err != nil || !slices.Contains([]string{"<", "<=", "=", "!=", ">", ">="}, op) {
		p.bad = true
		return nil
	}
	return func(f File) bool {
		t := f.Modified
		if field == "createdTime" {
			t = f.Created
		}
		order := t.Compare(at)
		return order < 0 && strings.HasPrefix(op, "<") || order > 0 && strings.HasPrefix(op, ">") ||
			order == 0 && strings.HasSuffix(op, "=") && op != "!=" || order != 0 && op == "!="
	}
}

// fresh reports whether something is too new for a search that lags.
func (p *queryParser) fresh(at time.Time, lag time.Duration) bool { return at.Add(lag).After(p.c.now) }

func compare(have, op, want string) bool {
	switch op {
	case "=":
		return have == want
	case "!=":
		return have != want
	}
	return strings.Contains(strings.ToLower(have), strings.ToLower(want))
}

// words cuts a query into words, marks and quoted values, which keep their first quote.
func words(text string) []string {
	var list []string
	for i := 0; i < len(text); {
		start := i
		switch c := text[i]; {
		case c == ' ':
			i++
			continue
		case c == '\'' || c == '"':
			i = closing(text, i)
			list = append(list, "'"+strings.TrimSuffix(text[start+1:i], string(c)))
			continue
		case strings.IndexByte("=<>!", c) >= 0:
			for i < len(text) && strings.IndexByte("=<>!", text[i]) >= 0 {
				i++
			}
		case strings.IndexByte("(){}", c) >= 0:
			i++
		default:
			for i < len(text) && strings.IndexByte(" =<>!(){}'\"", text[i]) < 0 {
				i++
			}
		}
		list = append(list, text[start:i])
	}
	return list
}

// closing returns the place behind the quote that ends the value which begins at i.
func closing(text string, i int) int {
	quote := text[i]
	for i++; i < len(text) && text[i] != quote; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return min(i+1, len(text))
}

func unquote(word string) string {
	return strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\"`, `"`).Replace(strings.TrimPrefix(word, "'"))
}
