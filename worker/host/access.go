package host

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"hikeshi/workflows"
)

// accessTime bounds the check of one vendor.
const accessTime = 15 * time.Second

// accessChecks are the breakers' questions to the vendors, by their names.
func accessChecks(d workflows.Deps) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		workflows.Slack.Vendor(): func(ctx context.Context) error { _, err := d.Slack.CheckSlackAccess(ctx); return err },
		workflows.Jira.Vendor():  func(ctx context.Context) error { _, err := d.Jira.CheckJiraAccess(ctx); return err },
		workflows.Drive.Vendor(): func(ctx context.Context) error { _, err := d.Drive.CheckDriveAccess(ctx); return err },
	}
}

// checkAccess asks every vendor who we are, all at once, and logs what they say. What does not answer is a warning:
// its steps wait, and everything else goes on.
func checkAccess(ctx context.Context, d workflows.Deps, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(ctx, accessTime)
	defer cancel()
	var all sync.WaitGroup
	defer all.Wait()
	check := func(vendor string, ask func() (who string, err error)) {
		all.Go(func() {
			who, err := ask()
			switch {
			case ctx.Err() == context.Canceled: // the worker is ending: nobody wants to know any more
			case err != nil:
				log.Warn("no access to "+vendor+": its steps will wait until this is put right; everything else goes on", "cause", err)
			default:
				log.Info("access to "+vendor, "as", who)
			}
		})
	}
	check("Slack", func() (string, error) {
		a, err := d.Slack.CheckSlackAccess(ctx)
		return a.User, err
	})
	check("JIRA", func() (string, error) {
		a, err := d.Jira.CheckJiraAccess(ctx)
		return a.Name, err
	})
	check("Google", func() (string, error) {
		a, err := d.Drive.CheckDriveAccess(ctx)
		return a.Account, err
	})
}
