package strictyaml

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Shape compares a file with the type that it is to be read into: unknown and repeated keys, wrong types. A type that
// takes a plain text too, beside its keys, is an encoding.TextUnmarshaler.
func Shape(document *yaml.Node, want reflect.Type) Problems {
	s := shape{}
	if len(document.Content) > 0 {
		s.compare(document.Content[0], want, "")
	}
	return s.Problems
}

type shape struct{ Problems }

func (s *shape) compare(node *yaml.Node, want reflect.Type, path string) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Tag == "!!null" {
		return // as if it were not there
	}
	if want.Kind() == reflect.Pointer {
		want = want.Elem()
	}
	switch {
	case node.Kind == yaml.ScalarNode && reflect.PointerTo(want).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return
	case want.Kind() == reflect.Struct:
		s.compareStruct(node, want, path)
	case want.Kind() == reflect.Map:
		s.compareMap(node, want, path)
	case want.Kind() == reflect.Slice:
		s.compareList(node, want, path)
	case want.Kind() != reflect.Interface && !fits(node, want):
		s.Add(node.Line, "%s must be %s, not %s", path, inWords(want), shown(node))
	}
}

// fits reports whether the value can be read as that type. A bare number is no duration: it would be nanoseconds. And 1.5
// is no whole number, though the library would make 1 of it.
func fits(node *yaml.Node, want reflect.Type) bool {
	if want == reflect.TypeFor[time.Duration]() && node.Tag != "!!str" || want.Kind() == reflect.Int && node.Tag != "!!int" {
		return false
	}
	return node.Kind == yaml.ScalarNode && node.Decode(reflect.New(want).Interface()) == nil
}

func (s *shape) compareStruct(node *yaml.Node, want reflect.Type, path string) {
	known := keysOf(want)
	s.eachKey(node, path, func(key, value *yaml.Node) {
		if t, ok := known[key.Value]; ok {
			s.compare(value, t, Join(path, key.Value))
			return
		}
		s.Add(key.Line, "unknown key %q%s", Join(path, key.Value), DidYouMean(key.Value, names(known)))
	})
}

func (s *shape) compareMap(node *yaml.Node, want reflect.Type, path string) {
	s.eachKey(node, path, func(key, value *yaml.Node) { s.compare(value, want.Elem(), Join(path, key.Value)) })
}

func (s *shape) compareList(node *yaml.Node, want reflect.Type, path string) {
	if node.Kind == yaml.ScalarNode && reflect.PointerTo(want).Implements(reflect.TypeFor[yaml.Unmarshaler]()) {
		return // it takes one word for a list of one
	}
	if node.Kind != yaml.SequenceNode {
		s.Add(node.Line, "%s must be a list ([a, b]), not %s", path, shown(node))
		return
	}
	for i, item := range node.Content {
		s.compare(item, want.Elem(), path+"["+strconv.Itoa(i+1)+"]")
	}
}

func (s *shape) eachKey(node *yaml.Node, path string, do func(key, value *yaml.Node)) {
	if node.Kind != yaml.MappingNode {
		s.Add(node.Line, "%s must be a group of keys, not %s", orFile(path), shown(node))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if first, twice := seen[key.Value]; twice {
			s.Add(key.Line, "key %s is there twice, first in line %d", Join(path, key.Value), first)
		}
		seen[key.Value] = key.Line
		do(key, node.Content[i+1])
	}
}

// keysOf maps the YAML keys of a struct to the types of their values.
func keysOf(t reflect.Type) map[string]reflect.Type {
	keys := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if f.IsExported() && name != "" && name != "-" {
			keys[name] = f.Type
		}
	}
	return keys
}

func names(keys map[string]reflect.Type) []string {
	var list []string
	for k := range keys {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

func inWords(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "a duration such as 3s, 15m or 24h"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Float64:
		return "a number"
	case t.Kind() == reflect.Int:
		return "a whole number"
	}
	return "a text"
}

func shown(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a group of keys"
	case yaml.SequenceNode:
		return "a list"
	}
	return fmt.Sprintf("%q", node.Value)
}

// Join is the path of a key within the group at path.
func Join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func orFile(path string) string {
	if path == "" {
		return "the file"
	}
	return path
}

// Lines maps the path of every key to its line.
func Lines(document *yaml.Node) map[string]int {
	at := map[string]int{}
	var walk func(node *yaml.Node, path string)
	walk = func(node *yaml.Node, path string) {
		for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
			p := Join(path, node.Content[i].Value)
			at[p] = node.Content[i].Line
			walk(node.Content[i+1], p)
		}
		for i := 0; node.Kind == yaml.SequenceNode && i < len(node.Content); i++ {
			p := path + "[" + strconv.Itoa(i+1) + "]"
			at[p] = node.Content[i].Line
			walk(node.Content[i], p)
		}
	}
	if len(document.Content) > 0 {
		walk(document.Content[0], "")
	}
	return at
}
