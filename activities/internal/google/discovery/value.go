package discovery

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// value checks a decoded JSON value. In requests null stands for "delete this field".
func (d *Document) value(p *problems, s *schema, v any, request bool) {
	if s = d.resolve(s); s == nil {
		p.add("no body is described")
		return
	}
	if v == nil {
		if !request && s.Type != "any" {
			p.add("is null")
		}
		return
	}
	switch s.Type {
	case "object":
		d.object(p, s, v, request)
	case "array":
		list, ok := v.([]any)
		if !ok {
			p.add("is %T, want an array", v)
		}
		for i, item := range list {
			d.value(p.in(strconv.Itoa(i)), s.Items, item, request)
		}
	case "string":
		text, ok := v.(string)
		if !ok {
			p.add("is %T, want a string", v)
		} else if len(s.Enum) > 0 && !slices.Contains(s.Enum, text) {
			p.add("has the value %q, which is none of the enum", text)
		} else if !formatted(s.Format, text) {
			p.add("has the value %q, want %s", text, s.Format)
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			p.add("is %T, want a boolean", v)
		}
	case "integer", "number":
		n, ok := v.(float64)
		if !ok || s.Type == "integer" && n != math.Trunc(n) {
			p.add("is %v, want %s", v, s.Type)
		}
	}
}

func (d *Document) object(p *problems, s *schema, v any, request bool) {
	fields, ok := v.(map[string]any)
	if !ok {
		p.add("is %T, want an object", v)
		return
	}
	for name, item := range fields {
		field := s.Properties[name]
		if field == nil {
			field = s.AdditionalProperties
		}
		if field == nil {
			p.add("unknown field %s", name)
			continue
		}
		d.value(p.in(name), field, item, request)
	}
}

// formatted checks the formats of strings that hold something else.
func formatted(format, text string) bool {
	var err error
	switch format {
	case "int64":
		_, err = strconv.ParseInt(text, 10, 64)
	case "uint64":
		_, err = strconv.ParseUint(text, 10, 64)
	case "date-time":
		_, err = time.Parse(time.RFC3339, text)
	}
	return err == nil
}
