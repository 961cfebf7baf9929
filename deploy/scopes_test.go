package deploy_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/activities/slack"
)

var update = flag.Bool("update", false, "write "+extract+" anew from the specification in CONTRACT_SPECS")

// extract holds the bot scopes of the methods that are called, as Slack's pages name them.
const (
	extract       = "testdata/slack-bot-scopes.json"
	specification = "slack-methods-2026-05.json"
)

// The table of scopes is Slack's own, without the scopes for direct messages, which no case lives in, and without those
// that a wider one of ours holds.
func TestTableOfScopesIsSlacks(t *testing.T) {
	extracted := read[map[string][]string](t, extract)
	for _, method := range slack.Methods() {
		scopes, known := extracted[method]
		if !known {
			t.Errorf("%s lacks %s: write it anew with go test ./deploy -update, with CONTRACT_SPECS set", extract, method)
			continue
		}
		var want, got []string
		for _, s := range scopes {
			if method == "conversations.open" { // with one person: the other scopes are for channels and groups
				want = []string{"im:write"}
				break
			}
			if !otherwise[s] {
				want = append(want, s)
			}
		}
		for _, scope := range slack.Scopes() {
			if slices.Contains(slack.UsesOf(scope), method) {
				got = append(got, scope)
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: Slack's page (-), our table (+):\n%s", method, diff)
		}
	}
}

var otherwise = map[string]bool{
	"im:read": true, "im:write": true, "im:history": true, "mpim:read": true, "mpim:write": true, "mpim:history": true, "channels:write": true,
	"channels:write.invites": true, "channels:write.topic": true, "groups:write.invites": true, "groups:write.topic": true,
	"im:write.topic": true, "mpim:write.topic": true,
}

func TestExtractOfScopesIsWhatTheSpecificationSays(t *testing.T) {
	dir := os.Getenv("CONTRACT_SPECS")
	if dir == "" {
		t.Skip("set CONTRACT_SPECS to the folder that holds " + specification + " to compare " + extract + " with it")
	}
	spec := read[struct {
		Methods map[string]struct {
			Scopes struct {
				Bot []struct{ Name string }
			}
		}
	}](t, filepath.Join(dir, specification))
	want := map[string][]string{}
	for _, method := range slack.Methods() {
		page, known := spec.Methods[method]
		if !known {
			t.Errorf("Slack has no method %s", method)
			continue
		}
		want[method] = []string{}
		for _, s := range page.Scopes.Bot {
			want[method] = append(want[method], s.Name)
		}
		slices.Sort(want[method])
	}
	if *update {
		write(t, extract, want)
	}
	if diff := cmp.Diff(want, read[map[string][]string](t, extract)); diff != "" {
		t.Errorf("%s is not what the specification says (-); write it anew with go test ./deploy -update:\n%s", extract, diff)
	}
}

func read[T any](t *testing.T, name string) (v T) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	return v
}

func write(t *testing.T, name string, v any) {
	t.Helper()
	text, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		err = os.WriteFile(name, append(text, '\n'), 0o644)
	}
	if err != nil {
		t.Fatalf("write %s: %v", name, err)
	}
}
