package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"hikeshi/activities/fake"
)

// vendor is one of the sandbox's fakes, reached through its control endpoints.
type vendor struct {
	name  string
	base  string // address of its port, with a slash at the end
	match string // fault rule that fits every call of the product
}

// sandboxClient has the connections to the sandbox: as many as there are requests at a time are kept, so that opening them is not
// part of what is measured.
var sandboxClient = func() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 100
	return &http.Client{Transport: t}
}()

// vendors are all of them.
type vendors struct{ slack, jira, google vendor }

func newVendors(a addresses) vendors {
	base := func(address string) string {
		return strings.TrimSuffix(strings.TrimSuffix(address, "/"), "/api") + "/"
	}
	return vendors{
		slack:  vendor{"slack", base(a.Slack), "*"},
		jira:   vendor{"jira", base(a.Jira), "* /rest/"},
		google: vendor{"google", base(a.Google), "*"},
	}
}

func (v vendors) all() []vendor { return []vendor{v.slack, v.jira, v.google} }

// delay gives the vendors their latencies, in place of those they had.
func (v vendors) delay(ctx context.Context, l latencies) error {
	for _, one := range []struct {
		vendor
		latency time.Duration
	}{{v.slack, l.slack}, {v.jira, l.jira}, {v.google, l.google}} {
		if err := one.control(ctx, http.MethodDelete, "faults", nil, nil); err != nil {
			return err
		}
		if one.latency == 0 {
			continue
		}
		rule := fake.Fault{Match: one.match, Mode: "latency", LatencyMS: int(one.latency.Milliseconds())}
		if err := one.control(ctx, http.MethodPost, "faults", rule, nil); err != nil {
			return err
		}
	}
	return nil
}

// limit switches the vendors' rate limits on or off.
func (v vendors) limit(ctx context.Context, on bool) error {
	for _, one := range v.all() {
		if err := one.control(ctx, http.MethodPost, "limits", map[string]bool{"enabled": on}, nil); err != nil {
			return err
		}
	}
	return nil
}

// calls returns what reached the vendor, in order.
func (v vendor) calls(ctx context.Context) (list []fake.Call, err error) {
	return list, v.control(ctx, http.MethodGet, "calls", nil, &list)
}

// control makes one call of the control endpoints; out may be nil.
func (v vendor) control(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, v.base+"_control/"+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := sandboxClient.Do(req)
	if err != nil {
		return fmt.Errorf("control the sandbox's %s: %w", v.name, err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	if resp.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 300)) // the status says enough without it
		return fmt.Errorf("control the sandbox's %s: %s %s: %s %s", v.name, method, path, resp.Status, text)
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("control the sandbox's %s: %s: %w", v.name, path, err)
	}
	return nil
}
