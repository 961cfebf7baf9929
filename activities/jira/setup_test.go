package jira_test

import (
	"testing"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

// bundle is a fake with the adapter in front of it.
type bundle struct {
	*jiratest.Server
	url string
	a   *jira.Activities
}

func token(s string) func() (string, error) { return func() (string, error) { return s, nil } }

func setup(t *testing.T, o jiratest.Options) *bundle {
	t.Helper()
	s, url := jiratest.Start(t, o)
	return &bundle{s, url, adapter(t, url, func(*jira.Config) {})}
}

// adapter has a search lag of next to nothing, so that an empty look-up is believed at once.
func adapter(t *testing.T, url string, change func(*jira.Config)) *jira.Activities {
	t.Helper()
	cfg := jira.Config{URL: url, User: fake.JiraUser, Token: token(fake.JiraToken), SearchLag: time.Nanosecond, NoRates: true}
	change(&cfg)
	client, err := jira.NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &jira.Activities{Client: client}
}

func ask(key string) jira.OpenTicket {
	return jira.OpenTicket{
		Effect:  activities.Effect{Key: key, First: true, Since: time.Now()},
		Project: "SEC", IssueType: "Incident", Summary: "Phishing at payroll",
	}
}

func (b *bundle) open(t *testing.T, in jira.OpenTicket) (got jira.Ticket, err error) {
	t.Helper()
	err = jiratest.Run(t, b.a, b.a.OpenTicket, in, &got)
	return got, err
}

func (b *bundle) inject(t *testing.T, f fake.Fault) {
	t.Helper()
	if err := b.Inject(f); err != nil {
		t.Fatal(err)
	}
}

func person(t *testing.T, name string) fake.Person {
	t.Helper()
	for _, p := range fake.Cast() {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("nobody of the cast is called %s", name)
	return fake.Person{}
}

func wantClass(t *testing.T, err error, want activities.Class) activities.Fault {
	t.Helper()
	if !activities.Is(err, want) {
		t.Fatalf("error = %v; want class %s", err, want)
	}
	return activities.FaultOf(err)
}
