// Package deploy_test keeps the files in this folder true to the code.
package deploy_test

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdk "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"gopkg.in/yaml.v3"

	"hikeshi/activities/slack"
)

func manifest(t *testing.T) sdk.Manifest {
	t.Helper()
	text, err := os.ReadFile("slack-manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var m sdk.Manifest
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&m); err != nil {
		t.Fatalf("slack-manifest.yaml: %v", err)
	}
	return m
}

// The code that speaks with Slack: the worker's adapter and the gateway.
var speakers = []string{"../activities/slack", "../starter/slackbot"}

// Which methods are called is read from our code and from that of the library. The adapter's table says which scopes
// they need.
func TestTableOfScopesListsTheMethodsThatAreCalled(t *testing.T) {
	lib, seen, called := library(t), map[string]bool{}, map[string]bool{}
	for _, dir := range speakers {
		ours := parse(t, dir)
		for name := range ours.calls {
			lib.reach("Client."+name, seen, called)
		}
	}
	delete(called, "apps.connections.open") // with the app-level token: no bot scope
	if diff := cmp.Diff(sorted(called), slack.Methods()); diff != "" {
		t.Errorf("the methods that the code calls (-) are not those of the table in activities/slack/scopes.go (+); correct the table, then the manifest:\n%s", diff)
	}
}

func TestManifestAsksForTheScopesThatAreUsed(t *testing.T) {
	m := manifest(t)
	got := slices.Sorted(slices.Values(m.OAuthConfig.Scopes.Bot))
	if diff := cmp.Diff(slack.Scopes(), got); diff != "" {
		t.Errorf("the scopes that are used (-) are not those of slack-manifest.yaml (+):\n%s", diff)
	}
	if s := m.OAuthConfig.Scopes; len(s.User)+len(s.BotOptional)+len(s.UserOptional) > 0 {
		t.Errorf("the manifest asks for more than scopes of the bot: %+v", s)
	}
}

// The gateway acts on the events whose names stand in its code.
func TestManifestSubscribesToTheEventsThatAreActedOn(t *testing.T) {
	acts := map[string]bool{}
	for text := range parse(t, "../starter/slackbot").strings {
		switch _, isEvent := slackevents.EventsAPIInnerEventMapping[slackevents.EventsAPIType(text)]; {
		case text == "app_rate_limited": // Slack sends it unasked
		case text == "message":
			acts["message.channels"], acts["message.groups"] = true, true
		case isEvent:
			acts[text] = true
		}
	}
	if diff := cmp.Diff(sorted(acts), slack.Events()); diff != "" {
		t.Errorf("the events that the gateway acts on (-) are not those of the table in activities/slack/scopes.go (+); correct the table, then the manifest:\n%s", diff)
	}
	got := slices.Sorted(slices.Values(manifest(t).Settings.EventSubscriptions.BotEvents))
	if diff := cmp.Diff(slack.Events(), got); diff != "" {
		t.Errorf("the events that are acted on (-) are not those of slack-manifest.yaml (+):\n%s", diff)
	}
}

func sorted(set map[string]bool) []string {
	list := []string{}
	for s := range set {
		list = append(list, s)
	}
	slices.Sort(list)
	return list
}

func TestManifestHasWhatTheGatewayRoutes(t *testing.T) {
	m, want := manifest(t), shortcuts(t)
	var got []string
	for _, s := range m.Features.Shortcuts {
		got = append(got, s.CallbackID)
		if len([]rune(s.Name)) > 24 || s.Description == "" { // Slack's limit for the name
			t.Errorf("shortcut %s: the name %q is too long, or it has no description", s.CallbackID, s.Name)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the shortcuts that the gateway knows (-) are not those of slack-manifest.yaml (+):\n%s", diff)
	}
	if c := m.Features.SlashCommands; len(c) != 1 || c[0].Command != "/case" || !c[0].ShouldEscape {
		t.Errorf("commands: %+v: there should be /case, with people and channels as ids", c)
	}
	if home := slices.Contains(slack.Methods(), "views.publish"); m.Features.AppHome.HomeTabEnabled != home {
		t.Errorf("the Home tab is enabled: %v, the gateway fills it: %v", m.Features.AppHome.HomeTabEnabled, home)
	}
	if s := m.Settings; !s.SocketModeEnabled || s.Interactivity == nil || !s.Interactivity.IsEnabled || s.OrgDeployEnabled {
		t.Errorf("settings: %+v", s)
	}
}
