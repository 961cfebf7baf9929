package site

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// The workspace offers what the app's manifest makes Slack offer.
func TestTheWorkspaceOffersWhatTheManifestHas(t *testing.T) {
	raw, err := os.ReadFile("../../slack-manifest.yaml")
	require.NoError(t, err)
	var m struct {
		Features struct {
			Commands []struct {
				Command string `yaml:"command"`
			} `yaml:"slash_commands"`
			Shortcuts []struct {
				Name, Type string
				ID         string `yaml:"callback_id"`
			} `yaml:"shortcuts"`
		} `yaml:"features"`
	}
	require.NoError(t, yaml.Unmarshal(raw, &m))
	require.NotEmpty(t, m.Features.Commands)
	for _, c := range m.Features.Commands {
		require.True(t, slices.ContainsFunc(product().Commands, func(p Command) bool { return p.Command == c.Command }), c.Command)
	}
	for _, c := range m.Features.Shortcuts {
		require.True(t, slices.ContainsFunc(product().Shortcuts, func(p Shortcut) bool { return p.ID == c.ID && p.Message == (c.Type == "message") }), "%s %s", c.Type, c.ID)
	}
}
