package site

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The workspace offers what the app's manifest makes Slack offer.
func TestTheWorkspaceOffersWhatTheManifestHas(t *testing.T) {
	app, err := product()
	require.NoError(t, err)
	require.Equal(t, "/case", app.Commands[0].Command)
	require.Contains(t, app.Commands[0].Verbs, "open")
	app, err = readManifest([]byte(`{features: {slash_commands: [{command: /x, description: d, usage_hint: "[open title | status] · open"}], shortcuts: [{name: N, type: message, callback_id: i}, {name: G, type: global, callback_id: g}]}}`))
	require.NoError(t, err)
	require.Equal(t, App{[]Command{{"/x", "d", []string{"open", "status"}}}, []Shortcut{{"i", "N", true}, {"g", "G", false}}}, app)
	_, err = readManifest([]byte("{"))
	require.Error(t, err)
}
