package host

import (
	"context"
	"errors"

	"hikeshi/activities/archive"
	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/mask"
	"hikeshi/activities/mirror"
	"hikeshi/activities/pager"
	"hikeshi/activities/seal"
	"hikeshi/activities/sheets"
	"hikeshi/activities/slack"
	"hikeshi/worker/vendors"
	"hikeshi/workflows"
	"hikeshi/workflows/settings"
)

// connect builds the clients of all vendors. It calls none of them. All that is missing is said at once.
func connect(ctx context.Context, cfg *settings.Config) (workflows.Deps, error) {
	s, slackErr := vendors.Slack(cfg)
	j, jiraErr := vendors.Jira(cfg)
	d, sh, googleErr := vendors.Google(ctx, cfg)
	p, pagerErr := vendors.Pager(cfg)
	secrets, maskErr := mask.New(cfg.Mask)
	authority, authorityErr := connectAuthority(cfg)
	deps := workflows.Deps{
		Place: cfg.Place, Authority: cfg.Authority, Runbooks: cfg.Library,
		Slack: &slack.Activities{Client: s}, Jira: &jira.Activities{Client: j}, Drive: &drive.Activities{Client: d}, Sheets: &sheets.Activities{Client: sh},
		Pager:   &pager.Activities{Client: p},
		Mirror:  &mirror.Activities{Chat: s, Log: j, Files: d, Mask: secrets, Escape: jira.Escape},
		Archive: &archive.Activities{Chat: s, Tickets: j, Files: d, Mask: secrets},
		Seal:    &seal.Activities{Files: d, Authority: authority},
	}
	return deps, errors.Join(slackErr, jiraErr, googleErr, pagerErr, maskErr, authorityErr)
}

// connectAuthority returns nil if no timestamp authority is configured: a nil client in an interface would not be nil.
func connectAuthority(cfg *settings.Config) (seal.Authority, error) {
	authority, err := vendors.Authority(cfg)
	if authority == nil {
		return nil, err
	}
	return authority, err
}
