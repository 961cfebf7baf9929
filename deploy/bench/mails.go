package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// mails counts the mails that JIRA has sent, by account.
func (p *product) mails(ctx context.Context) (map[string]int, error) {
	var state struct {
		Mailed map[string]int `json:"mailed"`
	}
	err := p.vendors.jira.control(ctx, http.MethodGet, "state", nil, &state)
	return state.Mailed, err
}

// measureMails counts the mails that somebody gets who watches a case's ticket from the moment people are together,
// through the end of its opening and its triage. An executive who is flooded stops reading.
func (p *product) measureMails(ctx context.Context, o options, r *report) error {
	list, err := p.openCases(ctx, o, 1)
	if err == nil {
		err = p.follow(ctx, list, cases.Ready)
	}
	if err == nil && strings.HasPrefix(list[0].number, "P-") { // JIRA was slow: there is nothing to watch yet
		err = p.follow(ctx, list, cases.Linked)
	}
	if err != nil {
		return err
	}
	watcher, c := fake.Cast()[3], list[0]
	before, err := p.mails(ctx)
	if err == nil {
		err = p.watch(ctx, c.number, watcher)
	}
	if err == nil {
		err = p.settle(ctx, list)
	}
	if err == nil {
		_, err = p.desk.Triage(ctx, c.number, workflows.TriageCommand{
			Severity: incident.Sev1, Commander: "@ben", Scope: "one mailbox",
			By: incident.By{Who: "bench", Door: incident.DoorCLI, Assurance: incident.SelfDeclared},
		}, c.request+".triage")
	}
	if err == nil {
		err = p.awaitCalm(ctx, c)
	}
	after, mailErr := p.mails(ctx)
	if err == nil {
		err = mailErr
	}
	r.WatcherMails = after[watcher.Name] - before[watcher.Name]
	return err
}

// watch makes a person a watcher of the ticket, by the person's own account.
// https://developer.atlassian.com/server/jira/platform/rest/v10000/api-group-issue/#api-api-2-issue-issueidorkey-watchers-post
func (p *product) watch(ctx context.Context, ticket string, who fake.Person) error {
	address := p.vendors.jira.base + "rest/api/2/issue/" + ticket + "/watchers"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(`"`+who.Name+`"`))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(who.Email, fake.JiraUserToken(who))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("watch %s: %w", ticket, err)
	}
	defer resp.Body.Close() //nolint:errcheck // nothing is read from it
	if resp.StatusCode >= 300 {
		return fmt.Errorf("watch %s as %s: %s", ticket, who.Name, resp.Status)
	}
	return nil
}
