package main

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
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
	w.fills(map[string]string{"title": "不審なメール payroll", "severity": "2"})
	b.shoot("open")
	w.submits()
	w.goesTo("sec-1-")
	s := w.settles("SEC-1", "people can work", func(s workflows.Status) bool { return stuckIn(s, "open.bookmark") && s.Links.Ticket != "" })
	b.shows("SEC-1 不審なメール payroll")
	b.shoot("card")

	// A step cannot go on; its button lets it.
	w.presses("#messages button[data-open-thread]")
	w.waits(`#thread button[data-act^="resolve_retry"]`)
	require.NoError(t, call(t.Context(), http.MethodDelete, control(in.at.Slack)+"faults", nil, nil))
	b.shoot("stuck")
	w.presses(`#thread button[data-act^="resolve_retry"]`)
	w.settles("SEC-1", "the bookmark is there", func(s workflows.Status) bool { return stepOf(s, "open.bookmark").State == workflows.StepDone })

	w.presses(`#messages button[data-act="case_triage"]`)
	w.fills(map[string]string{"severity": "1", "scope": "3 mailboxes", "commander": cast(t, "ben").ID})
	b.shoot("triage")
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
	b.shoot("running")
	w.presses(`#messages button[data-act="case_lesson"]`)
	w.fills(map[string]string{"text": "nobody owned the mail rules"})
	w.submits()
	w.settles("SEC-1", "the lesson is noted", func(s workflows.Status) bool { return len(s.Lessons) == 1 })

	w.presses(`#messages button[data-act="case_handover"]`)
	w.fills(map[string]string{"to": cast(t, "aoi").ID, "note": "my shift ends"})
	w.submits()
	w.waits(`#thread button[data-act^="case_accept"]`)
	b.shoot("handover")
	w.as("aoi", s.Links.Channel)
	b.shoot("japanese")
	w.presses("#messages button[data-open-thread]")
	w.presses(`#thread button[data-act^="case_accept"]`)
	w.settles("SEC-1", "aoi commands", func(s workflows.Status) bool { return s.Commander == cast(t, "aoi").RealName })

	w.ends("SEC-1")
	s = w.settles("SEC-1", "it is closed", func(s workflows.Status) bool { return s.Phase == incident.PhaseClosed })
	b.open(s.Archive.FolderURL)
	b.shows("transcript.html", "manifest.json")
	b.shoot("archive")
	b.open(s.Links.Temporal)
	b.shows("case/SEC-1", "VerifyArchive")
	b.shoot("temporal")
}

// workspace is the sandbox's page that stands in for Slack.
type workspace struct {
	*browser
	in *install
}

// as opens a channel's page as somebody.
func (w workspace) as(who, channel string) {
	w.t.Helper()
	w.open(w.in.at.Pages + "/slack/" + channel + "?as=" + who)
	w.is("that its scripts run", `document.body.dataset.ready`)
}

// is waits until the expression is true on the page.
func (w workspace) is(what, expression string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patient)
	defer cancel()
	for !evaluate[bool](w.browser, `Boolean(`+expression+`)`) {
		select {
		case <-ctx.Done():
			w.shoot("missing")
			w.t.Fatalf("the page %s never has %s (screenshot in %s). It reads:\n%s", w.address(), what, w.shots, w.text())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (w workspace) waits(selector string) {
	w.t.Helper()
	w.is(selector, `document.querySelector(`+quoted(selector)+`)`)
}

// presses clicks on the newest thing of that kind.
func (w workspace) presses(selector string) {
	w.t.Helper()
	w.is(selector, `!document.getElementById("dialog")`)
	w.waits(selector)
	evaluate[bool](w.browser, `([...document.querySelectorAll(`+quoted(selector)+`)].at(-1).click(), true)`)
}

// types sends what a person writes into the channel.
func (w workspace) types(text string) {
	w.t.Helper()
	evaluate[bool](w.browser, `(() => { const f = document.querySelector("#composer textarea"); f.value = `+quoted(text)+`;
		f.dispatchEvent(new Event("input", {bubbles: true})); f.form.requestSubmit(); return true })()`)
}

// fills writes into the fields of the modal that comes.
func (w workspace) fills(fields map[string]string) {
	w.t.Helper()
	for name, value := range fields {
		field := fmt.Sprintf(`#dialog[open] [name=%q]`, name+"/"+name)
		w.waits(field)
		evaluate[bool](w.browser, `(() => { const f = document.querySelector(`+quoted(field)+`); f.value = `+quoted(value)+`;
			f.dispatchEvent(new Event("input", {bubbles: true})); f.dispatchEvent(new Event("change", {bubbles: true})); return f.value !== "" })()`)
	}
}

func (w workspace) submits() {
	w.t.Helper()
	evaluate[bool](w.browser, `(document.querySelector("#dialog form").requestSubmit(), true)`)
	w.is("no modal any more", `!document.getElementById("dialog")`)
}

// goesTo follows the channel whose name begins like that, once it is in the list.
func (w workspace) goesTo(name string) {
	w.t.Helper()
	link := `[...document.querySelectorAll("#side a[data-channel]")].find(a => a.innerText.includes(` + quoted(name) + `))`
	w.is("a channel "+name, link)
	evaluate[bool](w.browser, `(`+link+`.click(), true)`)
}

// settles waits until the condition holds for the case.
func (w workspace) settles(number, what string, holds func(workflows.Status) bool) (s workflows.Status) {
	w.t.Helper()
	require.EventuallyWithT(w.t, func(c *assert.CollectT) {
		view, err := w.in.desk.Status(w.t.Context(), number, w.in.cfg.Viewer)
		if assert.NoError(c, err) && assert.True(c, holds(view.Status), "%s", w.in.told(&view.Status)) {
			s = view.Status
		}
	}, patient, 100*time.Millisecond, "%s", what)
	return s
}

// ends leads the case to its end by typing.
func (w workspace) ends(number string) {
	w.t.Helper()
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
