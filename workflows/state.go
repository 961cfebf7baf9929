package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
)

// CaseInput starts a case, or carries it over into its next run.
type CaseInput struct {
	State *CaseState `json:"state"`
}

// stateSchema is the version of CaseState. It rises when old code could not continue what new code wrote.
const stateSchema = 1

// CaseState is everything a case knows. It is carried from run to run, so it stays small: 256 KiB at most.
type CaseState struct {
	Schema        int                    `json:"schema"`
	Request       incident.Request       `json:"request"`
	Placement     Placement              `json:"placement"`
	Number        string                 `json:"number"`      // changes once if the case began without its ticket
	WorkflowID    string                 `json:"workflow_id"` // never changes
	Opened        time.Time              `json:"opened"`
	Phase         incident.Phase         `json:"phase"`
	Severity      incident.Severity      `json:"severity,omitempty"`
	Kind          string                 `json:"kind,omitempty"`
	Scope         string                 `json:"scope,omitempty"`
	Details       incident.Details       `json:"details,omitzero"`
	Named         incident.Names         `json:"named,omitempty"`  // what people are called whom messages name by id
	Missed        []missed               `json:"missed,omitempty"` // people who could not be brought in later than at the opening
	Commander     commander              `json:"commander"`
	Offers        []*offer               `json:"offers,omitempty"` // of command: the pending one, and those whose message does not say yet what became of them
	Containment   incident.Containment   `json:"containment"`
	Contained     *stated                `json:"contained,omitempty"` // who last said how far the damage is contained
	Reassess      bool                   `json:"reassess,omitempty"`  // sent back to triage: somebody has to say again how bad it is
	Analyses      []*analysisRecord      `json:"analyses,omitempty"`
	Runs          []*runRecord           `json:"runs,omitempty"`
	Tried         []string               `json:"tried,omitempty"`       // runbooks whose time to begin by themselves has come
	OtherLinks    []OtherLink            `json:"other_links,omitempty"` // addresses that runbooks have added
	Tasks         []*taskRecord          `json:"tasks,omitempty"`
	Lessons       []*incident.Lesson     `json:"lessons,omitempty"`
	Timeline      []incident.Entry       `json:"timeline,omitempty"` // what the sheet does not show yet: it keeps the rest
	Recent        []incident.Entry       `json:"recent,omitempty"`   // the newest entries of the timeline, for whoever takes over
	Unsaid        []string               `json:"unsaid,omitempty"`   // announcements that are not in the thread yet
	Saying        int                    `json:"saying,omitempty"`   // how many of them are being posted
	Waivers       []incident.Waiver      `json:"waivers,omitempty"`
	BrokenGlass   []incident.BrokenGlass `json:"broken_glass,omitempty"`
	LastUpdate    *incident.Update       `json:"last_update,omitempty"`
	NextUpdate    time.Time              `json:"next_update,omitzero"` // when stakeholders expect the next one
	Reminded      bool                   `json:"reminded,omitempty"`   // that it is due
	Resolution    incident.Resolution    `json:"resolution,omitempty"`
	CloseReason   string                 `json:"close_reason,omitempty"` // what the resolution does not say
	Closed        time.Time              `json:"closed,omitzero"`
	Errands       []errand               `json:"errands,omitempty"`
	Counters      counters               `json:"counters,omitzero"`
	Names         map[string]string      `json:"names,omitempty"`       // channels that people have renamed: id → name
	Archived      []string               `json:"archived,omitempty"`    // channels that people have archived by hand: ids
	MadePublic    []string               `json:"made_public,omitempty"` // private channels that people have made public: ids
	Mirror        mirrorRecord           `json:"mirror,omitzero"`
	Reach         reachRecord            `json:"reach,omitzero"`
	Archive       archiveRecord          `json:"archive,omitzero"`
	Seals         sealState              `json:"seals,omitzero"`
	Doubts        doubts                 `json:"doubts,omitzero"`          // effects that may have come about twice
	TicketPending bool                   `json:"ticket_pending,omitempty"` // Intake's try goes on; it will tell
	Held          map[string]heldNote    `json:"held,omitempty"`           // vendor → why what is owed there waits
	Steps         map[string]*stepRecord `json:"steps"`
	Shown         map[string]string      `json:"shown"`                   // surface → digest of what people see there
	Told          map[string]*toldStuck  `json:"told,omitempty"`          // place → the notice there about stuck steps
	Merge         *mergeRecord           `json:"merge,omitempty"`         // it becomes a duplicate of another case, or is one
	Merged        []*mergedRecord        `json:"merged,omitempty"`        // duplicates of it
	MergeReplies  []mergeReply           `json:"merge_replies,omitempty"` // answers to them that are not sent yet
	Adopted       []string               `json:"adopted,omitempty"`       // steps whose thing people had made by hand, as the timeline says
	Joined        []string               `json:"joined,omitempty"`        // Slack ids of people who came after the opening
	Left          []string               `json:"left,omitempty"`          // Slack ids of people who have left the channel
	Marked        []string               `json:"marked,omitempty"`        // messages that somebody has entered into the timeline: digests
	Turned        []turned               `json:"turned,omitempty"`        // who was turned away within a day
	Seen          []seenUpdate           `json:"seen,omitempty"`
	EverReset     bool                   `json:"ever_reset,omitempty"`
	Rolls         int                    `json:"rolls,omitempty"`
	Ruled         bool                   `json:"ruled,omitempty"` // it goes by the configuration's rights; one that began before there were any does from its next run on
}

// counters number what a case makes, so that an id is never used twice.
type counters struct {
	Tasks   int `json:"tasks,omitempty"`
	Lessons int `json:"lessons,omitempty"`
	Entries int `json:"entries,omitempty"`
	Updates int `json:"updates,omitempty"`
	Notices int `json:"notices,omitempty"`
	Errands int `json:"errands,omitempty"`
	Merges  int `json:"merges,omitempty"`
	Offers  int `json:"offers,omitempty"`
	Invites int `json:"invites,omitempty"`
}

// stated says who said something, and when.
type stated struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// commander is the one person who commands the case.
type commander struct {
	Asked string `json:"asked"`          // as a person named them
	ID    string `json:"id,omitempty"`   // Slack user id; empty: not found in Slack, or not looked up yet
	Name  string `json:"name,omitempty"` // for display
	Known bool   `json:"known"`          // looked up
	In    bool   `json:"in"`             // in the channel
	Lang  string `json:"lang,omitempty"` // in which they read Slack; empty: not known
	// Offset is how many seconds their clock is ahead of UTC; nil: not known.
	Offset *int   `json:"offset,omitempty"`
	How    string `json:"how,omitempty"` // how they came to it: named, took or accepted; empty: they opened the case
}

// seenUpdate remembers a command that was carried out, so that a repetition in a later run gets the same answer.
type seenUpdate struct {
	ID     string `json:"id"`
	Answer Answer `json:"answer"`
}

// maxSeen bounds the memory for repeated commands; Slack repeats within minutes.
const maxSeen = 256

// newCaseState is the state of a case that has just been asked for. The opener commands until somebody takes over.
func newCaseState(ctx workflow.Context, req incident.Request, place Placement) CaseState {
	opener := commander{Asked: req.By.Who, Name: req.By.Name, Known: true, In: true} // the opener is invited with the others
	if req.By.Door == incident.DoorSlack {
		opener.ID = req.By.Who
	}
	named := slackNames(req.By)
	req.By.Named = nil
	return CaseState{
		Named: named, Schema: stateSchema, Request: req, Placement: place, Opened: workflow.Now(ctx),
		Phase: incident.PhaseOpen, Severity: req.Severity, Kind: req.Kind, Commander: opener, Containment: incident.NotContained,
		Steps: map[string]*stepRecord{}, Shown: map[string]string{}, EverReset: everReset(ctx),
	}
}

// migrated brings a carried state up to this code's schema. A state from newer code makes the workflow task fail,
// which waits for a worker that understands it; it must not end the case.
func migrated(s *CaseState) *CaseState {
	refuseNewer(s.Number, s.Schema)
	s.Schema = stateSchema
	return s
}

func refuseNewer(number string, schema int) {
	if schema > stateSchema {
		panic(fmt.Sprintf("case %s was carried on by newer code (schema %d, this worker knows %d): update this worker", number, schema, stateSchema))
	}
}

// ticketed reports whether the number is the ticket's key.
func (s *CaseState) ticketed() bool {
	rec := s.Steps[stepTicket]
	return rec != nil && rec.State == StepDone
}

// remember keeps the answer to a command.
func (s *CaseState) remember(id string, a Answer) {
	s.Seen = newest(maxSeen, s.Seen, seenUpdate{id, a})
}

func (s *CaseState) answered(id string) (Answer, bool) { return answerIn(s.Seen, id) }

func answerIn(seen []seenUpdate, id string) (Answer, bool) {
	for _, u := range seen {
		if u.ID == id {
			return u.Answer, true
		}
	}
	return Answer{}, false
}
