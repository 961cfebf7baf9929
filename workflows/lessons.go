package workflows

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/jira"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// maxLessons bounds how many lessons a case has: its state must stay small.
const maxLessons = 100

// lesson notes a concern or an issue, in whatever phase it is seen.
func (c *caseRun) lesson(ctx workflow.Context, cmd LessonCommand) (Answer, *incident.Refusal) {
	if len(c.Lessons) >= maxLessons {
		return Answer{}, incident.Refuse(incident.Rule, "Decide those that are there first", "case %s has %d lessons already", c.Number, maxLessons)
	}
	c.Counters.Lessons++
	l := &incident.Lesson{ID: fmt.Sprintf("l%d", c.Counters.Lessons), Text: incident.CleanText(cmd.Text), By: cmd.By.Called(), At: workflow.Now(ctx)}
	c.Lessons = append(c.Lessons, l)
	words := []string{"Lesson", l.ID, "Text", l.Text, "By", l.By}
	c.announce("lesson_noted", words...)
	c.enter(ctx, l.By, "lesson_noted", words...)
	return Answer{ID: l.ID, Text: fmt.Sprintf("%s: lesson %s noted", c.Number, l.ID)}, nil
}

// decide says what becomes of a lesson. A theme gets a ticket that is linked to the case's; the decision stands.
func (c *caseRun) decide(ctx workflow.Context, cmd DecideCommand) (Answer, *incident.Refusal) {
	i := slices.IndexFunc(c.Lessons, func(l *incident.Lesson) bool { return l.ID == cmd.Lesson })
	if i < 0 {
		return Answer{}, incident.Refuse(incident.Rule, "See the lessons with: status "+c.Number, "case %s has no lesson %q", c.Number, incident.Shorten(cmd.Lesson, 40))
	}
	l := c.Lessons[i]
	stuck := c.stuckDecision(l)
	if l.Decided() && stuck == "" {
		return Answer{}, incident.Refuse(incident.Rule, "Note a new lesson if there is more to it", "lesson %s of case %s is decided already: %s", l.ID, c.Number, l.As)
	}
	as, key, err := incident.ParseDecision(cmd.As)
	if err != nil {
		return Answer{}, incident.Refuse(incident.Usage, "Use theme, accept or join:KEY", "%v", err) // the validator has looked already
	}
	if key != "" && (key == c.Number || slices.ContainsFunc(c.Mirror.Report.Logs, func(log jira.Ticket) bool { return log.Key == key })) {
		return Answer{}, incident.Refuse(incident.Rule, "Name the ticket of an improvement theme", "%s is this case's own, no theme", key)
	}
	if stuck != "" {
		c.dropErrand(stuck)
	}
	l.As, l.Theme, l.Reason, l.DecidedBy = as, key, incident.CleanText(cmd.Reason), cmd.By.Called()
	if as != incident.DecideAccept {
		c.errand(errand{Kind: string(as), Ref: l.ID})
	}
	words := []string{"Lesson", l.ID, "Decision", string(as), "Reason", l.Reason, "By", l.DecidedBy}
	c.announce("lesson_decided", words...)
	c.enter(ctx, l.DecidedBy, "lesson_decided", words...)
	answer := Answer{ID: l.ID, Text: fmt.Sprintf("%s: lesson %s: %s", c.Number, l.ID, cmd.As), Missing: c.lessonsGate().Missing}
	return answer, nil
}

// stuckDecision is the errand of a decision that cannot be carried out: the theme that it names is not there, or closed
// to us. What may have been done already is not taken back.
func (c *caseRun) stuckDecision(l *incident.Lesson) string {
	i := slices.IndexFunc(c.Errands, func(e errand) bool {
		return e.Ref == l.ID && c.is(e.ID, StepStuck) && activities.Class(c.records[e.ID].Class).Final()
	})
	if i < 0 {
		return ""
	}
	return c.Errands[i].ID
}

// openTheme gives a lesson a ticket of its own, linked to the case's from birth.
func (c *caseRun) openTheme(ctx workflow.Context, id string, l *incident.Lesson) error {
	theme, err := runStep[jira.Ticket](ctx, c.runner, step{id, Jira, ordinary, jiraActivities.OpenLinkedTicket, func(e activities.Effect) any {
		v, p := c.view(), c.Placement
		return jira.OpenLinkedTicket{
			OpenTicket: jira.OpenTicket{
				Effect: e, Project: p.Project, IssueType: p.ThemeType, Summary: v.ThemeSummary(*l), Description: v.ThemeDescription(*l, jira.Escape),
				SecurityLevel: p.SecurityLevel, Fields: p.Fields, Labels: []string{"improvement"},
			},
			Parent: c.ticket.ID, LinkType: p.LinkType,
		}
	}})
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(c.Errands, func(e errand) bool { return e.ID == id }) {
		return nil // decided again meanwhile
	}
	l.Theme, l.ThemeURL = theme.Key, theme.URL
	words := []string{"Lesson", l.ID, "Theme", theme.Key}
	c.announce("theme_opened", words...)
	c.enter(ctx, machine, "theme_opened", words...)
	return nil
}

// joinTheme links the case's ticket to the theme that a lesson joins.
func (c *caseRun) joinTheme(ctx workflow.Context, id string, l *incident.Lesson) error {
	_, err := runStep[none](ctx, c.runner, step{id, Jira, ordinary, jiraActivities.LinkTickets, func(activities.Effect) any {
		return jira.LinkTickets{From: c.ticket.ID, To: l.Theme, LinkType: c.Placement.LinkType}
	}})
	return err
}

// lessonRows are the rows of the sheet's Lessons tab.
func (c *caseRun) lessonRows() [][]string { return notice.LessonRows(c.lang, c.lessons()) }

func (c *caseRun) lessons() []incident.Lesson {
	list := []incident.Lesson{}
	for _, l := range c.Lessons {
		list = append(list, *l)
	}
	return list
}

func (cmd LessonCommand) sender() incident.By { return cmd.By }

func (cmd LessonCommand) check() *incident.Refusal {
	return firstOf(without("the lesson", "Say what should be better next time: lesson --text …", cmd.Text), tooLong("lesson", maxText, cmd.Text))
}

func (cmd DecideCommand) sender() incident.By { return cmd.By }

func (cmd DecideCommand) check() *incident.Refusal {
	as, _, err := incident.ParseDecision(cmd.As)
	if err != nil {
		return incident.Refuse(incident.Usage, "Use theme, accept or join:KEY", "unknown decision %q", incident.Shorten(incident.CleanLine(cmd.As), 40))
	}
	if as == incident.DecideAccept {
		if missing := without("the reason", "Say why it may stay as it is: decide --as accept --reason …", cmd.Reason); missing != nil {
			return missing
		}
	}
	return firstOf(without("the lesson's id", "Name the lesson: decide --lesson l1 …", cmd.Lesson), tooLong("reason", maxReason, cmd.Reason))
}
