package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"

	"hikeshi/starter/cases"
	"hikeshi/starter/slackbot"
	"hikeshi/workflows/settings"
	"hikeshi/workflows/wire"
)

// Addresses are where the doors listen: http://127.0.0.1:8080.
type Addresses struct {
	Gateway string `json:"gateway"`
	Sockets bool   `json:"sockets"`         // Slack's requests come over Socket Mode
	HTTP    bool   `json:"http"`            // they come to the gateway's address
	Codec   string `json:"codec,omitempty"` // empty: no codec endpoint is configured
}

// Run opens the doors, calls ready with their addresses, and serves until ctx ends; then requests that have begun are
// finished and it returns nil. It starts even if Temporal is down, when people in Slack are told what to do by hand, and
// if Slack is, to which it connects as soon as it can.
func Run(ctx context.Context, config *settings.Config, ready func(Addresses)) error {
	sockets, overHTTP := config.Ways()
	appToken, err := secretIf(sockets, config, "SLACK_APP_TOKEN")
	if err != nil {
		return fmt.Errorf("open the gateway: %w, or set gateway.mode to http", err)
	}
	secret, err := secretIf(overHTTP, config, "SLACK_SIGNING_SECRET")
	if err != nil {
		return fmt.Errorf("open the gateway: %w", err)
	}
	desk, err := cases.Lazy(config, "gateway")
	if err != nil {
		return fmt.Errorf("open the gateway: %w", err)
	}
	defer desk.Close()
	key, err := config.SigningKey()
	if err != nil {
		return fmt.Errorf("open the gateway: %w", err)
	}
	desk.SignWith(key)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watched := &clock{compare: desk.Clock}
	lost := make(missed, 1)
	gateway := slackbot.New(ctx, slackbot.Options{
		Desk: deskOf{desk, config.Timing.ProbeInterval, config.Slack.Operators}, Runbooks: runbooksOf(config), Secret: secret, Lang: config.Language, Command: config.Slack.Command, APIHost: apiHost(config), Ready: desk.Check, Doubt: watched.trouble,
		APIURL: config.Getenv("SLACK_API_URL"), Token: config.Secret("SLACK_BOT_TOKEN"), AppToken: appToken, Team: config.Slack.Team, App: config.Slack.App,
		Groups: config.Rights().Groups(), Rights: config.Rights(), Reading: reading(ctx, config, desk), Missed: lost.tell,
	})
	doors, err := listen(config, gateway)
	if err != nil {
		return err
	}
	at := doors.addresses()
	at.Sockets, at.HTTP = sockets, overHTTP
	ready(at)
	var all sync.WaitGroup
	if sockets {
		all.Go(func() { gateway.Sockets(ctx) })
	}
	all.Go(func() { keepRinging(ctx, desk, lost) })
	if key != nil {
		all.Go(func() { watched.watch(ctx) })
	}
	err = doors.serve(ctx, cancel)
	cancel()
	all.Wait()
	gateway.Wait()
	return err
}

// secretIf is a secret that is needed; that it cannot be read is better known now than when it is used. nil: it is not.
func secretIf(needed bool, config *settings.Config, name string) (func() (string, error), error) {
	if !needed {
		return nil, nil
	}
	secret := config.Secret(name)
	_, err := secret()
	return secret, err
}

// apiHost is the host of Slack's Web API, if it is configured to be another: the sandbox takes answers to commands
// there.
func apiHost(config *settings.Config) string {
	u, err := url.Parse(config.Getenv("SLACK_API_URL"))
	if err != nil {
		return ""
	}
	return u.Host
}

// doors are the listeners, each with what serves it.
type doors struct {
	gateway, codec net.Listener // codec may be nil
	slack, decode  http.Handler
}

// listen opens both ports before anything is served, so that a port in use stops the start as a whole.
func listen(config *settings.Config, slack http.Handler) (*doors, error) {
	d := &doors{slack: slack}
	var err error
	if d.gateway, err = net.Listen("tcp", config.Gateway.Listen); err != nil {
		return nil, fmt.Errorf("listen for Slack at %s: %w: stop what uses it, or set gateway.listen", config.Gateway.Listen, err)
	}
	if config.Codec.Listen == "" {
		return d, nil
	}
	if d.codec, d.decode, err = listenCodec(config); err != nil {
		return nil, errors.Join(err, d.gateway.Close())
	}
	return d, nil
}

func listenCodec(config *settings.Config) (net.Listener, http.Handler, error) {
	host, port, err := net.SplitHostPort(config.Codec.Listen)
	number, numberErr := strconv.Atoi(port)
	if err != nil || numberErr != nil || !loopback(host) {
		return nil, nil, fmt.Errorf("listen for the codec endpoint at %q: set codec.listen to 127.0.0.1:PORT: it shows payloads to whoever reaches it", config.Codec.Listen)
	}
	ring, err := wire.LoadKeyRing(config.KeyRing)
	if err != nil {
		return nil, nil, err
	}
	l, err := wire.ListenCodec(number)
	return l, wire.CodecHandler(ring, wire.CodecOptions{Origins: config.Codec.Origins, OnDecode: recordDecode(config)}), err
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (d *doors) addresses() Addresses {
	a := Addresses{Gateway: "http://" + d.gateway.Addr().String()}
	if d.codec != nil {
		a.Codec = "http://" + d.codec.Addr().String()
	}
	return a
}
