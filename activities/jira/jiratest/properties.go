package jiratest

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
)

const (
	maxPropertyKey   = 255
	maxPropertyValue = 32768
)

func (x *exchange) issueProperties() (map[string]json.RawMessage, func(map[string]json.RawMessage), *problem) {
	i, no := x.issue()
	return i.Properties, func(all map[string]json.RawMessage) {
		i.Properties = all
		x.s.issues.Put(rowKey(i.ID), i)
	}, no
}

// commentProperties are reached without the issue in the path.
func (x *exchange) commentProperties() (map[string]json.RawMessage, func(map[string]json.RawMessage), *problem) {
	id, _ := strconv.Atoi(x.PathValue("comment"))
	c, found := x.s.comments.Get(rowKey(id))
	i, _ := x.s.issues.Get(rowKey(c.Issue))
	if !found || !sees(x.who, i) || !c.readable(x.who) {
		return nil, nil, missing("Can not find a comment for the id: " + x.PathValue("comment") + ".")
	}
	return c.Properties, func(all map[string]json.RawMessage) {
		c.Properties = all
		x.s.comments.Put(rowKey(c.ID), c)
	}, nil
}

// properties serves the properties of one kind of thing under a path.
func (s *Server) properties(path string, of func(*exchange) (map[string]json.RawMessage, func(map[string]json.RawMessage), *problem)) {
	s.handle("GET "+path, func(x *exchange) answer {
		all, _, no := of(x)
		if no != nil {
			return no.answer()
		}
		keys := []any{}
		for _, key := range slices.Sorted(maps.Keys(all)) {
			keys = append(keys, map[string]any{"key": key, "self": x.base + x.URL.Path + "/" + key})
		}
		return ok(map[string]any{"keys": keys})
	})
	s.handle("GET "+path+"/{property}", func(x *exchange) answer {
		all, _, no := of(x)
		value, found := all[x.PathValue("property")]
		if no == nil && !found {
			no = missing("The property with key '" + x.PathValue("property") + "' does not exist.")
		}
		if no != nil {
			return no.answer()
		}
		return ok(map[string]any{"key": x.PathValue("property"), "value": value})
	})
	s.handle("PUT "+path+"/{property}", func(x *exchange) answer { return x.putProperty(of(x)) })
	s.handle("DELETE "+path+"/{property}", func(x *exchange) answer {
		all, put, no := of(x)
		if _, found := all[x.PathValue("property")]; no == nil && !found {
			no = missing("The property with key '" + x.PathValue("property") + "' does not exist.")
		}
		if no != nil {
			return no.answer()
		}
		all = maps.Clone(all)
		delete(all, x.PathValue("property"))
		put(all)
		return done()
	})
}

func (x *exchange) putProperty(all map[string]json.RawMessage, put func(map[string]json.RawMessage), no *problem) answer {
	if no != nil {
		return no.answer()
	}
	key := x.PathValue("property")
	value, _ := io.ReadAll(x.Body) // in memory already
	if !json.Valid(value) || len(value) > maxPropertyValue || len(key) > maxPropertyKey {
		return bad("The property value must be valid JSON of up to 32768 characters, its key up to 255.").answer()
	}
	_, had := all[key]
	all = maps.Clone(all)
	if all == nil {
		all = map[string]json.RawMessage{}
	}
	all[key] = value
	put(all)
	if had {
		return ok(map[string]any{})
	}
	return created(map[string]any{})
}
