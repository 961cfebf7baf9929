package settings

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"hikeshi/workflows/incident"
)

// fold makes two spellings of a name equal that people do not tell apart: case, width of letters (ＡＣＭＥ, ｱｸﾒ) and
// spaces.
func fold(name string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(name))), " ")
}

// organisation returns the configured organisation of that id or name, or nil.
func (c *Config) organisation(name string) *Organisation {
	want := fold(name)
	for i := range c.Organisations {
		o := &c.Organisations[i]
		if fold(o.ID) == want || slices.ContainsFunc(o.Names, func(n string) bool { return fold(n) == want }) {
			return o
		}
	}
	return nil
}

func (c *Config) organisationIDs() []string {
	var list []string
	for _, o := range c.Organisations {
		list = append(list, o.ID)
	}
	return list
}

// concerned finds the organisations of a request: those configured, each once, all of them for display, and the names
// nobody configured.
func (c *Config) concerned(asked []string) (listed []*Organisation, all []incident.Organisation, unlisted []string) {
	all = []incident.Organisation{}
	for _, name := range asked {
		if strings.TrimSpace(name) == "" {
			continue
		}
		found := incident.UnlistedOrganisation(name)
		o := c.organisation(name)
		if o != nil {
			found = incident.Organisation{ID: o.ID, Name: cmp.Or(append(o.Names, o.ID)...)}
		}
		switch {
		case slices.ContainsFunc(all, func(a incident.Organisation) bool { return a.ID == found.ID }):
			continue
		case o != nil:
			listed = append(listed, o)
		default:
			unlisted = append(unlisted, name)
		}
		all = append(all, found)
	}
	return listed, all, unlisted
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
