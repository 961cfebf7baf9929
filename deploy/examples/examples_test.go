// Package examples holds files to start from. Its tests keep them true: they must load and show every key that there is.
package examples

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

const example = "hikeshi.yaml"

func TestTheExampleLoads(t *testing.T) {
	c, err := settings.Load(example, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []incident.Request{
		{Audience: incident.AudienceGroup},
		{Audience: incident.AudienceGroup, Drill: true},
		{Audience: incident.AudienceOrganisation, Organisations: []string{"アクメ食品"}},
		{Audience: incident.AudienceOrganisation, Organisations: []string{"Acme Foods", "bravo"}},
		{Audience: incident.AudienceRestricted},
	} {
		p, err := c.Place(r)
		if err != nil {
			t.Errorf("place %+v: %v", r, err)
			continue
		}
		if p.Audience != incident.AudienceGroup && p.SecurityLevel == "" {
			t.Errorf("place %+v: no security level", r)
		}
	}
}

// The runbooks can be run, and take no built-in one's place.
func TestTheRunbooksAreGood(t *testing.T) {
	c, err := settings.Load(example, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	library := c.Library()
	for _, problem := range library.Problems() {
		t.Error(problem)
	}
	own := 0
	for _, book := range library.List("ja") {
		if book.Replaces {
			t.Errorf("%s takes a built-in one's place", book.Name)
		}
		if book.File != "" {
			own++
		}
	}
	if own == 0 {
		t.Error("there is no example")
	}
}

func TestTheExampleShowsEveryKey(t *testing.T) {
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	known := keys(reflect.TypeFor[settings.Config]())
	if len(known) < 20 {
		t.Fatalf("found only the keys %q in the configuration's type", known)
	}
	for _, key := range known {
		if !regexp.MustCompile(`(?m)^[ -]*` + key + `:`).Match(text) {
			t.Errorf("the example does not show the key %s", key)
		}
	}
}

// keys returns the keys of a section and of all below it.
func keys(t reflect.Type) (all []string) {
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer:
		return keys(t.Elem())
	case reflect.Struct:
	default:
		return nil
	}
	for f := range t.NumField() {
		field := t.Field(f)
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if name == "-" {
			continue
		}
		if name != "" {
			all = append(all, name)
		}
		all = append(all, keys(field.Type)...)
	}
	return all
}
