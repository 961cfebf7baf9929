package doctor_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/serviceerror"

	"hikeshi/activities/fake"
	"hikeshi/activities/jira/jiratest"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/starter/doctor"
)

// looks renders findings for a failure of a test.
func looks(r doctor.Report) string {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%-11s %s %s: %s → %s\n", f.State, f.Area, f.Check, f.Found, f.Do)
	}
	return b.String()
}

func TestAGoodInstallation(t *testing.T) {
	w := newWorld(t, options{})
	w.edit = func(s string) string { // the workspace's own channel for operators is public
		return strings.Replace(s, "operators_channel: C0CSIRTOPS", "operators_channel: "+slacktest.Executives, 1)
	}
	w.ticket("SEC", nil)
	w.ticket("SEC", map[string]any{"security": map[string]any{"name": "CSIRT only"}})
	r := w.examine()
	if r.Count(doctor.Mend)+r.Count(doctor.Warning) > 0 || r.Count(doctor.OK) < 25 {
		t.Errorf("a good installation is not found good:\n%s", looks(r))
	}
	w.env["SLACK_APP_TOKEN"] = fake.SlackAppToken
	if r := w.examine(); !slices.ContainsFunc(r.Findings, func(f doctor.Finding) bool { return f.Check == "app token" && f.State == doctor.OK }) {
		t.Errorf("the app-level token is not found good:\n%s", looks(r))
	}
}

// What is wrong is found, with what to do about it, and so is nothing else.
func TestFindings(t *testing.T) {
	replace := func(old, new string) func(*world) {
		return func(w *world) {
			w.edit = func(s string) string {
				if !strings.Contains(s, old) {
					w.t.Fatalf("the configuration does not hold %q", old)
				}
				return strings.Replace(s, old, new, 1)
			}
		}
	}
	unset := func(name string) func(*world) { return func(w *world) { delete(w.env, name) } }
	set := func(name, value string) func(*world) { return func(w *world) { w.env[name] = value } }
	withhold := func(key string) options { return options{jira: jiratest.Options{Withhold: []string{key}}} }
	lacking := slices.DeleteFunc(slack.Scopes(), func(s string) bool { return s == "pins:write" })
	for name, test := range map[string]struct {
		o     options
		spoil func(*world)
		state doctor.State
		check string // of the finding
		says  string // in what was found or in what to do
	}{
		"no operators' channel":       {spoil: replace("operators_channel: C0CSIRTOPS, ", ""), state: doctor.Warning, check: "operators", says: "slack.operators_channel"},
		"no drills":                   {spoil: replace("drill_project: DRILL, ", ""), state: doctor.Warning, check: "drills", says: "jira.drill_project"},
		"a readable key ring":         {spoil: func(w *world) { w.must(os.Chmod(filepath.Join(w.dir, "keys.yaml"), 0o644)) }, state: doctor.Warning, check: "key ring", says: "chmod 600"},
		"no key ring":                 {spoil: func(w *world) { w.must(os.Remove(filepath.Join(w.dir, "keys.yaml"))) }, state: doctor.Mend, check: "key ring", says: "no such file"},
		"no Temporal":                 {spoil: func(w *world) { w.temporal.address = "127.0.0.1:1" }, state: doctor.Mend, check: "connection", says: "127.0.0.1:1"},
		"short retention":             {spoil: func(w *world) { w.temporal.kept = 3600e9 }, state: doctor.Mend, check: "namespace", says: "--retention 720h"},
		"short retention, allowed":    {spoil: func(w *world) { w.temporal.kept = 3600e9; replace("audit: {", "audit: {short_retention: true, ")(w) }, state: doctor.Warning, check: "retention", says: "seal"},
		"no search attribute":         {spoil: func(w *world) { w.temporal.lacks = "CaseNumber" }, state: doctor.Mend, check: "namespace", says: "starter setup"},
		"no worker":                   {spoil: func(w *world) { w.temporal.idle = "hikeshi-jira" }, state: doctor.Mend, check: "workers", says: "hikeshi-jira"},
		"a server that cannot hold":   {spoil: func(w *world) { w.temporal.hold = serviceerror.NewUnimplemented("?") }, state: doctor.Warning, check: "breaker", says: "no call UpdateTaskQueueConfig"},
		"no right to hold":            {spoil: func(w *world) { w.temporal.hold = serviceerror.NewPermissionDenied("no", "") }, state: doctor.Warning, check: "breaker", says: "right to write"},
		"a clock that is ahead":       {spoil: func(w *world) { w.temporal.ahead, w.temporal.dated = -12*time.Minute, true }, state: doctor.Mend, check: "clock", says: "at least 11m59s ahead of Temporal's"},
		"a clock that is behind":      {spoil: func(w *world) { w.temporal.ahead = 12 * time.Minute }, state: doctor.Mend, check: "clock", says: "behind Temporal's"},
		"a clock that is long ahead":  {spoil: func(w *world) { w.temporal.ahead = -30 * time.Minute }, state: doctor.Mend, check: "clock", says: "NTP"},
		"a clock that runs wrong":     {spoil: func(w *world) { w.temporal.ahead = 3 * time.Minute }, state: doctor.Warning, check: "clock", says: "NTP"},
		"no gateway's key":            {spoil: replace("gateway: {signing_key: gateway.pem, public_keys: ['PUBLIC_KEY']}", ""), state: doctor.Warning, check: "gateway's signing key", says: "starter setup"},
		"another gateway's key":       {spoil: func(w *world) { w.env["PUBLIC_KEY"] = strings.Repeat("ab", 32) }, state: doctor.Mend, check: "gateway's signing key", says: "not among gateway.public_keys"},
		"no public key":               {spoil: replace(", public_keys: ['PUBLIC_KEY']", ""), state: doctor.Mend, check: "gateway's signing key", says: "not among gateway.public_keys"},
		"only a public key":           {spoil: replace("signing_key: gateway.pem, ", ""), state: doctor.Unchecked, check: "gateway's signing key", says: "where it does"},
		"a signing key that is gone":  {spoil: func(w *world) { w.must(os.Remove(filepath.Join(w.dir, "gateway.pem"))) }, state: doctor.Mend, check: "gateway's signing key", says: "copy the key there"},
		"a signing key for everybody": {spoil: func(w *world) { w.must(os.Chmod(filepath.Join(w.dir, "gateway.pem"), 0o604)) }, state: doctor.Mend, check: "gateway's signing key", says: "chmod 600"},
		"a signing key for the group": {spoil: func(w *world) { w.must(os.Chmod(filepath.Join(w.dir, "gateway.pem"), 0o640)) }, state: doctor.Warning, check: "gateway's signing key", says: "chmod 600"},
		"a signing key that is none":  {spoil: func(w *world) { w.must(os.WriteFile(filepath.Join(w.dir, "gateway.pem"), []byte("x"), 0o600)) }, state: doctor.Mend, check: "gateway's signing key", says: "no PEM file"},
		"a rule's group is not there": {spoil: replace("groups: [S0CSIRT01]", "groups: [S0NOBODY9]"), state: doctor.Mend, check: "rules[1] (close, waive)", says: "no user group S0NOBODY9"},
		"a rule's group is empty":     {spoil: func(w *world) { w.slack.Regroup("S0BRAVO03") }, state: doctor.Mend, check: "rules[2] (open)", says: "@smg-bravo (S0BRAVO03) is empty"},
		"no bot token":                {spoil: unset("SLACK_BOT_TOKEN"), state: doctor.Unchecked, check: "SLACK_BOT_TOKEN", says: "here"},
		"a bot token from nowhere":    {spoil: set("SLACK_BOT_TOKEN", "xoxb-wrong"), state: doctor.Mend, check: "bot token", says: "SLACK_BOT_TOKEN"},
		"a file that is not there":    {spoil: func(w *world) { delete(w.env, "SLACK_BOT_TOKEN"); w.env["SLACK_BOT_TOKEN_FILE"] = "/nowhere/token" }, state: doctor.Mend, check: "SLACK_BOT_TOKEN", says: "/nowhere/token"},
		"a scope lacks":               {o: options{slack: slacktest.Options{Scopes: lacking}}, state: doctor.Mend, check: "scopes", says: "pins:write (for pins.add)"},
		"a scope too many":            {o: options{slack: slacktest.Options{Scopes: append(slack.Scopes(), "files:write")}}, state: doctor.Warning, check: "scopes", says: "files:write"},
		"a wrong app token":           {spoil: set("SLACK_APP_TOKEN", "xapp-wrong"), state: doctor.Mend, check: "app token", says: ""},
		"no app token for Socket Mode": {spoil: func(w *world) {
			w.edit = func(s string) string { return strings.Replace(s, "gateway: {", "gateway: {mode: socket, ", 1) }
		}, state: doctor.Unchecked, check: "SLACK_APP_TOKEN", says: "Socket Mode"},
		"no signing secret":             {spoil: unset("SLACK_SIGNING_SECRET"), state: doctor.Unchecked, check: "SLACK_SIGNING_SECRET", says: "HTTP"},
		"a channel that is not ours":    {spoil: replace("operators_channel: C0CSIRTOPS", "operators_channel: C0NOWHERE"), state: doctor.Mend, check: "operators' channel", says: "invite"},
		"a public channel":              {state: doctor.Warning, check: "operators' channel", says: "make it private"},
		"public, but not for operators": {spoil: replace("executives_channel: C0EXECUTIVES", "executives_channel: "+slacktest.General), state: doctor.OK, check: "executives' channel", says: "public: everybody"},
		"no address of Slack's":         {spoil: set("SLACK_API_URL", "http://%zz/"), state: doctor.Mend, check: "bot token", says: "is no address"},
		"an archived channel":           {spoil: func(w *world) { w.slack.Archive("aoi", "csirt-ops") }, state: doctor.Mend, check: "operators' channel", says: "unarchive"},
		"nobody of that name":           {spoil: replace(`"@kenji"`, `"@nobody"`), state: doctor.Mend, check: "responders", says: "@nobody"},
		"a group that is not there":     {spoil: replace("S0ACME002", "S0NOBODY9"), state: doctor.Mend, check: "responders", says: "S0NOBODY9"},
		"no responders": {spoil: func(w *world) {
			replace(`responders: [S0CSIRT01, "@kenji"], `, "")(w)
			once := w.edit
			w.edit = func(s string) string { return strings.Replace(once(s), ", responders: [S0ACME002]", "", 1) }
		}, state: doctor.Warning, check: "responders", says: "slack.responders"},
		"no JIRA token":             {spoil: unset("JIRA_TOKEN"), state: doctor.Unchecked, check: "JIRA_TOKEN", says: "worker runs"},
		"a wrong JIRA token":        {spoil: set("JIRA_TOKEN", "wrong"), state: doctor.Mend, check: "token", says: "JIRA_TOKEN"},
		"no JIRA at the address":    {spoil: set("JIRA_URL", "http://127.0.0.1:1"), state: doctor.Mend, check: "token", says: "JIRA_URL"},
		"no such project":           {spoil: replace("project: SEC,", "project: NOPE,"), state: doctor.Mend, check: "NOPE: project", says: "project name"},
		"no such issue type":        {spoil: replace("jira: {", "jira: {log_issue_type: Story, "), state: doctor.Mend, check: "SEC: issue type", says: "Story"},
		"a required field":          {spoil: replace("project: SEC,", "project: STRICT,"), state: doctor.Mend, check: "STRICT: create screen of Incident", says: "customfield_10042"},
		"a field off the screen":    {o: options{jira: jiratest.Options{OffScreen: []string{"labels"}}}, state: doctor.Mend, check: "SEC: create screen of Incident", says: "labels"},
		"a field nobody knows":      {spoil: replace("jira: {", "jira: {fields: {customfield_9: x}, "), state: doctor.Mend, check: "SEC: create screen of Incident", says: "customfield_9"},
		"no right to create":        {o: withhold("CREATE_ISSUES"), state: doctor.Mend, check: "SEC: permissions", says: "Create Issues"},
		"no right to limit readers": {o: withhold("SET_ISSUE_SECURITY"), state: doctor.Mend, check: "SEC: permissions", says: "Set Issue Security"},
		"mails with every edit":     {o: withhold("ADMINISTER_PROJECTS"), state: doctor.Warning, check: "SEC: permissions", says: "mail"},
		"no such level":             {spoil: replace("security_level: Acme", "security_level: Zeta"), state: doctor.Mend, check: "SEC: security levels", says: "Zeta"},
		"no such link type":         {spoil: replace("jira: {", "jira: {link_type: Follows, "), state: doctor.Mend, check: "link type", says: "Relates"},
		"nobody on call":            {spoil: replace(", on_call: chie", ""), state: doctor.Warning, check: "on call", says: "jira.on_call"},
		"a stranger on call":        {spoil: replace("on_call: chie", "on_call: nobody"), state: doctor.Mend, check: "SEC: on call", says: "Assignable User"},
		"on call, but sees nothing": {spoil: func(w *world) {
			replace("on_call: chie", "on_call: lena")(w)
			w.ticket("SEC", map[string]any{"security": map[string]any{"name": "Acme"}})
		}, state: doctor.Mend, check: "SEC: on call, level Acme", says: "level"},
		"no ticket yet": {state: doctor.Unchecked, check: "SEC: workflow of Incident", says: "open a case"},
		"a field off the edit screen": {o: options{jira: jiratest.Options{OffScreen: []string{"description"}}}, spoil: func(w *world) { w.ticket("SEC", nil) },
			state: doctor.Mend, check: "SEC: edit screen of Incident", says: "description"},
		"a transition that asks too much": {o: options{jira: jiratest.Options{AskField: "customfield_10042"}}, spoil: func(w *world) {
			w.ticket("SEC", nil)
			w.post("POST", w.env["JIRA_URL"]+"/rest/api/2/issue/SEC-1/transitions", `{"transition":{"id":"21"}}`)
		}, state: doctor.Mend, check: "SEC: workflow of Incident", says: "customfield_10042"},
		"no key of Google's":      {spoil: unset("GOOGLE_DRIVE_ENDPOINT"), state: doctor.Unchecked, check: "key", says: "GOOGLE_APPLICATION_CREDENTIALS"},
		"a key that is not there": {spoil: set("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/google.json"), state: doctor.Mend, check: "key", says: "/nowhere/google.json"},
		"a folder that is closed": {spoil: replace("folder: fld-acme", "folder: fld-foreign"), state: doctor.Mend, check: "organisations (acme).folder", says: fake.GoogleAccount},
		"a folder in the trash": {spoil: func(w *world) {
			w.post("PATCH", w.google+"/drive/v3/files/fld-drills?supportsAllDrives=true", `{"trashed":true}`)
		}, state: doctor.Mend, check: "google.drill_folder", says: "trash"},
		"a folder for everybody": {spoil: func(w *world) {
			w.post("POST", w.google+"/drive/v3/files/fld-cases/permissions?supportsAllDrives=true", `{"type":"anyone","role":"reader"}`)
		}, state: doctor.Mend, check: "audiences.group.folder", says: "link"},
		"no pager":                  {spoil: replace("pager: {url: 'PAGER_URL'}", ""), state: doctor.Warning, check: "pager", says: "pager.url"},
		"a pager that is not there": {spoil: set("PAGER_URL", "http://127.0.0.1:1/"), state: doctor.Mend, check: "pager", says: "pager.url"},
		"no authority":              {spoil: replace("audit: {timestamp_url: 'STAMP_URL', timestamp_ca: ca.pem}", ""), state: doctor.Warning, check: "authority", says: "timestamp_url"},
		"an authority elsewhere":    {spoil: set("STAMP_URL", "http://127.0.0.1:1/"), state: doctor.Mend, check: "authority", says: ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, test.o)
			if test.spoil != nil {
				test.spoil(w)
			}
			r := w.examine()
			found := slices.ContainsFunc(r.Findings, func(f doctor.Finding) bool {
				return f.State == test.state && strings.HasPrefix(f.Check, test.check) && strings.Contains(f.Found+" → "+f.Do, test.says)
			})
			if !found {
				t.Errorf("no finding %q %s … %q:\n%s", test.state, test.check, test.says, looks(r))
			}
			for _, f := range r.Findings {
				if wrong := f.State == doctor.Mend || f.State == doctor.Warning; wrong && (f.Do == "" || strings.HasPrefix(f.Do, "Nothing was done")) {
					t.Errorf("what to do is not said: %+v", f)
				}
				if f.State == doctor.Mend && test.state != doctor.Mend {
					t.Errorf("must be mended too: %+v", f)
				}
			}
		})
	}
}

// Nothing is written anywhere: the vendors see only reads, and what Temporal is asked it always refuses.
func TestItOnlyReads(t *testing.T) {
	w := newWorld(t, options{})
	w.ticket("SEC", nil)
	before := len(w.jira.Calls())
	w.examine()
	for _, c := range w.jira.Calls()[before:] {
		if c.Method != http.MethodGet {
			t.Errorf("JIRA: %s %s", c.Method, c.Path)
		}
	}
	for _, c := range w.drive.Calls() {
		if c.Method != http.MethodGet {
			t.Errorf("Google: %s %s", c.Method, c.Path)
		}
	}
	for _, r := range w.temporal.updated {
		if r.GetUpdateQueueRateLimit().GetRateLimit().GetRequestsPerSecond() >= 0 {
			t.Errorf("Temporal is asked for something that it could do: %v", r)
		}
	}
	if len(w.temporal.updated) == 0 {
		t.Error("whether queues can be held was not looked at")
	}
}

func TestUnreadableConfiguration(t *testing.T) {
	r := doctor.Unreadable(errors.New("line 3: no such key"))
	if len(r.Findings) != 1 || r.Findings[0].State != doctor.Mend || !strings.Contains(r.Findings[0].Found, "line 3") || r.Findings[0].Do == "" {
		t.Errorf("got %+v", r)
	}
}
