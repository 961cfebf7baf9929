package serve_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"hikeshi/starter/serve"
	"hikeshi/workflows/settings"
	"hikeshi/workflows/wire"
)

const secret = "the signing secret"

func config(t *testing.T, more string, env map[string]string) *settings.Config {
	t.Helper()
	for _, name := range []string{"TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE"} {
		t.Setenv(name, "")
		_ = os.Unsetenv(name) // after Setenv, which puts it back at the end
	}
	dir := t.TempDir()
	if _, err := wire.GenerateKeyRing(filepath.Join(dir, "keys.yaml")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "hikeshi.yaml")
	text := "key_ring: keys.yaml\njira: {project: SEC}\naudiences: {group: {folder: f}}\nenvironment: {TEMPORAL_ADDRESS: '127.0.0.1:1'}\n" + more
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := settings.Load(file, func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// open opens the doors, and waits until they are. The end must be a clean one.
func open(t *testing.T, cfg *settings.Config) (at serve.Addresses, end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan serve.Addresses, 1), make(chan error, 1)
	go func() { ended <- serve.Run(ctx, cfg, func(a serve.Addresses) { ready <- a }) }()
	select {
	case at = <-ready:
	case err := <-ended:
		t.Fatalf("it ended before it was ready: %v", err)
	}
	return at, func() {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("end: %v, want a clean one", err)
		}
	}
}

func TestDoorsOpenWithoutTemporal(t *testing.T) {
	cfg := config(t, "gateway: {listen: '127.0.0.1:0'}\ncodec: {listen: '127.0.0.1:0', origins: ['http://localhost:8233']}\n",
		map[string]string{"SLACK_SIGNING_SECRET": secret})
	at, end := open(t, cfg)
	if status, _ := do(t, http.MethodGet, at.Gateway+"/healthz", ""); status != http.StatusOK {
		t.Errorf("healthz %d, want 200", status)
	}
	if status, _ := do(t, http.MethodGet, at.Gateway+"/readyz", ""); status != http.StatusServiceUnavailable {
		t.Errorf("readyz %d, want 503: Temporal is down", status)
	}
	if status, _ := do(t, http.MethodPost, at.Codec+"/encode", "{}"); status != http.StatusForbidden {
		t.Errorf("codec /encode %d, want 403", status)
	}
	form := url.Values{"command": {"/case"}, "text": {"open mail"}, "user_id": {"U1"}, "trigger_id": {"1.2.3"}, "channel_id": {"C1"}}
	began := time.Now()
	status, text := do(t, http.MethodPost, at.Gateway+"/slack/commands", form.Encode())
	if status != http.StatusOK || !strings.Contains(text, "nothing was recorded") || !strings.Contains(text, "/case open mail") || time.Since(began) > 30*time.Second {
		t.Errorf("command answered %d %q after %s, want soon what to do by hand", status, text, time.Since(began))
	}
	end()
}

// do sends a request, signed as Slack's.
func do(t *testing.T, method, address, body string) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte("v0:" + at + ":" + body))
	r.Header.Set("X-Slack-Request-Timestamp", at)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // read to its end
	all, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(all)
}

func TestRunRefuses(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close() //nolint:errcheck // nothing was written
	signed := map[string]string{"SLACK_SIGNING_SECRET": secret}
	for _, tt := range []struct {
		name, more string
		env        map[string]string
		want       string
	}{
		{"no secret", "", nil, "SLACK_SIGNING_SECRET is missing"},
		{"port in use", "gateway: {listen: '" + busy.Addr().String() + "'}\n", signed, "set gateway.listen"},
		{"codec for everybody", "gateway: {listen: '127.0.0.1:0'}\ncodec: {listen: '0.0.0.0:0'}\n", signed, "set codec.listen to 127.0.0.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := serve.Run(t.Context(), config(t, tt.more, tt.env), func(serve.Addresses) { t.Error("it is ready") })
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// Over sockets no signing secret is needed, and neither Temporal nor Slack need be there at the start.
func TestSocketsNeedNoSigningSecret(t *testing.T) {
	cfg := config(t, "gateway: {listen: '127.0.0.1:0'}\n", map[string]string{"SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": "http://127.0.0.1:1"})
	at, end := open(t, cfg)
	if !at.Sockets || at.HTTP {
		t.Errorf("ways %+v, want sockets only", at)
	}
	if status, _ := do(t, http.MethodGet, at.Gateway+"/healthz", ""); status != http.StatusOK {
		t.Errorf("healthz %d, want 200", status)
	}
	if status, _ := do(t, http.MethodPost, at.Gateway+"/slack/events", "{}"); status != http.StatusNotFound {
		t.Errorf("an event over HTTP: %d, want 404", status)
	}
	end()
}

func TestTheDoorsSayWhatTheyNeed(t *testing.T) {
	for more, want := range map[string]string{
		"gateway: {mode: socket}": "SLACK_APP_TOKEN is missing", "gateway: {mode: both}": "SLACK_APP_TOKEN is missing", "gateway: {mode: http}": "SLACK_SIGNING_SECRET is missing",
		"": "SLACK_SIGNING_SECRET is missing",
	} {
		err := serve.Run(t.Context(), config(t, more+"\n", nil), func(serve.Addresses) { t.Error("it is ready") })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", more, err, want)
		}
	}
}
