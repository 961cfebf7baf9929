package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/slack/slacktest"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// hostileWords do something wherever nobody looks after what people write: in Slack, in JIRA, in a sheet, on a screen. %s
// tells the fields apart.
const hostileWords = "=HYPERLINK('http://evil.example','%s') <!channel> <!here> <!everyone> <!subteam^S0CSIRT01> <http://evil.example|click> <mailto:x@evil.example|us> " +
	"*b* `c` {code} [~accountid:5b10] !image.png! [x|http://evil.example] h1. || a | \u202egnp.exe\u202c \u2066x\u2069 a\u200bb \x07\x1b[31m"

// beside is what has to be said beside a field for the command to be meant; a verb that is not here is typed with the field
// alone.
var beside = map[string]string{
	"handover note": "--to @chie", "severity reason": "--severity 2", "analyze lead": "--name n", "analyze hypothesis": "--name n", "analyze invite": "--name n",
	"conclude finding": "--analysis a1", "conclude drop": "--analysis a2", "task owner": "--title t", "task due": "--title t", "task status": "--task t1", "update next": "--text t",
	"run reason": "--abort r1", "note link": "--text t", "note at": "--text t", "decide reason": "--lesson l1 --as accept", "decide as": "--lesson l2", "decide key": "--lesson l2 --as join",
	"decide lesson": "--as theme", "waive reason": "--gate analysis", "waive gate": "--reason r", "back reason": "--phase analysis", "back phase": "--reason r", "close reason": "--resolution contained",
	"merge reason": "--into SEC-1", "merge into": "--reason r", "analyze name": "", "open severity": "t", "open kind": "t", "open reporter": "t", "open org": "t", "open invite": "t", "open audience": "t",
}

// attack types hostile words behind every flag of every verb, as people do, and remembers what is said to it.
type attack struct {
	*install
	t       *testing.T
	channel string
	words   map[string]string // field → the word by which its text is known
	told    map[string]string // field → the answer
}

var (
	usageLine = regexp.MustCompile("`/case ([a-z]+)([^`]*)`")
	slotWord  = regexp.MustCompile(`--([a-z]+)|\b([A-Z]{2,})\b`)
)

// fields are all that can be said, by verb, as the help lists them.
func (a *attack) fields() map[string][]string {
	found := map[string][]string{"open": {"title", "report", "reporter", "org", "kind", "invite", "severity", "audience"}}
	for _, line := range usageLine.FindAllStringSubmatch(a.says(`help`, "ben", a.channel), -1) {
		for _, m := range slotWord.FindAllStringSubmatch(line[2], -1) {
			name := strings.ToLower(m[1] + m[2])
			if line[1] != "open" && line[1] != "status" && !slices.Contains(found[line[1]], name) {
				found[line[1]] = append(found[line[1]], name)
			}
		}
	}
	require.Greater(a.t, len(found), 15, "the help lists the verbs")
	return found
}

// says types a command and returns what the person reads at once.
func (a *attack) says(text, who, channel string) string {
	a.t.Helper()
	var answer struct {
		Status int    `json:"status"`
		Body   string `json:"body"`
	}
	require.NoError(a.t, call(a.t.Context(), http.MethodPost, control(a.at.Slack)+"command", map[string]string{"user": who, "channel": channel, "command": "/case", "text": text, "trigger_id": trigger()}, &answer))
	require.Equal(a.t, http.StatusOK, answer.Status, answer.Body)
	return plainAnswer(answer.Body)
}

// word is the text for a field.
func (a *attack) word(field string) string {
	if a.words[field] == "" {
		a.words[field] = fmt.Sprintf("zq%03dzq", len(a.words))
	}
	return fmt.Sprintf(hostileWords, a.words[field])
}

func (a *attack) tries(verb, field, who, channel string) string {
	a.t.Helper()
	name := verb + " " + field
	a.told[name] = "a form asks for the rest: " + a.says(verb+" "+beside[name]+" --"+field+" \u201c"+a.word(name)+"\u201d", who, channel)
	return a.told[name]
}

// everything tries all fields of a verb that were not tried yet.
func (a *attack) everything(verb string, fields map[string][]string) {
	a.t.Helper()
	for _, field := range fields[verb] {
		if a.told[verb+" "+field] == "" && field != "unclear" { // which takes no words
			a.tries(verb, field, "ben", a.channel)
		}
	}
}

// Whatever people write into whichever field of whichever command, is written to Slack, JIRA, the sheet and Drive only as
// text: it mentions nobody, hides no address, is no formula and no markup, and turns nothing around. A new field is tried
// by itself.
func TestHostileWordsInEveryField(t *testing.T) {
	in := newInstall(t, t.TempDir(), nil)
	a := &attack{install: in, t: t, words: map[string]string{}, told: map[string]string{}}
	request := trigger()
	a.words["open report"], a.words["open title"] = "zqreportzq", "zqtitlezq"
	line := "open " + a.word("open title")
	for _, field := range []string{"reporter", "org", "kind", "invite"} {
		line += " --" + field + " \u201c" + a.word("open "+field) + "\u201d"
	}
	in.command(t, "ben", line+"\n"+a.word("open report"), request)
	s := in.wait(t, request, cases.Linked)
	a.channel = s.Links.Channel
	for _, field := range []string{"title", "report", "reporter", "org", "kind", "invite"} {
		a.told["open "+field] = "in one line"
	}
	fields := a.fields()
	a.says("run --runbook phishing-mail", "ben", a.channel)
	for _, verb := range []string{"analyze", "lesson"} {
		a.everything(verb, fields)
	}
	a.says("lesson one more", "ben", a.channel)
	last := []string{"analyze", "conclude", "decide", "waive", "close", "back", "reopen", "merge", "mistake", "decline", "accept", "take"}
	for _, verb := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(last, verb) {
			a.everything(verb, fields)
		}
	}
	a.forms(s.WorkflowID)
	a.tries("decline", "reason", "chie", a.channel)
	for _, verb := range []string{"conclude", "decide", "waive"} {
		a.everything(verb, fields)
	}
	a.ends(request, fields)
	for _, verb := range slices.Sorted(maps.Keys(fields)) { // what was forgotten above
		a.everything(verb, fields)
	}
	in.settle(t, request, "everything is written", func(s workflows.Status) bool { return len(s.Debts) == 0 })
	a.judges(fields)
	a.harmless()
}

// ends closes the case, takes it back and reopens it, and merges others into it or takes them back as mistakes.
func (a *attack) ends(request string, fields map[string][]string) {
	a.t.Helper()
	twin, t := a.install.open(a.t, "ben", "open the same again", cases.Linked)
	a.tries("merge", "reason", "ben", t.Links.Channel)
	slip, m := a.install.open(a.t, "ben", "open nothing", cases.Linked)
	a.tries("mistake", "reason", "ben", m.Links.Channel)
	a.everything("merge", fields)
	a.tries("close", "resolution", "ben", a.channel)
	a.settle(a.t, request, "it is in lessons", func(s workflows.Status) bool { return s.Phase == incident.PhaseLessons })
	a.everything("back", fields)
	a.settle(a.t, request, "it is back", func(s workflows.Status) bool { return s.Phase == incident.PhaseAnalysis })
	a.says("waive --gate analysis --reason again", "ben", a.channel)
	a.tries("close", "reason", "ben", a.channel)
	a.settle(a.t, request, "it is in lessons again", func(s workflows.Status) bool { return s.Phase == incident.PhaseLessons })
	a.says("decide --lesson l2 --as accept --reason r", "ben", a.channel)
	for _, l := range a.wait(a.t, request, cases.Settled).Lessons {
		if !l.Decided() {
			a.says("decide --lesson "+l.ID+" --as accept --reason r", "ben", a.channel)
		}
	}
	closed := func(s workflows.Status) bool { return s.Phase == incident.PhaseClosed && len(s.Debts) == 0 }
	for _, r := range []string{request, twin, slip} {
		a.settle(a.t, r, "it is closed", closed)
	}
	a.tries("reopen", "reason", "ben", a.channel)
	a.settle(a.t, request, "it is open again", func(s workflows.Status) bool { return s.Phase == incident.PhaseAnalysis && len(s.Debts) == 0 })
}

// forms fills every text field of every form that the card and the command show, as far as the case lets them be sent.
func (a *attack) forms(workflow string) {
	a.t.Helper()
	for _, verb := range []string{"triage", "severity", "details", "handover", "analyze", "task", "update", "lesson", "note"} {
		var at slacktest.Interacted
		aim, _ := json.Marshal(map[string]string{"workflow": workflow})
		require.NoError(a.t, call(a.t.Context(), http.MethodPost, control(a.at.Slack)+"interact",
			slacktest.Interaction{User: "ben", Channel: a.channel, MessageTS: a.card(), ActionID: "case_" + verb, Value: string(aim)}, &at))
		require.NotEmpty(a.t, at.Views, "%s: %s", verb, at.Body)
		view := at.Views[len(at.Views)-1]
		values := map[string]slacktest.Input{}
		for _, d := range a.site.Slack.Dialogs(cast(a.t, "ben").ID) {
			for _, f := range d.Fields() {
				if value := a.value(verb, f); value != "" && d.ID == view {
					values[f.Action] = slacktest.Input{value}
				}
			}
		}
		require.NotEmpty(a.t, values, verb)
		require.NoError(a.t, call(a.t.Context(), http.MethodPost, control(a.at.Slack)+"interact", slacktest.Interaction{User: "ben", ViewID: view, Values: values}, &at))
		require.NotContains(a.t, at.Views, view, "%s is taken: %s", verb, at.Body)
	}
}

// card is the case's pinned message.
func (a *attack) card() string {
	a.t.Helper()
	for _, m := range a.site.Slack.Messages(a.channel) {
		if m.BotID != "" && strings.Contains(string(m.Blocks), "case_triage") {
			return m.TS
		}
	}
	a.t.Fatal("the channel has no card")
	return ""
}

// value is what is put into a field of a form: hostile words where words are taken.
func (a *attack) value(verb string, f slacktest.Field) string {
	switch {
	case f.Kind == "plain_text_input":
		return incident.Shorten(a.word("form "+verb+" "+f.Action), f.MaxLength)
	case f.Kind == "users_select" && verb == "triage":
		return "aoi"
	case f.Kind == "users_select": // command is offered to somebody who has not got it
		return "chie"
	case len(f.Groups) > 0 && f.Kind == "static_select":
		return f.Groups[0].Options[0].Value
	}
	return ""
}

// vendors is what the sandbox holds: each string with the way to it, by vendor.
func (a *attack) vendors() map[string]map[string]string {
	a.t.Helper()
	all := map[string]map[string]string{}
	for name, at := range map[string]string{"slack": a.at.Slack, "jira": a.at.Jira, "google": a.at.Google} {
		var state any
		require.NoError(a.t, call(a.t.Context(), http.MethodGet, control(at)+"state", nil, &state))
		all[name] = map[string]string{}
		gather(all[name], "", state)
	}
	return all
}

func gather(into map[string]string, at string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, one := range v {
			if key == "text" && v["type"] == "plain_text" {
				key = "plain"
			}
			gather(into, at+"/"+key, one)
		}
	case []any:
		for i, one := range v {
			gather(into, fmt.Sprintf("%s/%d", at, i), one)
		}
	case string:
		into[at] = v
	}
}

// judges reports fields that were never tried.
func (a *attack) judges(fields map[string][]string) {
	a.t.Helper()
	for verb, list := range fields {
		for _, field := range list {
			if field != "unclear" && a.told[verb+" "+field] == "" {
				a.t.Errorf("%s %s was never tried", verb, field)
			}
		}
	}
}

var (
	turns   = regexp.MustCompile("[\u202a-\u202e\u2066-\u2069\\x00-\\x08\\x0b-\\x1f\\x7f]")
	inSlack = regexp.MustCompile(`<!(channel|here|everyone|subteam)|<https?://evil|<mailto:x@`)
	inJira  = regexp.MustCompile(`(^|[^\\])(\{code\}|\[~|!image|\[x\||\[http://evil)`)
)

// harmless looks at everything that the vendors hold: nothing in it is more than text.
func (a *attack) harmless() {
	a.t.Helper()
	seen := 0
	for vendor, strs := range a.vendors() {
		for at, text := range strs {
			if strings.Contains(text, "zq") {
				seen++
			}
			if m := turns.FindString(text); m != "" && !plainThere(at) {
				a.t.Errorf("%s %s holds %q in %q", vendor, at, m, incident.Shorten(text, 300))
			}
			if m := inSlack.FindString(text); vendor == "slack" && m != "" && !plainThere(at) {
				a.t.Errorf("%s %s holds %s in %q", vendor, at, m, incident.Shorten(text, 300))
			}
			if m := inJira.FindString(text); vendor == "jira" && m != "" && (strings.HasSuffix(at, "/Description") || strings.HasSuffix(at, "/Body")) {
				a.t.Errorf("%s %s holds %s in %q", vendor, at, m, incident.Shorten(text, 300))
			}
			if strings.Contains(at, "formulaValue") && strings.Contains(text, "evil") {
				a.t.Errorf("%s %s is a formula: %q", vendor, at, text)
			}
		}
	}
	require.Greater(a.t, seen, 20, "people's words are there")
}

// plainThere reports whether Slack shows what is there as plain text.
func plainThere(at string) bool {
	return strings.HasSuffix(at, "/plain") || strings.HasSuffix(at, "/initial_value") || strings.HasSuffix(at, "/private_metadata")
}
