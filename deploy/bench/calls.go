package main

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hikeshi/activities/fake"
)

// count says how often a vendor was called by one name.
type count struct {
	Vendor string `json:"vendor"`
	Name   string `json:"name"`
	Calls  int    `json:"calls"`
}

// tally is how many calls each vendor has had at a moment.
type tally map[string]int

func (p *product) tally(ctx context.Context) (tally, error) {
	t := tally{}
	for _, v := range p.vendors.all() {
		calls, err := v.calls(ctx)
		if err != nil {
			return nil, err
		}
		t[v.name] = len(calls)
	}
	return t, nil
}

// callsSince counts what has reached the vendors since then, by vendor and name.
func (p *product) callsSince(ctx context.Context, then tally) ([]count, error) {
	counts := map[count]int{}
	for _, v := range p.vendors.all() {
		calls, err := v.calls(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range calls[min(then[v.name], len(calls)):] {
			counts[count{Vendor: v.name, Name: plainName(c)}]++
		}
	}
	var list []count
	for c, n := range counts {
		c.Calls = n
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b count) int {
		return cmp.Or(cmp.Compare(a.Vendor, b.Vendor), cmp.Compare(a.Name, b.Name))
	})
	return list, nil
}

// Ids in paths: of issues by number or key, of Drive's files and Sheets' spreadsheets, of Slack's response_urls.
var identifiers = []struct {
	pattern *regexp.Regexp
	plain   string
}{
	{regexp.MustCompile(`/issue/[^/]+`), "/issue/{id}"},
	{regexp.MustCompile(`/files/[^/]+`), "/files/{id}"},
	{regexp.MustCompile(`/spreadsheets/[^/:]+`), "/spreadsheets/{id}"},
	{regexp.MustCompile(`/commands/.+`), "/commands/{response_url}"},
}

// plainName is the call's name without ids. A refusal counts under its own name, so that it cannot hide.
func plainName(c fake.Call) string {
	name := c.Name
	for _, id := range identifiers {
		if strings.HasSuffix(name, "/files/generateIds") {
			break // looks like an id and is none
		}
		name = id.pattern.ReplaceAllString(name, id.plain)
	}
	if c.Status >= 300 || c.Status == 0 {
		name = fmt.Sprintf("%s (%d)", name, c.Status)
	}
	return name
}

// awaitAccess waits until the worker has asked every vendor who it is, which it does when it starts: these calls
// belong to no case.
func (p *product) awaitAccess(ctx context.Context) error {
	for {
		asked := 0
		for _, v := range p.vendors.all() {
			calls, err := v.calls(ctx)
			if err != nil {
				return err
			}
			if len(calls) > 0 && !calls[0].Done.IsZero() {
				asked++
			}
		}
		if asked == len(p.vendors.all()) {
			return nil
		}
		if err := pause(ctx, calm/20); err != nil {
			return fmt.Errorf("wait for the worker: %w", err)
		}
	}
}
