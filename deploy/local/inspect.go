package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira/jiratest"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/workflows/incident"
)

// world is the state of all vendors, as far as a case shows in it.
type world struct {
	Channels []slacktest.Channel
	Messages []slacktest.Message
	Issues   []jiratest.Issue
	Files    []drivetest.File
}

// observe reads the state of the sandbox, wherever it runs.
func (l *local) observe(ctx context.Context) (world, error) {
	var slack struct {
		Channels map[string]slacktest.Channel `json:"channels"`
		Messages map[string]slacktest.Message `json:"messages"`
	}
	var jira struct {
		Issues map[string]jiratest.Issue `json:"issues"`
	}
	var google struct {
		Files map[string]drivetest.File `json:"files"`
	}
	var w world
	err := errors.Join(
		call(ctx, "GET", control(l.at.Slack)+"state", nil, &slack),
		call(ctx, "GET", control(l.at.Jira)+"state", nil, &jira),
		call(ctx, "GET", control(l.at.Google)+"state", nil, &google))
	for _, c := range slack.Channels {
		w.Channels = append(w.Channels, c)
	}
	for _, m := range slack.Messages {
		w.Messages = append(w.Messages, m)
	}
	for _, i := range jira.Issues {
		w.Issues = append(w.Issues, i)
	}
	for _, f := range google.Files {
		w.Files = append(w.Files, f)
	}
	return w, err
}

// of keeps what belongs to the case of a request: everything made for it carries the request's id from birth.
func (w world) of(requestID string) world {
	label := "case-" + requestID + "-"
	w.Issues = slices.DeleteFunc(slices.Clone(w.Issues), func(i jiratest.Issue) bool {
		return !slices.ContainsFunc(i.Labels, func(l string) bool { return strings.HasPrefix(l, label) })
	})
	w.Channels = slices.DeleteFunc(slices.Clone(w.Channels), func(c slacktest.Channel) bool {
		return !strings.Contains(c.Purpose.Value+c.Topic.Value, "[key:"+requestID+"]")
	})
	w.Files = slices.DeleteFunc(slices.Clone(w.Files), func(f drivetest.File) bool { return !made(f, requestID) })
	return w
}

// made reports whether a file carries a key of the request.
func made(f drivetest.File, requestID string) bool {
	for _, value := range f.AppProperties {
		if strings.HasPrefix(value, requestID+".") {
			return true
		}
	}
	return false
}

// kinds returns the files of a kind.
func (w world) kinds(mimeType string) []drivetest.File {
	return slices.DeleteFunc(slices.Clone(w.Files), func(f drivetest.File) bool { return f.MimeType != mimeType })
}

// exactlyOne says what there is too few or too many of.
func (w world) exactlyOne() error {
	var errs []error
	for _, c := range []struct {
		what string
		n    int
	}{
		{"tickets", len(w.Issues)}, {"channels", len(w.Channels)},
		{"folders", len(w.kinds(drivetest.FolderType))}, {"sheets", len(w.kinds(drivetest.SheetType))},
	} {
		if c.n != 1 {
			errs = append(errs, fmt.Errorf("there are %d %s of the case, not one", c.n, c.what))
		}
	}
	return errors.Join(errs...)
}

// inspect checks what the demonstration has left in the sandbox.
func (l *local) inspect(ctx context.Context, s *script) error {
	all, err := l.observe(ctx)
	if err != nil {
		return fmt.Errorf("look into the sandbox: %w", err)
	}
	w := all.of(incident.RequestID(s.Trigger))
	if err := w.exactlyOne(); err != nil {
		return err
	}
	channel := w.Channels[0]
	for _, who := range []string{"aoi", "ben", "chie", "kenji"} {
		if p, known := personNamed(who); !known || !channel.Has(p.ID) {
			return fmt.Errorf("%s is not in #%s", who, channel.Name)
		}
	}
	if len(channel.Pins) != 1 {
		return fmt.Errorf("#%s has %d pinned messages, not one", channel.Name, len(channel.Pins))
	}
	if ticket := w.Issues[0]; ticket.Key != s.Number || !strings.Contains(ticket.Description, demoScope) {
		return fmt.Errorf("ticket %s does not show the scope of case %s", ticket.Key, s.Number)
	}
	l.say.step("the sandbox holds exactly one ticket, channel, folder and sheet of it; all four people are in the channel")
	return nil
}

func personNamed(handle string) (fake.Person, bool) {
	for _, p := range fake.Cast() {
		if p.Name == handle {
			return p, true
		}
	}
	return fake.Person{}, false
}
