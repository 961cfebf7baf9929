package workflows

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/jira"
	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// mergedRecord is a duplicate of this case, and what came of it here.
type mergedRecord struct {
	From    string            `json:"from"` // workflow id
	Number  string            `json:"number"`
	Reason  string            `json:"reason,omitempty"`
	By      string            `json:"by"`
	At      time.Time         `json:"at"`
	Links   Links             `json:"links"`
	Logs    []LogLink         `json:"logs,omitempty"`
	Tasks   map[string]string `json:"tasks,omitempty"` // its id → the one here
	Lessons map[string]string `json:"lessons,omitempty"`
	People  []string          `json:"people,omitempty"` // that were or are invited
	Invites int               `json:"invites,omitempty"`
	Linked  bool              `json:"linked,omitempty"` // the tickets are, or will be
	Left    bool              `json:"left,omitempty"`   // it is a case of its own again
}

// maxMerged bounds how many duplicates a case has: its state must stay small.
const maxMerged = 30

// hearMerge takes what a duplicate tells, and answers. Told again, it changes nothing.
func (c *caseRun) hearMerge(ctx workflow.Context, n mergeNote) {
	if !caseWorkflow.MatchString(n.From) || n.From == c.WorkflowID {
		return // no case of ours
	}
	rec := c.mergedFrom(n.From)
	refused := c.mergeRefusal(ctx, n, rec)
	switch {
	case n.What == mergeLeaves:
		c.mergeLeft(ctx, rec)
	case n.What == mergeMoves && refused == nil:
		c.takeIn(ctx, n, rec)
	}
	a := mergeAnswer{Round: n.Round, Seq: n.Seq, Number: c.Number, Audience: c.Placement.Audience, Organisations: idsOf(c.Placement.Organisations), Refused: refused}
	if refused == nil && c.mayInvite(n) {
		a.Channel = c.channelName()
	}
	c.MergeReplies = append(slices.DeleteFunc(c.MergeReplies, func(r mergeReply) bool { return r.To == n.From }), mergeReply{n.From, a})
	c.changed()
}

func (c *caseRun) mergedFrom(workflowID string) *mergedRecord {
	i := slices.IndexFunc(c.Merged, func(m *mergedRecord) bool { return m.From == workflowID })
	if i < 0 {
		return nil
	}
	return c.Merged[i]
}

// mergeRefusal says why this case does not take a duplicate; nil: it does. One that is here already may always tell more.
func (c *caseRun) mergeRefusal(ctx workflow.Context, n mergeNote, rec *mergedRecord) *incident.Refusal {
	room, lessons := maxTasks-len(c.Tasks), maxLessons-len(c.Lessons)
	switch m := c.Merge; {
	case rec != nil && !rec.Left, n.What == mergeLeaves:
		return nil
	case m != nil && !m.Leaving:
		return incident.Refuse(incident.Rule, "Name "+m.Into+" instead", "case %s is itself a duplicate of %s", c.Number, m.Into)
	case c.Resolution.Original() != "":
		return incident.Refuse(incident.Rule, "Name "+c.Resolution.Original()+" instead", "case %s is itself a duplicate of %s", c.Number, c.Resolution.Original())
	case c.Phase == incident.PhaseArchive || c.Phase == incident.PhaseClosed:
		return incident.Refuse(incident.Rule, "Reopen it first, or close this case as a duplicate of it", "case %s is in %s", c.Number, c.Phase)
	case n.Drill != c.Request.Drill:
		return incident.Refuse(incident.Rule, "Name a case of the same kind", "a drill and a real case do not become one")
	case !mayFlow(n, c.Placement.Audience, idsOf(c.Placement.Organisations)):
		return WouldTellMore(n.Number, c.Number)
	case len(c.Merged) >= maxMerged && rec == nil:
		return incident.Refuse(incident.Rule, "Close this case as a duplicate of it", "case %s has %d duplicates already", c.Number, maxMerged)
	case len(n.Tasks) > room:
		return incident.Refuse(incident.Rule, "Finish or drop some of them first", "case %s has room for %d more tasks, case %s has %d open ones", c.Number, room, n.Number, len(n.Tasks))
	case len(n.Lessons) > lessons && workflow.GetVersion(ctx, "refuse lessons for which there is no room", workflow.DefaultVersion, 1) == 1:
		return incident.Refuse(incident.Rule, "Decide some of them first", "case %s has room for %d more lessons, case %s has %d undecided ones", c.Number, lessons, n.Number, len(n.Lessons))
	}
	return nil
}

// mayFlow reports whether everybody who may know of a case with that audience may know of what the duplicate holds.
func mayFlow(n mergeNote, to incident.Audience, organisations []string) bool {
	return n.Audience.Admits(n.Organisations, to, organisations)
}

// WouldTellMore is the refusal of a merge that would show the duplicate to people who may not know of it.
func WouldTellMore(from, into string) *incident.Refusal {
	return incident.Refuse(incident.Rule, "Merge "+into+" into "+from+" instead, or close "+from+" as a duplicate: then nothing moves",
		"more people may know of case %s than of case %s, whose contents must not reach them", into, from)
}

// mayInvite reports whether the people of a duplicate may know of this case: those of a wider one may not.
func (c *caseRun) mayInvite(n mergeNote) bool {
	mine := idsOf(c.Placement.Organisations)
	return c.Placement.Audience != incident.AudienceRestricted && mayFlow(n, c.Placement.Audience, mine) && c.Placement.Audience.Admits(mine, n.Audience, n.Organisations)
}

// takeIn takes over what a duplicate has: its tasks and lessons once each, its people, its links.
func (c *caseRun) takeIn(ctx workflow.Context, n mergeNote, rec *mergedRecord) {
	fresh := rec == nil || rec.Left
	if rec == nil {
		rec = &mergedRecord{From: n.From, Tasks: map[string]string{}, Lessons: map[string]string{}}
		c.Merged = append(c.Merged, rec)
	}
	rec.Left, rec.Number, rec.Links, rec.Logs = false, n.Number, n.Links, n.Logs
	if fresh {
		rec.Reason, rec.By, rec.At = n.Reason, n.By.Called(), workflow.Now(ctx)
		words := []string{"From", n.Number, "Count", strconv.Itoa(len(n.Tasks)), "Reason", n.Reason, "By", rec.By}
		c.announce("merged_in", words...)
		c.enter(ctx, rec.By, "merged_in", words...)
	}
	c.takeTasks(n, rec)
	c.takeLessons(n, rec)
	c.takePeople(n, rec, fresh)
	if !rec.Linked && rec.Links.Ticket != "" && c.Phase != incident.PhaseClosed {
		rec.Linked = true
		c.errand(errand{Kind: "merge.link", Ref: rec.From})
	}
}

func (c *caseRun) takeTasks(n mergeNote, rec *mergedRecord) {
	for _, t := range n.Tasks {
		if rec.Tasks[t.ID] != "" || len(c.Tasks) >= maxTasks {
			continue
		}
		c.Counters.Tasks++
		from := t.ID
		t.ID = fmt.Sprintf("t%d", c.Counters.Tasks)
		t.Title = incident.Shorten(t.Title, maxLine-60) + notice.CameFrom(c.lang, n.Number+" "+from)
		rec.Tasks[from] = t.ID
		task := &taskRecord{Task: t}
		task.touch(c.lang, incident.Task{})
		c.Tasks = append(c.Tasks, task)
	}
}

func (c *caseRun) takeLessons(n mergeNote, rec *mergedRecord) {
	for _, l := range n.Lessons {
		if rec.Lessons[l.ID] != "" || len(c.Lessons) >= maxLessons {
			continue
		}
		c.Counters.Lessons++
		mine := *l
		mine.ID = fmt.Sprintf("l%d", c.Counters.Lessons)
		mine.Text = incident.Shorten(mine.Text, maxText-60) + notice.CameFrom(c.lang, n.Number+" "+l.ID)
		rec.Lessons[l.ID] = mine.ID
		c.Lessons = append(c.Lessons, &mine)
	}
}

// takePeople has a duplicate's people invited, or says how many may not know of this case by themselves.
func (c *caseRun) takePeople(n mergeNote, rec *mergedRecord, fresh bool) {
	here := c.members()
	missing := slices.DeleteFunc(slices.Clone(n.People), func(id string) bool { return slices.Contains(here, id) || slices.Contains(rec.People, id) })
	switch {
	case len(missing) == 0:
	case c.mayInvite(n):
		rec.People = append(rec.People, missing...)
		rec.Invites++
		c.errand(errand{Kind: "merge.invite", Ref: rec.From})
	case fresh:
		c.announce("merged_uninvited", "From", n.Number, "Count", strconv.Itoa(len(missing)))
	}
}

// mergeLeft is for a duplicate that is a case of its own again. What came of it stays.
func (c *caseRun) mergeLeft(ctx workflow.Context, rec *mergedRecord) {
	if rec == nil || rec.Left {
		return
	}
	rec.Left = true
	c.announce("merge_left", "From", rec.Number)
	c.enter(ctx, machine, "merge_left", "From", rec.Number)
}

// answerMerges sends the answers, in their order. A duplicate that is no more needs none.
func (c *caseRun) answerMerges(ctx workflow.Context) error {
	for {
		if err := c.await(ctx, func() bool { return len(c.MergeReplies) > 0 }); err != nil {
			return err
		}
		r := c.MergeReplies[0]
		if err := workflow.SignalExternalWorkflow(ctx, r.To, "", mergeAnswerSignal, r.mergeAnswer).Get(ctx, nil); temporal.IsCanceledError(err) {
			return err // it stays for the next run
		}
		c.MergeReplies = slices.DeleteFunc(c.MergeReplies, func(q mergeReply) bool { return q.To == r.To && q.Round == r.Round && q.Seq == r.Seq })
	}
}

// mergeErrand is the id of work that a duplicate left behind.
func (c *caseRun) mergeErrand(e errand) string {
	i := slices.IndexFunc(c.Merged, func(m *mergedRecord) bool { return m.From == e.Ref })
	if e.Kind == "merge.link" {
		return fmt.Sprintf("merge.%d.link", i+1)
	}
	return fmt.Sprintf("merge.%d.invite.%d", i+1, c.Merged[i].Invites)
}

// inviteMerged brings the people of a duplicate together with those who are here.
func (c *caseRun) inviteMerged(ctx workflow.Context, id string, rec *mergedRecord) error {
	invited, err := runStep[slack.Invited](ctx, c.runner, step{id, Slack, ordinary, slackActivities.InviteToChannel, func(e activities.Effect) any {
		return slack.InviteToChannel{Effect: e, Channel: c.channel.ID, People: rec.People}
	}})
	if err == nil {
		c.Joined = append(c.Joined, invited.Invited...)
		slices.Sort(c.Joined)
		c.Joined = slices.Compact(c.Joined)
		c.changed()
	}
	return err
}

// linkMerged links the duplicate's ticket to this case's.
func (c *caseRun) linkMerged(ctx workflow.Context, id string, rec *mergedRecord) error {
	_, err := runStep[none](ctx, c.runner, step{id, Jira, ordinary, jiraActivities.LinkTickets, func(activities.Effect) any {
		return jira.LinkTickets{From: rec.Links.Ticket, To: c.ticket.ID, LinkType: cmp.Or(c.Placement.DuplicateLink, c.Placement.LinkType)}
	}})
	return err
}

// duplicates are those of this case, for readers.
func (c *caseRun) duplicates() (list []Duplicate) {
	for _, m := range c.Merged {
		if !m.Left {
			list = append(list, Duplicate{Number: m.Number, WorkflowID: m.From, Reason: m.Reason, By: m.By, At: m.At, Links: m.Links, Logs: m.Logs})
		}
	}
	return list
}

// mergedViews are they for texts.
func (c *caseRun) mergedViews() (list []notice.Merged) {
	for _, d := range c.duplicates() {
		v := notice.Merged{Number: d.Number, By: d.By, Reason: d.Reason, At: d.At, Links: caseLinks(d.Links, d.Number)}
		for _, log := range d.Logs {
			v.Links = append(v.Links, notice.Link{Kind: "log", Text: log.Ticket, URL: log.URL})
		}
		list = append(list, v)
	}
	return list
}
