package site

import (
	"encoding/json"
	"net/http"

	"hikeshi/activities/fake"
)

// App is what Slack knows of an app from its manifest: what people can choose.
type App struct {
	Commands  []Command
	Shortcuts []Shortcut
}

// Command is a slash command. Usage lists what can follow it, with bars between.
type Command struct {
	Command string `json:"command"`
	About   string `json:"about"`
	Usage   string `json:"usage"`
}

// Shortcut stands in the menu of each message, or in that of the whole workspace.
type Shortcut struct {
	ID      string `json:"id"` // callback_id
	Name    string `json:"name"`
	Message bool   `json:"message"` // of messages
}

// product is the app that the sandbox is for.
func product() App {
	return App{
		Commands: []Command{{"/case", "Open and run incident cases", "open | status | list | triage | severity | take | handover | contain | analyze | conclude | task | update | lesson | decide | waive | back | close | reopen | merge | run | stuck | resume | help"}},
		Shortcuts: []Shortcut{{"open_case", "Open a case", false}, {"open_case", "Open a case", true}, {"mark_lesson", "Mark as lesson", true},
			{"make_task", "Make a task", true}, {"add_timeline", "Add to timeline", true}},
	}
}

// lists is what the composer completes and the menus offer: GET /slack/_lists/all.
func (s *Site) lists(w http.ResponseWriter, r *http.Request) {
	reader, _ := s.reader(r)
	type named struct {
		Name string `json:"name"`
		Real string `json:"real"`
	}
	out := struct {
		People    []named    `json:"people"`
		Channels  []named    `json:"channels"`
		Commands  []Command  `json:"commands"`
		Shortcuts []Shortcut `json:"shortcuts"`
	}{Commands: s.App.Commands, Shortcuts: s.App.Shortcuts}
	for _, u := range s.eye(reader).people() {
		out.People = append(out.People, named{u.Name, u.RealName})
	}
	for _, g := range fake.Groups() {
		out.People = append(out.People, named{g.Handle, g.Name})
	}
	for _, ch := range s.channelsOf(reader) {
		if !ch.Archived {
			out.Channels = append(out.Channels, named{ch.Name, ch.Purpose.Value})
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(out) // the reader is gone: nothing to do
}
