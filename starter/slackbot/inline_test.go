package slackbot_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

type said = map[string][]string

func TestVerbsAreTypedInOneLine(t *testing.T) {
	for text, want := range map[string]slackbot.Act{
		`triage sev2 --commander <@U0BEN0002|ben> --scope "3 mailboxes"`: {Verb: "triage", Fields: said{"severity": {"sev2"}, "commander": {"U0BEN0002"}, "scope": {"3 mailboxes"}}},
		`triage 2`:                           {Verb: "triage", Fields: said{"severity": {"2"}}},
		`triage sev 2`:                       {Verb: "triage", Fields: said{"severity": {"sev2"}}},
		`TRIAGE ｓｅｖ１`:                        {Verb: "triage", Fields: said{"severity": {"sev1"}}},
		`ｔａｋｅ`:                               {Verb: "take", Fields: said{}},
		`Ｔａｋｅ　SEC-7`:                         {Verb: "take", Number: "SEC-7", Fields: said{}},
		`triage SEC-7 --kind phishing`:       {Verb: "triage", Number: "SEC-7", Fields: said{"kind": {"phishing"}}},
		`triage --case SEC-7 —kind phishing`: {Verb: "triage", Number: "SEC-7", Fields: said{"kind": {"phishing"}}},
		`severity 1 a second company`:        {Verb: "severity", Fields: said{"severity": {"1"}, "reason": {"a second company"}}},
		`take`:                               {Verb: "take", Fields: said{}},
		`take SEC-7`:                         {Verb: "take", Number: "SEC-7", Fields: said{}},
		`handover <@U0BEN0002|ben> the press waits`: {Verb: "handover", Fields: said{"to": {"U0BEN0002"}, "note": {"the press waits"}}},
		`accept`:                                                {Verb: "accept", Fields: said{}},
		`decline I am asleep`:                                   {Verb: "accept", Fields: said{"decline": {"yes"}, "reason": {"I am asleep"}}},
		`details --reporter "Ms Ito" --unclear`:                 {Verb: "details", Fields: said{"reporter": {"Ms Ito"}, "unclear": {"yes"}}},
		`mistake it was a test`:                                 {Verb: "close", Fields: said{"resolution": {"opened by mistake"}, "reason": {"it was a test"}}},
		`merge SEC-12 the same mail`:                            {Verb: "merge", Fields: said{"into": {"SEC-12"}, "reason": {"the same mail"}}},
		`merge SEC-13 SEC-12`:                                   {Verb: "merge", Number: "SEC-13", Fields: said{"into": {"SEC-12"}}},
		`merge <https://jira.example/browse/SEC-12|SEC-12>`:     {Verb: "merge", Fields: said{"into": {"SEC-12"}}},
		`take --case <https://jira.example/browse/SEC-7|SEC-7>`: {Verb: "take", Number: "SEC-7", Fields: said{}},
		`note who asked <https://evil.example|bank.example> --link <https://x.example/1|it>`: {Verb: "note", Fields: said{"text": {"who asked bank.example (https://evil.example)"}, "link": {"https://x.example/1"}}},
		`lesson SEC-7 who owns it?`: {Verb: "lesson", Number: "SEC-7", Fields: said{"text": {"who owns it?"}}},
		`contain not applicable`:    {Verb: "contain", Fields: said{"state": {"not applicable"}}},
		`analyze mailbox --lead <@U0BEN0002> --invite <@U0CHIE003>,<!subteam^S0NET|@net>`: {Verb: "analyze", Fields: said{"name": {"mailbox"}, "lead": {"U0BEN0002"}, "invite": {"U0CHIE003", "S0NET"}}},
		`run phishing mail`:                                                {Verb: "run", Fields: said{"runbook": {"phishing mail"}}},
		`run --abort r1 --reason "a false alarm"`:                          {Verb: "run", Fields: said{"abort": {"r1"}, "reason": {"a false alarm"}}},
		`analyze a1 --lead <@U0BEN0002>`:                                   {Verb: "analyze", Fields: said{"analysis": {"a1"}, "lead": {"U0BEN0002"}}},
		`conclude one mailbox was read`:                                    {Verb: "conclude", Fields: said{"finding": {"one mailbox was read"}}},
		`conclude a2 --drop "the logs are gone"`:                           {Verb: "conclude", Fields: said{"analysis": {"a2"}, "drop": {"the logs are gone"}}},
		`task buy bread <@U0BEN0002|ben>`:                                  {Verb: "task", Fields: said{"title": {"buy bread"}, "owner": {"U0BEN0002"}}},
		`task <@U0BEN0002|ben> buy bread --due today`:                      {Verb: "task", Fields: said{"title": {"buy bread"}, "owner": {"U0BEN0002"}, "due": {"today"}}},
		`task buy bread @ben`:                                              {Verb: "task", Fields: said{"title": {"buy bread"}, "owner": {"@ben"}}},
		`task ask it@example.com`:                                          {Verb: "task", Fields: said{"title": {"ask it@example.com"}}},
		`task t1 done`:                                                     {Verb: "task", Fields: said{"task": {"t1"}, "status": {"done"}}},
		"update The mailbox is locked.\n\nNo &lt;data&gt; lost. --next 2h": {Verb: "update", Fields: said{"text": {"The mailbox is locked.\n\nNo <data> lost."}, "next": {"2h"}}},
		`lesson “nobody knew who owns it”`:                                 {Verb: "lesson", Fields: said{"text": {"nobody knew who owns it"}}},
		`decide l1 theme`:                                                  {Verb: "decide", Fields: said{"lesson": {"l1"}, "as": {"theme"}}},
		`decide l1 accept it ends in March`:                                {Verb: "decide", Fields: said{"lesson": {"l1"}, "as": {"accept"}, "reason": {"it ends in March"}}},
		`decide l1 join --key SEC-7`:                                       {Verb: "decide", Fields: said{"lesson": {"l1"}, "as": {"join:SEC-7"}}},
		`waive scope the server is gone`:                                   {Verb: "waive", Fields: said{"gate": {"scope"}, "reason": {"the server is gone"}}},
		`back triage a second company`:                                     {Verb: "back", Fields: said{"phase": {"triage"}, "reason": {"a second company"}}},
		`close duplicate of SEC-12`:                                        {Verb: "close", Fields: said{"resolution": {"duplicate of SEC-12"}}},
		`reopen the same mail came again`:                                  {Verb: "reopen", Fields: said{"reason": {"the same mail came again"}}},
	} {
		d := newDesk()
		w := newWorkspace(t, d)
		got := w.command(t, w.form(text))
		want.ID, want.Viewer = "1.2.abc", slackbot.Viewer{User: "U0AOI0001", Channel: "C0GENERAL"}
		want.By = aoi("", "C0GENERAL")
		for _, values := range want.Fields {
			want.By = naming(want.By, values...)
		}
		if strings.Contains(text, "S0NET") {
			want.By.Named["S0NET"] = "net" // a group's name comes with its mention
		}
		if diff := cmp.Diff([]slackbot.Act{want}, d.did()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
		told := "SEC-1: &lt;done&gt;."
		if strings.HasPrefix(text, "close") { // what it still needs is said once, in words
			told = "SEC-1: being closed."
		}
		if !strings.Contains(got, told) || !strings.Contains(got, "scope of the damage") {
			t.Errorf("%s: told %q", text, got)
		}
	}
}

func TestWordsThatAreNotUnderstoodAreGivenBack(t *testing.T) {
	for text, want := range map[string]string{
		"triage 3 mailboxes too":      `it is not clear what "mailboxes too" means`,
		"triage --colour red":         "unknown option --colour",
		"update --next":               "--next has no value",
		`waive scope "the server`:     "", // a quotation that does not end is text
		"tirage sev2":                 `there is no command "tirage"`,
		"reop the same mail":          "Did you mean reopen?",
		"triage --kind <!here> --bad": "unknown option --bad",
	} {
		d := newDesk()
		w := newWorkspace(t, d)
		got := w.command(t, w.form(text))
		if !strings.Contains(got, want) || strings.Contains(got, "<!here") || want != "" && len(d.did()) > 0 {
			t.Errorf("%s: %q, %+v", text, got, d.did())
		}
	}
}

func TestWhatACaseRefusesIsToldToThePersonAlone(t *testing.T) {
	d := newDesk()
	d.doErr = []error{incident.Refuse(incident.Rule, "Ask <them>", "case SEC-1 is <closed>"), errors.New("connection refused")}
	w := newWorkspace(t, d)
	if got := w.command(t, w.form("lesson <!channel> x")); !strings.Contains(got, "Not done: case SEC-1 is &lt;closed&gt;.\nAsk &lt;them&gt;") || !strings.Contains(got, "/case lesson @channel x") {
		t.Errorf("refused: %q", got)
	}
	if got := w.command(t, w.form("lesson x")); !strings.Contains(got, notice.Unreachable("en")) || !strings.Contains(got, "/case lesson x") {
		t.Errorf("unreachable: %q", got)
	}
}

func TestAnActThatIsNotConfirmedIsFollowed(t *testing.T) {
	for name, tt := range map[string]struct {
		then []error
		says string
	}{
		"done later":    {[]error{slackbot.ErrNotConfirmed}, "SEC-1: &lt;done&gt;"},
		"refused later": {[]error{slackbot.ErrNotConfirmed, incident.Refuse(incident.Rule, "", "<ben> was first")}, "&lt;ben&gt; was first"},
		"lost later":    {[]error{slackbot.ErrNotConfirmed, errors.New("connection refused")}, "SEC-1: &lt;done&gt;"}, // it may have been done the first time
	} {
		d := newDesk()
		d.doErr = tt.then
		w := newWorkspace(t, d)
		if got, want := w.command(t, w.form("lesson <!here|here> x")), notice.NotConfirmed("en", "/case lesson @here x"); got != want {
			t.Errorf("%s: at once %q, want %q", name, got, want)
		}
		if got := w.hears(t); !strings.Contains(got, tt.says) || len(d.did()) != 1 {
			t.Errorf("%s: told %q, acts %+v", name, got, d.did())
		}
	}
}

func TestTheSameCommandIsOneAct(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	form := w.form("task buy bread")
	for range 3 {
		w.command(t, form)
	}
	if n := len(d.did()); n != 1 {
		t.Errorf("%d acts", n)
	}
}

// In a case's own channel nothing is written into another case by a slip: its number is part of the words.
func TestANumberInACasesChannelIsAWord(t *testing.T) {
	for text, want := range map[string]slackbot.Act{
		"lesson SEC-7 had the same": {Verb: "lesson", Fields: said{"text": {"SEC-7 had the same"}}},
		"take SEC-7":                {Verb: "take", Number: "SEC-7", Fields: said{}},
	} {
		d := newDesk()
		w := newWorkspace(t, d)
		form := w.form(text)
		form.Set("channel_id", "C0CASE001")
		w.command(t, form)
		if got := d.did(); len(got) != 1 || got[0].Number != want.Number || !cmp.Equal(got[0].Fields, want.Fields) {
			t.Errorf("%s: %+v", text, got)
		}
	}
}
