package jiratest

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// query is a parsed JQL query.
type query struct {
	where condition // nil: unbounded
	order []sorting
}

// condition is a clause, or several joined by AND, OR or NOT.
type condition interface {
	// holds reports whether the condition holds for an issue as the index has it.
	holds(m match) bool
	// check refuses what JIRA refuses before it searches.
	check(x *exchange) *problem
}

type sorting struct {
	field string
	down  bool
}

type clause struct {
	field, op string // op in lower case: = != ~ !~ < <= > >= in, not in, is, is not
	values    []string
}

type all []condition
type either []condition
type not struct{ condition }

// token is a word, a quoted text or a sign.
type token struct {
	text   string
	quoted bool
}

// scan splits JQL into tokens.
func scan(s string) ([]token, error) {
	var out []token
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '"' || c == '\'':
			text, n, err := quoted(s[i:])
			if err != nil {
				return nil, err
			}
			out, i = append(out, token{text, true}), i+n
		case strings.ContainsRune("(),", rune(c)):
			out, i = append(out, token{text: string(c)}), i+1
		case strings.ContainsRune("=!<>~", rune(c)):
			n := 1
			for i+n < len(s) && strings.ContainsRune("=~", rune(s[i+n])) {
				n++
			}
			out, i = append(out, token{text: s[i : i+n]}), i+n
		default:
			n := strings.IndexFunc(s[i:], func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("(),=!<>~\"'", r) })
			if n < 0 {
				n = len(s) - i
			}
			out, i = append(out, token{text: s[i : i+n]}), i+n
		}
	}
	return out, nil
}

// quoted reads a quoted text with backslash escapes; n is its length with quotes.
func quoted(s string) (text string, n int, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == s[0]:
			return b.String(), i + 1, nil
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, fmt.Errorf("the quoted string '%s' has not been completed", s[1:])
}

// parser reads tokens by recursive descent: OR binds less than AND, AND less than NOT.
type parser struct {
	rest []token
}

func parse(jql string) (q query, err error) {
	tokens, err := scan(jql)
	if err != nil {
		return q, err
	}
	p := &parser{tokens}
	if len(p.rest) > 0 && !p.is("order") {
		if q.where, err = p.or(); err != nil {
			return q, err
		}
	}
	if p.take("order") {
		if !p.take("by") {
			return q, p.unexpected()
		}
		if q.order, err = p.sorting(); err != nil {
			return q, err
		}
	}
	if len(p.rest) > 0 {
		return q, p.unexpected()
	}
	return q, nil
}

func (p *parser) is(word string) bool {
	return len(p.rest) > 0 && !p.rest[0].quoted && strings.EqualFold(p.rest[0].text, word)
}

func (p *parser) take(word string) bool {
	if !p.is(word) {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *parser) unexpected() error {
	if len(p.rest) == 0 {
		return errors.New("the query ends where more is expected")
	}
	return fmt.Errorf("expecting either 'OR' or 'AND' but got '%s'", p.rest[0].text)
}

func (p *parser) or() (condition, error) {
	first, err := p.and()
	list := either{first}
	for err == nil && p.take("or") {
		var next condition
		next, err = p.and()
		list = append(list, next)
	}
	return list, err
}

func (p *parser) and() (condition, error) {
	first, err := p.one()
	list := all{first}
	for err == nil && p.take("and") {
		var next condition
		next, err = p.one()
		list = append(list, next)
	}
	return list, err
}

func (p *parser) one() (condition, error) {
	if p.take("not") {
		c, err := p.one()
		return not{c}, err
	}
	if p.take("(") {
		c, err := p.or()
		if err == nil && !p.take(")") {
			err = p.unexpected()
		}
		return c, err
	}
	return p.clause()
}

func (p *parser) clause() (condition, error) {
	c := clause{}
	if len(p.rest) < 3 {
		return c, p.unexpected()
	}
	c.field, p.rest = strings.ToLower(p.rest[0].text), p.rest[1:]
	c.op, p.rest = strings.ToLower(p.rest[0].text), p.rest[1:]
	if (c.op == "not" && p.take("in")) || (c.op == "is" && p.take("not")) {
		c.op = map[string]string{"not": "not in", "is": "is not"}[c.op]
	}
	switch c.op {
	case "=", "!=", "~", "!~", "<", "<=", ">", ">=", "is", "is not":
		if len(p.rest) == 0 {
			return c, p.unexpected()
		}
		c.values, p.rest = []string{p.rest[0].text}, p.rest[1:]
		return c, nil
	case "in", "not in":
		return p.values(c)
	}
	return c, fmt.Errorf("expecting operator but got '%s'", c.op)
}

func (p *parser) values(c clause) (condition, error) {
	if !p.take("(") {
		return c, p.unexpected()
	}
	for len(p.rest) > 0 {
		c.values, p.rest = append(c.values, p.rest[0].text), p.rest[1:]
		if p.take(")") {
			return c, nil
		}
		if !p.take(",") {
			break
		}
	}
	return c, p.unexpected()
}

func (p *parser) sorting() (list []sorting, err error) {
	for {
		if len(p.rest) == 0 {
			return nil, p.unexpected()
		}
		s := sorting{field: strings.ToLower(p.rest[0].text)}
		p.rest = p.rest[1:]
		if p.take("desc") {
			s.down = true
		} else {
			p.take("asc")
		}
		if list = append(list, s); !p.take(",") {
			return list, nil
		}
	}
}
