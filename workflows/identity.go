package workflows

import (
	"reflect"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
)

// Authority is whom workflows believe, and what they let them do, as the configuration says.
type Authority struct {
	Rights     incident.Rights `json:"rights"`
	Keys       []incident.Key  `json:"keys,omitempty"`        // of the gateways; none: they are believed without a proof
	TrustLocal bool            `json:"trust_local,omitempty"` // nobody but the user of the machine reaches Temporal, so they are who they say
	// Strict: whoever is said to be in Slack, without a proof, is no operator. Runs of before there was this have none.
	Strict bool `json:"strict,omitempty"`
}

// ProofTime is how far the time of a proof may be from the time at which its command is taken. Within it the same id of
// a command gets the first answer again. A gateway's clock that is further away from Temporal's proves nothing.
const ProofTime = 10 * time.Minute

// believe returns the sender as far as they are to be believed. A claim without its proof is the sender's own word, and
// so is what it says of groups and channels.
func (a *Authority) believe(act incident.Act, by incident.By, now time.Time) incident.By {
	if a == nil {
		return by
	}
	if len(a.Keys) > 0 && !a.vouchedFor(act, by, now) {
		by.Assurance = incident.SelfDeclared
	}
	if by.Assurance != incident.SlackSigned {
		by.Known, by.Groups, by.GroupsKnown, by.Channel, by.Named = false, nil, false, "", nil
	}
	return by
}

func (a *Authority) vouchedFor(act incident.Act, by incident.By, now time.Time) bool {
	switch by.Assurance {
	case incident.SlackSigned:
		return act.Proven(by, a.Keys) && now.Sub(by.Proof.At).Abs() <= ProofTime
	case incident.TemporalPrincipal:
		return a.TrustLocal
	}
	return true // nothing to vouch for
}

// entitled decides by the table of rights; overruled: it says no, and somebody has broken the glass. A command of Slack's
// that came too late, or with a key that is not ours, must not do more than it could with a proof: who comes past Slack is
// an operator, who comes through it is not.
func (a *Authority) entitled(verb string, by incident.By, roles []incident.Role, grave bool) (overruled bool, refused *incident.Refusal) {
	if a == nil {
		return false, nil
	}
	unproven := a.Strict && by.Door == incident.DoorSlack && by.Assurance != incident.SlackSigned
	if unproven {
		roles = nil
	}
	refused = a.Rights.Allow(verb, by, roles, grave)
	if refused != nil && unproven {
		refused = incident.Refuse(incident.Rule, "Send it again; if it stays so, tell the operators: gateway.public_keys of the workers must name the gateway's key, and their clocks must agree",
			"nothing proves who sent this from Slack")
	}
	if refused != nil && by.Assurance != incident.SlackSigned && incident.CleanLine(by.BreakGlass) != "" {
		return true, nil
	}
	return false, refused
}

// authority is what the configuration says now, written into the history where it has changed. A run that began before
// there were rights goes on without: nil.
func (r *run) authority(ctx workflow.Context) *Authority {
	if r.configured == nil {
		return nil
	}
	var a Authority
	now := workflow.MutableSideEffect(ctx, "authority", func(workflow.Context) any { return r.configured() }, func(a, b any) bool { return digest(a) == digest(b) })
	if err := now.Get(&a); err != nil {
		panic("read an authority of our own: " + err.Error())
	}
	return &a
}

// askAuthority is what a run that knows of rights asks.
func (f *Flows) askAuthority(ruled bool) func() Authority {
	switch {
	case !ruled:
		return nil
	case f == nil || f.Authority == nil:
		return func() Authority { return Authority{Rights: incident.DefaultRights(), TrustLocal: true} }
	}
	return f.Authority
}

// identified is a command whose sender is as far to be believed as it says.
type identified[C command] struct {
	cmd       C
	authority *Authority
	doubted   bool // the sender claims to be somebody without proof
}

// identify takes a command's sender for what they can prove.
func identify[C command](ctx workflow.Context, r *run, name string, cmd C) identified[C] {
	a := r.authority(ctx)
	if a == nil {
		return identified[C]{cmd: cmd}
	}
	by := cmd.sender()
	act := incident.Act{Name: name, Workflow: r.id, ID: workflow.GetCurrentUpdateInfo(ctx).ID, Command: encode(cmd)}
	believed := a.believe(act, by, workflow.Now(ctx))
	return identified[C]{withSender(cmd, believed), a, by.Assurance != believed.Assurance}
}

// withSender is the command with another sender. Every command has them in the same field.
//
//workflowcheck:ignore a pure function of its input
func withSender[C any](cmd C, by incident.By) C {
	reflect.ValueOf(&cmd).Elem().FieldByName("By").Set(reflect.ValueOf(by))
	return cmd
}

// mark says in an answer that its sender was not believed.
func (a *Answer) mark(doubted bool) {
	if !doubted {
		return
	}
	a.Doubted = true
	a.Text += ". Who sent it is not proven, so it counted as their own word"
}

// standing is by what a workflow decides about roles.
type standing struct {
	commander, opener        string   // ids of people
	leads, members, channels []string // ids
	operators                string   // id of their channel
}

// roles are those of the sender. Nobody is taken for somebody in the case on their own word.
func (s standing) roles(by incident.By) (roles []incident.Role) {
	is := func(role incident.Role, it bool) {
		if it {
			roles = append(roles, role)
		}
	}
	is(incident.RoleOperator, by.Assurance != incident.SlackSigned || by.Channel != "" && by.Channel == s.operators)
	if !by.Verified() || by.Who == "" {
		return roles
	}
	is(incident.RoleCommander, by.Who == s.commander)
	is(incident.RoleOpener, by.Who == s.opener)
	is(incident.RoleLead, slices.Contains(s.leads, by.Who))
	is(incident.RoleMember, slices.Contains(s.members, by.Who) || by.Channel != "" && slices.Contains(s.channels, by.Channel))
	return roles
}

// standing is who is who in the case now.
func (c *caseRun) standing() standing {
	s := standing{commander: c.commanding(), opener: openerOf(c.Request), members: c.members(), channels: []string{c.channel.ID}, operators: c.Placement.Operators}
	if o := c.offered(); o != nil { // whoever is asked to command may answer, also while Slack does not let them in
		s.members = append(s.members, o.To.Asked, o.To.ID)
	}
	for _, a := range c.Analyses {
		if a.Open() && a.LeadID != "" {
			s.leads = append(s.leads, a.LeadID)
		}
		s.members, s.channels = append(s.members, a.members()...), append(s.channels, a.Report.Channel)
	}
	return s
}

// commanding is the id of whoever commands the case; of people who are not in Slack what they are called.
func (s *CaseState) commanding() string {
	if s.Commander.ID != "" {
		return s.Commander.ID
	}
	return s.Commander.Asked
}

func openerOf(r incident.Request) string {
	if r.By.Verified() {
		return r.By.Who
	}
	return ""
}

// commanderFor is what children hear of the commander. Those of a case without rights have no use for it.
func (s *CaseState) commanderFor() string {
	if !s.Ruled {
		return ""
	}
	return s.commanding()
}

// Verbs are what rules can name: the commands, and what is done before a case is there or besides it.
func Verbs() []string {
	return []string{
		incident.VerbOpen, incident.VerbStatus, incident.VerbList,
		TriageUpdate, SeverityUpdate, TakeUpdate, HandoverUpdate, AcceptUpdate, DetailsUpdate, ContainUpdate, AnalyzeUpdate, ConcludeUpdate, TaskUpdate,
		PublishUpdate, LessonUpdate, NoteUpdate, DecideUpdate, WaiveUpdate, BackUpdate, CloseUpdate, ReopenUpdate, MergeUpdate, RunUpdate,
		string(ActionRetry), string(ActionSupply), string(ActionSkip), string(ActionAbort),
	}
}
