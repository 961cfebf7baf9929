// Package vendors builds the clients of the vendors from the configuration: for the worker, which works with them, and for
// `starter doctor`, which only looks. It calls none of them, and reads no more than the secrets that there are.
package vendors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/pager"
	"hikeshi/activities/sheets"
	"hikeshi/activities/slack"
	"hikeshi/activities/timestamp"
	"hikeshi/workflows/audit"
	"hikeshi/workflows/settings"
)

// Slack builds the client of Slack.
func Slack(cfg *settings.Config) (*slack.Client, error) {
	token := cfg.Secret("SLACK_BOT_TOKEN")
	if _, err := token(); err != nil {
		return nil, err
	}
	return slack.NewClient(slack.Config{Token: token, APIURL: cfg.Getenv("SLACK_API_URL"), RateShare: cfg.RateShare, NoRates: !*cfg.VendorLimits})
}

// Jira builds the client of JIRA.
func Jira(cfg *settings.Config) (*jira.Client, error) {
	token := cfg.Secret("JIRA_TOKEN")
	_, missing := token()
	user, err := optional(cfg, "JIRA_USER")
	address, addressErr := optional(cfg, "JIRA_URL")
	if address == "" && addressErr == nil {
		addressErr = errors.New("JIRA_URL is not set: set it to the address of your JIRA, such as https://example.atlassian.net")
	}
	if err := errors.Join(missing, err, addressErr); err != nil {
		return nil, err
	}
	return jira.NewClient(jira.Config{
		URL: address, SiteURL: cfg.Jira.SiteURL, User: user, Token: token, SearchLag: cfg.Timing.SearchLag, RateShare: cfg.RateShare, NoRates: !*cfg.VendorLimits,
	})
}

// Pager returns nil if no pager is configured.
func Pager(cfg *settings.Config) (*pager.Client, error) {
	if cfg.Pager.URL == "" {
		return nil, nil
	}
	return pager.NewClient(pager.Config{URL: cfg.Pager.URL, Secret: cfg.Secret("PAGER_SECRET")})
}

// driveLag bounds how long lists of Drive may miss a fresh file: its search is never as late as JIRA's.
const driveLag = time.Minute

// Google builds the clients of Drive and Sheets, which share a key.
func Google(ctx context.Context, cfg *settings.Config) (*drive.Client, *sheets.Client, error) {
	key := cmp.Or(cfg.Getenv("GOOGLE_APPLICATION_CREDENTIALS"), cfg.Getenv("GOOGLE_APPLICATION_CREDENTIALS_FILE"))
	d, driveErr := drive.NewClient(ctx, drive.Config{
		Endpoint: cfg.Getenv("GOOGLE_DRIVE_ENDPOINT"), CredentialsFile: key, RateShare: cfg.RateShare, NoRates: !*cfg.VendorLimits,
		SearchLag: min(driveLag, cmp.Or(cfg.Timing.SearchLag, driveLag)),
	})
	s, sheetsErr := sheets.NewClient(ctx, sheets.Config{
		Endpoint: cfg.Getenv("GOOGLE_SHEETS_ENDPOINT"), CredentialsFile: key, RateShare: cfg.RateShare, NoRates: !*cfg.VendorLimits,
	})
	if driveErr != nil {
		sheetsErr = nil // they share the key: once is enough
	}
	return d, s, errors.Join(driveErr, sheetsErr)
}

// optional reads a value that may be absent and is no secret, from the variable or from the file that NAME_FILE names.
func optional(cfg *settings.Config, name string) (string, error) {
	if value := cfg.Getenv(name); value != "" || cfg.Getenv(name+"_FILE") == "" {
		return value, nil
	}
	value, err := cfg.Secret(name)()
	if err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	return value, nil
}

// Authority builds the client of the timestamp authority; nil: none is configured. Only the configured root
// certificate counts.
func Authority(cfg *settings.Config) (*timestamp.Client, error) {
	if cfg.Audit.TimestampURL == "" {
		return nil, nil
	}
	roots, err := cfg.TimestampRoots()
	if err != nil {
		return nil, err
	}
	return timestamp.NewClient(timestamp.Config{URL: cfg.Audit.TimestampURL, Check: func(token []byte, head string) (time.Time, error) {
		return audit.CheckToken(token, head, roots)
	}})
}
