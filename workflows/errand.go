package workflows

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
)

// errand is work that a command has left behind: data, so that it outlives the run. Kind says what kind of work, Ref
// whose. Its id is the id of its step.
type errand struct {
	ID     string           `json:"id"`
	Kind   string           `json:"kind"`
	Ref    string           `json:"ref,omitempty"`
	Text   string           `json:"text,omitempty"`
	Update *incident.Update `json:"update,omitempty"`
	People []string         `json:"people,omitempty"` // as they were named
}

// errand asks for the work.
func (c *caseRun) errand(e errand) {
	switch e.Kind {
	case "glass":
		c.Counters.Notices++
		e.ID = fmt.Sprintf("%s.%d", e.Kind, c.Counters.Notices)
	case "invite":
		c.Counters.Invites++
		e.ID = fmt.Sprintf("%s.%d", e.Kind, c.Counters.Invites)
	case "theme", "join":
		c.Counters.Errands++
		e.ID = fmt.Sprintf("lesson.%s.%s.%d", e.Ref, e.Kind, c.Counters.Errands) // decided again it is another one
	case "merge.invite", "merge.link":
		e.ID = c.mergeErrand(e)
	default:
		e.ID = fmt.Sprintf("update.%s.%s", e.Ref, e.Kind)
	}
	c.Errands = append(c.Errands, e)
}

// runErrands begins each errand in a branch of its own: one that cannot go on holds up no other.
func (c *caseRun) runErrands(ctx workflow.Context) error {
	for {
		var fresh []errand
		if err := c.await(ctx, func() bool { fresh = c.notBegun(); return len(fresh) > 0 }); err != nil {
			return err
		}
		for _, e := range fresh {
			c.begun[e.ID] = true
			one, drop := workflow.WithCancel(ctx)
			c.drops[e.ID] = drop
			c.branch(one, e.ID, func(ctx workflow.Context) error {
				if err := c.do(ctx, e); err != nil {
					if temporal.IsCanceledError(err) && !c.rolling {
						c.forgetErrand(e.ID) // dropped
						return nil
					}
					return err
				}
				c.forgetErrand(e.ID)
				return nil
			})
		}
	}
}

// dropErrand gives up an errand that cannot be done. Another one may take its place.
func (c *caseRun) dropErrand(id string) {
	if drop := c.drops[id]; drop != nil {
		drop()
	}
	c.forgetErrand(id)
	delete(c.begun, id)
}

func (c *caseRun) forgetErrand(id string) {
	c.Errands = slices.DeleteFunc(c.Errands, func(e errand) bool { return e.ID == id })
	delete(c.records, id)
	c.changed()
}

func (c *caseRun) notBegun() (list []errand) {
	for _, e := range c.Errands {
		if !c.begun[e.ID] {
			list = append(list, e)
		}
	}
	return list
}

// do does one errand.
func (c *caseRun) do(ctx workflow.Context, e errand) error {
	if err := c.awaitBegin(ctx, e); err != nil {
		return err
	}
	switch e.Kind {
	case "glass":
		return c.tellOperators(ctx, e)
	case "channel":
		return c.postUpdate(ctx, e.ID, c.channel.ID, *e.Update)
	case "executives":
		return c.postUpdate(ctx, e.ID, c.Placement.Executives, *e.Update)
	case "ticket":
		return c.commentUpdate(ctx, e.ID, *e.Update)
	case "invite":
		return c.bringInvited(ctx, e)
	case "theme":
		return c.openTheme(ctx, e.ID, c.lessonByID(e.Ref))
	case "merge.invite":
		return c.inviteMerged(ctx, e.ID, c.mergedFrom(e.Ref))
	case "merge.link":
		return c.linkMerged(ctx, e.ID, c.mergedFrom(e.Ref))
	case "join":
		return c.joinTheme(ctx, e.ID, c.lessonByID(e.Ref))
	}
	return fmt.Errorf("errand %s: unknown kind %q", e.ID, e.Kind)
}

// awaitBegin waits until the errand has what it needs. One that holds up the archive does not wait for a channel that
// somebody has archived: Slack refuses it, and then people see what is wrong and can decide about it.
func (c *caseRun) awaitBegin(ctx workflow.Context, e errand) error {
	can := func() bool { return c.canBegin(e) }
	if err := c.await(ctx, func() bool { return can() || c.lacksOpenChannel(e) }); err != nil {
		return err
	}
	if can() || letsRefuse(ctx) {
		return nil
	}
	return c.await(ctx, can)
}

// letsRefuse reports whether the run begins such errands; one that had them wait goes on doing so.
func letsRefuse(ctx workflow.Context) bool {
	return workflow.GetVersion(ctx, "let an archived channel refuse", workflow.DefaultVersion, 1) == 1
}

// lacksOpenChannel reports whether all that keeps the errand from its place is that somebody has archived the channel.
// That of a closed case is archived for good: nobody is to decide about it.
func (c *caseRun) lacksOpenChannel(e errand) bool {
	return e.needsChannel() && c.channel.ID != "" && c.Phase != incident.PhaseClosed && !c.Archive.Reopening && c.shut(c.channel.ID)
}

// lacksChannel reports whether a step is such an errand and the channel is still away, or on its way back.
func (c *caseRun) lacksChannel(step string) bool {
	i := slices.IndexFunc(c.Errands, func(e errand) bool { return e.ID == step })
	return i >= 0 && c.Errands[i].needsChannel() && (c.Archive.Reopening || c.shut(c.channel.ID))
}

// needsChannel reports whether the errand is for the case's channel and holds up the archive.
func (e errand) needsChannel() bool { return e.Kind == "channel" || e.Kind == "merge.invite" }

// canBegin reports whether the errand has what it needs.
func (c *caseRun) canBegin(e errand) bool {
	switch e.Kind {
	case "channel", "invite", "merge.invite":
		return c.channel.ID != "" && !c.shut(c.channel.ID)
	case "ticket", "theme", "join", "merge.link":
		return c.ticket.ID != ""
	}
	return true
}

func (c *caseRun) tellOperators(ctx workflow.Context, e errand) error {
	_, err := runStep[slack.Notice](ctx, c.runner, step{e.ID, Slack, ordinary, slackActivities.PostNotice, func(effect activities.Effect) any {
		return slack.PostNotice{Effect: effect, Channel: c.Placement.Operators, Message: slack.Message{Text: e.Text}}
	}})
	return err
}

func (c *caseRun) lessonByID(id string) *incident.Lesson {
	i := slices.IndexFunc(c.Lessons, func(l *incident.Lesson) bool { return l.ID == id })
	return c.Lessons[i] // an errand exists only for a lesson that does, and lessons are never removed
}
