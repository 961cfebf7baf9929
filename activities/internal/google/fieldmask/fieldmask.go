// Package fieldmask applies Google's partial responses: the parameter fields of a call names the parts of the answer
// that the caller wants, such as "nextPageToken,files(id,owners/emailAddress)". The fakes use it, so that an adapter
// that forgets to ask for a field misses it in tests, too.
// https://developers.google.com/workspace/drive/api/guides/fields-parameter
package fieldmask

import "fmt"

// Mask is a set of wanted fields, each with the wanted fields below it. A field without any wants all below it; "*"
// stands for every field.
type Mask map[string]Mask

// Parse reads a mask. Fields may be separated from those below them by "/", "." or parentheses.
func Parse(text string) (Mask, error) {
	p := &parser{text: text}
	mask := p.list()
	if p.bad || p.at != len(text) || len(mask) == 0 {
		return nil, fmt.Errorf("Invalid field selection %s", text)
	}
	return mask, nil
}

// Apply returns the parts of a decoded JSON value that the mask wants. It does not change the value.
func (m Mask) Apply(value any) any {
	if len(m) == 0 || len(m) == 1 && m["*"] != nil && len(m["*"]) == 0 {
		return value
	}
	switch v := value.(type) {
	case []any:
		list := make([]any, 0, len(v))
		for _, item := range v {
			list = append(list, m.Apply(item))
		}
		return list
	case map[string]any:
		return m.object(v)
	}
	return value
}

func (m Mask) object(v map[string]any) map[string]any {
	out := map[string]any{}
	for name, below := range m {
		if name == "*" {
			for k, item := range v {
				out[k] = below.Apply(item)
			}
		} else if item, ok := v[name]; ok {
			out[name] = below.Apply(item)
		}
	}
	return out
}

type parser struct {
	text string
	at   int
	bad  bool
}

func (p *parser) list() Mask {
	mask := Mask{}
	for {
		p.path(mask)
		if p.bad || !p.take(",") {
			return mask
		}
	}
}

// path reads one field with what is below it into the mask.
func (p *parser) path(mask Mask) {
	name := p.word()
	if name == "" {
		p.bad = true
		return
	}
	below := mask[name]
	if below == nil {
		below = Mask{}
		mask[name] = below
	}
	switch {
	case p.take("/"), p.take("."):
		p.path(below)
	case p.take("("):
		for field, more := range p.list() {
			below[field] = more
		}
		if !p.take(")") {
			p.bad = true
		}
	}
}

func (p *parser) take(mark string) bool {
	if p.at < len(p.text) && p.text[p.at:p.at+1] == mark {
		p.at++
		return true
	}
	return false
}

func (p *parser) word() string {
	for p.take(" ") {
	}
	start := p.at
	for p.at < len(p.text) && isWord(p.text[p.at]) {
		p.at++
	}
	return p.text[start:p.at]
}

func isWord(c byte) bool {
	return c == '*' || c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
