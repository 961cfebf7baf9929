package slack_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

func TestFindPeople(t *testing.T) {
	_, url := slacktest.Start(t, slacktest.Options{})
	a := &slack.Activities{Client: newClient(t, url)}
	tests := map[string]string{
		"U0KENJI05":                      "U0KENJI05",
		"<@U0KENJI05>":                   "U0KENJI05",
		"<@U0KENJI05|kenji>":             "U0KENJI05",
		"@kenji":                         "U0KENJI05",
		"Kenji":                          "U0KENJI05",
		" kenji@acme.example ":           "U0KENJI05",
		"<mailto:lena@bravo.example|x>":  "U0LENA006",
		"S0CSIRT01":                      "U0AOI0001 U0BEN0002 U0CHIE003",
		"<!subteam^S0CSIRT01|@csirt>":    "U0AOI0001 U0BEN0002 U0CHIE003",
		"@smg-acme":                      "U0KENJI05",
		"@nobody":                        "?@nobody",
		"nobody@acme.example":            "?nobody@acme.example",
		"<!subteam^S0NOBODY1|@nothing>":  "?<!subteam^S0NOBODY1|@nothing>",
		"@":                              "?@",
		"a name with spaces in the text": "?a name with spaces in the text",
	}
	for who, want := range tests {
		found, err := slacktest.Do(a.FindPeople, slack.FindPeople{Who: []string{who}})
		if err != nil {
			t.Errorf("%q: %v", who, err)
			continue
		}
		got := ""
		for _, p := range found.People {
			got += " " + p.ID
			if p.Who != who || p.Name == "" || p.Email == "" || p.Locale == "" {
				t.Errorf("%q: %+v lacks something", who, p)
			}
		}
		for _, u := range found.Unknown {
			got += " ?" + u
		}
		if diff := cmp.Diff(" "+want, got); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", who, diff)
		}
	}
}

func TestFindPeopleRemembers(t *testing.T) {
	s, url := slacktest.Start(t, slacktest.Options{})
	a := &slack.Activities{Client: newClient(t, url)}
	for range 3 {
		if _, err := slacktest.Do(a.FindPeople, slack.FindPeople{Who: []string{"@kenji", "U0LENA006", "@csirt"}}); err != nil {
			t.Fatal(err)
		}
	}
	got := fmt.Sprint(s.Count("users.list"), s.Count("usergroups.list"), s.Count("usergroups.users.list"), s.Count("users.info"))
	if got != "1 1 1 4" {
		t.Errorf("users.list, usergroups.list, usergroups.users.list, users.info were called %s times, want 1 1 1 4", got)
	}
}

// For an invitation ids are enough: people wait for it, and each look-up is a call.
func TestIDsAreEnough(t *testing.T) {
	server, url := slacktest.Start(t, slacktest.Options{})
	a := &slack.Activities{Client: newClient(t, url)}
	found, err := slacktest.Do(a.FindPeople, slack.FindPeople{Who: []string{"U0LENA006", "S0CSIRT01"}, IDs: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.People) != 4 || server.Count("users.info") != 0 || server.Count("usergroups.users.list") != 1 {
		t.Errorf("found %+v with calls %+v", found.People, server.Calls())
	}
}
