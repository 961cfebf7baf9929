package wire_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hikeshi/workflows/wire"
)

const profile = `
[profile.default]
address = "temporal.example:7233"
namespace = "from-file"
[profile.default.codec]
endpoint = "http://codec.example"
[profile.other]
namespace = "other"
`

func profileFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "temporal.toml")
	if err := os.WriteFile(path, []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestClientOptions(t *testing.T) {
	file := "TEMPORAL_CONFIG_FILE=" + profileFile(t)
	empty := "TEMPORAL_CONFIG_FILE=" + os.DevNull
	for _, tt := range []struct {
		name               string
		env                []string
		address, namespace string
	}{
		{"nothing set", []string{empty}, "localhost:7233", "default"},
		{"variables", []string{empty, "TEMPORAL_ADDRESS=a:1", "TEMPORAL_NAMESPACE=n"}, "a:1", "n"},
		{"last of equal variables", []string{empty, "TEMPORAL_ADDRESS=a:1", "TEMPORAL_ADDRESS=b:2"}, "b:2", "default"},
		{"file", []string{file}, "temporal.example:7233", "from-file"},
		{"variable over file", []string{file, "TEMPORAL_NAMESPACE=n"}, "temporal.example:7233", "n"},
		{"other profile", []string{file, "TEMPORAL_PROFILE=other"}, "localhost:7233", "other"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o, err := wire.ClientOptions(wire.Connection{Role: "worker", Ring: testRing(t), Environ: tt.env})
			if err != nil {
				t.Fatal(err)
			}
			if o.HostPort != tt.address || o.Namespace != tt.namespace {
				t.Errorf("got %s, %s; want %s, %s", o.HostPort, o.Namespace, tt.address, tt.namespace)
			}
			host, _ := os.Hostname()
			if want := "hikeshi-worker@" + host; o.Identity != want {
				t.Errorf("identity %q, want %q", o.Identity, want)
			}
			sealed, err := o.DataConverter.ToPayload("x")
			if err != nil || string(sealed.Metadata["encoding"]) != wire.Encoding {
				t.Errorf("payload %v, %v: not encrypted", sealed, err)
			}
			if o.FailureConverter == nil || o.Logger == nil {
				t.Error("no failure converter or no logger")
			}
		})
	}
}

func TestClientOptionsRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		c    wire.Connection
		want string
	}{
		{"no keys", wire.Connection{Role: "cli"}, "no key ring"},
		{"missing file", wire.Connection{Ring: testRing(t), Environ: []string{"TEMPORAL_CONFIG_FILE=/nowhere/t.toml"}}, "/nowhere/t.toml"},
		{"missing profile", wire.Connection{Ring: testRing(t), Environ: []string{"TEMPORAL_CONFIG_FILE=" + profileFile(t), "TEMPORAL_PROFILE=lost"}}, "lost"},
	} {
		if _, err := wire.ClientOptions(tt.c); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.name, err, tt.want)
		}
	}
}

func TestDialSaysWhereAndWhatToDo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	l.Close()
	o, err := wire.ClientOptions(wire.Connection{Role: "cli", Ring: testRing(t), Environ: []string{"TEMPORAL_ADDRESS=" + nobody}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	_, err = wire.Dial(ctx, o)
	if err == nil {
		t.Fatal("connected to nobody")
	}
	t.Log(err)
	for _, want := range []string{"connect to Temporal at " + nobody, "go run ./deploy/local", "TEMPORAL_ADDRESS"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q lacks %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "failed") {
		t.Errorf("error %q says that something failed instead of what", err)
	}
}
