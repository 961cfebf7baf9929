package settings

import (
	"fmt"
	"reflect"
	"strings"
)

// nearest suggests the known key that is most like the one given, in the section of that type.
func nearest(key, section string) string {
	best, distance := "", 4 // further away it is no typing error
	for _, known := range keysOf(reflect.TypeFor[Config](), section) {
		if d := edits(key, known); d < distance {
			best, distance = known, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

func keysOf(t reflect.Type, section string) []string {
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer:
		return keysOf(t.Elem(), section)
	case reflect.Struct:
	default:
		return nil
	}
	var own, below []string
	for f := range t.NumField() {
		field := t.Field(f)
		name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if options == "inline" {
			own = append(own, keysOf(field.Type, field.Type.Name())...)
		} else if name != "" {
			own = append(own, name)
			below = append(below, keysOf(field.Type, section)...)
		}
	}
	if t.Name() == section {
		return own
	}
	return below
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
