package discovery

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"hikeshi/activities/internal/google/fieldmask"
)

// Call is one call with its answer.
type Call struct {
	Method      string
	URL         *url.URL
	RequestType string // Content-Type
	Request     []byte
	Status      int // 0: there was no answer
	AnswerType  string
	Answer      []byte
}

// Describes reports whether the document has the call's method.
func (d *Document) Describes(c Call) bool {
	m, _ := d.find(c.Method, c.URL)
	return m != nil
}

// Check lists what is wrong with a call; nothing if it is as described. A call that was refused may have been wrong on
// purpose, so of it only the answer is checked.
func (d *Document) Check(c Call) []string {
	m, upload := d.find(c.Method, c.URL)
	if m == nil {
		return []string{fmt.Sprintf("%s %s: no such method", c.Method, c.URL.Path)}
	}
	p := &problems{at: m.ID}
	if c.Status >= 400 {
		p.refusal(c)
		return p.list
	}
	d.parameters(p, m, c.URL.Query())
	piece := c.URL.Query().Get("upload_id") != ""
	if !piece && isJSON(c.RequestType) && len(c.Request) > 0 {
		p.body("request", c.Request, func(v any) { d.value(p.in("request"), m.Request, v, true) })
	}
	media := c.URL.Query().Get("alt") == "media" || m.Response == nil
	if c.Status != 0 && !media && !(upload && len(c.Answer) == 0) {
		if !isJSON(c.AnswerType) {
			p.add("answer is %q, not JSON", c.AnswerType)
			return p.list
		}
		p.body("answer", c.Answer, func(v any) { d.value(p.in("answer"), m.Response, v, false) })
	}
	return p.list
}

func isJSON(contentType string) bool { return strings.HasPrefix(contentType, "application/json") }

// refusal checks the form that all of Google's errors share.
func (p *problems) refusal(c Call) {
	var e struct {
		Error *struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if err := json.Unmarshal(c.Answer, &e); err != nil || e.Error == nil || e.Error.Code != c.Status || e.Error.Message == "" {
		p.add("answer %d is not one of Google's errors: %.200s", c.Status, c.Answer)
	}
}

// parameters checks the query against the method's and the service's parameters.
func (d *Document) parameters(p *problems, m *method, q url.Values) {
	for name, values := range q {
		s := m.Parameters[name]
		if s == nil || s.Location != "query" {
			s = d.Parameters[name]
		}
		if s == nil {
			if name != "upload_id" || m.upload == nil {
				p.add("unknown parameter %s", name)
			}
			continue
		}
		if len(values) > 1 && !s.Repeated {
			p.add("parameter %s is given %d times", name, len(values))
		}
		for _, v := range values {
			p.parameter(name, s, v)
		}
	}
	for name, s := range m.Parameters {
		if s.Required && s.Location == "query" && !q.Has(name) {
			p.add("parameter %s is missing", name)
		}
	}
	if fields := q.Get("fields"); fields != "" && m.Response != nil {
		mask, err := fieldmask.Parse(fields)
		if err != nil {
			p.add("parameter fields: %v", err)
			return
		}
		d.selection(p.in("fields"), m.Response, mask)
	}
}

func (p *problems) parameter(name string, s *schema, v string) {
	bad := false
	switch s.Type {
	case "boolean":
		bad = v != "true" && v != "false"
	case "integer":
		n, err := strconv.ParseInt(v, 10, 64)
		bad = err != nil || outside(n, s)
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		bad = true
	}
	if bad {
		p.add("parameter %s has the value %q", name, v)
	}
}

func outside(n int64, s *schema) bool {
	low, errLow := strconv.ParseInt(s.Minimum, 10, 64)
	high, errHigh := strconv.ParseInt(s.Maximum, 10, 64)
	return errLow == nil && n < low || errHigh == nil && n > high
}

// selection checks that the fields asked for exist.
func (d *Document) selection(p *problems, s *schema, mask fieldmask.Mask) {
	s = d.resolve(s)
	for s != nil && s.Type == "array" {
		s = d.resolve(s.Items)
	}
	for name, below := range mask {
		if name == "*" || s == nil || s.Type == "any" {
			continue
		}
		field := s.Properties[name]
		if field == nil {
			field = s.AdditionalProperties
		}
		if field == nil {
			p.add("no such field: %s", name)
			continue
		}
		if len(below) > 0 {
			d.selection(p.in(name), field, below)
		}
	}
}

func (d *Document) resolve(s *schema) *schema {
	for s != nil && s.Ref != "" {
		s = d.Schemas[s.Ref]
	}
	return s
}

// problems collects what is wrong, each with its place.
type problems struct {
	at   string
	list []string
	root *problems
}

func (p *problems) in(name string) *problems {
	root := p
	if p.root != nil {
		root = p.root
	}
	return &problems{at: p.at + "." + name, root: root}
}

func (p *problems) add(format string, args ...any) {
	root := p
	if p.root != nil {
		root = p.root
	}
	root.list = append(root.list, p.at+": "+fmt.Sprintf(format, args...))
}

func (p *problems) body(what string, raw []byte, check func(any)) {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		p.add("%s is no JSON: %v", what, err)
		return
	}
	check(v)
}
