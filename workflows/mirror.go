package workflows

import (
	"cmp"
	"regexp"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/mirror"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// Ids of the steps of a mirror.
const (
	stepLog            = "mirror.log"
	stepFileIDs        = "mirror.ids"
	stepEvidenceID     = "mirror.folder.id"
	stepEvidenceFolder = "mirror.folder"
	stepCopy           = "mirror.copy"
)

// How the mirror goes about it.
const (
	digestsPerLog = 4500             // JIRA takes 5,000 comments per issue
	fileIDs       = 50               // reserved at once
	firstSweep    = time.Minute      // after the last news; each quiet sweep doubles it
	longestSweep  = 6 * time.Hour    //
	wholeSweep    = 30 * time.Minute // a sweep that comes this late reads everything again, not only what is new
	reportEvery   = 20 * time.Second // how often the case hears of progress at most
)

// MirrorInput starts a mirror, or carries it over into its next run.
type MirrorInput struct {
	State *MirrorState `json:"state"`
}

// MirrorState is everything a mirror knows. It holds no text: cursors, counts, and where things are.
type MirrorState struct {
	Schema    int                    `json:"schema"`
	Case      string                 `json:"case"` // workflow id
	Key       string                 `json:"key"`  // begins every idempotency key
	Request   incident.Request       `json:"request"`
	Placement Placement              `json:"placement"`
	Order     mirrorOrder            `json:"order"`
	Logs      []jira.Ticket          `json:"logs,omitempty"` // the oldest first
	Room      int                    `json:"room"`           // digests that the last one still takes
	Seq       int                    `json:"seq"`            // of the last digest
	Cursors   []mirror.Cursor        `json:"cursors,omitempty"`
	Hints     []mirror.Hint          `json:"hints,omitempty"`   // not logged yet
	IDs       []string               `json:"ids,omitempty"`     // reserved for files
	Kept      map[string]string      `json:"kept,omitempty"`    // files in the store: the chat's id → the store's
	Lacking   map[string]int         `json:"lacking,omitempty"` // files that are not kept: the chat's id → how often sweeps have tried again
	Counts    mirror.Counts          `json:"counts"`
	Through   string                 `json:"through,omitempty"` // Slack's name of the newest message that is logged
	At        time.Time              `json:"at,omitzero"`       // when that was
	Wanted    bool                   `json:"wanted,omitempty"`  // there is something to log, and no log ticket with room
	Shared    bool                   `json:"shared,omitempty"`  // somebody has shared a file, and there are no ids for files left
	Rung      bool                   `json:"rung,omitempty"`    // there is something to log
	Whole     bool                   `json:"whole,omitempty"`   // the next pass reads everything again
	Sweep     time.Duration          `json:"sweep"`             // how long after the last pass the next one is due
	Passed    time.Time              `json:"passed,omitzero"`   // when the last pass ended
	Rounds    int                    `json:"rounds,omitempty"`  // final sweeps that are done
	Steps     map[string]*stepRecord `json:"steps"`
	Doubts    doubts                 `json:"doubts,omitzero"` // effects that may have come about twice
	Reported  string                 `json:"reported,omitempty"`
	ReportSeq int                    `json:"report_seq"`
	EverReset bool                   `json:"ever_reset,omitempty"`
	Ruled     bool                   `json:"ruled,omitempty"` // as CaseState
	telling
}

// mirrorOrder is what the case tells its mirror. The newest one counts.
type mirrorOrder struct {
	Number   string        `json:"number"`
	Ticket   string        `json:"ticket"` // id of the case's
	Folder   string        `json:"folder"` // id of the case's; empty: still owed
	Channels []channelName `json:"channels"`
	Links    Links         `json:"links"`           // of the case
	Round    int           `json:"round,omitempty"` // of the archive: do a final sweep and report it
	Rest     bool          `json:"rest,omitempty"`  // the channels are archived: nothing more will be said
	End      bool          `json:"end,omitempty"`   // nothing is left to do, ever
	// Commander is their id, where rights are decided by it.
	Commander string `json:"commander,omitempty"`
}

type channelName struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// mirrorReport is what a mirror tells its case.
type mirrorReport struct {
	Seq     int           `json:"seq"`
	Run     string        `json:"run"`            // run id
	Room    int           `json:"room,omitempty"` // digests that the last log still takes
	Logs    []jira.Ticket `json:"logs,omitempty"`
	Through string        `json:"through,omitempty"`
	At      time.Time     `json:"at,omitzero"`
	Counts  mirror.Counts `json:"counts"`
	Rounds  int           `json:"rounds,omitempty"`
	Open    []StepStatus  `json:"open,omitempty"` // steps that are stuck
}

// Mirror copies what people say in the case's channels to its log ticket. It is rung when something was said, looks by
// itself from time to time, and is the only writer of the log. It ends when the case does.
func (f *Flows) Mirror(ctx workflow.Context, in MirrorInput) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	refuseNewer(in.State.Case, in.State.Schema)
	m := newMirrorRun(ctx, f, in.State)
	if err := workflow.SetQueryHandlerWithOptions(ctx, StatusQuery, func() (MirrorStatus, error) { return mirrorStatus(m.news(), m.Placement, m.id), nil }, workflow.QueryHandlerOptions{
		Description: "How far the conversation is logged now; the case hears of it every 20 seconds.",
	}); err != nil {
		return err
	}
	if err := m.takeDecisions(ctx, m.desk()); err != nil {
		return err
	}
	m.hearRoll(ctx)
	hear(ctx, &m.run, orderSignal, "What the case tells its mirror; sent by the case itself.", m.take)
	hear(ctx, &m.run, BellSignal, `Something was said: {"channels":["C0123"],"hints":[]}. Without channels and hints: read everything again.`, m.ring)
	work, stop := workflow.WithCancel(ctx)
	m.branch(work, "show", m.show)
	m.branch(work, "copy", m.copy)
	m.branch(work, "report", m.report)
	m.branch(work, "sweeps", m.sweeping().sweep)
	m.branch(work, "decisions", func(ctx workflow.Context) error { return m.tellDecisions(ctx, m.Case, &m.telling) })
	m.branch(work, "age", m.watchAge)
	m.branch(work, "end", func(ctx workflow.Context) error {
		err := m.await(ctx, func() bool { return m.Order.End })
		m.over = err == nil
		return err
	})
	return m.live(ctx, stop, m.drain, func(ctx workflow.Context) error {
		m.Ruled = m.Ruled || f.rules()
		return workflow.NewContinueAsNewError(ctx, MirrorType, MirrorInput{State: m.MirrorState})
	})
}

func (m *mirrorRun) drain(ctx workflow.Context) {
	drained(ctx, orderSignal, m.take)
	drained(ctx, BellSignal, m.ring)
}

// mirrorRun is one run of a mirror.
type mirrorRun struct {
	*MirrorState
	run
	evidence drive.Folder
}

func newMirrorRun(ctx workflow.Context, f *Flows, state *MirrorState) *mirrorRun {
	m := &mirrorRun{MirrorState: state}
	m.configured = f.askAuthority(state.Ruled)
	state.EverReset = state.EverReset || everReset(ctx)
	state.Sweep = cmp.Or(state.Sweep, firstSweep)
	if state.Kept == nil {
		state.Kept = map[string]string{}
	}
	m.id = MirrorWorkflowID(state.Case)
	m.runner = &runner{
		key: state.Key, fairness: state.Case, lang: state.Placement.Language, everReset: state.EverReset, records: state.Steps,
		place: func() Placement { return state.Placement },
		replace: func(ctx workflow.Context) { // a corrected project or folder
			if place, _, err := f.placeOf(ctx, state.Request); err == nil && place.Audience == state.Placement.Audience {
				state.Placement.LogType, state.Placement.LinkType, state.Placement.Evidence = place.LogType, place.LinkType, place.Evidence
				state.Placement.Fields = place.Fields
			}
		},
		changed:  func() { m.changes++ },
		carried:  m.tellCase,
		adoption: m.adoption,
		doubts:   &state.Doubts,
	}
	return m
}

func (m *mirrorRun) take(order mirrorOrder) {
	if order.Number == "" || order.Ticket == "" {
		return // no case of ours has sent this
	}
	m.Rung = m.Rung || len(order.Channels) > len(m.Order.Channels) || order.Round > m.Rounds
	if m.Order.Rest && !order.Rest {
		m.Sweep, m.Rung = firstSweep, true
	}
	m.Order = order
	m.changed()
}

// maxHints bounds the memory for hints; beyond it everything is read again.
const maxHints = 500

// slackName is how Slack names a message. What is named otherwise would be refused again and again.
var slackName = regexp.MustCompile(`^[0-9]{1,12}\.[0-9]{1,6}$`)

// ring takes a bell. Hints of the same thing are one.
func (m *mirrorRun) ring(b Bell) {
	m.Rung = true
	if len(b.Channels)+len(b.Hints) == 0 {
		m.Whole = true
	}
	for _, h := range b.Hints {
		if len(m.Hints) >= maxHints || !slackName.MatchString(h.TS) || h.Thread != "" && !slackName.MatchString(h.Thread) {
			m.Whole = true // whatever it was, it is found
			break
		}
		if !slices.Contains(m.Hints, h) {
			m.Hints = append(m.Hints, h)
		}
	}
	m.changed()
}

// copy does pass after pass: when it is rung, when a sweep is due, and when the archive asks for the last one. It needs no
// folder to begin: while Drive is silent, what people say is logged until somebody shares a file.
func (m *mirrorRun) copy(ctx workflow.Context) error {
	if err := m.await(ctx, func() bool { return m.Order.Ticket != "" }); err != nil {
		return err
	}
	for {
		if err := m.awaitFor(ctx, m.nextSweep(ctx), "look for what nobody told of", m.due); err != nil {
			return err
		}
		if !m.due() {
			if m.Order.Rest {
				if err := m.await(ctx, m.due); err != nil {
					return err
				}
			}
			m.Whole = m.Whole || m.Sweep >= wholeSweep
		}
		if err := m.prepare(ctx); err != nil {
			return err
		}
		if err := m.pass(ctx); err != nil {
			return err
		}
	}
}

func (m *mirrorRun) due() bool { return m.Rung || m.Whole || m.Order.Round > m.Rounds }

func (m *mirrorRun) nextSweep(ctx workflow.Context) time.Duration {
	if m.Passed.IsZero() {
		return m.Sweep
	}
	return max(time.Second, m.Passed.Add(m.Sweep).Sub(workflow.Now(ctx)))
}

// prepare gets what the last pass lacked: a log ticket as soon as something was said, and a folder and ids as soon as
// somebody has shared a file. A case in which nothing happens costs no call for either.
func (m *mirrorRun) prepare(ctx workflow.Context) error {
	if m.Wanted {
		if err := m.openLog(ctx); err != nil {
			return err
		}
	}
	if !m.Shared {
		return m.findFolder(ctx)
	}
	if err := m.openFolder(ctx); err != nil {
		return err
	}
	reserve := step{stepFileIDs, Drive, ordinary, driveActivities.ReserveFileIDs, func(activities.Effect) any {
		return drive.ReserveFileIDs{Count: fileIDs}
	}}
	m.again(reserve)
	more, err := runStep[drive.FileIDs](ctx, m.runner, reserve)
	if err != nil {
		return err
	}
	m.IDs, m.Shared = append(m.IDs, more.IDs...), false
	return nil
}

func (m *mirrorRun) openLog(ctx workflow.Context) error {
	open := step{stepLog, Jira, ordinary, jiraActivities.OpenLinkedTicket, func(e activities.Effect) any {
		v, p := m.view(), m.Placement
		return jira.OpenLinkedTicket{
			OpenTicket: jira.OpenTicket{
				Effect: e, Project: p.Project, IssueType: p.LogType, Summary: v.LogSummary(len(m.Logs) + 1), Description: v.LogDescription(jira.Escape),
				SecurityLevel: p.SecurityLevel, Fields: p.Fields, Labels: []string{"log"},
			},
			Parent: m.Order.Ticket, LinkType: p.LinkType,
		}
	}}
	m.again(open)
	log, err := runStep[jira.Ticket](ctx, m.runner, open)
	if err != nil {
		return err
	}
	log.Receipt = activities.Receipt{}
	m.Logs, m.Room, m.Wanted = append(m.Logs, log), digestsPerLog, false
	m.changed()
	return nil
}

// openFolder makes the folder for people's files, under an id that is in the history before anything is created. What was
// said after the first file waits for it too, because the log is in order.
func (m *mirrorRun) openFolder(ctx workflow.Context) error {
	if err := m.await(ctx, func() bool { return m.evidenceParent() != "" }); err != nil {
		return err
	}
	id, err := runStep[drive.FolderID](ctx, m.runner, step{stepEvidenceID, Drive, ordinary, driveActivities.ReserveFolderID, nil})
	if err != nil {
		return err
	}
	m.evidence, err = runStep[drive.Folder](ctx, m.runner, step{stepEvidenceFolder, Drive, ordinary, driveActivities.OpenFolder, func(e activities.Effect) any {
		return drive.OpenFolder{Effect: e, ID: id.ID, Name: m.view().EvidenceName(), Parent: m.evidenceParent(), Properties: m.evidenceProperties()}
	}})
	return err
}

// evidenceParent is where the folder for people's files goes; empty: that is not there yet.
func (m *mirrorRun) evidenceParent() string { return cmp.Or(m.Placement.Evidence, m.Order.Folder) }

func (m *mirrorRun) evidenceProperties() map[string]string {
	return map[string]string{"hikeshiCase": m.Case, "hikeshiRole": "evidence"}
}

// findFolder remembers the folder that an earlier run has made.
func (m *mirrorRun) findFolder(ctx workflow.Context) error {
	if !m.is(stepEvidenceFolder, StepDone) {
		return nil
	}
	return m.openFolder(ctx)
}

// pass logs what there is. What rings while it works is for the next pass.
func (m *mirrorRun) pass(ctx workflow.Context) error {
	var hints []mirror.Hint
	var whole bool
	var round int
	log := step{stepCopy, Bulk, background, mirrorActivities.MirrorMessages, func(e activities.Effect) any {
		round = m.Order.Round
		hints, whole = slices.Clone(m.Hints), m.Whole || round > m.Rounds || m.EverReset && m.newChannel()
		m.Rung, m.Whole = false, false
		in := m.input(e, hints, whole)
		in.Final = round > m.Rounds
		return in
	}}
	m.again(log)
	done, err := runStep[mirror.Mirrored](ctx, m.runner, log)
	if err != nil {
		m.Rung, m.Whole = true, m.Whole || whole // a roll cut it short: the next run begins anew
		return err
	}
	m.record(log).Result = nil // it is part of the state now
	m.Hints = slices.DeleteFunc(m.Hints, func(h mirror.Hint) bool { return slices.Contains(hints, h) && !slices.Contains(done.Hints, h) })
	m.apply(ctx, done)
	if !done.More && round > m.Rounds {
		m.Rounds = round
	}
	m.Rung, m.Whole = m.Rung || done.More, m.Whole || whole && done.More
	m.changed()
	return nil
}

// newChannel reports whether a channel is to be read from its beginning. After a reset, what was said there may be logged
// already, where only reading the whole log finds it.
func (m *mirrorRun) newChannel() bool {
	return slices.ContainsFunc(m.Order.Channels, func(ch channelName) bool {
		return !slices.ContainsFunc(m.Cursors, func(c mirror.Cursor) bool { return c.Channel == ch.ID })
	})
}

func (m *mirrorRun) input(e activities.Effect, hints []mirror.Hint, whole bool) mirror.MirrorMessages {
	in := mirror.MirrorMessages{
		Effect: e, Series: m.key, Seq: m.Seq, Room: m.Room, Evidence: m.evidence.ID, FileIDs: m.IDs, Kept: m.Kept, Lacking: m.Lacking,
		Links: m.Placement.SlackURL, Hints: hints, Sweep: whole, Words: notice.LogWords(m.lang),
	}
	for _, log := range m.Logs {
		in.Logs, in.Log = append(in.Logs, log.ID), log.ID
	}
	for _, ch := range m.Order.Channels {
		cursor := mirror.Cursor{Channel: ch.ID}
		if i := slices.IndexFunc(m.Cursors, func(c mirror.Cursor) bool { return c.Channel == ch.ID }); i >= 0 {
			cursor = m.Cursors[i]
		}
		cursor.Name = ch.Name
		in.Channels = append(in.Channels, cursor)
	}
	return in
}

// apply takes over what a pass has done, and decides when to look again: soon after news, ever later without.
func (m *mirrorRun) apply(ctx workflow.Context, done mirror.Mirrored) {
	m.Seq, m.Room, m.Cursors, m.IDs = done.Seq, m.Room-(done.Seq-m.Seq), cursors(m.Cursors, done.Channels), done.IDsLeft
	m.Wanted, m.Shared = done.Full && done.More, !done.Full && done.More && len(done.IDsLeft) == 0
	for _, id := range workflow.DeterministicKeys(done.Kept) {
		m.Kept[id] = done.Kept[id]
	}
	m.Counts, m.Lacking = plus(m.Counts, done.Counts), done.Lacking
	m.Passed = workflow.Now(ctx)
	if done.Through > m.Through {
		m.Through = done.Through
	}
	if done.Digests > 0 {
		m.At, m.Sweep = m.Passed, firstSweep
		return
	}
	m.Sweep = min(2*m.Sweep, longestSweep)
}

// cursors are the new ones, and those of channels that were left out this time: they may come back.
func cursors(had, moved []mirror.Cursor) []mirror.Cursor {
	all := slices.Clone(moved)
	for _, c := range had {
		if !slices.ContainsFunc(moved, func(m mirror.Cursor) bool { return m.Channel == c.Channel }) {
			all = append(all, c)
		}
	}
	return all
}

func plus(a, b mirror.Counts) mirror.Counts {
	return mirror.Counts{
		Digests: a.Digests + b.Digests, Messages: a.Messages + b.Messages, Edits: a.Edits + b.Edits, Deletions: a.Deletions + b.Deletions,
		Lost: a.Lost + b.Lost, Files: a.Files + b.Files, NotKept: a.NotKept + b.NotKept, Masked: a.Masked + b.Masked,
	}
}
