package stack

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	"github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/server_options"
)

// startUI runs the Web UI and waits for its first answer.
func (s *Stack) startUI(ctx context.Context, o Options, port int) (err error) {
	s.UIURL, err = s.runUI(ctx, o, port)
	return err
}

// startProxied runs a second one, because the first may stay under no path: links to it have none.
func (s *Stack) startProxied(ctx context.Context, o Options) error {
	l, err := net.Listen("tcp", loopback(0))
	if err != nil {
		return err
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return err
	}
	// With a path it warns that it does without its content security policy; whoever passes it on sets another.
	before := log.Writer()
	log.SetOutput(io.Discard)
	defer log.SetOutput(before)
	o.PublicPath = o.ProxyPath
	s.ProxyURL, err = s.runUI(ctx, o, port)
	return err
}

func (s *Stack) runUI(ctx context.Context, o Options, port int) (address string, err error) {
	var ui *uiserver.Server
	err = caught(func() error {
		ui = uiserver.NewServer(server_options.WithConfigProvider(uiConfig(o, s.Address, port)))
		return nil
	})
	if err != nil {
		return "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- caught(ui.Start) }()
	address = "http://" + loopback(port)
	ready, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := until(ready, func() error { return get(ready, address+"/healthz") }); err != nil {
		ui.Stop()
		return "", err
	}
	s.started("Temporal Web UI", func() error {
		ui.Stop()
		return <-ended
	})
	return address, nil
}

func uiConfig(o Options, address string, port int) *config.Config {
	return &config.Config{
		TemporalGRPCAddress: address,
		Host:                host,
		Port:                port,
		PublicPath:          o.PublicPath,
		EnableUI:            true,
		DefaultNamespace:    o.Namespace,
		Codec:               config.Codec{Endpoint: o.CodecURL},
		CORS:                config.CORS{CookieInsecure: true}, // there is no https on the loopback interface
		HideLogs:            true,
		DisableNewsFetch:    true, // nothing here calls out to the internet
	}
}

func get(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}
