package settings_test

import (
	"testing"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

func TestVisible(t *testing.T) {
	concerned := []incident.Organisation{{ID: "acme"}, {ID: "charlie"}}
	viewers := map[string]settings.Viewer{
		"nobody":   {},
		"all":      {Organisations: []string{"*"}},
		"acme":     {Organisations: []string{"bravo", "acme"}},
		"bravo":    {Organisations: []string{"bravo"}},
		"lead":     {Restricted: true},
		"member":   {SlackUser: "U1"},
		"stranger": {SlackUser: "U9"},
		"inside":   {Channel: "C1"},
		"outside":  {Channel: "C9"},
	}
	tests := []struct {
		audience incident.Audience
		sees     string // of the viewers
	}{
		{"group", "nobody all acme bravo lead member stranger inside outside"},
		{"organisation", "all acme member inside"},
		{"restricted", "lead member inside"},
		{"of a later version", "member inside"},
	}
	c := load(t, base)
	for _, test := range tests {
		head := workflows.Head{Audience: test.audience, Organisations: concerned, Members: []string{"U0", "U1"}, Channel: "C1"}
		for name, viewer := range viewers {
			if got, want := c.Visible(head, viewer), contains(test.sees, name); got != want {
				t.Errorf("a case of audience %s is visible to %s: %v, want %v", test.audience, name, got, want)
			}
		}
	}
	if c.Visible(workflows.Head{Audience: "restricted", Members: []string{""}}, settings.Viewer{}) {
		t.Error("somebody without an id is a member, or stands in a channel that is not there")
	}
}
