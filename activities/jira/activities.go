package jira

import (
	"context"

	"hikeshi/activities"
)

// Activities are the deeds a workflow can ask of JIRA. Register it with a worker; every exported method is an activity.
type Activities struct {
	Client *Client
}

// OpenTicket asks for one new issue.
type OpenTicket struct {
	activities.Effect
	Project   string `json:"project"`    // its key: SEC
	IssueType string `json:"issue_type"` // its name: Incident
	// Summary is one line; line breaks become spaces, and what JIRA has no room for (255 characters) is cut.
	Summary     string   `json:"summary"`
	Description string   `json:"description,omitempty"` // wiki markup; pass what people wrote through Escape
	Labels      []string `json:"labels,omitempty"`      // besides our own
	// SecurityLevel is the name of the level that limits who may see the issue; empty: all who see the project.
	SecurityLevel string `json:"security_level,omitempty"`
	// Fields are further fields in JIRA's own form, for projects that require some:
	// {"customfield_10042": {"value": "Payroll"}}.
	Fields map[string]any `json:"fields,omitempty"`
}

// Ticket is an issue of ours. Its key can change when it is moved to another project; its id cannot.
type Ticket struct {
	ID  string `json:"id"`
	Key string `json:"key"`
	URL string `json:"url"` // for people
	activities.Receipt
}

// OpenTicket creates an issue, or returns the one that an earlier try created.
//
// Running it twice is harmless: the issue carries the effect's key from birth, and every try that is not provably the
// first looks for that key before it creates anything; while JIRA's search may still hide an earlier try's issue, it
// returns Ambiguous and the time to come back.
//
// Final are Invalid (a required field is missing, a security level is unknown: nothing is created without it),
// NotFound (no such project) and Denied (no Create Issues permission).
func (a *Activities) OpenTicket(ctx context.Context, in OpenTicket) (Ticket, error) {
	if f := in.check(); f != nil {
		return Ticket{}, f.Error()
	}
	ticket, receipt, err := activities.Once(ctx, in.Effect, a.Client.finder(in), a.Client.creator(in))
	ticket.Receipt = receipt
	return ticket, err
}

// WriteStatusBlock asks for the machine's part of a description to be brought up to date.
type WriteStatusBlock struct {
	Ticket string `json:"ticket"` // key or id
	Block  string `json:"block"`  // wiki markup, without the marker lines
}

// WriteStatusBlock writes the status block of a ticket's description, and nothing else: what people wrote around it
// stays as it is, and nobody gets a mail.
//
// Running it twice is harmless: the block replaces itself, and if it is there already nothing is written.
//
// Final are Invalid (the description would be longer than JIRA allows), NotFound (no such ticket, or it is hidden from
// us) and Denied. JIRA Data Center refuses an edit without mails to accounts that may not administer the project; the
// edit is then not repeated with mails, because a status changes every few minutes and readers would be flooded.
func (a *Activities) WriteStatusBlock(ctx context.Context, in WriteStatusBlock) error {
	return a.Client.writeStatusBlock(ctx, in)
}

// Link is a web link in the ticket's "Links" panel.
type Link struct {
	GlobalID string `json:"global_id"` // ours for this link; up to 255 characters
	Title    string `json:"title"`
	URL      string `json:"url"`
}

// LinkTicket asks for links from a ticket to other systems.
type LinkTicket struct {
	Ticket string `json:"ticket"` // key or id
	Links  []Link `json:"links"`
}

// LinkTicket adds links to a ticket, or corrects them.
//
// Running it twice is harmless: JIRA keeps one link per GlobalID and updates it.
//
// Final are Invalid (a link without GlobalID, title or address), NotFound and Denied (no Link Issues permission).
func (a *Activities) LinkTicket(ctx context.Context, in LinkTicket) error {
	return a.Client.linkTicket(ctx, in)
}

// JiraAccess is who we are in JIRA.
type JiraAccess struct {
	Account string `json:"account"` // account id (Cloud) or user name (Data Center)
	Name    string `json:"name"`    // as people see it
}

// CheckJiraAccess asks JIRA who we are: it fails with Credentials if the token is not accepted. It only reads.
func (a *Activities) CheckJiraAccess(ctx context.Context) (JiraAccess, error) {
	return a.Client.self(ctx)
}
