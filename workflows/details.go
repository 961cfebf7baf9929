package workflows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// missed is somebody who was to be brought in and could not be.
type missed struct {
	Who    string `json:"who"`              // as they were named, or their Slack user id
	Reason string `json:"reason,omitempty"` // Slack's; empty: they are nobody in Slack
}

// Bounds of the people whom one message brings in, and of those whom the case remembers as missed.
const (
	maxInvite = 50
	maxMissed = 50
)

// details takes what the report left open. To open a case one line is enough; this is the rest.
func (c *caseRun) details(ctx workflow.Context, cmd DetailsCommand) (Answer, *incident.Refusal) {
	before, kind := c.Details, c.Kind
	d := &c.Details
	set(&d.Reporter, incident.CleanLine(cmd.Reporter))
	set(&d.Company, incident.CleanLine(cmd.Company))
	set(&d.What, incident.CleanText(cmd.What))
	set(&d.When, incident.CleanLine(cmd.When))
	set(&d.Where, incident.CleanLine(cmd.Where))
	set(&c.Kind, incident.CleanLine(cmd.Kind))
	if cmd.Unclear != nil {
		d.Unclear = *cmd.Unclear
	}
	people := cleanNames(cmd.Invite)
	if *d == before && c.Kind == kind && len(people) == 0 {
		return Answer{Text: fmt.Sprintf("%s: it is as you say already", c.Number)}, nil
	}
	c.tellDetails(ctx, before, kind, cmd.By)
	if len(people) > 0 {
		c.errand(errand{Kind: "invite", People: people})
		words := []string{"By", cmd.By.Called(), "Text", strings.Join(eachCalled(c.Named, people), ", ")}
		c.announce("people_named", words...)
		c.enter(ctx, cmd.By.Called(), "people_named", words...)
	}
	return Answer{Text: fmt.Sprintf("%s: recorded%s", c.Number, c.onlyShown(d.Company, before.Company))}, nil
}

// tellDetails says what is new.
func (c *caseRun) tellDetails(ctx workflow.Context, before incident.Details, kind string, by incident.By) {
	d := c.Details
	tell := func(id string, words ...string) {
		words = append(words, "By", by.Called())
		c.announce(id, words...)
		c.enter(ctx, by.Called(), id, words...)
	}
	news := func(now, had string) string {
		if now == had {
			return ""
		}
		return now
	}
	if who, company, what := news(d.Reporter, before.Reporter), news(d.Company, before.Company), news(c.Kind, kind); who+company+what != "" {
		tell("details_who", "Reporter", who, "Company", company, "Kind", what)
	}
	if what, when, where := news(d.What, before.What), news(d.When, before.When), news(d.Where, before.Where); what+when+where != "" {
		tell("details_what", "What", what, "When", when, "Where", where)
	}
	switch {
	case d.Unclear && !before.Unclear:
		tell("report_unclear")
	case before.Unclear && !d.Unclear:
		tell("report_clear")
	}
}

// onlyShown tells whoever names another company that this opens the case to nobody: its audience was fixed before
// anything was written anywhere.
func (c *caseRun) onlyShown(company, before string) string {
	known := slices.ContainsFunc(c.Placement.Organisations, func(o incident.Organisation) bool { return strings.EqualFold(o.Name, company) })
	if company == before || known {
		return ""
	}
	return fmt.Sprintf("; %s is only shown: the organisations that the case concerns, and who may know of it, stay as they were when it was opened", company)
}

// shownDetails are the details with the reporter whom the request named, where nobody has named another.
func (c *caseRun) shownDetails() incident.Details {
	d := c.Details
	d.Reporter = c.reporter()
	return d
}

// reporter is who reported it, as far as anybody knows.
func (c *caseRun) reporter() string { return cmp.Or(c.Details.Reporter, c.Request.Reporter) }

// bringInvited brings the people of an errand into the channel. Whoever cannot be brought in is shown until they are.
func (c *caseRun) bringInvited(ctx workflow.Context, e errand) error {
	find := e.ID + ".find"
	found, err := runStep[slack.Found](ctx, c.runner, step{find, Slack, ordinary, slackActivities.FindPeople, func(activities.Effect) any {
		return slack.FindPeople{Who: e.People, IDs: true}
	}})
	if err != nil {
		return err
	}
	var invited slack.Invited
	if len(found.People) > 0 {
		invited, err = runStep[slack.Invited](ctx, c.runner, step{e.ID, Slack, ordinary, slackActivities.InviteToChannel, func(effect activities.Effect) any {
			return slack.InviteToChannel{Effect: effect, Channel: c.channel.ID, People: ids(found)}
		}})
		if err != nil {
			return err
		}
	}
	delete(c.records, find)
	c.Joined = append(c.Joined, invited.Invited...)
	for _, who := range found.Unknown {
		c.miss(missed{Who: who})
	}
	for _, r := range invited.Refused {
		c.miss(missed{r.Person, r.Reason})
	}
	return nil
}

func (c *caseRun) miss(m missed) {
	c.Missed = slices.DeleteFunc(c.Missed, func(other missed) bool { return other.Who == m.Who })
	c.Missed = newest(maxMissed, c.Missed, m)
}

// stillMissed are the people who were to be brought in and are not there yet.
func (c *caseRun) stillMissed() []missed {
	members := c.members()
	return slices.DeleteFunc(slices.Clone(c.Missed), func(m missed) bool { return slices.Contains(members, m.Who) })
}

// detailNotes are what people should know of the report and of those who could not be brought in.
func (c *caseRun) detailNotes() (list []string) {
	if c.Details.Unclear {
		list = append(list, notice.ReportUnclear(c.lang))
	}
	for _, m := range c.stillMissed() {
		if m.Reason == "" {
			list = append(list, notice.NotFoundPerson(c.lang, c.Named.Of(m.Who)))
		} else {
			list = append(list, notice.NotInvited(c.lang, c.Named.Of(m.Who), m.Reason))
		}
	}
	return list
}

// cleanNames are the names that say something, each once.
func cleanNames(names []string) (list []string) {
	for _, name := range names {
		if name = incident.CleanLine(name); name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

func (cmd DetailsCommand) sender() incident.By { return cmd.By }

func (cmd DetailsCommand) check() *incident.Refusal {
	said := incident.CleanText(cmd.Reporter + cmd.Company + cmd.What + cmd.When + cmd.Where + cmd.Kind)
	switch {
	case said == "" && cmd.Unclear == nil && len(cleanNames(cmd.Invite)) == 0:
		return incident.Refuse(incident.Usage, "Give a reporter, a company, what, when, where, a kind, people to invite, or say that the report is unclear", "nothing to record")
	case len(cmd.Invite) > maxInvite:
		return incident.Refuse(incident.Usage, "Invite a group", "%d people are too many at once", len(cmd.Invite))
	}
	return firstOf(tooLong("reporter", maxLine, cmd.Reporter), tooLong("company", maxLine, cmd.Company), tooLong("text", maxText, cmd.What),
		tooLong("time", maxLine, cmd.When), tooLong("place", maxLine, cmd.Where), tooLong("kind", maxLine, cmd.Kind), tooLong("name of a person", maxLine, cmd.Invite...))
}
