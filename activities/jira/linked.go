package jira

import (
	"context"

	"hikeshi/activities"
)

// OpenLinkedTicket asks for one new issue that is linked to another one from birth.
type OpenLinkedTicket struct {
	OpenTicket
	Parent   string `json:"parent"`    // id or key of the issue that it is linked to
	LinkType string `json:"link_type"` // JIRA's name: Relates
}

// OpenLinkedTicket creates an issue with a link to another one, or returns the one that an earlier try created.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/#api-rest-api-2-issue-post
//
// Running it twice is harmless: the issue carries the effect's key and the link from birth, and every try that is not
// provably the first reads the issues that are linked to the other one, which does not use JIRA's search. Where JIRA
// refuses the link in the create call, because the field is not on the project's create screen, a property of the
// other issue says so before the issue is created without it; later tries then look as OpenTicket does, and link it.
//
// Final are Invalid (as for OpenTicket; the link type is unknown), NotFound (no such project, or no such issue to link
// to: nothing is created then) and Denied (no Create Issues or Link Issues permission).
func (a *Activities) OpenLinkedTicket(ctx context.Context, in OpenLinkedTicket) (Ticket, error) {
	if f := in.check(); f != nil {
		return Ticket{}, f.Error()
	}
	ticket, receipt, err := activities.Once(ctx, in.Effect, a.Client.linkedFinder(in), a.Client.linkedCreator(in))
	ticket.Receipt = receipt
	return ticket, err
}

// LinkTickets asks for a link between two issues.
type LinkTickets struct {
	From     string `json:"from"` // id or key
	To       string `json:"to"`
	LinkType string `json:"link_type"`
}

// LinkTickets links two issues.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-links/#api-rest-api-2-issuelink-post
//
// Running it twice is harmless: JIRA keeps one link of a type between two issues. It writes no comment with it, which
// would be added each time.
//
// Final are Invalid (the link type is unknown, an issue is full of links), NotFound (an issue is not there, or is
// hidden from us) and Denied (no Link Issues permission).
func (a *Activities) LinkTickets(ctx context.Context, in LinkTickets) error {
	return a.Client.linkTickets(ctx, in)
}

// CommentTicket asks for a comment that people read.
type CommentTicket struct {
	activities.Effect
	Ticket string `json:"ticket"` // id or key
	Body   string `json:"body"`   // wiki markup; pass what people wrote through Escape
}

// Comment is a comment of ours.
type Comment struct {
	ID string `json:"id"`
	activities.Receipt
}

// CommentTicket adds a comment, or returns the one that an earlier try added.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-comments/#api-rest-api-2-issue-issueidorkey-comment-post
//
// Running it twice is harmless: the comment carries the effect's key in a property from birth, and every try that is
// not provably the first reads the ticket's newest comments, back to the time of the request, before it adds one.
//
// Final are Invalid (the text is empty or too long, the ticket has no room for comments), NotFound (no such ticket, or
// it is hidden from us) and Denied (no Add Comments permission).
func (a *Activities) CommentTicket(ctx context.Context, in CommentTicket) (Comment, error) {
	if f := in.check(); f != nil {
		return Comment{}, f.Error()
	}
	comment, receipt, err := activities.Once(ctx, in.Effect, a.Client.commentFinder(in), a.Client.commenter(in))
	comment.Receipt = receipt
	return comment, err
}

// MoveTicket asks for a ticket to be done, or to be worked on again.
type MoveTicket struct {
	Ticket string `json:"ticket"` // id or key
	Done   bool   `json:"done"`
}

// TicketMoved says where the ticket is.
type TicketMoved struct {
	Status string `json:"status"` // JIRA's name
}

// MoveTicket takes a ticket to a status of the category done, or out of it, over as many statuses as the project's
// workflow has in between. It goes by categories, because every project names its statuses as it likes.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/#api-rest-api-2-issue-issueidorkey-transitions-post
//
// Running it twice is harmless: each move begins by reading the status, and a ticket that is there stays as it is. It
// writes no comment.
//
// Final are Invalid (the workflow has no way there, or asks for a field that we do not know), NotFound (no such
// ticket, or it is hidden from us) and Denied (no Transition Issues permission).
func (a *Activities) MoveTicket(ctx context.Context, in MoveTicket) (TicketMoved, error) {
	return a.Client.move(ctx, in)
}
