package workflows

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// debtMerge is owed while the other case has not confirmed what a duplicate told it. It holds up nobody.
const debtMerge = "merge"

// mergeRecord is how far a case is with becoming a duplicate of another one. Round counts all its tries.
type mergeRecord struct {
	Into    string      `json:"into"` // number of the other case
	IntoID  string      `json:"into_id"`
	Reason  string      `json:"reason,omitempty"`
	By      incident.By `json:"by"`
	At      time.Time   `json:"at"`
	Round   int         `json:"round"`
	Seq     int         `json:"seq"`            // of the last note
	Allowed bool        `json:"allowed"`        // the other case takes it: it may be told everything
	Sent    string      `json:"sent,omitempty"` // digest of what the last note told
	Heard   string      `json:"heard,omitempty"`
	Done    bool        `json:"done,omitempty"` // this case is a duplicate
	Leaving bool        `json:"leaving,omitempty"`
	Insists bool        `json:"insists,omitempty"` // it tells until it is a duplicate; merges that began before that did not
}

// MergeCommand makes a case a duplicate of another one: people, open tasks and links move there, and it is archived.
type MergeCommand struct {
	Into   string      `json:"into"`              // number of the other case
	IntoID string      `json:"into_id,omitempty"` // its workflow id, where the door knows it: the number may have changed
	Reason string      `json:"reason,omitempty"`  // open analyses are dropped with it
	By     incident.By `json:"by"`
}

func (cmd MergeCommand) sender() incident.By { return cmd.By }

var (
	caseNumber   = regexp.MustCompile(`^[A-Z][A-Z0-9_]*(-[A-Z0-9]+)+$`)
	caseWorkflow = regexp.MustCompile(`^case/[A-Z][A-Z0-9_]*(-[A-Z0-9]+)+$`)
)

func (cmd MergeCommand) check() *incident.Refusal {
	switch into := strings.ToUpper(incident.CleanLine(cmd.Into)); {
	case into == "":
		return incident.Refuse(incident.Usage, "Name the case that goes on: merge --into SEC-12 …", "a duplicate of which case?")
	case !caseNumber.MatchString(into) || cmd.IntoID != "" && !caseWorkflow.MatchString(cmd.IntoID):
		return incident.Refuse(incident.Usage, "Give its number, such as SEC-12", "%q is no number of a case", incident.Shorten(into, 40))
	}
	return tooLong("reason", maxReason, cmd.Reason)
}

// merge begins to make this case a duplicate of another one. Nothing changes here until the other case has it all: people
// go on meanwhile, and what cannot be is said.
func (c *caseRun) merge(ctx workflow.Context, cmd MergeCommand) (Answer, *incident.Refusal) {
	into := strings.ToUpper(incident.CleanLine(cmd.Into))
	id := cmd.IntoID
	if id == "" {
		id = CaseWorkflowID(into)
	}
	open := c.openAnalyses()
	switch m := c.Merge; {
	case into == c.Number || id == c.WorkflowID:
		return Answer{}, incident.Refuse(incident.Rule, "Name the other case", "case %s cannot be a duplicate of itself", c.Number)
	case m != nil && !m.Leaving:
		return Answer{}, incident.Refuse(incident.Rule, "See: status "+m.Into, "case %s is being merged into %s already", c.Number, m.Into)
	case m != nil:
		return Answer{}, incident.Refuse(incident.Rule, "Try again in a minute", "case %s is just being taken out of %s", c.Number, m.Into)
	case len(open) > 0 && incident.CleanText(cmd.Reason) == "":
		return Answer{Missing: open}, incident.Refuse(incident.Rule, "Conclude them first, or say why they are dropped: merge "+c.Number+" --into "+into+" --reason …",
			"case %s has open analyses, which do not move: %s", c.Number, strings.Join(open, ", "))
	}
	c.Counters.Merges++
	c.Merge = &mergeRecord{Into: into, IntoID: id, Reason: incident.CleanText(cmd.Reason), By: cmd.By.Plain(), At: workflow.Now(ctx), Round: c.Counters.Merges}
	c.Merge.Insists = workflow.GetVersion(ctx, "merge until it is done", workflow.DefaultVersion, 1) == 1
	words := []string{"Into", into, "Reason", c.Merge.Reason, "By", cmd.By.Called()}
	c.announce("merging", words...)
	c.enter(ctx, cmd.By.Called(), "merging", words...)
	return Answer{ID: into, Text: fmt.Sprintf("%s: becomes a duplicate of %s; people, open tasks and links move there, then it is archived", c.Number, into)}, nil
}

// openAnalyses names them, with what they look at.
func (c *caseRun) openAnalyses() (list []string) {
	for _, a := range c.Analyses {
		if a.Open() {
			list = append(list, a.ID+" "+a.Name)
		}
	}
	return list
}

// How long a note waits for its answer before it is sent again.
const (
	firstMergeWait   = 10 * time.Second
	longestMergeWait = time.Hour
)

// runMerge tells the other case what it has to know, until it has heard it.
func (c *caseRun) runMerge(ctx workflow.Context) error {
	for {
		if err := c.await(ctx, c.owesMerge); err != nil {
			return err
		}
		for wait := firstMergeWait; ; wait = min(2*wait, longestMergeWait) {
			m, note := c.Merge, c.mergeContent()
			m.Seq++
			m.Sent = digest(note)
			if m.unfinished() {
				m.Heard = "" // the next answer counts, although it may be to the same words
			}
			seq := m.Seq
			note.Seq = seq
			err := workflow.SignalExternalWorkflow(ctx, m.IntoID, "", mergeSignal, note).Get(ctx, nil)
			if temporal.IsCanceledError(err) {
				return err
			}
			if err != nil {
				c.mergeLost(ctx)
				break
			}
			if err := c.awaitFor(ctx, wait, "wait for the answer of "+m.IntoID, func() bool {
				return c.Merge != m || m.Seq != seq || m.Heard == m.Sent || m.Sent != digest(c.mergeContent())
			}); err != nil {
				return err
			}
			if c.Merge != m || m.Heard == digest(c.mergeContent()) && !m.unfinished() {
				break
			}
		}
	}
}

// mergeContent is what the other case should know now. It holds nothing of the case before that is allowed.
func (c *caseRun) mergeContent() mergeNote {
	m := c.Merge
	n := mergeNote{
		From: c.WorkflowID, Round: m.Round, What: mergeAsks, Number: c.Number, Drill: c.Request.Drill, Audience: c.Placement.Audience,
		Organisations: idsOf(c.Placement.Organisations), By: m.By,
	}
	switch {
	case m.Leaving:
		n.What = mergeLeaves
		return n
	case !m.Allowed:
		return n
	}
	n.What, n.Reason, n.Links = mergeMoves, m.Reason, c.links()
	for _, log := range c.Mirror.Report.Logs {
		n.Logs = append(n.Logs, LogLink{Ticket: log.Key, URL: log.URL})
	}
	if m.Done {
		return n // who comes and goes after that is no matter of the other case
	}
	for _, t := range c.Tasks {
		if t.Open() {
			n.Tasks = append(n.Tasks, t.Task)
		}
	}
	for _, l := range c.Lessons {
		if !l.Decided() {
			n.Lessons = append(n.Lessons, l)
		}
	}
	n.People = c.everybody()
	return n
}

// everybody is who is in any of the case's channels.
func (c *caseRun) everybody() []string {
	list := c.members()
	for _, a := range c.analysisStatus() {
		list = append(list, a.Members...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// hearMergeAnswer takes what the other case says.
func (c *caseRun) hearMergeAnswer(ctx workflow.Context, a mergeAnswer) {
	m := c.Merge
	if m == nil || a.Round != m.Round || a.Seq != m.Seq {
		return
	}
	defer c.changed()
	refused := a.Refused
	if refused == nil && !m.Leaving && !mayFlow(c.mergeContent(), a.Audience, a.Organisations) {
		refused = WouldTellMore(c.Number, a.Number)
	}
	switch {
	case m.Leaving:
		c.Merge = nil
	case m.Done:
		m.Heard, m.Into = m.Sent, a.Number
	case refused != nil:
		c.mergeRefused(ctx, refused)
	case !m.Allowed:
		m.Allowed, m.Into = true, a.Number
	default:
		m.Heard, m.Into = m.Sent, a.Number
		if m.Heard == digest(c.mergeContent()) { // otherwise something has come in meanwhile
			c.becomeDuplicate(ctx, a)
		}
	}
}

// mergeRefused says why the case stays one of its own.
func (c *caseRun) mergeRefused(ctx workflow.Context, why *incident.Refusal) {
	m := c.Merge
	c.Merge = nil
	words := []string{"Into", m.Into, "Reason", why.Error()}
	c.announce("merge_refused", words...)
	c.enter(ctx, machine, "merge_refused", words...)
	c.tell("merge_refused", []string{"Into", m.Into, "Reason", c.forAll(why.Error())})
	c.changed()
}

// mergeLost is for a case that is not there, or not any more.
func (c *caseRun) mergeLost(ctx workflow.Context) {
	switch m := c.Merge; {
	case m == nil:
	case m.Leaving:
		c.Merge = nil
	case m.Done: // it has ended, with all that mattered
		m.Heard = m.Sent
	default:
		c.mergeRefused(ctx, incident.Refuse(incident.Rule, "Check its number; one that has ended takes nothing any more", "there is no case %s that goes on", m.Into))
	}
}

// becomeDuplicate ends the case: everything that matters is in the other one. It keeps its number, and is archived.
func (c *caseRun) becomeDuplicate(ctx workflow.Context, a mergeAnswer) {
	m := c.Merge
	m.Done = true
	m.Heard = digest(c.mergeContent()) // the rest of it has been told
	by := m.By.Called()
	if c.Phase != incident.PhaseArchive && c.Phase != incident.PhaseClosed {
		for _, analysis := range c.Analyses {
			if analysis.Open() {
				c.drop(ctx, analysis, notice.MergedReason(c.lang, m.Into, m.Reason), by)
			}
		}
		c.Resolution = incident.DuplicateOf(m.Into)
		words := []string{"Into", m.Into, "Channel", a.Channel, "By", by}
		c.announce("merged", words...)
		c.tellExecutives(ctx, m.By, notice.Said(c.executivesLanguage(), nil, "closing", "Resolution", string(c.Resolution), "By", by))
		c.enter(ctx, by, "merged", words...)
		c.enterPhase(ctx, incident.PhaseArchive)
	}
}

// drop ends an analysis without a finding.
func (c *caseRun) drop(ctx workflow.Context, a *analysisRecord, reason, by string) {
	a.State, a.Reason, a.Ended = incident.AnalysisDropped, reason, workflow.Now(ctx)
	words := []string{"Analysis", a.ID, "Name", a.Name, "Reason", a.Reason, "By", by}
	c.announce("analysis_dropped", words...)
	c.enter(ctx, by, "analysis_dropped", words...)
}

// unmerge takes the case out of the other one: it is reopened, or people have ended it otherwise. What has moved stays
// there too.
func (c *caseRun) unmerge() {
	switch m := c.Merge; {
	case m == nil || m.Leaving:
	case !m.Allowed:
		c.Merge = nil // it has told nothing of itself
	default:
		m.Leaving, m.Done = true, false
	}
}

// merging says of a case that becomes a duplicate where it is going; empty: it does not.
func (c *caseRun) merging() string {
	if m := c.Merge; m != nil && !m.Done && !m.Leaving {
		return m.Into
	}
	return ""
}

// owesMerge reports whether the other case has still to hear something.
func (c *caseRun) owesMerge() bool {
	m := c.Merge
	return m != nil && !c.Archive.Ended && (m.Heard != digest(c.mergeContent()) || m.unfinished())
}

// unfinished reports whether an answer must still make the case a duplicate. One that comes while something else is to be
// told ends nothing; what was told may be true again after that, and is told once more.
func (m *mergeRecord) unfinished() bool { return m.Insists && !m.Done }
