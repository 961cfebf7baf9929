package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// What a person wrote about the case of this test. None of it may be readable without the keys.
const (
	mailTitle    = "給与担当へのフィッシング"
	mailReporter = "Hanako Yamada"
	mailReport   = "asks for the bank account of everybody"
)

// An operator finds a case in the Temporal Web UI by its number and reads on its page where it stands: what is done,
// what is stuck and why, and what to do. The page has the payloads decoded by the codec endpoint; to a browser that
// cannot reach it nothing is readable that a person wrote.
func TestTheWebUIShowsTheCase(t *testing.T) {
	b := openBrowser(t) // first: without a browser nothing else need start
	l := startWithUI(t)
	err := l.site.Drive.Control.Inject(fake.Fault{Match: "POST /drive/v3/files", Mode: "status", Status: http.StatusBadRequest})
	if err != nil {
		t.Fatal(err)
	}
	l.types(t, "open sev2 "+mailTitle+` --reporter "`+mailReporter+`" --kind phishing`+"\n"+mailReport)
	number := l.stuckCase(t)

	b.Open(l.stack.UIURL + "/namespaces/" + l.stack.Namespace + "/workflows?query=" + url.QueryEscape(`CaseNumber="`+number+`"`))
	b.Follow("case/" + number)
	b.Reads("case/"+number, mailReport, "Open the Slack channel")
	b.ShootPage("timeline")
	run := strings.TrimSuffix(b.Address(), "/timeline")
	b.Open(run + "/user-metadata")
	b.Reads("Current Details", number, mailTitle, mailReporter, "triage: what happened, how bad, how far?", "stuck",
		"Ticket", "Channel", "Open the Drive folder", "Invalid", "What you can do now")
	b.ShootPage("details")
	for _, want := range []string{"/browse/" + number, "/slack/"} {
		if !strings.Contains(b.Source(), want) {
			t.Errorf("the page has no link with %s", want)
		}
	}
	b.Open(run + "/memo")
	b.Reads("head", mailTitle)
	b.ShootPage("memo")

	sealed := openBrowser(t, codecOf(t, l.stack.UIURL))
	for _, page := range []string{"timeline", "history", "pending-activities", "user-metadata", "search-attributes", "memo"} {
		sealed.Open(run + "/" + page)
		text := sealed.Reads("case/"+number, "Codec Server could not connect")
		for _, written := range []string{mailTitle, mailReporter, mailReport} {
			if strings.Contains(text+sealed.Source(), written) {
				t.Errorf("without the codec endpoint the page %s holds %q", page, written)
			}
		}
		sealed.ShootPage("sealed-" + page)
	}
}

// The case, its analysis and its mirror can be followed in the Temporal Web UI, and lead to each other.
func TestTheWebUILinksACaseWithItsChildren(t *testing.T) {
	b := openBrowser(t)
	in := newInstall(t, t.TempDir(), func(o *options) { o.noUI = false })
	request, s := in.open(t, "aoi", "open リンクの確認", cases.Linked)
	in.send(t, s.Number, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", Lead: "@chie", Hypothesis: "the password was used", By: principal()})
	in.says(t, "aoi", s.Links.Channel, "", "something is said")
	s = in.settle(t, request, "there is an analysis and a log", func(s workflows.Status) bool {
		return analysisOf(s, "a1").LeadID != "" && len(s.Mirror.Logs) > 0 && len(s.Debts) == 0
	})
	a1 := analysisOf(s, "a1")
	pages := map[string]string{"case": s.WorkflowID, "analysis": a1.WorkflowID, "mirror": s.Mirror.WorkflowID}
	address := func(id string) string { return temporalPage(in, id) + "/" + in.run(t, id) + "/user-metadata" }
	b.Open(address(s.WorkflowID))
	b.Reads("Current Details", s.Number, "mailbox", "中村 千恵")
	for page, links := range map[string][]string{
		"case": {a1.Temporal, s.Mirror.Temporal}, "analysis": {s.Links.Temporal, s.Links.TicketURL, a1.ChannelURL}, "mirror": {s.Links.Temporal, s.Mirror.Logs[0].URL},
	} {
		b.Open(address(pages[page]))
		b.Reads("Current Details", s.Number)
		b.LeadsTo(links...)
		b.ShootPage(page)
	}
}

// temporalPage is the address of a workflow's page, without its run.
func temporalPage(in *install, id string) string {
	return in.stack.UIURL + "/namespaces/" + in.stack.Namespace + "/workflows/" + url.PathEscape(id)
}

func startWithUI(t *testing.T) *local {
	t.Helper()
	l, err := start(t.Context(), options{data: t.TempDir(), searchLag: -1, patience: patient, rewrite: calmly(nil)}, newNarrator(t.Output()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.stop(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// types has a person of the cast type /case and what follows, in Slack.
func (l *local) types(t *testing.T, text string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"user": "aoi", "channel": "general", "command": "/case", "text": text})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(control(l.at.Slack)+"command", "application/json", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Status int
		Body   string
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Status != http.StatusOK {
		t.Fatalf("the gateway answers %+v: %v", answer, err)
	}
}

// stuckCase waits until there is a case with a stuck step, in triage, and returns its number.
func (l *local) stuckCase(t *testing.T) string {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: l.stack.Address, Namespace: l.stack.Namespace, Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	deadline := time.After(patient)
	for {
		list, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
			Namespace: l.stack.Namespace, Query: `WorkflowType="Case" AND CasePhase="triage" AND StuckStep="open.folder"`,
		})
		if err != nil {
			t.Fatal(err)
		}
		if cases := list.GetExecutions(); len(cases) == 1 {
			return strings.TrimPrefix(cases[0].GetExecution().GetWorkflowId(), "case/")
		}
		select {
		case <-deadline:
			t.Fatalf("no case in triage has its step open.folder stuck: %v", list)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// codecOf asks the Web UI, as its pages do, where it has payloads decoded.
func codecOf(t *testing.T, ui string) string {
	t.Helper()
	resp, err := http.Get(ui + "/api/v1/settings")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var settings struct{ Codec struct{ Endpoint string } }
	if err := json.NewDecoder(resp.Body).Decode(&settings); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(settings.Codec.Endpoint)
	if err != nil || u.Host == "" {
		t.Fatalf("the Web UI has no codec endpoint, but %q: %v", settings.Codec.Endpoint, err)
	}
	return u.Host
}
