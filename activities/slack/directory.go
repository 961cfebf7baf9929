package slack

import (
	"context"
	"strings"

	"github.com/slack-go/slack"
)

// byHandle finds a user by handle, else a user group. Slack has no look-up for either: the lists are read and kept.
func (c *Client) byHandle(ctx context.Context, handle string, ids bool) ([]Person, error) {
	users, err := cached(&c.people, "users", always, func() (map[string]Person, error) { return c.readUsers(ctx) })
	if err != nil {
		return nil, err
	}
	if p, ok := users[handle]; ok {
		return []Person{p}, nil
	}
	groups, err := cached(&c.people, "groups", always, func() (map[string]string, error) { return c.readGroups(ctx) })
	if err != nil || groups[handle] == "" {
		return nil, err
	}
	return c.groupMembers(ctx, groups[handle], ids)
}

func always[T any](T) bool { return true }

// readUsers reads all users of the workspace, by handle.
func (c *Client) readUsers(ctx context.Context) (map[string]Person, error) {
	users := map[string]Person{}
	err := pages(func(cursor string) (next string, err error) {
		err = c.call(ctx, "list users", read, func(ctx context.Context, api *slack.Client) error {
			page, err := api.GetUsersPaginated(slack.GetUsersOptionLimit(500), slack.GetUsersOptionIncludeLocale(true), slack.GetUsersOptionCursor(cursor)).Next(ctx)
			for i := range page.Users {
				for _, p := range personOf(&page.Users[i]) {
					users[strings.ToLower(page.Users[i].Name)] = p
				}
			}
			next = page.Cursor
			return err
		})
		return next, err
	})
	return users, err
}

// readGroups reads the ids of all user groups, by handle.
func (c *Client) readGroups(ctx context.Context) (map[string]string, error) {
	groups := map[string]string{}
	err := c.call(ctx, "list user groups", read, func(ctx context.Context, api *slack.Client) error {
		list, err := api.GetUserGroupsContext(ctx)
		for _, g := range list {
			groups[strings.ToLower(g.Handle)] = g.ID
		}
		return err
	})
	return groups, err
}

// groupMembers returns a group's members; a group that does not exist has none.
func (c *Client) groupMembers(ctx context.Context, id string, idsOnly bool) ([]Person, error) {
	ids, err := cached(&c.people, "group "+id, nonempty[string], func() (ids []string, err error) {
		err = c.call(ctx, "list the members of user group "+id, read, func(ctx context.Context, api *slack.Client) error {
			ids, err = api.GetUserGroupMembersContext(ctx, id)
			return err
		})
		if word(err) == "no_such_subteam" {
			return nil, nil
		}
		return ids, err
	})
	if err != nil {
		return nil, err
	}
	var people []Person
	for _, id := range ids {
		p, err := c.known(ctx, id, idsOnly)
		if err != nil {
			return nil, err
		}
		people = append(people, p...)
	}
	return people, nil
}

func nonempty[T any](list []T) bool { return len(list) > 0 }
