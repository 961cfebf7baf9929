package notice_test

import (
	"strings"
	"testing"

	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// myCases are what waits for somebody: an offer, a case that they command, and one whose steps are stuck.
func myCases() notice.Home {
	listed := func(number string, phase incident.Phase) notice.Listed {
		return notice.Listed{Number: number, WorkflowID: "case/" + number, Title: "<!here> mail at *payroll*", Commander: "Aoi Sato", Channel: "C0" + strings.ReplaceAll(number, "-", ""), Severity: incident.Sev2, Phase: phase, Status: incident.Waiting, Opened: opened}
	}
	stuck := listed("SEC-3", incident.PhaseTriage)
	stuck.Status, stuck.Drill, stuck.Channel, stuck.Commander, stuck.Severity = incident.Stuck, true, "", "", incident.SeverityUnknown
	return notice.Home{Now: now, Said: "SEC-9: recorded.", Mine: []notice.HomeCase{
		{Listed: listed("SEC-1", incident.PhaseAnalysis), URL: "https://example.slack.com/archives/C0SEC1", Offer: "h2", OfferBy: "Ben <b>"},
		{Listed: listed("SEC-2", incident.PhaseTriage), Roles: []string{"commander", "lead", "owner"}, Missing: []string{"severity", "scope"},
			Tasks: []incident.Task{{ID: "t1", Title: "Call <@U1>", Due: "today"}, {ID: "t2", Title: "Block the sender"}}},
		{Listed: stuck, Stuck: stuckNotice("en", notice.InCase).Steps},
		{Listed: listed("SEC-4", incident.PhaseLessons), Silent: true},
	}, Others: []notice.Listed{listed("SEC-5", incident.PhaseArchive)}, More: 3}
}

func TestHome(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		all := ""
		for _, h := range []notice.Home{myCases(), {Now: now}, {Trouble: "Temporal cannot be reached"}, {Trouble: "you are a guest", Closed: true, Mine: myCases().Mine}} {
			h.Lang = lang
			m := h.Message(slack.Escape)
			all += shown(m)
			for _, b := range m.Blocks {
				for _, button := range b.Buttons {
					if button.URL != "" {
						all += "[" + button.Text + "] leads to " + button.URL + "\n"
					}
				}
			}
			all += "\n"
		}
		all += notice.HomeTitle(lang) + "\n"
		golden(t, lang, "home", all)
	}
}
