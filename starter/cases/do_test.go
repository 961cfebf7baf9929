package cases

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"strings"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// office is a desk that knows which channels belong to SEC-1, and what the case says of itself.
type office struct {
	*desk
	channels []string
	status   workflows.Status
}

func (o office) ListWorkflow(_ context.Context, r *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	found := &workflowservice.ListWorkflowExecutionsResponse{}
	for _, channel := range o.channels {
		if strings.Contains(r.GetQuery(), "'"+channel+"'") {
			found.Executions = append(found.Executions, &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: "case/SEC-1"}})
		}
	}
	return found, nil
}

func (o office) QueryWorkflow(context.Context, string, string, string, ...any) (converter.EncodedValue, error) {
	return statusValue{o.status}, nil
}

type statusValue struct{ status workflows.Status }

func (statusValue) HasValue() bool       { return true }
func (v statusValue) Get(into any) error { *into.(*workflows.Status) = v.status; return nil }

func newOffice(t *testing.T, audience incident.Audience, next ...any) (*Cases, office) {
	c, d := newDesk(t, next...)
	d.server.head = headPayload(t, audience)
	o := office{desk: d, channels: []string{"C0CASE001", "C0ANALYS1"}, status: workflows.Status{Number: "SEC-1", Analyses: []workflows.AnalysisStatus{
		{Analysis: incident.Analysis{ID: "a1", State: incident.AnalysisOpen}, Channel: "C0ANALYS1"}, {Analysis: incident.Analysis{ID: "a2", State: incident.AnalysisOpen}},
	}}}
	c.client = o
	return c, o
}

func TestDoMeansTheCaseOfTheChannel(t *testing.T) {
	did := workflows.Answer{Number: "SEC-1", Text: "done"}
	for _, tt := range []struct {
		name     string
		act      Act
		audience incident.Audience
		analysis string // that the command names
		refused  string
	}{
		{"in the case's channel", Act{Verb: "lesson", Fields: Fields{"text": {"x"}}, Viewer: settings.Viewer{SlackUser: "U9", Channel: "C0CASE001"}}, incident.AudienceRestricted, "", ""},
		{"in an analysis's channel", Act{Verb: "conclude", Fields: Fields{"finding": {"x"}}, Viewer: settings.Viewer{SlackUser: "U9", Channel: "C0ANALYS1"}}, incident.AudienceRestricted, "a1", ""},
		{"which analysis?", Act{Verb: "conclude", Fields: Fields{"finding": {"x"}}, Viewer: settings.Viewer{SlackUser: "U1", Channel: "C0CASE001"}}, incident.AudienceRestricted, "", "--analysis is missing"},
		{"that analysis", Act{Verb: "conclude", Fields: Fields{"finding": {"x"}, "analysis": {"a2"}}, Viewer: settings.Viewer{SlackUser: "U1", Channel: "C0ANALYS1"}}, incident.AudienceRestricted, "a2", ""},
		{"by its number, as a member", Act{Verb: "lesson", Number: "sec-1", Fields: Fields{"text": {"x"}}, Viewer: settings.Viewer{SlackUser: "U1", Channel: "C0GENERAL"}}, incident.AudienceRestricted, "", ""},
		{"by its number, as a stranger", Act{Verb: "lesson", Number: "SEC-1", Fields: Fields{"text": {"x"}}, Viewer: settings.Viewer{SlackUser: "U9", Channel: "C0GENERAL"}}, incident.AudienceRestricted, "", "there is no case SEC-1"},
		{"one that is not there", Act{Verb: "lesson", Number: "SEC-9", Fields: Fields{"text": {"x"}}, Viewer: settings.Viewer{SlackUser: "U9"}}, incident.AudienceGroup, "", "there is no case SEC-9"},
		{"somewhere else", Act{Verb: "lesson", Fields: Fields{"text": {"x"}}, Viewer: settings.Viewer{SlackUser: "U1", Channel: "C0GENERAL"}}, incident.AudienceGroup, "", "this channel belongs to no case"},
		{"without a channel", Act{Verb: "lesson", Fields: Fields{"text": {"x"}}, Viewer: settings.Viewer{SlackUser: "U1"}}, incident.AudienceGroup, "", "this channel belongs to no case"},
	} {
		c, o := newOffice(t, tt.audience, did)
		c.config.Viewer = everything // the rights of this machine do not count
		tt.act.ID, tt.act.By = "r1", aoi
		if strings.Contains(tt.refused, "--analysis") { // the case may have answered before
			no := incident.Refuse(incident.Usage, "Name it", "the analysis is missing")
			o.next[0] = wired(temporal.NewNonRetryableApplicationError(no.Error(), workflows.RefusedError, nil, no))
		}
		answer, err := c.Do(t.Context(), tt.act)
		if tt.refused != "" {
			if !isRefusal(err) || !strings.Contains(err.Error(), tt.refused) || len(o.taken) > 0 && tt.act.Verb != "conclude" {
				t.Errorf("%s: %v, %d updates; want %q", tt.name, err, len(o.taken), tt.refused)
			}
			continue
		}
		if err != nil || answer.Number != did.Number || len(o.taken) != 1 {
			t.Errorf("%s: %+v, %v", tt.name, answer, err)
			continue
		}
		raw, _ := json.Marshal(o.taken[0].Args[0])
		if want := `"analysis":"` + tt.analysis + `"`; tt.analysis != "" && !strings.Contains(string(raw), want) {
			t.Errorf("%s: %s, want %s", tt.name, raw, want)
		}
	}
}

func TestTheSameActIsTheSameUpdate(t *testing.T) {
	c, o := newOffice(t, incident.AudienceGroup, workflows.Answer{})
	act := Act{ID: "V1", Verb: "task", Fields: Fields{"title": {"x"}}, By: aoi, Viewer: settings.Viewer{Channel: "C0CASE001"}}
	for range 2 {
		if _, err := c.Do(t.Context(), act); err != nil {
			t.Fatal(err)
		}
	}
	act.Fields = Fields{"title": {"y"}}
	if _, err := c.Do(t.Context(), act); err != nil {
		t.Fatal(err)
	}
	if a, b, other := o.taken[0].UpdateID, o.taken[1].UpdateID, o.taken[2].UpdateID; a != b || a == other {
		t.Errorf("ids %s, %s, and for other words %s", a, b, other)
	}
}

func TestAnActThatIsNotConfirmedIsSaidToBeSo(t *testing.T) {
	c, _ := newOffice(t, incident.AudienceGroup, serviceerror.NewDeadlineExceeded("too late"))
	_, err := c.Do(t.Context(), Act{ID: "V1", Verb: "reopen", Fields: Fields{"reason": {"x"}}, By: aoi, Viewer: settings.Viewer{Channel: "C0CASE001"}})
	if !IsUnknown(err) {
		t.Errorf("error %v", err)
	}
}

// deduped is an office whose server gives the first answer to an update id that it knows, as Temporal does, and whose
// case rejects a command without its aim.
type deduped struct {
	office
	seen map[string]bool
	slow int // how many answers come too late
}

func (d *deduped) UpdateWorkflow(_ context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	conclude := o.Args[0].(workflows.ConcludeCommand)
	if !d.seen[o.UpdateID] && conclude.Analysis == "" {
		no := incident.Refuse(incident.Usage, "", "the analysis is missing")
		return nil, wired(temporal.NewNonRetryableApplicationError(no.Error(), workflows.RefusedError, nil, no))
	}
	if !d.seen[o.UpdateID] {
		d.taken = append(d.taken, o)
	}
	d.seen[o.UpdateID] = true
	if d.slow--; d.slow >= 0 {
		return nil, serviceerror.NewDeadlineExceeded("too late")
	}
	return given{answer: workflows.Answer{Number: "SEC-1", ID: d.taken[0].Args[0].(workflows.ConcludeCommand).Analysis}}, nil
}

// An act that named no analysis is answered as it was first, by this gateway and by another one, whatever has been
// concluded and opened since.
func TestAnActThatIsAskedForAgainKeepsItsAim(t *testing.T) {
	analysis := func(id string, state incident.AnalysisState) workflows.AnalysisStatus {
		return workflows.AnalysisStatus{Analysis: incident.Analysis{ID: id, State: state}}
	}
	first := []workflows.AnalysisStatus{analysis("a1", incident.AnalysisOpen)}
	act := Act{ID: "V1", Verb: "conclude", Fields: Fields{"finding": {"x"}}, By: aoi, Viewer: settings.Viewer{SlackUser: "U1", Channel: "C0CASE001"}}
	for name, then := range map[string][]workflows.AnalysisStatus{
		"as it was": first, "it is concluded": {analysis("a1", incident.AnalysisConcluded)},
		"another one is open": {analysis("a1", incident.AnalysisConcluded), analysis("a2", incident.AnalysisOpen)},
		"two more are open":   {analysis("a1", incident.AnalysisConcluded), analysis("a2", incident.AnalysisOpen), analysis("a3", incident.AnalysisOpen)},
	} {
		for _, again := range []string{"pursued", "delivered to another gateway"} {
			c, o := newOffice(t, incident.AudienceGroup)
			o.status.Analyses = first
			d := &deduped{office: o, seen: map[string]bool{}, slow: 1}
			c.client = d
			if _, err := c.Do(t.Context(), act); !IsUnknown(err) {
				t.Fatalf("%s, %s: %v, want it unconfirmed", name, again, err)
			}
			d.status.Analyses = then
			if again != "pursued" {
				c, _ = newOffice(t, incident.AudienceGroup)
				c.client = d
			}
			if answer, err := c.Do(t.Context(), act); err != nil || answer.ID != "a1" || len(d.taken) != 1 {
				t.Errorf("%s, %s: %+v, %v after %d updates; want the one to a1", name, again, answer, err, len(d.taken))
			}
		}
	}
}

// What never came to the case goes where it was meant to go, too.
func TestAnActThatIsPursuedIsNotAimedAnew(t *testing.T) {
	c, o := newOffice(t, incident.AudienceGroup, serviceerror.NewUnavailable("gone"))
	for _, open := range []string{"a1", "a2"} {
		o.status.Analyses = []workflows.AnalysisStatus{{Analysis: incident.Analysis{ID: open, State: incident.AnalysisOpen}}}
		c.client = o
		_, err := c.Do(t.Context(), Act{ID: "V1", Verb: "conclude", Fields: Fields{"finding": {"x"}}, By: aoi, Viewer: settings.Viewer{SlackUser: "U1", Channel: "C0CASE001"}})
		if !IsUnknown(err) {
			t.Fatal(err)
		}
	}
	if a, b := o.taken[0].Args[0].(workflows.ConcludeCommand).Analysis, o.taken[1].Args[0].(workflows.ConcludeCommand).Analysis; a != "a1" || b != "a1" {
		t.Errorf("it was aimed at %s, then at %s", a, b)
	}
}

// Whoever is offered command of a restricted case answers by the button in their direct message, though they are not in it
// yet. Nobody else hears that there is such a case, and they may do nothing else.
func TestWhoeverIsOfferedCommandMayAnswer(t *testing.T) {
	c, o := newOffice(t, incident.AudienceRestricted, workflows.Answer{Number: "SEC-1"}, workflows.Answer{Number: "SEC-1"})
	c.config.Viewer = everything
	o.status.Offer = &workflows.OfferStatus{ID: "h1", ToID: "U9"}
	c.client = o
	asks := func(verb string, f Fields, user string) error {
		_, err := c.Do(t.Context(), Act{ID: verb + user, Verb: verb, Number: "SEC-1", Fields: f, By: aoi, Viewer: settings.Viewer{SlackUser: user, Channel: "D0DIRECT1"}})
		return err
	}
	for _, refused := range []error{asks("accept", nil, "U8"), asks("accept", nil, ""), asks("lesson", Fields{"text": {"x"}}, "U9")} {
		if refused == nil || !strings.Contains(refused.Error(), "there is no case SEC-1") {
			t.Errorf("refused with %v", refused)
		}
	}
	if err := asks("accept", nil, "U9"); err != nil {
		t.Error(err)
	}
	if err := asks("accept", Fields{"decline": {"yes"}}, "U9"); err != nil {
		t.Error(err)
	}
}

// What is delivered twice is one command, whether or not Slack has said both times where the message is.
func TestAKeyedActIsTheSameWithOtherWords(t *testing.T) {
	c, o := newOffice(t, incident.AudienceGroup, workflows.Answer{})
	act := Act{ID: "trigger", Keyed: true, Verb: "note", By: aoi, Viewer: settings.Viewer{Channel: "C0CASE001"}}
	for _, f := range []Fields{{"text": {"x"}}, {"text": {"x"}, "link": {"https://slack.example/x"}}} {
		act.Fields = f
		if _, err := c.Do(t.Context(), act); err != nil {
			t.Fatal(err)
		}
	}
	act.ID = "another trigger"
	if _, err := c.Do(t.Context(), act); err != nil {
		t.Fatal(err)
	}
	if a, b, other := o.taken[0].UpdateID, o.taken[1].UpdateID, o.taken[2].UpdateID; a != b || a == other {
		t.Errorf("ids %s, %s, and of another press %s", a, b, other)
	}
}

// A channel that a case has just taken over is its own at once for whoever says something there.
func TestAChannelThatIsTakenOverIsItsCasesAtOnce(t *testing.T) {
	c, o := newOffice(t, incident.AudienceGroup, workflows.Answer{Number: "SEC-1"})
	for range 20 {
		if err := c.Ring(t.Context(), "C0ADOPTED", workflows.Bell{}); !errors.Is(err, ErrNoCaseYet) {
			t.Fatal(err)
		}
	}
	o.channels = append(o.channels, "C0ADOPTED")
	c.client = o
	if number, err := c.CaseOf(t.Context(), "C0ADOPTED"); number != "SEC-1" || err != nil {
		t.Errorf("the channel's case is %q, %v", number, err)
	}
	c.channels.remember("C0ADOPTED", "")
	if _, err := c.Do(t.Context(), Act{ID: "V1", Verb: "take", By: aoi, Viewer: settings.Viewer{SlackUser: "U9", Channel: "C0ADOPTED"}}); err != nil {
		t.Error(err)
	}
}
