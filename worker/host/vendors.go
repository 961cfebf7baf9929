package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"hikeshi/activities/archive"
	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/mask"
	"hikeshi/activities/mirror"
	"hikeshi/activities/pager"
	"hikeshi/activities/seal"
	"hikeshi/activities/sheets"
	"hikeshi/activities/slack"
	"hikeshi/workflows"
	"hikeshi/workflows/settings"
)

// connect builds the clients of all vendors. It calls none of them. All that is missing is said at once.
func connect(ctx context.Context, cfg *settings.Config) (workflows.Deps, error) {
	s, slackErr := connectSlack(cfg)
	j, jiraErr := connectJira(cfg)
	d, sh, googleErr := connectGoogle(ctx, cfg)
	p, pagerErr := connectPager(cfg)
	secrets, maskErr := mask.New(cfg.Mask)
	authority, authorityErr := connectAuthority(cfg)
	deps := workflows.Deps{
		Place: cfg.Place, Authority: cfg.Authority,
		Slack: &slack.Activities{Client: s}, Jira: &jira.Activities{Client: j}, Drive: &drive.Activities{Client: d}, Sheets: &sheets.Activities{Client: sh},
		Pager:   &pager.Activities{Client: p},
		Mirror:  &mirror.Activities{Chat: s, Log: j, Files: d, Mask: secrets, Escape: jira.Escape},
		Archive: &archive.Activities{Chat: s, Tickets: j, Files: d, Mask: secrets},
		Seal:    &seal.Activities{Files: d, Authority: authority},
	}
	return deps, errors.Join(slackErr, jiraErr, googleErr, pagerErr, maskErr, authorityErr)
}

func connectSlack(cfg *settings.Config) (*slack.Client, error) {
	token := cfg.Secret("SLACK_BOT_TOKEN")
	if _, err := token(); err != nil {
		return nil, err
	}
	return slack.NewClient(slack.Config{Token: token, APIURL: cfg.Getenv("SLACK_API_URL"), RateShare: cfg.RateShare, NoRates: !*cfg.VendorLimits})
}

func connectJira(cfg *settings.Config) (*jira.Client, error) {
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

// connectPager returns nil if no pager is configured.
func connectPager(cfg *settings.Config) (*pager.Client, error) {
	if cfg.Pager.URL == "" {
		return nil, nil
	}
	return pager.NewClient(pager.Config{URL: cfg.Pager.URL, Secret: cfg.Secret("PAGER_SECRET")})
}

// driveLag bounds how long lists of Drive may miss a fresh file: its search is never as late as JIRA's.
const driveLag = time.Minute

func connectGoogle(ctx context.Context, cfg *settings.Config) (*drive.Client, *sheets.Client, error) {
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
