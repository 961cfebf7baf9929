package jira_test

import (
	"os"
	"testing"

	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

func TestContractOnFake(t *testing.T) {
	for name, o := range map[string]jiratest.Options{
		"as usual": {}, "as unhelpful as a site can be": {RefuseLinks: true, HideProperties: true, AskResolution: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, o)
			jiratest.Contract(t, b.a.Client, "SEC")
		})
	}
}

func TestContractOnRealJira(t *testing.T) {
	url, project := os.Getenv("JIRA_CONTRACT_URL"), os.Getenv("JIRA_CONTRACT_PROJECT")
	if url == "" || project == "" || os.Getenv("JIRA_CONTRACT_TOKEN") == "" {
		t.Skip("set JIRA_CONTRACT_URL, JIRA_CONTRACT_USER, JIRA_CONTRACT_TOKEN and JIRA_CONTRACT_PROJECT to run the contract on a real JIRA")
	}
	a := adapter(t, url, func(cfg *jira.Config) {
		cfg.User, cfg.Token = os.Getenv("JIRA_CONTRACT_USER"), token(os.Getenv("JIRA_CONTRACT_TOKEN"))
		cfg.SearchLag, cfg.NoRates = 0, false
	})
	jiratest.Contract(t, a.Client, project)
}
