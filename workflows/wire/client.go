package wire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
)

// Connection says how one process reaches Temporal.
type Connection struct {
	Role string   // what the process is: worker, gateway, cli …
	Ring *KeyRing // the keys of every payload; required
	// Environ holds the TEMPORAL_* variables as KEY=VALUE, as os.Environ does, which nil stands for.
	Environ []string
	Log     *slog.Logger // nil: slog.Default
}

// ClientOptions builds the options of a client from TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY,
// TEMPORAL_TLS_* and the profile TEMPORAL_PROFILE in the TOML file TEMPORAL_CONFIG_FILE; variables win over the file.
// Without any, it is the namespace default on localhost:7233. A remote codec in the profile is not used: this process
// encrypts by itself. The identity is hikeshi-ROLE@HOST.
// See https://docs.temporal.io/develop/environment-configuration.
func ClientOptions(c Connection) (client.Options, error) {
	if c.Ring == nil {
		return client.Options{}, errors.New("configure Temporal client: no key ring: payloads are never sent unencrypted")
	}
	env := environ(c.Environ)
	if c.Environ == nil {
		env = os.Environ()
	}
	o, err := loadProfile(env)
	if err != nil {
		return client.Options{}, fmt.Errorf("configure Temporal client: %w (from TEMPORAL_* variables and the profile file)", err)
	}
	if o.HostPort == "" {
		o.HostPort = client.DefaultHostPort
	}
	if o.Namespace == "" {
		o.Namespace = client.DefaultNamespace
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	o.Identity = identity(c.Role)
	o.Logger = log.NewStructuredLogger(c.Log)
	o.DataConverter = DataConverter(c.Ring)
	o.FailureConverter = FailureConverter(o.DataConverter)
	o.ConnectionOptions.GrpcCompression = &client.GrpcCompressionNone{} // what is encrypted does not get any smaller
	return o, nil
}

func loadProfile(env environ) (client.Options, error) {
	// The library takes a missing file for an empty one, which is right for the default place only.
	if file, _ := env.LookupEnv("TEMPORAL_CONFIG_FILE"); file != "" {
		if _, err := os.Stat(file); err != nil {
			return client.Options{}, fmt.Errorf("TEMPORAL_CONFIG_FILE: %w", err)
		}
	}
	return envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{EnvLookup: env})
}

func identity(role string) string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown-host"
	}
	return "hikeshi-" + role + "@" + host
}

// environ is an [envconfig.EnvLookup] over KEY=VALUE lines; as in a process's environment, the last of equal keys wins.
type environ []string

func (e environ) Environ() []string { return e }

func (e environ) LookupEnv(key string) (string, bool) {
	for i := len(e) - 1; i >= 0; i-- {
		if k, v, ok := strings.Cut(e[i], "="); ok && k == key {
			return v, true
		}
	}
	return "", false
}

// dialTimeout bounds the wait for the server's first answer.
const dialTimeout = 10 * time.Second

// Dial connects to Temporal and waits at most ten seconds for its first answer. The error says where it looked and
// what to do. Close the client after use.
func Dial(ctx context.Context, o client.Options) (client.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	o.ConnectionOptions.GetSystemInfoTimeout = dialTimeout
	c, err := client.DialContext(ctx, o)
	if err == nil {
		return c, nil
	}
	return nil, fmt.Errorf("connect to Temporal at %s: %w (%s)", o.HostPort, unprefixed(err), dialHint(err))
}

// unprefixed takes off the SDK's own "failed reaching server".
func unprefixed(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

func dialHint(err error) string {
	var denied *serviceerror.PermissionDenied
	switch {
	case errors.As(err, &denied), strings.Contains(err.Error(), "Unauthenticated"):
		return "check TEMPORAL_API_KEY or the client certificate, and what they may do"
	case strings.Contains(err.Error(), "tls:"), strings.Contains(err.Error(), "x509:"):
		return "check the TEMPORAL_TLS variables: server and client must both use TLS, with a certificate the other trusts"
	default:
		return "is it running? start one with `go run ./deploy/local`, or set TEMPORAL_ADDRESS"
	}
}
