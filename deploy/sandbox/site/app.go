package site

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"hikeshi/activities/fake"
	"hikeshi/deploy"
)

// App is what Slack knows of an app from its manifest: what people can choose.
type App struct {
	Commands  []Command
	Shortcuts []Shortcut
}

// Command is a slash command. Verbs can follow it.
type Command struct {
	Command string   `json:"command"`
	About   string   `json:"about"`
	Verbs   []string `json:"verbs"`
}

// Shortcut stands in the menu of each message, or in that of the whole workspace.
type Shortcut struct {
	ID      string `json:"id"` // callback_id
	Name    string `json:"name"`
	Message bool   `json:"message"` // of messages
}

// readManifest is what a manifest makes Slack offer.
func readManifest(text []byte) (app App, err error) {
	var m struct {
		Features struct {
			Commands []struct {
				Command string `yaml:"command"`
				About   string `yaml:"description"`
				Usage   string `yaml:"usage_hint"`
			} `yaml:"slash_commands"`
			Shortcuts []struct {
				Name string `yaml:"name"`
				Type string `yaml:"type"`
				ID   string `yaml:"callback_id"`
			} `yaml:"shortcuts"`
		} `yaml:"features"`
	}
	if err := yaml.Unmarshal(text, &m); err != nil {
		return app, fmt.Errorf("read the app's manifest: %w", err)
	}
	for _, c := range m.Features.Commands {
		app.Commands = append(app.Commands, Command{c.Command, c.About, verbs(c.Usage)})
	}
	for _, s := range m.Features.Shortcuts {
		app.Shortcuts = append(app.Shortcuts, Shortcut{s.ID, s.Name, s.Type == "message"})
	}
	return app, nil
}

// verbs are the first words of a hint's parts: "open payroll phishing · status".
func verbs(hint string) (list []string) {
	for _, part := range strings.FieldsFunc(hint, func(r rune) bool { return r == '·' || r == '|' }) {
		if words := strings.Fields(strings.Trim(part, " []")); len(words) > 0 && !slices.Contains(list, words[0]) {
			list = append(list, words[0])
		}
	}
	return list
}

// product is the app that the sandbox is for.
func product() (App, error) { return readManifest(deploy.Manifest) }

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
