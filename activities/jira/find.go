package jira

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hikeshi/activities"
)

// issue is what we read of an issue.
type issue struct {
	ID         string           `json:"id"`
	Key        string           `json:"key"`
	Properties map[string]proof `json:"properties"`
	Fields     struct {
		Description string      `json:"description"`
		Created     string      `json:"created"`
		Status      status      `json:"status"`
		Links       []issueLink `json:"issuelinks"`
	} `json:"fields"`
}

func (c *Client) ticket(i issue) Ticket { return Ticket{ID: i.ID, Key: i.Key, URL: c.BrowseURL(i.Key)} }

const (
	// searchSees is the age from which on an issue is taken to be in the search index for the start of the walk.
	searchSees = 5 * time.Minute
	// walkGap is how many keys in a row may be missing before the walk ends: a create that fails uses up a number, and
	// an issue that we may not see looks the same.
	walkGap = 10
	// walkLimit bounds the walk in a busy project. What lies beyond is left to the search.
	walkLimit = 100
	// lookAgain is the longest we let a retry wait while search is given its time.
	lookAgain = 20 * time.Second
)

// finder is the look-up of OpenTicket.
func (c *Client) finder(in OpenTicket) func(context.Context, time.Time) (bool, Ticket, error) {
	return func(ctx context.Context, last time.Time) (bool, Ticket, error) {
		found, f := c.walk(ctx, in)
		if f == nil && found == nil {
			found, f = c.searchLabel(ctx, in)
		}
		if f == nil && found == nil {
			f = c.tooEarly(in, last)
		}
		if f != nil {
			return false, Ticket{}, f.Error()
		}
		if found == nil {
			return false, Ticket{}, nil
		}
		return true, c.ticket(*found), nil
	}
}

// tooEarly refuses to believe that there is no issue while search may still hide it.
func (c *Client) tooEarly(in OpenTicket, last time.Time) *failure {
	until := last.Add(c.lag)
	rest := time.Until(until)
	if rest <= 0 {
		return nil
	}
	r := call{op: in.op()}
	f := r.fail(activities.Ambiguous, fmt.Sprintf("an earlier try may have made the ticket; search is given until %s to show it",
		until.UTC().Format("2006-01-02 15:04:05Z")), "")
	f.After = min(rest, lookAgain)
	return f
}

// walk reads the issues that are too new for the search, by key, oldest first. It takes at most half of the
// activity's time: past that the search alone decides, which is late but sure.
func (c *Client) walk(ctx context.Context, in OpenTicket) (*issue, *failure) {
	stop := time.Now().Add(time.Hour)
	if deadline, ok := ctx.Deadline(); ok {
		stop = time.Now().Add(time.Until(deadline) / 2)
	}
	newest, f := c.newestBefore(ctx, in)
	if f != nil {
		return nil, f
	}
	for n, gap := newest+1, 0; n <= newest+walkLimit && gap < walkGap && time.Now().Before(stop); n++ {
		i, f := c.get(ctx, in, in.Project+"-"+strconv.Itoa(n))
		switch {
		case f != nil && f.status == http.StatusNotFound:
			gap++
		case f != nil:
			return nil, f
		case in.made(*i):
			return i, nil
		default:
			gap = 0
		}
	}
	return nil, nil
}

// made reports whether the issue is the one of this effect. A label is no proof: cloning an issue copies its labels,
// but not its properties.
func (in OpenTicket) made(i issue) bool { return i.Properties[property].Key == in.Key }

func (c *Client) get(ctx context.Context, in OpenTicket, idOrKey string) (*issue, *failure) {
	var i issue
	f := c.send(ctx, call{
		op: in.op() + ": look at " + idOrKey, method: http.MethodGet, path: "issue/" + url.PathEscape(idOrKey), into: &i,
		query:      url.Values{"fields": {"labels,created"}, "properties": {property}},
		permission: "Browse Projects in project " + in.Project,
	})
	if f != nil {
		return nil, f
	}
	return &i, nil
}

// newestBefore returns the number of the newest issue that search is sure to know: the walk starts after it. The time
// is relative, because JQL reads absolute times in the account's own time zone.
func (c *Client) newestBefore(ctx context.Context, in OpenTicket) (int, *failure) {
	age := time.Since(in.Since.Add(-searchSees))
	minutes := 1 + max(1, int(math.Ceil(age.Minutes()))) // JQL counts whole minutes, and clocks differ a little
	jql := fmt.Sprintf(`project = "%s" AND created <= "-%dm" ORDER BY created DESC`, in.Project, minutes)
	hits, f := c.search(ctx, in, jql, 1)
	if f != nil || len(hits) == 0 {
		return 0, f
	}
	_, number, _ := strings.Cut(hits[0].Key, "-")
	n, _ := strconv.Atoi(number) // another form of key: walk from the first
	return n, nil
}

// searchLabel finds the issue by its label, anywhere: it may have been moved. Of several the oldest wins.
func (c *Client) searchLabel(ctx context.Context, in OpenTicket) (*issue, *failure) {
	hits, f := c.search(ctx, in, fmt.Sprintf(`labels = "%s" ORDER BY created ASC`, label(in.Key)), 50)
	if f != nil {
		return nil, f
	}
	slices.SortFunc(hits, byID)
	for _, hit := range hits {
		i, f := c.get(ctx, in, hit.ID) // the index may be old; the issue itself is not
		switch {
		case f != nil && f.status == http.StatusNotFound:
		case f != nil:
			return nil, f
		case in.made(*i):
			return i, nil
		}
	}
	return nil, nil
}

// byID compares ids as the numbers that they are.
func byID(a, b issue) int { return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID)) }

// search runs a query and returns the first hits. Cloud has removed the old search, Data Center lacks the new one.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-search/#api-rest-api-2-search-jql-get
func (c *Client) search(ctx context.Context, in OpenTicket, jql string, limit int) ([]issue, *failure) {
	return c.query(ctx, in.op()+": search for it", in.Project, jql, "labels", limit)
}

// query is a search in a project, for the fields named.
func (c *Client) query(ctx context.Context, op, project, jql, fields string, limit int) ([]issue, *failure) {
	dc, f := c.dataCenter(ctx)
	if f != nil {
		return nil, f
	}
	path := "search/jql"
	if dc {
		path = "search"
	}
	var reply struct {
		Issues []issue `json:"issues"`
	}
	f = c.send(ctx, call{
		op: op, method: http.MethodGet, path: path, into: &reply,
		query:      url.Values{"jql": {jql}, "fields": {fields}, "maxResults": {strconv.Itoa(limit)}},
		permission: "Browse Projects in project " + project,
	})
	if f != nil && f.said.mentions("for the field 'project'") {
		f.Class, f.Hint = activities.NotFound, projectHint(project)
	}
	return reply.Issues, f
}

// dataCenter reports whether the site is Data Center or Server. It asks once.
func (c *Client) dataCenter(ctx context.Context) (bool, *failure) {
	c.mu.Lock()
	known := c.dc
	c.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	var reply struct {
		DeploymentType string `json:"deploymentType"`
	}
	if f := c.send(ctx, call{op: "ask for the version of JIRA", method: http.MethodGet, path: "serverInfo", into: &reply}); f != nil {
		return false, f
	}
	dc := reply.DeploymentType != "Cloud"
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dc = &dc
	return dc, nil
}
