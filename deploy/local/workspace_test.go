package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/deploy/sandbox/browsertest"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// A person leads a case from its opening to its archive in the workspace's page, with the mouse and few words: what
// newcomers do first. Nothing else is used than what stands on the page.
func TestAWholeCaseInTheBrowser(t *testing.T) {
	b := openBrowser(t) // first: without a browser nothing else need start
	in := newInstall(t, t.TempDir(), func(o *options) { o.noUI = false })
	fault(t, in.at.Slack, fake.Fault{Match: "bookmarks.add", Mode: "status", Error: "restricted_action", Times: 0})
	w := workspace{b, in}
	w.as("ben", "general")

	// One word, one field, one click.
	w.types("/case open")
	w.fills(map[string]string{"title": "不審なメール payroll"})
	b.ShootPage("open")
	w.submits()
	w.goesTo("sec-1-")
	s := w.settles("SEC-1", "people can work", func(s workflows.Status) bool { return stuckIn(s, "open.bookmark") && s.Links.Ticket != "" })
	b.Reads("SEC-1 不審なメール payroll")
	b.ShootPage("card")
	w.onATelephone("card")

	// A step cannot go on; its button lets it.
	w.presses("#messages button[data-open-thread]")
	w.waits(`#thread button[data-act^="resolve_retry"]`)
	require.NoError(t, call(t.Context(), http.MethodDelete, control(in.at.Slack)+"faults", nil, nil))
	b.ShootPage("stuck")
	w.presses(`#thread button[data-act^="resolve_retry"]`)
	w.settles("SEC-1", "the bookmark is there", func(s workflows.Status) bool { return stepOf(s, "open.bookmark").State == workflows.StepDone })

	w.presses(`#messages button[data-act="case_triage"]`)
	w.fills(map[string]string{"severity": "1", "scope": "3 mailboxes", "commander": cast(t, "ben").ID})
	b.ShootPage("triage")
	w.onATelephone("triage")
	w.submits()
	w.settles("SEC-1", "triage is over", func(s workflows.Status) bool {
		return s.Phase == incident.PhaseAnalysis && s.Scope == "3 mailboxes" && s.Severity == incident.Sev1
	})
	w.presses(`#messages button[data-act="case_run"]`)
	w.fills(map[string]string{"runbook": "lost-device"})
	w.submits()
	w.presses(`#messages button[data-act="case_analyze"]`)
	w.fills(map[string]string{"name": "mailbox", "hypothesis": "the password was used"})
	w.submits()
	w.settles("SEC-1", "the runbook is done, and its analysis and the other have channels", func(s workflows.Status) bool {
		return len(s.Runs) == 1 && s.Runs[0].State == "done" && len(s.Analyses) == 2 && s.Analyses[0].Channel != "" && s.Analyses[1].Channel != ""
	})
	b.ShootPage("running")
	w.presses(`#messages button[data-act="case_lesson"]`)
	w.fills(map[string]string{"text": "nobody owned the mail rules"})
	w.submits()
	w.settles("SEC-1", "the lesson is noted", func(s workflows.Status) bool { return len(s.Lessons) == 1 })

	w.presses(`#messages button[data-act="case_handover"]`)
	w.fills(map[string]string{"to": cast(t, "aoi").ID, "note": "my shift ends"})
	w.submits()
	w.waits(`#thread button[data-act^="case_accept"]`)
	b.ShootPage("handover")
	w.as("aoi", s.Links.Channel)
	b.ShootPage("japanese")
	w.onATelephone("japanese")
	w.types("/case analyze")
	b.Shows("#dialog h2", "分析を始める")
	b.ShootPage("japanese-modal")
	w.onATelephone("japanese-modal")
	b.Click("#dialog footer [data-close-dialog]", "")
	w.presses("#messages button[data-open-thread]")
	w.waits(`#thread button[data-act^="case_accept"]`)
	b.ShootPage("japanese-thread")
	w.presses(`#thread button[data-act^="case_accept"]`)
	w.settles("SEC-1", "aoi commands", func(s workflows.Status) bool { return s.Commander == cast(t, "aoi").RealName })

	w.ends("SEC-1")
	s = w.settles("SEC-1", "it is closed", func(s workflows.Status) bool { return s.Phase == incident.PhaseClosed })
	b.Open(s.Archive.FolderURL)
	b.Reads("transcript.html", "manifest.json")
	b.ShootPage("archive")
	b.Open(s.Links.Temporal)
	b.Reads("case/SEC-1", "VerifyArchive")
	b.ShootPage("temporal")
}

// workspace is the sandbox's page that stands in for Slack.
type workspace struct {
	*browsertest.Tab
	in *install
}

// as opens a channel's page as somebody.
func (w workspace) as(who, channel string) {
	w.T.Helper()
	w.Open(w.in.at.Pages + "/slack/" + channel + "?as=" + who)
	w.Is("that its scripts run", `document.body.dataset.ready`)
}

func (w workspace) waits(selector string) {
	w.T.Helper()
	w.Is(selector, `document.querySelector(`+browsertest.Quoted(selector)+`)`)
}

// presses clicks on the newest thing of that kind that can be seen.
func (w workspace) presses(selector string) {
	w.T.Helper()
	w.Is(selector, `!document.getElementById("dialog")`)
	w.ClickNewest(selector)
}

// onATelephone looks at the page in a telephone's width, and goes back.
func (w workspace) onATelephone(what string) {
	w.T.Helper()
	w.Size(375, 667)
	w.Fits(what)
	w.Shoot(what + "-375")
	w.Size(browserWidth, browserHeight)
}

// types sends what a person writes into the channel.
func (w workspace) types(text string) {
	w.T.Helper()
	browsertest.Value[bool](w.Tab, `(() => { const f = document.querySelector("#composer textarea"); f.value = `+browsertest.Quoted(text)+`;
		f.dispatchEvent(new Event("input", {bubbles: true})); f.form.requestSubmit(); return true })()`)
}

// fills writes into the fields of the modal that comes.
func (w workspace) fills(fields map[string]string) {
	w.T.Helper()
	for name, value := range fields {
		field := fmt.Sprintf(`#dialog[open] [name=%q]`, name+"/"+name)
		w.waits(field)
		browsertest.Value[bool](w.Tab, `(() => { const f = document.querySelector(`+browsertest.Quoted(field)+`); f.value = `+browsertest.Quoted(value)+`;
			f.dispatchEvent(new Event("input", {bubbles: true})); f.dispatchEvent(new Event("change", {bubbles: true})); return f.value !== "" })()`)
	}
}

func (w workspace) submits() {
	w.T.Helper()
	browsertest.Value[bool](w.Tab, `(document.querySelector("#dialog form").requestSubmit(), true)`)
	w.Is("no modal any more", `!document.getElementById("dialog")`)
}

// goesTo follows the channel whose name begins like that, once it is in the list.
func (w workspace) goesTo(name string) {
	w.T.Helper()
	link := `[...document.querySelectorAll("#side a[data-channel]")].find(a => a.innerText.includes(` + browsertest.Quoted(name) + `))`
	w.Is("a channel "+name, link)
	browsertest.Value[bool](w.Tab, `(`+link+`.click(), true)`)
}

// settles waits until the condition holds for the case.
func (w workspace) settles(number, what string, holds func(workflows.Status) bool) (s workflows.Status) {
	w.T.Helper()
	require.EventuallyWithT(w.T, func(c *assert.CollectT) {
		view, err := w.in.desk.Status(w.T.Context(), number, w.in.cfg.Viewer)
		if assert.NoError(c, err) && assert.True(c, holds(view.Status), "%s", w.in.told(&view.Status)) {
			s = view.Status
		}
	}, patient, 100*time.Millisecond, "%s", what)
	return s
}

// ends leads the case to its end by typing.
func (w workspace) ends(number string) {
	w.T.Helper()
	for _, step := range []struct {
		says string
		done func(workflows.Status) bool
	}{
		{"/case conclude a1 the rule is gone", func(s workflows.Status) bool { return !s.Analyses[0].Open() }},
		{"/case conclude a2 nothing was lost", func(s workflows.Status) bool { return !s.Analyses[1].Open() }},
		{"/case contain contained", func(s workflows.Status) bool { return s.Containment == incident.Contained }},
		{"/case decide l1 accept it costs more than it helps", func(s workflows.Status) bool { return s.Lessons[0].Decided() }},
		{"/case close contained", func(s workflows.Status) bool { return s.Resolution != "" }},
	} {
		w.types(step.says)
		w.settles(number, step.says, step.done)
	}
}
