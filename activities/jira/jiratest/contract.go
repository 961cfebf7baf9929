package jiratest

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
	"hikeshi/activities/jira"
)

// Contract checks that the adapter and a JIRA understand each other. It runs against the fake always, and against a
// real site when one is named in the environment; there it leaves its issues behind, labelled
// case-contract-…. The project needs the issue type Task.
func Contract(t *testing.T, client *jira.Client, project string) {
	c := &contract{a: &jira.Activities{Client: client}, project: project}
	t.Run("says who we are", c.access)
	t.Run("opens one ticket however often it is asked", c.openOnce)
	t.Run("keeps what people wrote around the status block", c.statusBlock)
	t.Run("writes a link once and corrects it", c.links)
	t.Run("says NotFound for a project that is not there", c.noProject)
	t.Run("opens nothing with an unknown security level", c.noLevel)
	c.life(t)
}

type contract struct {
	a       *jira.Activities
	project string
}

// Run runs one activity in Temporal's test environment and decodes its result into result, unless that is nil.
func Run(t testing.TB, a *jira.Activities, activity, input, result any) error {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.SetTestTimeout(time.Minute)
	env.RegisterActivity(a)
	args := []any{input}
	if input == nil {
		args = nil
	}
	value, err := env.ExecuteActivity(activity, args...)
	if err == nil && result != nil {
		if err := value.Get(result); err != nil {
			t.Fatalf("decode the result of the activity: %v", err)
		}
	}
	return err
}

func (c *contract) access(t *testing.T) {
	var got jira.JiraAccess
	if err := Run(t, c.a, c.a.CheckJiraAccess, nil, &got); err != nil || got.Account == "" || got.Name == "" {
		t.Fatalf("CheckJiraAccess = %+v, %v; want an account with a name", got, err)
	}
}

func (c *contract) ask() jira.OpenTicket {
	return jira.OpenTicket{
		Effect:  activities.Effect{Key: "contract/" + rand.Text(), First: true, Since: time.Now()},
		Project: c.project, IssueType: "Task", Summary: "Contract test, please ignore",
		Description: "Written by a person.",
	}
}

func (c *contract) open(t *testing.T, in jira.OpenTicket) jira.Ticket {
	t.Helper()
	var got jira.Ticket
	if err := Run(t, c.a, c.a.OpenTicket, in, &got); err != nil {
		t.Fatalf("OpenTicket: %v", err)
	}
	if got.ID == "" || !strings.HasPrefix(got.Key, c.project+"-") || !strings.HasSuffix(got.URL, "/browse/"+got.Key) {
		t.Fatalf("OpenTicket = %+v; want an id, a key in %s and its page", got, c.project)
	}
	return got
}

func (c *contract) openOnce(t *testing.T) {
	in := c.ask()
	first := c.open(t, in)
	in.First = false
	second := c.open(t, in)
	if second.ID != first.ID || !second.Adopted || first.Adopted {
		t.Fatalf("second OpenTicket = %+v; want the first again, adopted: %+v", second, first)
	}
}

func (c *contract) statusBlock(t *testing.T) {
	ticket := c.open(t, c.ask())
	for _, block := range []string{"Phase: triage", "Phase: analysis", "Phase: analysis"} {
		if err := Run(t, c.a, c.a.WriteStatusBlock, jira.WriteStatusBlock{Ticket: ticket.Key, Block: block}, nil); err != nil {
			t.Fatalf("WriteStatusBlock(%q): %v", block, err)
		}
	}
}

func (c *contract) links(t *testing.T) {
	ticket := c.open(t, c.ask())
	link := jira.Link{GlobalID: "hikeshi:channel", Title: "Slack", URL: "https://slack.example/c/1"}
	for _, title := range []string{"Slack", "Slack channel"} {
		link.Title = title
		if err := Run(t, c.a, c.a.LinkTicket, jira.LinkTicket{Ticket: ticket.ID, Links: []jira.Link{link}}, nil); err != nil {
			t.Fatalf("LinkTicket(%q): %v", title, err)
		}
	}
}

func (c *contract) noProject(t *testing.T) {
	in := c.ask()
	in.Project = "NOSUCHPROJECT"
	if err := Run(t, c.a, c.a.OpenTicket, in, nil); !activities.Is(err, activities.NotFound) {
		t.Fatalf("OpenTicket in a project that is not there: %v; want NotFound", err)
	}
}

func (c *contract) noLevel(t *testing.T) {
	in := c.ask()
	in.SecurityLevel = "no such level " + rand.Text()
	if err := Run(t, c.a, c.a.OpenTicket, in, nil); !activities.Is(err, activities.Invalid) {
		t.Fatalf("OpenTicket with an unknown level: %v; want Invalid", err)
	}
}
