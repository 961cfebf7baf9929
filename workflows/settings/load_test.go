package settings_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/workflows/settings"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Each file in testdata/wrong.txt stands under a line "=== name"; what Load says of it is in testdata/wrong.golden.
func TestLoadReportsEveryProblem(t *testing.T) {
	text, err := os.ReadFile("testdata/wrong.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, part := range strings.Split(string(text), "=== ")[1:] {
		name, file, _ := strings.Cut(part, "\n")
		path := write(t, "hikeshi.yaml", file)
		_, err := settings.Load(path, environ())
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		got.WriteString("=== " + name + "\n" + strings.ReplaceAll(err.Error(), path, "hikeshi.yaml") + "\n")
	}
	const golden = "testdata/wrong.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("other words than in %s (-want +got; go test -update writes it anew):\n%s", golden, diff)
	}
}

func TestLoadWithoutFile(t *testing.T) {
	if _, err := settings.Load("", environ()); err == nil || !strings.Contains(err.Error(), "name the file with HIKESHI_CONFIG or --config") {
		t.Errorf("without a path: %v", err)
	}
	missing := filepath.Join(t.TempDir(), "none.yaml")
	if _, err := settings.Load(missing, environ()); err == nil || !strings.Contains(err.Error(), missing) {
		t.Errorf("without a file: %v", err)
	}
}

func TestLoadDefaults(t *testing.T) {
	c := load(t, base)
	got := []any{c.Language, c.DefaultAudience, c.Jira.IssueType, c.Timing, c.RateShare, *c.VendorLimits, c.Gateway.Listen, c.Codec.Listen, c.Viewer}
	want := []any{"en", c.DefaultAudience, "Incident", settings.Timing{IntakePatience: 3 * time.Second, ProbeInterval: 15 * time.Minute, SearchLag: 3 * time.Minute, Settle: 20 * time.Second, ReopenWindow: 720 * time.Hour, SealInterval: 24 * time.Hour,
		Attempts: 14, FirstRetry: time.Second, LongestRetry: time.Minute, Escalation: 30 * time.Second},
		1.0, true, "127.0.0.1:8080", "", settings.Viewer{Organisations: []string{"*"}, Restricted: true}}
	if diff := cmp.Diff(want, got); diff != "" || c.DefaultAudience != "group" {
		t.Errorf("defaults (audience %s):\n%s", c.DefaultAudience, diff)
	}
}

func TestLoadKeepsWhatIsSet(t *testing.T) {
	c := load(t, base+`
timing: {probe_interval: 2s}
vendor_limits: false
rate_share: 0.5
temporal_ui: http://127.0.0.1:8233/
viewer: {slack_user: U1}
key_ring: keys.yaml
environment: {JIRA_TOKEN_FILE: secrets/jira, TEMPORAL_ADDRESS: "t:7233", TEMPORAL_TLS_CLIENT_CERT_PATH: /abs/cert}
`)
	folder := filepath.Dir(c.KeyRing)
	got := []any{c.Timing.ProbeInterval, c.Timing.IntakePatience, *c.VendorLimits, c.RateShare, c.TemporalUI, c.Viewer, c.Environment}
	want := []any{2 * time.Second, 3 * time.Second, false, 0.5, "http://127.0.0.1:8233", settings.Viewer{SlackUser: "U1"}, map[string]string{
		"JIRA_TOKEN_FILE": filepath.Join(folder, "secrets/jira"), "TEMPORAL_ADDRESS": "t:7233", "TEMPORAL_TLS_CLIENT_CERT_PATH": "/abs/cert"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !filepath.IsAbs(c.KeyRing) {
		t.Errorf("the key ring %q is not beside the file", c.KeyRing)
	}
}

// A viewer of an organisation may be written with its name; the id is what counts.
func TestLoadViewerByName(t *testing.T) {
	c := load(t, base+"viewer: {organisations: [アクメ食品, ＢＲＡＶＯ]}\n")
	if diff := cmp.Diff(settings.Viewer{Organisations: []string{"acme", "bravo"}}, c.Viewer); diff != "" {
		t.Error(diff)
	}
}
