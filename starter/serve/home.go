package serve

import (
	"context"
	"slices"
	"strings"

	"hikeshi/starter/cases"
	"hikeshi/starter/slackbot"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
	"hikeshi/workflows/settings"
)

// Home gathers what a person's Home tab shows: the rights of this machine do not count.
func (d deskOf) Home(ctx context.Context, v slackbot.Viewer, names []string) (notice.Home, error) {
	own, err := d.Own(ctx, settings.Viewer{SlackUser: v.User})
	if err != nil {
		return notice.Home{}, known(err)
	}
	home := notice.Home{More: own.More}
	for _, view := range own.Mine {
		home.Mine = append(home.Mine, homeCase(view, v.User, names))
	}
	for _, h := range own.Others {
		home.Others = append(home.Others, listed(h))
	}
	return home, nil
}

// homeCase is a case as it concerns one person.
func homeCase(view cases.View, user string, names []string) notice.HomeCase {
	s := view.Status
	c := notice.HomeCase{Listed: listed(workflows.Head{
		Number: s.Number, WorkflowID: s.WorkflowID, Title: s.Title, Commander: s.Commander, Channel: s.Links.Channel, Severity: s.Severity, Phase: s.Phase, Status: s.Status,
		Drill: s.Drill, Opened: s.Opened,
	}), URL: s.Links.ChannelURL, Silent: view.Partial}
	if s.Offer != nil && s.Offer.ToID == user {
		c.Offer, c.OfferBy = s.Offer.ID, s.Offer.By
	}
	if s.CommanderID == user {
		c.Roles = append(c.Roles, "commander")
		c.Missing = missingIn(s)
	}
	if slices.ContainsFunc(s.Analyses, func(a workflows.AnalysisStatus) bool { return a.Open() && a.LeadID == user }) {
		c.Roles = append(c.Roles, "lead")
	}
	for _, t := range s.Tasks {
		if t.Open() && owns(t, user, names) {
			c.Tasks = append(c.Tasks, t)
		}
	}
	if len(c.Tasks) > 0 {
		c.Roles = append(c.Roles, "owner")
	}
	if !view.Partial {
		c.Stuck = stuckOf(stuckIn(s), slackbot.Viewer{User: user}, "").Steps
	}
	return c
}

// missingIn is what the gate out of the present phase still needs.
func missingIn(s workflows.Status) []string {
	for _, g := range s.Gates {
		if g.Name == string(s.Phase) && !g.Open {
			return g.Missing
		}
	}
	return nil
}

// owns reports whether a task is the person's: by id, or, where it was given to a name, by what they are called.
func owns(t incident.Task, user string, names []string) bool {
	if t.OwnerID != "" {
		return t.OwnerID == user
	}
	return t.Owner != "" && slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, strings.TrimSpace(t.Owner)) })
}

func stuckIn(s workflows.Status) (c cases.StuckCase) {
	c.WorkflowID, c.CommanderID, c.Channel, c.Analyses = s.WorkflowID, s.CommanderID, s.Links.Channel, s.Analyses
	for _, step := range s.Steps {
		if step.State == workflows.StepStuck {
			c.Steps = append(c.Steps, step)
		}
	}
	return c
}
