package jira

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hikeshi/activities"
)

// levels are the security levels of a project that our account may set: ids by name.
type levels struct {
	ids map[string]string
	at  time.Time
}

// levelsLast is how long the levels of a project are believed. A level that was deleted meanwhile is refused by JIRA
// in the create call, so a stale list can never open an issue to more people.
const levelsLast = 10 * time.Minute

// securityLevel returns the id of a level. An unknown one is Invalid: the caller must not go on without it.
func (c *Client) securityLevel(ctx context.Context, project, name string) (string, *failure) {
	c.mu.Lock()
	known := c.levels[project]
	c.mu.Unlock()
	if id := known.ids[name]; id != "" && time.Since(known.at) < levelsLast {
		return id, nil
	}
	fresh, f := c.readLevels(ctx, project)
	if f != nil {
		return "", f
	}
	if id := fresh.ids[name]; id != "" {
		return id, nil
	}
	has := strings.Join(slices.Sorted(maps.Keys(fresh.ids)), ", ")
	r := call{op: fmt.Sprintf("find security level %q in project %s", name, project)}
	return "", r.fail(activities.Invalid, fmt.Sprintf("the project has no such level that our account may set; it has: %s", orNone(has)),
		fmt.Sprintf("add the level %q to the issue security scheme of %s with our account in it, or correct its name in the configuration; no ticket was created", name, project))
}

func (c *Client) readLevels(ctx context.Context, project string) (levels, *failure) {
	var reply struct {
		Levels []struct{ ID, Name string } `json:"levels"`
	}
	f := c.send(ctx, call{
		op:     "list security levels of project " + project,
		method: http.MethodGet, path: "project/" + url.PathEscape(project) + "/securitylevel", into: &reply,
		permission: "Browse Projects in project " + project,
		missing:    projectHint(project),
	})
	if f != nil {
		return levels{}, f
	}
	fresh := levels{ids: map[string]string{}, at: time.Now()}
	for _, l := range reply.Levels {
		fresh.ids[l.Name] = l.ID
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.levels[project] = fresh
	return fresh, nil
}

// forgetLevels drops what we believed after JIRA refused a level.
func (c *Client) forgetLevels(project string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.levels, project)
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func projectHint(project string) string {
	return fmt.Sprintf("check the project name %q in the configuration; our account may also lack Browse Projects there", project)
}
