package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/jira/jiratest"
	"hikeshi/activities/pager/pagertest"
	"hikeshi/activities/sheets/sheetstest"
	"hikeshi/activities/slack/slacktest"
)

// vendorState is what a sandbox holds.
type vendorState struct {
	slack struct {
		Channels  map[string]slacktest.Channel
		Messages  map[string]slacktest.Message
		Bookmarks map[string]slacktest.Bookmark
	}
	jira struct {
		Issues      map[string]jiratest.Issue
		Comments    map[string]jiratest.Comment
		IssueLinks  map[string]jiratest.IssueLink
		RemoteLinks map[string]jiratest.RemoteLink
	}
	google struct {
		Files        map[string]drivetest.File
		Spreadsheets map[string]sheetstest.Book
	}
	pager struct{ Pages map[string]pagertest.Page }
}

func (l *local) readState(ctx context.Context) (*vendorState, error) {
	s := &vendorState{}
	return s, errors.Join(
		call(ctx, http.MethodGet, control(l.at.Slack)+"state", nil, &s.slack),
		call(ctx, http.MethodGet, control(l.at.Jira)+"state", nil, &s.jira),
		call(ctx, http.MethodGet, control(l.at.Google)+"state", nil, &s.google),
		call(ctx, http.MethodGet, control(l.at.Pager)+"state", nil, &s.pager))
}

// without takes away what was there before. Whatever is left was made in between, whoever it belongs to: a channel that
// nobody knows is found too.
func (s *vendorState) without(before *vendorState) *vendorState {
	fresh := &vendorState{}
	fresh.slack.Channels = newer(s.slack.Channels, before.slack.Channels)
	fresh.slack.Messages = newer(s.slack.Messages, before.slack.Messages)
	fresh.slack.Bookmarks = newer(s.slack.Bookmarks, before.slack.Bookmarks)
	fresh.jira.Issues = newer(s.jira.Issues, before.jira.Issues)
	fresh.jira.Comments = newer(s.jira.Comments, before.jira.Comments)
	fresh.jira.IssueLinks = newer(s.jira.IssueLinks, before.jira.IssueLinks)
	fresh.jira.RemoteLinks = newer(s.jira.RemoteLinks, before.jira.RemoteLinks)
	fresh.pager.Pages = newer(s.pager.Pages, before.pager.Pages)
	fresh.google.Files = newer(s.google.Files, before.google.Files)
	fresh.google.Spreadsheets = newer(s.google.Spreadsheets, before.google.Spreadsheets)
	return fresh
}

func newer[T any](all, before map[string]T) map[string]T {
	fresh := map[string]T{}
	for key, row := range all {
		if _, old := before[key]; !old {
			fresh[key] = row
		}
	}
	return fresh
}

// census counts the things of a life by what they are. The names hold nothing that differs from one life to the next.
// What begins with "~" may be there or not, as the life goes, but never twice.
type census map[string]int

// count counts all things of the life with that request id.
func (s *vendorState) count(request string) census {
	c := census{}
	named := func(key string) string { return strings.TrimPrefix(strings.ReplaceAll(key, request, ""), ".") }
	places := c.channels(s, named)
	c.messages(s, places, named)
	c.tickets(s, named)
	c.files(s, named)
	for _, p := range s.pager.Pages {
		c.add("page of the pager %q", named(p.Key))
	}
	return c
}

var (
	marked = regexp.MustCompile(`\[key:([^\]]*)\]`)
	// variable are the things whose number depends on how the life goes: notices are gathered, the log is written in
	// pieces, trouble is told of, and an answer goes directly to whoever has asked when Slack takes it nowhere else.
	variable = regexp.MustCompile(`(of direct messages|thread\.post|mirror\.digest|timeline e\d|stuck|glass|pager|escalat|breaker|seal|audit)`)
	uploaded = regexp.MustCompile(`F0SBX\d+`)
)

func (c census) add(format string, args ...any) {
	name := fmt.Sprintf(format, args...)
	if variable.MatchString(name) {
		name = "~" + name
	}
	c[name]++
}

// channels counts those, and what is at them, and returns what each is called.
func (c census) channels(s *vendorState, named func(string) string) map[string]string {
	places := map[string]string{"C0EXECUTIVES": "executives", "C0CSIRTOPS": "operators"}
	for _, ch := range s.slack.Channels {
		place := "without a mark"
		if mark := marked.FindStringSubmatch(ch.Purpose.Value + ch.Topic.Value); mark != nil {
			place = "of the case " + named(mark[1])
		} else if ch.Direct != "" {
			place = "of direct messages"
		}
		places[ch.ID] = place
		c.add("channel %s", place)
		for _, person := range ch.Members {
			c.add("member %s in channel %s", person, place)
		}
		for range ch.Pins {
			c.add("pin in channel %s", place)
		}
		if !ch.Archived {
			c.add("channel %s left open", place)
		}
	}
	for _, b := range s.slack.Bookmarks {
		c.add("bookmark %s in channel %s", b.Title, places[b.Channel])
	}
	return places
}

// messages counts the machine's.
func (c census) messages(s *vendorState, places map[string]string, named func(string) string) {
	for _, m := range s.slack.Messages {
		if m.BotID == "" || m.Subtype != "" && m.Subtype != "bot_message" {
			continue
		}
		var meta struct {
			Payload struct{ Key string } `json:"event_payload"`
		}
		_ = json.Unmarshal(m.Metadata, &meta) // a message of ours without a key has a name that is nobody else's
		c.add("message %q in channel %s", named(meta.Payload.Key), places[m.Channel])
	}
}

func (c census) tickets(s *vendorState, named func(string) string) {
	keyOf := func(properties map[string]json.RawMessage) string {
		var mark struct{ Key string }
		_ = json.Unmarshal(properties["hikeshi"], &mark)
		return named(mark.Key)
	}
	tickets := map[int]string{}
	for _, i := range s.jira.Issues {
		tickets[i.ID] = keyOf(i.Properties)
		c.add("ticket %q", tickets[i.ID])
		c.add("ticket %q is %s", tickets[i.ID], i.Status)
	}
	for _, comment := range s.jira.Comments {
		c.add("comment %q at ticket %q", keyOf(comment.Properties), tickets[comment.Issue])
	}
	for _, link := range s.jira.IssueLinks {
		c.add("link from ticket %q to ticket %q", tickets[link.Inward], tickets[link.Outward])
	}
	for _, link := range s.jira.RemoteLinks {
		c.add("web link %q at ticket %q", link.Title, tickets[link.Issue])
	}
}

func (c census) files(s *vendorState, named func(string) string) {
	for _, f := range s.google.Files {
		if f.Parent == "" {
			continue // somebody's drive itself
		}
		key := f.AppProperties["hikeshiKey"]
		if key == "" {
			key = "without a key: " + f.Name
		}
		key = uploaded.ReplaceAllString(named(key), "F")
		if f.Trashed {
			key += " in the bin"
		}
		c.add("file %q", key)
		for _, p := range f.Permissions {
			c.add("%s of %s%s on file %q", p.Role, p.Email, p.Domain, key)
		}
	}
	for _, book := range s.google.Spreadsheets {
		for _, tab := range book.Tabs {
			c.add("tab %s", tab.Title)
			for _, row := range tab.Cells[min(1, len(tab.Cells)):] {
				if len(row) > 0 && row[0] != nil && row[0].Value != nil && row[0].Value.StringValue != nil {
					c.add("row %s %s", strings.ToLower(tab.Title), *row[0].Value.StringValue)
				}
			}
		}
	}
}

// against compares a life with one that nothing befell. Both lists are sorted.
func (c census) against(clean census) (doubled, lost []string) {
	for _, name := range slices.Sorted(maps.Keys(c)) {
		allowed := clean[name]
		if strings.HasPrefix(name, "~") {
			allowed = max(allowed, 1)
		}
		if c[name] > allowed {
			doubled = append(doubled, fmt.Sprintf("%s: %d, not %d", name, c[name], allowed))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(clean)) {
		if !strings.HasPrefix(name, "~") && c[name] < clean[name] {
			lost = append(lost, fmt.Sprintf("%s: %d, not %d", name, c[name], clean[name]))
		}
	}
	return doubled, lost
}
