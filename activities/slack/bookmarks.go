package slack

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"hikeshi/activities"
)

// BookmarkLinks asks for links in a channel's bookmark bar.
type BookmarkLinks struct {
	activities.Effect
	Channel string `json:"channel"`
	Links   []Link `json:"links"`
}

// Link is a bookmark: its URL is what makes it one and the same, the title may change.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Bookmarked counts the links that were added, that got another title, and that were there.
type Bookmarked struct {
	Added   int `json:"added,omitempty"`
	Changed int `json:"changed,omitempty"`
	Kept    int `json:"kept,omitempty"`
	activities.Receipt
}

// BookmarkLinks adds links to a channel's bookmarks and corrects the titles of those that are there. Running it twice
// is harmless: it first lists the bookmarks and knows a link by its URL. Final are NotFound (no such channel), Denied
// and Invalid (an address Slack refuses, too many bookmarks).
// https://docs.slack.dev/reference/methods/bookmarks.add
func (a *Activities) BookmarkLinks(ctx context.Context, in BookmarkLinks) (Bookmarked, error) {
	var there []slack.Bookmark
	lookUp := func(ctx context.Context, _ time.Time) (bool, Bookmarked, error) {
		list, err := a.Client.bookmarks(ctx, in.Channel)
		there = list
		return err == nil && allThere(in.Links, list), Bookmarked{Kept: len(in.Links)}, err
	}
	done, receipt, err := activities.Once(ctx, in.Effect, lookUp, func(ctx context.Context) (Bookmarked, error) {
		var done Bookmarked
		for _, link := range in.Links {
			if err := a.Client.bookmark(ctx, in.Channel, link, there, &done); err != nil {
				return done, err
			}
		}
		return done, nil
	})
	done.Receipt = receipt
	return done, err
}

func allThere(links []Link, list []slack.Bookmark) bool {
	return !slices.ContainsFunc(links, func(l Link) bool {
		return !slices.ContainsFunc(list, func(b slack.Bookmark) bool { return b.Link == l.URL && unescape(b.Title) == l.Title })
	})
}

func (c *Client) bookmarks(ctx context.Context, channel string) (list []slack.Bookmark, err error) {
	err = c.call(ctx, "list the bookmarks of channel "+channel, read, func(ctx context.Context, api *slack.Client) error {
		list, err = api.ListBookmarksContext(ctx, channel)
		return err
	})
	return list, err
}

// bookmark brings one link about.
func (c *Client) bookmark(ctx context.Context, channel string, link Link, there []slack.Bookmark, done *Bookmarked) error {
	op := fmt.Sprintf("bookmark %q in channel %s", link.Title, channel)
	i := slices.IndexFunc(there, func(b slack.Bookmark) bool { return b.Link == link.URL })
	if i >= 0 && unescape(there[i].Title) == link.Title {
		done.Kept++
		return nil
	}
	if i >= 0 {
		done.Changed++
		return c.call(ctx, op, safe, func(ctx context.Context, api *slack.Client) error {
			_, err := api.EditBookmarkContext(ctx, channel, there[i].ID, slack.EditBookmarkParameters{Title: &link.Title})
			return err
		})
	}
	var made slack.Bookmark
	err := c.call(ctx, op, write, func(ctx context.Context, api *slack.Client) (err error) {
		made, err = api.AddBookmarkContext(ctx, channel, slack.AddBookmarkParameters{Title: link.Title, Type: "link", Link: link.URL})
		return err
	})
	if err == nil && made.ID == "" {
		err = empty(op)
	}
	done.Added++
	return err
}
