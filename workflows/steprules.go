package workflows

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"regexp"
	"strings"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/slack"
)

// stepRule says what people may decide about a step besides trying it again. A step without a rule can only be retried:
// what depends on it could not go on without it, and no thing of somebody else's can stand for its result.
type stepRule struct {
	steps  string // ids, as a path pattern; the visit of an archive or a reopening is left out
	skip   bool   // the case can go on without it
	abort  bool   // what it belongs to can be given up
	change []field
}

// field is one that people may change in the activity's input.
type field struct {
	name   string
	kind   any  // a value of its type
	widens bool // more people would see the case: whoever changes it must be somebody whose identity is verified
}

var (
	whoField     = field{"who", []string{}, true}
	peopleField  = field{"people", []string{}, true}
	readersField = field{"readers", []string{}, true}
	namesField   = field{"names", []string{}, false}
	nameField    = field{"name", "", false}
	typeField    = field{"issue_type", "", false}
	fieldsField  = field{"fields", map[string]any{}, false}
	linkField    = field{"link_type", "", false}
	channelField = field{"channel", "", true}
)

// stepRules is the one table of what is allowed. The verification of an archive is not in it: nothing stands for it.
var stepRules = []stepRule{
	{steps: stepTicket, change: []field{typeField, fieldsField}},
	{steps: stepPeople, skip: true, change: []field{whoField}},
	{steps: stepChannel, change: []field{namesField}},
	{steps: stepInvite, skip: true, change: []field{peopleField}},
	{steps: stepPin, skip: true},
	{steps: stepDescribe, skip: true},
	{steps: stepBookmark, skip: true},
	{steps: stepShare, skip: true, change: []field{readersField}},
	{steps: "open.rename.*", skip: true, change: []field{nameField}},
	{steps: "triage.*", skip: true, change: []field{whoField, peopleField}},
	{steps: "invite.*", skip: true, change: []field{whoField, peopleField}},
	{steps: "handover.*", skip: true, change: []field{whoField, peopleField}},

	{steps: stepAnalysisChannel, abort: true, change: []field{namesField}},
	{steps: stepAnalysisPeople, skip: true, change: []field{whoField}},
	{steps: stepAnalysisInvite, skip: true, change: []field{peopleField}},
	{steps: stepAnalysisLead, skip: true, change: []field{whoField}},
	{steps: stepAnalysisLeadInvite, skip: true, change: []field{peopleField}},
	{steps: "analysis.pin", skip: true},
	{steps: "analysis.describe", skip: true},
	{steps: "analysis.rename", skip: true, change: []field{nameField}},
	{steps: "analysis.purpose", skip: true},
	{steps: "analysis.card.refresh", skip: true},

	{steps: "run.*.people", skip: true, abort: true, change: []field{whoField}},
	{steps: "run.*.invite", skip: true, abort: true, change: []field{peopleField}},
	{steps: stepRunCard, skip: true},
	{steps: stepRunRefresh, skip: true},
	{steps: "run.*", skip: true, abort: true},

	{steps: stepLog, change: []field{typeField, fieldsField, linkField}},
	{steps: "lesson.*.theme.*", abort: true, change: []field{typeField, fieldsField, linkField}},
	{steps: "lesson.*.join.*", skip: true, abort: true, change: []field{linkField}},
	{steps: "update.*.executives", skip: true, change: []field{channelField}},
	{steps: "update.*", skip: true},
	{steps: stepThread, skip: true},
	{steps: "*.refresh", skip: true},
	{steps: "glass.*", skip: true},

	{steps: "merge.*.invite.*", skip: true, change: []field{peopleField}},
	{steps: "merge.*.link", skip: true, change: []field{linkField}},

	{steps: stepTasks, skip: true},
	{steps: stepTimeline, skip: true},
	{steps: "seal.comment", skip: true}, // the verification says which witnesses are missing
	{steps: "seal.stamp", skip: true},
	{steps: "sweep.*", skip: true},
	{steps: "archive.verify", abort: true},
	{steps: "archive.tasks", skip: true, abort: true}, // the case's own list takes its place
	{steps: "archive.farewell", skip: true, abort: true},
	{steps: "archive.ticket", skip: true, abort: true},
	{steps: "archive.log.*", skip: true, abort: true},
	{steps: "archive.channels", skip: true, abort: true},
	{steps: "archive.*", abort: true},
	{steps: "reopen.ticket", skip: true},
	{steps: "reopen.log.*", skip: true},
}

var visits = regexp.MustCompile(`@[0-9]+`)

// ruleOf is the first rule that fits the step. A dot is no boundary of the patterns: "lesson.*" has all of them.
func ruleOf(id string) stepRule {
	id = visits.ReplaceAllString(id, "")
	for _, rule := range stepRules {
		if fits, err := path.Match(rule.steps, id); err == nil && fits {
			return rule
		}
	}
	return stepRule{}
}

// actions are what a person can decide about the step now.
func (r *runner) actions(id string) []Action {
	if !r.is(id, StepStuck) {
		return []Action{}
	}
	list := []Action{ActionRetry}
	if r.supplies(id) {
		list = append(list, ActionSupply)
	}
	rule := ruleOf(id)
	if rule.skip {
		list = append(list, ActionSkip)
	}
	if rule.abort {
		list = append(list, ActionAbort)
	}
	return list
}

// supplies reports whether somebody's own thing can stand for what the step makes.
func (r *runner) supplies(id string) bool {
	if r.adoption == nil {
		return false
	}
	_, ok := r.adoption(id)
	return ok
}

// parseChange checks what somebody wants to be changed in the input of a step. widens: more people would see the case.
//
//workflowcheck:ignore as encode; the order of the map changes nothing but which of two errors is said
func (rule stepRule) parseChange(raw json.RawMessage) (widens bool, err error) {
	var fields map[string]json.RawMessage
	if err := decode(raw, &fields); err != nil {
		return false, fmt.Errorf("the input is no group of fields: %w", err)
	}
	known := rule.names()
	for name, value := range fields {
		f, ok := rule.field(name)
		if !ok {
			return false, fmt.Errorf("the field %q cannot be changed here; these can: %s", name, known)
		}
		if err := decode(value, reflect.New(reflect.TypeOf(f.kind)).Interface()); err != nil {
			return false, fmt.Errorf("the field %q is of another type: %w", name, err)
		}
		widens = widens || f.widens
	}
	return widens, nil
}

func (rule stepRule) field(name string) (field, bool) {
	for _, f := range rule.change {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

func (rule stepRule) names() string {
	var list []string
	for _, f := range rule.change {
		list = append(list, f.name)
	}
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// changed is the input of an activity with what somebody has changed in it.
//
//workflowcheck:ignore as encode
func changed(in any, change json.RawMessage) (any, error) {
	if len(change) == 0 {
		return in, nil
	}
	fresh := reflect.New(reflect.TypeOf(in))
	if err := json.Unmarshal(encode(in), fresh.Interface()); err != nil {
		return nil, err
	}
	read := json.NewDecoder(bytes.NewReader(change))
	read.DisallowUnknownFields()
	if err := read.Decode(fresh.Interface()); err != nil {
		return nil, err
	}
	return fresh.Elem().Interface(), nil
}

// lacking is the fault of a result that names nothing: somebody has completed the activity by hand without saying what
// there is.
func lacking(result any) error {
	id := "there"
	switch v := result.(type) {
	case *jira.Ticket:
		id = v.Key
	case *slack.Channel:
		id = v.ID
	case *slack.Notice:
		id = v.TS
	case *drive.FolderID:
		id = v.ID
	case *drive.Folder:
		id = v.ID
	case *drive.Sheet:
		id = v.ID
	}
	if id != "" {
		return nil
	}
	return activities.Fault{Class: activities.Invalid, Cause: "the result names nothing: was it completed by hand?",
		Hint: "retry it, or supply the id of what is there"}.Error()
}
