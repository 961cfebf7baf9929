package site

import (
	"os"
	"path/filepath"
	"strings"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/jira/jiratest"
	"hikeshi/activities/pager/pagertest"
	"hikeshi/activities/sheets/sheetstest"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/activities/timestamp/timestamptest"
)

// openFakes opens the fakes on their files.
func (s *Site) openFakes(o Options) (err error) {
	file := func(string) string { return "" }
	if o.DataDir != "" {
		if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
			return err
		}
		file = func(name string) string { return filepath.Join(o.DataDir, name+".db") }
	}
	s.Slack, err = slacktest.Open(slacktest.Options{Path: file("slack"), EventsURL: o.EventsURL, SigningSecret: o.SigningSecret, Patience: o.SlackPatience})
	if err != nil {
		return err
	}
	s.closers = append(s.closers, s.Slack.Close)
	s.Jira, err = jiratest.Open(jiratest.Options{Path: file("jira"), SearchLag: o.SearchLag})
	if err != nil {
		return err
	}
	s.closers = append(s.closers, s.Jira.Store.Close)
	if s.Pager, err = pagertest.Open(pagertest.Options{Path: file("pager")}); err != nil {
		return err
	}
	s.closers = append(s.closers, s.Pager.Close)
	if s.Timestamp, err = timestamptest.Open(timestamptest.Options{Path: strings.Replace(file("timestamp"), ".db", ".pem", 1)}); err != nil {
		return err
	}
	s.Drive, err = drivetest.Open(drivetest.Options{Path: file("google"), WebURL: s.Addresses.Pages})
	if err != nil {
		return err
	}
	s.closers = append(s.closers, s.Drive.Close)
	s.Sheets, err = sheetstest.New(s.Drive)
	for _, limited := range []interface{ LimitRates(bool) }{s.Slack, s.Jira, s.Drive} {
		limited.LimitRates(!o.NoLimits)
	}
	return err
}
