package workflows_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// hostileWords do something wherever nobody looks after what people write: in Slack, in JIRA, in a sheet, on a screen.
const hostileWords = "=HYPERLINK('http://evil.example','zq') <!channel> <!here> <!subteam^S0CSIRT01> <http://evil.example|click> <mailto:x@evil.example|us> " +
	"*b* `c` {code} [~accountid:5b10] !image.png! [x|http://evil.example] | a | \u202egnp.exe\u202c \u2066x\u2069 a\u200bb \x07\x1b[31m"

// plain are the fields of commands that name something of the case's own: they are tried by the tests of their commands.
var plain = []string{"Analysis", "Task", "Lesson", "As", "Gate", "Phase", "State", "Status", "Runbook", "Abort", "Into", "Link", "Drop", "Lead", "To", "Owner", "Commander"}

// hostile fills every text of a command, whatever texts it has.
func hostile[C any](command C) C {
	v := reflect.ValueOf(&command).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		switch {
		case slices.Contains(plain, v.Type().Field(i).Name):
		case f.Kind() == reflect.String && f.String() == "":
			f.SetString(hostileWords)
		case f.Type() == reflect.TypeFor[[]string]():
			f.Set(reflect.ValueOf([]string{hostileWords}))
		}
	}
	return command
}

// Whatever people say in the texts of commands is written to Slack, JIRA and the sheet only as text.
func TestHostileWordsAreOnlyText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Operators = "C0CSIRTOPS"
	request := hostile(report("req-hostile"))
	request.ID, request.Title, request.Audience, request.Channel, request.Ticket, request.Where = "req-hostile", hostileWords[:200], "", "", "", ""
	request.Invite = nil
	request, err := request.Cleaned()
	require.NoError(t, err)
	state, _ := w.intake(request)
	broken := somebody
	broken.Name, broken.BreakGlass = hostileWords, hostileWords
	status, _ := w.live(state, 5*time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		for i, c := range []struct {
			update  string
			command any
		}{
			{workflows.TriageUpdate, hostile(workflows.TriageCommand{Severity: 2, Commander: "@ben", By: aoi})}, {workflows.SeverityUpdate, hostile(workflows.SeverityCommand{Severity: 1, By: aoi})},
			{workflows.DetailsUpdate, hostile(workflows.DetailsCommand{By: aoi})}, {workflows.AnalyzeUpdate, hostile(workflows.AnalyzeCommand{Name: hostileWords[:100], Lead: "@ben", By: aoi})},
			{workflows.AnalyzeUpdate, hostile(workflows.AnalyzeCommand{Name: hostileWords[:100], Lead: hostileWords, By: aoi})}, {workflows.ConcludeUpdate, hostile(workflows.ConcludeCommand{Analysis: "a1", By: aoi})},
			{workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a2", Drop: hostileWords, By: aoi}}, {workflows.TaskUpdate, hostile(workflows.TaskCommand{Owner: hostileWords, By: aoi})},
			{workflows.PublishUpdate, hostile(workflows.PublishCommand{Next: time.Hour, By: aoi})}, {workflows.LessonUpdate, hostile(workflows.LessonCommand{By: aoi})},
			{workflows.NoteUpdate, hostile(workflows.NoteCommand{By: aoi})}, {workflows.HandoverUpdate, hostile(workflows.HandoverCommand{To: "@chie", By: aoi})},
			{workflows.AcceptUpdate, workflows.AcceptCommand{Decline: true, Reason: hostileWords, By: chie}}, {workflows.HandoverUpdate, hostile(workflows.HandoverCommand{To: hostileWords, By: aoi})},
			{workflows.DecideUpdate, hostile(workflows.DecideCommand{Lesson: "l1", As: "accept", By: aoi})}, {workflows.WaiveUpdate, hostile(workflows.WaiveCommand{Gate: "containment", By: broken})},
			{workflows.CloseUpdate, hostile(workflows.CloseCommand{By: aoi})},
		} {
			env.RegisterDelayedCallback(func() {
				fail := func(err error) { require.NoError(t, err, "%s", c.update) }
				env.UpdateWorkflow(c.update, "h"+string(rune('a'+i)), &testsuite.TestUpdateCallback{OnAccept: func() {}, OnReject: fail,
					OnComplete: func(v any, err error) {
						fail(err)
						if a, ok := v.(workflows.Answer); ok && a.Refused != nil {
							t.Errorf("%s: %s", c.update, a.Refused.Message)
						}
					}}, c.command)
			}, time.Minute+time.Duration(i)*time.Second)
		}
	})
	require.NotEqual(t, incident.PhaseTriage, status.Phase)
	w.harmless()
}

var (
	turns   = regexp.MustCompile("[\u202a-\u202e\u2066-\u2069\\x00-\\x08\\x0b-\\x1f\\x7f]")
	inSlack = regexp.MustCompile(`<!(channel|here|everyone|subteam)|<https?://evil|<mailto:x@`)
	inJira  = regexp.MustCompile(`(^|[^\\])(\{code\}|\[~|!image|\[x\||\[http://evil)`)
)

// harmless looks at everything that the vendors hold.
func (w *world) harmless() {
	w.Helper()
	seen := map[string]int{}
	for vendor, control := range map[string]http.Handler{"slack": w.slack, "jira": w.jira, "google": w.drive} {
		for at, text := range stateOf(w, control) {
			if strings.Contains(text, "zq") {
				seen[vendor]++
			}
			if m := turns.FindString(text); m != "" {
				w.Errorf("%s %s holds %q in %q", vendor, at, m, incident.Shorten(text, 300))
			}
			if m := inSlack.FindString(text); vendor == "slack" && m != "" && !strings.HasSuffix(at, "/plain") {
				w.Errorf("%s %s holds %s in %q", vendor, at, m, incident.Shorten(text, 300))
			}
			if m := inJira.FindString(text); vendor == "jira" && m != "" && (strings.HasSuffix(at, "/Description") || strings.HasSuffix(at, "/Body")) {
				w.Errorf("%s %s holds %s in %q", vendor, at, m, incident.Shorten(text, 300))
			}
			if strings.Contains(at, "formulaValue") && strings.Contains(text, "evil") {
				w.Errorf("%s %s is a formula: %q", vendor, at, text)
			}
		}
	}
	require.Greater(w, min(seen["slack"], seen["jira"], seen["google"]), 3, "people's words are at each of them: %v", seen)
}

// stateOf is what a fake holds: each text with the way to it.
func stateOf(w *world, vendor http.Handler) map[string]string {
	w.Helper()
	rec := httptest.NewRecorder()
	vendor.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/_control/state", nil))
	require.Equal(w, http.StatusOK, rec.Code)
	var state any
	require.NoError(w, json.Unmarshal(rec.Body.Bytes(), &state))
	texts := map[string]string{}
	gather(texts, "", state)
	return texts
}

func gather(into map[string]string, at string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, one := range v {
			if key == "text" && v["type"] == "plain_text" {
				key = "plain" // in which Slack makes nothing of anything
			}
			gather(into, at+"/"+key, one)
		}
	case []any:
		for i, one := range v {
			gather(into, at+"/"+strconv.Itoa(i), one)
		}
	case string:
		into[at] = v
	}
}
