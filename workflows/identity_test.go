package workflows_test

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// gatekeeper signs for people as a gateway does.
type gatekeeper struct {
	private ed25519.PrivateKey
	public  incident.Key
}

func newGatekeeper(t testing.TB) gatekeeper {
	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	return gatekeeper{private, incident.Key(public)}
}

func (g gatekeeper) sign(t testing.TB, update, workflowID, id string, command any, at time.Time) any {
	raw, err := json.Marshal(command)
	require.NoError(t, err)
	by := reflect.ValueOf(command).FieldByName("By").Interface().(incident.By)
	by.Proof, err = incident.Act{Name: update, Workflow: workflowID, ID: id, Command: raw}.Prove(by, g.private, at)
	require.NoError(t, err)
	signed := reflect.New(reflect.TypeOf(command)).Elem()
	signed.Set(reflect.ValueOf(command))
	signed.FieldByName("By").Set(reflect.ValueOf(by))
	return signed.Interface()
}

// ruled is a case that goes by the authority, and was opened by aoi with a proof.
func (w *world) ruled(id string, g gatekeeper, authority *workflows.Authority) *workflows.CaseState {
	w.Helper()
	w.deps.Authority = func() workflows.Authority { return *authority }
	w.place.Operators = "C0CSIRTOPS"
	request := report(id)
	request.By = member
	env := w.env() // its clock is what Intake compares with
	signed := g.sign(w, incident.ActOpen, id, id, request, env.Now()).(incident.Request)
	state, _ := w.intake(signed)
	require.Equal(w, incident.SlackSigned, state.Request.By.Assurance)
	return state
}

// member is aoi, of whom Slack has said who she is.
var member = incident.By{Who: "U0AOI0001", Name: "aoi", Door: incident.DoorSlack, Assurance: incident.SlackSigned, Team: "T0SANDBOX", Known: true, GroupsKnown: true}

// sent is a command on its way, by whoever signs it.
type sent struct {
	act
	by    *gatekeeper // nil: nobody signs it
	as    string      // the id that is signed, if it is another than that of the update
	where string      // the workflow, likewise
	late  time.Duration
}

func (w *world) post(state *workflows.CaseState, list ...sent) (workflows.Status, *workflows.CaseState) {
	w.Helper()
	return w.live(state, 2*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		for i, s := range list {
			env.RegisterDelayedCallback(func() {
				id, where := fmt.Sprintf("%s-%d-%d", s.update, state.Rolls, i), state.WorkflowID
				signedID, signedWhere := id, where
				if s.as != "" {
					signedID = s.as
				}
				if s.where != "" {
					signedWhere = s.where
				}
				if s.by != nil {
					s.command = s.by.sign(w, s.update, signedWhere, signedID, s.command, env.Now().Add(-s.late))
				}
				w.perform(env, id, s.act)
			}, time.Minute+time.Duration(i)*time.Second)
		}
	})
}

func closing(by incident.By, refused string) act {
	return act{workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: by}, refused, ""}
}

func noting(by incident.By, refused string) act {
	return act{workflows.LessonUpdate, workflows.LessonCommand{Text: "no second factor", By: by}, refused, ""}
}

// Whoever can write to Temporal, but is no gateway, cannot act as somebody in Slack.
func TestForgedSendersAreNotBelieved(t *testing.T) {
	t.Parallel()
	w, g, stranger := newWorld(t), newGatekeeper(t), newGatekeeper(t)
	authority := &workflows.Authority{Rights: incident.DefaultRights(), Keys: []incident.Key{g.public}}
	state := w.ruled("req-forged", g, authority)
	const unverified = "needs somebody whose identity is verified"
	principal := incident.By{Who: "root", Door: incident.DoorCLI, Assurance: incident.TemporalPrincipal}
	status, _ := w.post(state,
		sent{act: closing(member, unverified)},
		sent{act: closing(principal, unverified)},
		sent{act: closing(member, unverified), by: &stranger},
		sent{act: closing(member, unverified), by: &g, as: "close-of-another-day"},
		sent{act: closing(member, unverified), by: &g, where: "case/SEC-99"},
		sent{act: closing(member, unverified), by: &g, late: 11 * time.Minute},
		sent{act: noting(member, "")}, // as anybody may on their own word
		sent{act: closing(member, "still missing"), by: &g},
	)
	require.Empty(t, status.Resolution)
	require.Len(t, status.Lessons, 1)
}

// A command of Slack's whose proof does not count, because it came late or a key was forgotten, may do no more than one
// whose proof does: nobody in Slack becomes an operator by it. A case can still be opened.
func TestAnUnprovenCommandOfSlackIsNoOperators(t *testing.T) {
	t.Parallel()
	w, g, forgotten := newWorld(t), newGatekeeper(t), newGatekeeper(t)
	authority := &workflows.Authority{Rights: incident.DefaultRights(), Keys: []incident.Key{g.public}, Strict: true}
	state := w.ruled("req-unproven", g, authority)
	outsider := incident.By{Who: "U0NOBODY99", Name: "nobody", Door: incident.DoorSlack, Assurance: incident.SlackSigned, Known: true, GroupsKnown: true}
	status, _ := w.post(state,
		sent{act: noting(outsider, "lesson is for the commander"), by: &g},
		sent{act: noting(outsider, "nothing proves who sent this"), by: &g, late: 11 * time.Minute},
		sent{act: noting(outsider, "nothing proves who sent this"), by: &forgotten},
		sent{act: noting(member, "nothing proves who sent this"), by: &forgotten},
		sent{act: noting(somebody, "")}, // at the command line
		sent{act: noting(member, ""), by: &g},
	)
	require.Len(t, status.Lessons, 2)
	authority.Keys = []incident.Key{forgotten.public}
	again := report("req-unproven-open")
	again.By = member
	env := w.env()
	opened, _ := w.intake(g.sign(w, incident.ActOpen, again.ID, again.ID, again, env.Now()).(incident.Request))
	require.Equal(t, incident.SelfDeclared, opened.Request.By.Assurance)
}

func TestAForgedOpenerIsNotBelieved(t *testing.T) {
	t.Parallel()
	w, g := newWorld(t), newGatekeeper(t)
	w.deps.Authority = func() workflows.Authority {
		return workflows.Authority{Rights: incident.DefaultRights(), Keys: []incident.Key{g.public}}
	}
	state, _ := w.intake(report("req-forged-opener"))
	require.Equal(t, incident.SelfDeclared, state.Request.By.Assurance)
}

// Keys are changed without a gap: first workers learn the new one, then gateways use it, then the old one goes.
func TestKeysAreRotated(t *testing.T) {
	t.Parallel()
	w, first, next := newWorld(t), newGatekeeper(t), newGatekeeper(t)
	authority := &workflows.Authority{Rights: incident.DefaultRights(), Keys: []incident.Key{first.public, next.public}}
	state := w.ruled("req-rotated", first, authority)
	_, state = w.post(state, sent{act: closing(member, "still missing"), by: &first}, sent{act: closing(member, "still missing"), by: &next})
	authority.Keys = authority.Keys[1:]
	w.post(state, sent{act: closing(member, "identity is verified"), by: &first}, sent{act: closing(member, "still missing"), by: &next})
}

// The table that holds is that of today, for a case of yesterday too.
func TestRulesAreThoseOfNow(t *testing.T) {
	t.Parallel()
	w, g := newWorld(t), newGatekeeper(t)
	authority := &workflows.Authority{Rights: incident.DefaultRights(), Keys: []incident.Key{g.public}}
	state := w.ruled("req-rules", g, authority)
	chie := incident.By{Who: "U0CHIE003", Name: "chie", Door: incident.DoorSlack, Assurance: incident.SlackSigned, Known: true, GroupsKnown: true}
	outsider, guest, unsure, lead := chie, chie, chie, chie
	outsider.Who = "U0NOBODY99"
	guest.Guest = true
	unsure.GroupsKnown = false
	lead.Groups = []string{"S0LEADS01"}
	operator := outsider
	operator.Channel = "C0CSIRTOPS"
	_, state = w.post(state,
		sent{act: noting(chie, ""), by: &g}, // a responder, who was invited
		sent{act: noting(outsider, "lesson is for the commander"), by: &g},
		sent{act: noting(operator, ""), by: &g},
		sent{act: noting(guest, "you are a guest"), by: &g},
		sent{act: noting(somebody, "")}, // at the command line
	)
	authority.Rights = append(incident.Rights{{Verbs: []string{"lesson", "close"}, Groups: []string{"S0LEADS01"}}}, incident.DefaultRights()...)
	glass := somebody
	glass.BreakGlass = "nobody of them answers"
	status, _ := w.post(state,
		sent{act: noting(chie, "lesson is for the user group S0LEADS01 (rule 1)"), by: &g},
		sent{act: noting(unsure, "Slack did not say who you are"), by: &g},
		sent{act: noting(somebody, "lesson is for the user group")},
		sent{act: noting(glass, "")},
		sent{act: noting(lead, ""), by: &g},
		sent{act: noting(lead, "lesson is for the user group")}, // a group that nobody vouches for
		sent{act: act{workflows.TaskUpdate, workflows.TaskCommand{Title: "look", By: chie}, "", ""}, by: &g},
	)
	require.Len(t, status.BrokenGlass, 1)
	require.Equal(t, "nobody of them answers", status.BrokenGlass[0].Reason)
}

// A case that began before there were rules goes on as it did, until its next run.
func TestACaseWithoutRulesGoesOn(t *testing.T) {
	t.Parallel()
	w, g := newWorld(t), newGatekeeper(t)
	state, _ := w.intake(report("req-before"))
	w.deps.Authority = func() workflows.Authority {
		return workflows.Authority{Rights: incident.DefaultRights(), Keys: []incident.Key{g.public}}
	}
	_, state = w.tell(state, closing(aoi, "still missing"))
	w.tell(state, closing(aoi, "identity is verified"))
}

func TestGuestsOpenNoCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.deps.Authority = func() workflows.Authority { return workflows.Authority{Rights: incident.DefaultRights()} }
	request := report("req-guest")
	request.By = member
	request.By.Guest = true
	env := w.env()
	env.ExecuteWorkflow(workflows.IntakeType, request)
	require.ErrorContains(t, env.GetWorkflowError(), "open is for everybody in the workspace (rule 1), and you are a guest in this workspace")
}
