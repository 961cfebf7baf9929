package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"hikeshi/deploy/sandbox/site"
)

// web is for the sandbox's own endpoints; a command waits for the gateway's answer for at most 3 s.
var web = &http.Client{Timeout: 15 * time.Second}

// control is where a vendor's fake takes orders.
func control(vendor string) string { return vendor + "/_control/" }

// askAddresses asks a sandbox that runs already where its vendors are.
func askAddresses(ctx context.Context, pages string) (at site.Addresses, err error) {
	if err := call(ctx, http.MethodGet, pages+"/_addresses", nil, &at); err != nil {
		return at, fmt.Errorf("use the sandbox at %s: %w: start one with `sandbox`, or leave --sandbox out", pages, err)
	}
	if at.Slack == "" || at.Jira == "" || at.Google == "" || at.Pager == "" {
		return at, fmt.Errorf("use the sandbox at %s: it names no addresses: give the address of its pages", pages)
	}
	return at, nil
}

// sendEvents tells a sandbox that runs already to which gateway Slack's commands and events go.
func sendEvents(ctx context.Context, pages, gateway string) error {
	if err := call(ctx, http.MethodPost, pages+"/_events", map[string]string{"url": gateway}, nil); err != nil {
		return fmt.Errorf("lead Slack's commands of the sandbox at %s here: %w", pages, err)
	}
	return nil
}

// sendUI tells a sandbox that runs already which Temporal Web UI it can show; empty: none.
func sendUI(ctx context.Context, pages, ui string) error {
	if err := call(ctx, http.MethodPost, pages+"/_ui", map[string]string{"url": ui}, nil); err != nil {
		return fmt.Errorf("show the Temporal Web UI in the sandbox at %s: %w", pages, err)
	}
	return nil
}

// fetch reads what stands at an address.
func fetch(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := web.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s", address, resp.Status)
	}
	return io.ReadAll(resp.Body)
}

// call makes a JSON request; into may be nil.
func call(ctx context.Context, method, address string, body, into any) error {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, sent)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := web.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, address, resp.Status, bytes.TrimSpace(text))
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}
