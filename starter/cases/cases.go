package cases

import (
	"context"
	"crypto/ed25519"
	"errors"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"golang.org/x/time/rate"

	"hikeshi/workflows/settings"
	"hikeshi/workflows/wire"
)

// Cases talks to the cases of one namespace. It is safe for concurrent use.
type Cases struct {
	client    client.Client
	config    *settings.Config
	address   string
	namespace string
	convert   converter.DataConverter
	failures  converter.FailureConverter
	channels  channels
	aims      aims
	signer    ed25519.PrivateKey // of a gateway; nil: this is none
	turned    turnedAway
	pace      *rate.Limiter // of questions after cases that somebody waits for; nil: as often as they like
}

// New makes the Cases of a client. The options are those with which the client was made: they name the namespace and
// hold the keys that memos and failures are read with.
func New(c client.Client, o client.Options, config *settings.Config) *Cases {
	return &Cases{client: c, config: config, address: o.HostPort, namespace: o.Namespace, convert: o.DataConverter, failures: o.FailureConverter,
		pace: rate.NewLimiter(asksPerSecond, asksAtOnce)}
}

// Dial connects as the configuration says and waits for the server's first answer. The role tells the server's logs
// who it is: cli, gateway …
func Dial(ctx context.Context, config *settings.Config, role string) (*Cases, error) {
	o, err := Options(config, role)
	if err != nil {
		return nil, err
	}
	c, err := wire.Dial(ctx, o)
	if err != nil {
		return nil, undialed(err)
	}
	return New(c, o, config), nil
}

// undialed keeps the words of wire, which say where it looked and what to do.
func undialed(err error) error {
	e := &Error{Code: Unreachable, Message: err.Error(), Hint: "Nothing was done: try again when it is there", cause: err}
	var denied *serviceerror.PermissionDenied
	if errors.As(err, &denied) {
		e.Code, e.Hint = Permission, "Nothing was done"
	}
	return e
}

// Lazy connects with the first call, so that a gateway can start, and say what to do by hand, while Temporal is down.
func Lazy(config *settings.Config, role string) (*Cases, error) {
	o, err := Options(config, role)
	if err != nil {
		return nil, err
	}
	c, err := client.NewLazyClient(o)
	if err != nil {
		return nil, err
	}
	return New(c, o, config), nil
}

// Close gives the connection back.
func (c *Cases) Close() {
	c.turned.wait()
	c.client.Close()
}

// Check asks the server whether it is there.
func (c *Cases) Check(ctx context.Context) error {
	_, err := c.client.CheckHealth(ctx, &client.CheckHealthRequest{})
	return c.explain(err, "reach Temporal")
}
