package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/sheets"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

var escapeSlack notice.Escape = slack.Escape

const stepTimeline = "timeline.write"

// machine is who did what nobody has asked for.
const machine = "Hikeshi"

// maxEntry bounds an entry of the timeline, in characters.
const maxEntry = 400

// maxWho bounds the name of whoever did it: at a command line it can be anything.
const maxWho = 120

// enter adds an entry to the timeline: who did what. The sheet gets it soon; the state keeps only what it has not yet.
func (c *caseRun) enter(ctx workflow.Context, who, id string, pairs ...string) {
	c.enterAt(workflow.Now(ctx), who, id, pairs...)
}

// enterAt is enter for what may have happened before.
func (c *caseRun) enterAt(at time.Time, who, id string, pairs ...string) {
	c.Counters.Entries++
	e := incident.Entry{
		ID: fmt.Sprintf("e%d", c.Counters.Entries), At: at, Who: incident.Shorten(incident.CleanLine(who), maxWho),
		What: incident.Shorten(incident.CleanLine(notice.Said(c.lang, nil, id, pairs...)), maxEntry),
	}
	c.Timeline, c.Recent = append(c.Timeline, e), newest(maxRecent, c.Recent, e)
	c.changed()
}

// announce tells the people in the case's channel, in the thread under the card: the channel itself is theirs.
func (c *caseRun) announce(id string, pairs ...string) {
	c.Unsaid = append(c.Unsaid, incident.Shorten(notice.Said(c.lang, escapeSlack, id, pairs...), maxNotice))
	c.changed()
}

const (
	stepThread = "thread.post"
	// maxNotice bounds one announcement, in characters, and maxNotices how many go into one message.
	maxNotice  = 700
	maxNotices = 5
	threadCalm = 2 * time.Second
)

// sayAll posts what is to be announced, several at a time: Slack takes one message a second in a channel, and people
// are not served better by more.
func (c *caseRun) sayAll(ctx workflow.Context) error {
	say := step{stepThread, Slack, ordinary, slackActivities.PostNotice, func(e activities.Effect) any {
		return slack.PostNotice{Effect: e, Channel: c.channel.ID, Thread: c.card.TS, Message: slack.Message{Text: strings.Join(c.Unsaid[:c.Saying], "\n")}}
	}}
	for {
		if err := c.await(ctx, func() bool {
			return len(c.Unsaid) > 0 && c.card.TS != "" && !c.shut(c.channel.ID) && !c.Archive.Reopening
		}); err != nil {
			return err
		}
		if err := c.awaitFor(ctx, threadCalm, "collect what is to be said", func() bool { return len(c.Unsaid) >= maxNotices || c.atRest() }); err != nil {
			return err
		}
		if c.Saying == 0 { // otherwise an earlier run has begun to say it, and may have posted it
			c.Saying = min(len(c.Unsaid), maxNotices)
			c.again(say)
		}
		// In a channel that we have archived nothing can be said any more; the timeline has it.
		err := c.whileWanted(ctx, stepThread, func() bool { return !c.Archive.Shut }, func(ctx workflow.Context) error {
			_, err := runStep[slack.Notice](ctx, c.runner, say)
			return err
		})
		if err != nil {
			return err
		}
		c.letGo(ctx, stepThread)
		c.Unsaid, c.Saying = c.Unsaid[c.Saying:], 0
		c.changed()
	}
}

// How the timeline goes to the sheet: so many entries at once, and not each by itself, because all cases together may
// make one call a second.
const (
	maxEntries   = 100
	timelineCalm = 30 * time.Second
)

// writeTimeline appends the entries to the sheet, as soon as there is one.
func (c *caseRun) writeTimeline(ctx workflow.Context) error {
	var taken int
	write := step{stepTimeline, Sheets, ordinary, sheetsActivities.WriteRows, func(activities.Effect) any {
		taken = min(len(c.Timeline), maxEntries)
		in := sheets.WriteRows{Sheet: c.sheet.ID, Tab: notice.TimelineTab}
		for _, e := range c.Timeline[:taken] {
			in.Rows = append(in.Rows, sheets.Row{ID: e.ID, Fresh: notice.EntryCells(c.lang, e)})
		}
		return in
	}}
	enough := func() bool { return len(c.Timeline) >= maxEntries || c.atRest() }
	// What the machine does by itself waits for company: a case costs no call for it.
	worth := func() bool {
		return slices.ContainsFunc(c.Timeline, func(e incident.Entry) bool { return e.Who != machine || c.atRest() })
	}
	for {
		if err := c.await(ctx, func() bool { return c.is(stepBoard, StepDone) && worth() }); err != nil {
			return err
		}
		if err := c.awaitFor(ctx, timelineCalm, "collect what goes to the sheet", enough); err != nil {
			return err
		}
		c.again(write)
		if _, err := runStep[sheets.RowsWritten](ctx, c.runner, write); err != nil {
			return err
		}
		c.Timeline = c.Timeline[min(taken, len(c.Timeline)):]
		c.changed()
	}
}
