package jira

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"hikeshi/activities"
)

// AdoptTicket asks for a ticket that a person made, or found, to be taken for the one that OpenTicket would have made.
// The answer is a Ticket.
type AdoptTicket struct {
	activities.Effect        // of the step whose ticket it becomes
	ID                string `json:"id"`      // as people paste it: a key, an id, or the address of its page
	Project           string `json:"project"` // key of the project that it must be in; empty: any
	// IssueType is the name of the type that it must have; empty: any but a sub-task.
	IssueType string `json:"issue_type,omitempty"`
	// SecurityLevel is the name of the level that it must have; empty: any, or none.
	SecurityLevel string `json:"security_level,omitempty"`
}

// AdoptTicket checks a ticket that a person names, marks it as this effect's and returns it.
//
// Running it twice is harmless: it reads the ticket first, and writes only the marks that are missing; both replace
// themselves.
//
// Final are NotFound (there is no such ticket, or it is hidden from us), Denied (it carries another effect's mark, which
// is named as far as the mark tells; or we may not edit it) and Invalid (the words name no ticket of this JIRA; it is in
// another project, of another type, or open to more people than this case's ticket may be).
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-properties/
func (a *Activities) AdoptTicket(ctx context.Context, in AdoptTicket) (Ticket, error) {
	ticket, f := a.Client.adopt(ctx, in)
	if f != nil {
		return Ticket{}, f.Error()
	}
	return ticket, nil
}

// AdoptLinkedTicket asks the same for the ticket that OpenLinkedTicket would have made: a log, a theme. The answer is a
// Ticket.
type AdoptLinkedTicket struct {
	AdoptTicket
	Parent   string `json:"parent"`    // id or key of the issue that it is linked to
	LinkType string `json:"link_type"` // JIRA's name: Relates
}

// AdoptLinkedTicket checks a ticket that a person names, marks it as this effect's, links it to another one and returns
// it.
//
// Running it twice is harmless: as AdoptTicket, and JIRA keeps one link of a type between two issues.
//
// Final are those of AdoptTicket, Invalid also where it is the other ticket itself, or the link type is unknown.
func (a *Activities) AdoptLinkedTicket(ctx context.Context, in AdoptLinkedTicket) (Ticket, error) {
	if f := checkLink(in.op(), in.LinkType, in.Parent); f != nil {
		return Ticket{}, f.Error()
	}
	ticket, f := a.Client.adopt(ctx, in.AdoptTicket, in.Parent)
	if f == nil {
		f = a.Client.ensureLink(ctx, OpenLinkedTicket{OpenTicket: OpenTicket{Effect: in.Effect, Project: in.Project}, Parent: in.Parent, LinkType: in.LinkType}, ticket)
	}
	if f != nil {
		return Ticket{}, f.Error()
	}
	return ticket, nil
}

func (in AdoptTicket) op() string { return fmt.Sprintf("take over ticket %q", in.ID) }

// candidate is what has to be known of a ticket before it is taken over.
type candidate struct {
	issue
	Fields struct {
		Labels  []string `json:"labels"`
		Project struct {
			Key string `json:"key"`
		} `json:"project"`
		Type struct {
			Name    string `json:"name"`
			Subtask bool   `json:"subtask"`
		} `json:"issuetype"`
		Security struct {
			Name string `json:"name"`
		} `json:"security"`
	} `json:"fields"`
}

// adopt takes a ticket over; others are ids or keys of tickets that it must not be.
func (c *Client) adopt(ctx context.Context, in AdoptTicket, others ...string) (Ticket, *failure) {
	if in.Key == "" {
		return Ticket{}, call{op: in.op()}.fail(activities.Invalid, "the effect has no key", "")
	}
	named, f := c.named(in)
	if f != nil {
		return Ticket{}, f
	}
	is, f := c.candidate(ctx, in, named)
	if f == nil {
		f = in.fits(is, others)
	}
	if f == nil {
		f = c.claim(ctx, in, is)
	}
	if f != nil {
		return Ticket{}, f
	}
	ticket := c.ticket(is.issue)
	ticket.Adopted = true
	return ticket, nil
}

// named reads what people paste: SEC-7, sec-7, an id, or an address such as https://…/browse/SEC-7 or one of a board with
// selectedIssue=SEC-7.
func (c *Client) named(in AdoptTicket) (string, *failure) {
	r := call{op: in.op()}
	text := strings.Trim(strings.TrimSpace(in.ID), "<>")
	text, _, _ = strings.Cut(text, "|") // Slack's way to show an address
	if !strings.Contains(text, "://") {
		if key := strings.ToUpper(text); isKey(key) || isID(key) {
			return key, nil
		}
		return "", r.fail(activities.Invalid, fmt.Sprintf("%q names no ticket", in.ID), "give its key, such as SEC-7, or the address of its page")
	}
	page, err := url.Parse(text)
	if site, _ := url.Parse(c.site); err != nil || site == nil || !strings.EqualFold(page.Host, site.Host) {
		return "", r.fail(activities.Invalid, "the address is not one of this JIRA", "give the ticket's key, such as SEC-7")
	}
	parts := append(strings.Split(page.Path, "/"), page.Query().Get("selectedIssue"))
	for _, part := range slices.Backward(parts) {
		if key := strings.ToUpper(part); isKey(key) {
			return key, nil
		}
	}
	return "", r.fail(activities.Invalid, "the address is not that of a ticket", "give the ticket's key, such as SEC-7")
}

// isKey reports whether it is a key: letters, digits and _, then a hyphen and a number.
func isKey(text string) bool {
	project, number, ok := strings.Cut(text, "-")
	return ok && project != "" && !strings.ContainsFunc(project, notInKey) && !isID(project[:1]) && isID(number)
}

func isID(text string) bool {
	return text != "" && len(text) <= 18 && !strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
}

func (c *Client) candidate(ctx context.Context, in AdoptTicket, named string) (candidate, *failure) {
	var is candidate
	r := call{
		op: in.op(), method: http.MethodGet, path: "issue/" + url.PathEscape(named), into: &is,
		query:      url.Values{"fields": {"project,issuetype,security,labels"}, "properties": {property}},
		permission: "Browse Projects", missing: ticketHint,
	}
	if f := c.send(ctx, r); f != nil {
		return candidate{}, f
	}
	if is.ID == "" || is.Key == "" {
		return candidate{}, r.fail(activities.Unavailable, "the reply names no issue", "")
	}
	return is, nil
}

// fits says what is wrong with a ticket for this effect; nil: nothing.
func (in AdoptTicket) fits(is candidate, others []string) *failure {
	r, f := call{op: in.op()}, is.Fields
	switch {
	case slices.ContainsFunc(others, func(o string) bool { return o == is.ID || strings.EqualFold(o, is.Key) }):
		return r.fail(activities.Invalid, is.Key+" is the ticket that it would be linked to", "name another ticket")
	case is.Properties[property].Key != "" && !in.Same(is.Properties[property].Key):
		return in.taken(is.issue)
	case in.Project != "" && !strings.EqualFold(f.Project.Key, in.Project):
		return r.fail(activities.Invalid, fmt.Sprintf("%s is in project %s, not in %s", is.Key, f.Project.Key, in.Project),
			"move it to project "+in.Project+" in JIRA, or name another ticket")
	case f.Type.Subtask, in.IssueType != "" && !strings.EqualFold(f.Type.Name, in.IssueType):
		return r.fail(activities.Invalid, fmt.Sprintf("%s is of the type %q", is.Key, f.Type.Name), in.typeHint())
	case in.SecurityLevel != "" && !strings.EqualFold(f.Security.Name, in.SecurityLevel):
		return r.fail(activities.Invalid, fmt.Sprintf("%s has not the security level %q: more people could read it than may", is.Key, in.SecurityLevel),
			"set that level on it in JIRA, then supply it again")
	}
	return nil
}

func (in AdoptTicket) typeHint() string {
	if in.IssueType == "" {
		return "name a ticket that is no sub-task"
	}
	return fmt.Sprintf("change its type to %q in JIRA, or name another ticket", in.IssueType)
}

// taken says whose a ticket is, as far as its mark tells.
func (in AdoptTicket) taken(is issue) *failure {
	return call{op: in.op()}.fail(activities.Denied, fmt.Sprintf("%s belongs to something else: its mark is %q", is.Key, is.Properties[property].Key),
		"name a ticket that no case uses yet")
}

// claim writes our marks. It reads the proof back: another case may have claimed the ticket at the same moment.
func (c *Client) claim(ctx context.Context, in AdoptTicket, is candidate) *failure {
	path := "issue/" + url.PathEscape(is.ID)
	if !slices.Contains(is.Fields.Labels, label(in.Key)) {
		f := c.send(ctx, call{
			op: in.op() + ": label it", method: http.MethodPut, path: path, query: url.Values{"notifyUsers": {"false"}},
			body:       map[string]any{"update": map[string]any{"labels": []any{map[string]string{"add": label(in.Key)}}}},
			permission: "Edit Issues, and Administer Projects to edit without sending mails", missing: ticketHint,
		})
		if f != nil {
			return f
		}
	}
	if is.Properties[property].Key == in.Key {
		return nil
	}
	f := c.send(ctx, call{
		op: in.op() + ": mark it", method: http.MethodPut, path: path + "/properties/" + property, body: proof{in.Key},
		permission: "Edit Issues", missing: ticketHint,
	})
	if f != nil {
		return f
	}
	now, f := c.candidate(ctx, in, is.ID)
	if f == nil && now.Properties[property].Key != in.Key {
		return in.taken(now.issue)
	}
	return f
}
