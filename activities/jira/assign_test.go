package jira_test

import (
	"slices"
	"testing"

	"hikeshi/activities"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

func assign(t *testing.T, b *bundle, _ activities.Effect) error {
	t.Helper()
	return jiratest.Run(t, b.a, b.a.AssignTicket, jira.AssignTicket{Ticket: parent, Account: "chie"}, nil)
}

func assignedOnce(t *testing.T, b *bundle) {
	t.Helper()
	if got := b.Issues()[0].Assignee; got != "chie" {
		t.Errorf("assignee = %q; want chie", got)
	}
	if n := b.MailsTo("chie"); n != 1 {
		t.Errorf("%d mails; want one", n)
	}
}

func TestAssignRefused(t *testing.T) {
	b := withParent(t, jiratest.Options{})
	for _, c := range []struct {
		in   jira.AssignTicket
		want activities.Class
	}{
		{jira.AssignTicket{Ticket: parent, Account: "nobody"}, activities.Invalid},
		{jira.AssignTicket{Ticket: parent}, activities.Invalid},
		{jira.AssignTicket{Account: "chie"}, activities.Invalid},
		{jira.AssignTicket{Ticket: "SEC-99", Account: "chie"}, activities.NotFound},
	} {
		f := wantClass(t, jiratest.Run(t, b.a, b.a.AssignTicket, c.in, nil), c.want)
		if f.Hint == "" && c.in.Ticket != "" {
			t.Errorf("%+v: no hint what to do: %+v", c.in, f)
		}
	}
	if b.Issues()[0].Assignee != "" {
		t.Errorf("somebody has it: %+v", b.Issues()[0])
	}
}

// A level that hides the ticket from somebody is not opened for them.
func TestAssignDoesNotOpenATicket(t *testing.T) {
	b := setup(t, jiratest.Options{})
	in := ask("case/1")
	in.SecurityLevel = "CSIRT only"
	ticket, err := b.open(t, in)
	if err != nil {
		t.Fatal(err)
	}
	wantClass(t, jiratest.Run(t, b.a, b.a.AssignTicket, jira.AssignTicket{Ticket: ticket.ID, Account: "kenji"}, nil), activities.Invalid)
	if err := jiratest.Run(t, b.a, b.a.AssignTicket, jira.AssignTicket{Ticket: ticket.ID, Account: "ben"}, nil); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(b.Issues(), func(i jiratest.Issue) bool { return i.Assignee == "ben" }) {
		t.Errorf("nobody has it: %+v", b.Issues())
	}
}
