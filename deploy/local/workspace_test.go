package main

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"hikeshi/deploy/sandbox/browsertest"
	"hikeshi/workflows"
)

// workspaceWidth is that of a small laptop's screen.
const workspaceWidth = 1280

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
	w.Size(workspaceWidth, browserHeight)
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

// pictures keeps a picture of all that one has to scroll to in the channel and in the thread.
func (w workspace) pictures(what string) {
	w.T.Helper()
	more := browsertest.Value[int64](w.Tab, `Math.max(...[...document.querySelectorAll(".messages")].map(e => e.scrollHeight - e.clientHeight))`)
	w.Size(workspaceWidth, browserHeight+more)
	w.Shoot(what)
	w.Size(workspaceWidth, browserHeight)
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
