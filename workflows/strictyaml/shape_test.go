package strictyaml_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"hikeshi/workflows/strictyaml"
)

// text takes a plain text too.
type text struct {
	En string `yaml:"en"`
}

func (t *text) UnmarshalText(b []byte) error { t.En = string(b); return nil }

type file struct {
	Count int           `yaml:"count"`
	Wait  time.Duration `yaml:"wait"`
	Title text          `yaml:"title"`
	Group *struct {
		List []string `yaml:"list"`
	} `yaml:"group"`
}

func problems(t *testing.T, content string) error {
	t.Helper()
	var document yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(content), &document))
	return strictyaml.Shape(&document, reflect.TypeFor[file]()).Err()
}

func TestShape(t *testing.T) {
	for _, good := range []string{"", "count: 3\nwait: 3s", "title: plain", "title: {en: group}", "group: {list: [a]}", "group:", "title: 5"} {
		require.NoError(t, problems(t, good), good)
	}
	for content, want := range map[string]string{
		"count: 1.5":                `line 1: count must be a whole number, not "1.5"`,
		"wait: 3":                   `line 1: wait must be a duration such as 3s, 15m or 24h, not "3"`,
		"titel: x":                  `line 1: unknown key "titel": did you mean "title"?`,
		"title: {de: x}":            `line 1: unknown key "title.de": known: en`,
		"title: [x]":                "line 1: title must be a group of keys, not a list",
		"group: text":               `line 1: group must be a group of keys, not "text"`,
		"group:\n  list: a":         `line 2: group.list must be a list ([a, b]), not "a"`,
		"count: 1\ncount: 2":        "line 2: key count is there twice, first in line 1",
		"wait: x\n\nwiat: 3s":       "2 problems\nline 1: wait must be a duration",
		"group:\n  list: [a, {}]\n": "line 2: group.list[2] must be a text, not a group of keys",
	} {
		require.ErrorContains(t, problems(t, content), want, content)
	}
}
