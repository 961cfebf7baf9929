package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira/jiratest"
	"hikeshi/activities/slack/slacktest"
)

// world is the state of all vendors, as far as a case shows in it.
type world struct {
	Channels  []slacktest.Channel
	Messages  []slacktest.Message
	Bookmarks []slacktest.Bookmark
	Issues    []jiratest.Issue
	Comments  []jiratest.Comment
	Mails     []jiratest.Mail
	Files     []drivetest.File
	request   string // whose world it is
}

// observe reads the state of the sandbox, wherever it runs.
func (l *local) observe(ctx context.Context) (world, error) {
	var slack struct {
		Channels  map[string]slacktest.Channel  `json:"channels"`
		Messages  map[string]slacktest.Message  `json:"messages"`
		Bookmarks map[string]slacktest.Bookmark `json:"bookmarks"`
	}
	var jira struct {
		Issues   map[string]jiratest.Issue   `json:"issues"`
		Comments map[string]jiratest.Comment `json:"comments"`
		Mails    map[string]jiratest.Mail    `json:"mails"`
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
	for _, b := range slack.Bookmarks {
		w.Bookmarks = append(w.Bookmarks, b)
	}
	for _, i := range jira.Issues {
		w.Issues = append(w.Issues, i)
	}
	for _, key := range slices.Sorted(maps.Keys(jira.Comments)) {
		w.Comments = append(w.Comments, jira.Comments[key])
	}
	for _, m := range jira.Mails {
		w.Mails = append(w.Mails, m)
	}
	for _, f := range google.Files {
		w.Files = append(w.Files, f)
	}
	return w, err
}

// of keeps what belongs to the case of a request: everything made for it carries the request's id from birth.
func (w world) of(requestID string) world {
	w.request = requestID
	label := "case-" + requestID + "-"
	w.Issues = slices.DeleteFunc(slices.Clone(w.Issues), func(i jiratest.Issue) bool {
		return !slices.ContainsFunc(i.Labels, func(l string) bool { return strings.HasPrefix(l, label) })
	})
	w.Channels = slices.DeleteFunc(slices.Clone(w.Channels), func(c slacktest.Channel) bool {
		marks := c.Purpose.Value + c.Topic.Value
		return !strings.Contains(marks, "[key:"+requestID+"]") && !strings.Contains(marks, "[key:"+requestID+".")
	})
	slices.SortFunc(w.Channels, func(a, b slacktest.Channel) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(w.Issues, func(a, b jiratest.Issue) int { return a.ID - b.ID })
	w.Files = filesOf(w.Files, requestID)
	return w
}

// filesOf are the files of a request. A key that is too long for a property of Drive's is a digest there, which names no
// request: then the folder that the file was put into tells.
func filesOf(all []drivetest.File, requestID string) []drivetest.File {
	ours := map[string]bool{}
	for _, f := range all {
		ours[f.ID] = made(f, requestID)
	}
	return slices.DeleteFunc(slices.Clone(all), func(f drivetest.File) bool {
		return !ours[f.ID] && (!ours[f.Parent] || !strings.HasPrefix(f.AppProperties["hikeshiKey"], "sha256:"))
	})
}

// made reports whether a file carries a readable key of the request.
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

// role returns the files that play a part in the case: folder, tasks, evidence or archive.
func (w world) role(name string) []drivetest.File {
	return slices.DeleteFunc(slices.Clone(w.Files), func(f drivetest.File) bool { return f.AppProperties["hikeshiRole"] != name })
}

// made returns the issues that a step has made: open-ticket, mirror-log, lesson-l1-theme …
func (w world) made(step string) []jiratest.Issue {
	return slices.DeleteFunc(slices.Clone(w.Issues), func(i jiratest.Issue) bool {
		return !slices.ContainsFunc(i.Labels, func(l string) bool { return strings.HasPrefix(l, "case-") && strings.Contains(l, "-"+step+"-") })
	})
}

// rooms returns the case's own channel, or an analysis's.
func (w world) rooms(analysis string) []slacktest.Channel {
	mark := "[key:" + w.request + "]"
	if analysis != "" {
		mark = "[key:" + w.request + "." + analysis + "]"
	}
	return slices.DeleteFunc(slices.Clone(w.Channels), func(c slacktest.Channel) bool { return !strings.Contains(c.Purpose.Value+c.Topic.Value, mark) })
}

// exactlyOne says what there is too few or too many of.
func (w world) exactlyOne() error {
	var errs []error
	for _, c := range []struct {
		what string
		n    int
	}{
		{"tickets", len(w.made("open-ticket"))}, {"channels of its own", len(w.rooms(""))},
		{"folders", len(w.role("folder"))}, {"sheets", len(w.role("tasks"))},
	} {
		if c.n != 1 {
			errs = append(errs, fmt.Errorf("there are %d %s of the case, not one", c.n, c.what))
		}
	}
	return errors.Join(errs...)
}

func personNamed(handle string) (fake.Person, bool) {
	for _, p := range fake.Cast() {
		if p.Name == handle {
			return p, true
		}
	}
	return fake.Person{}, false
}
