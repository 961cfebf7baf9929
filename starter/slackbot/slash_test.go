package slackbot_test

import (
	"net/http"
	"strings"
	"testing"

	"hikeshi/starter/slackbot"
)

// Where the app has the command under another name, every answer calls it so.
func TestTheCommandHasAnotherName(t *testing.T) {
	d := newDesk()
	w := newWorkspaceOf(t, d, func(o *slackbot.Options) { o.Lang, o.Command = "ja", "/jiken" })
	for _, text := range []string{"help", "explode", "status a b"} {
		form := w.form(text)
		form.Set("command", "/jiken")
		if got := w.command(t, form); strings.Contains(got, "/case") || text == "help" && strings.Count(got, "`/jiken ") < 20 {
			t.Errorf("%s: told %q", text, got)
		}
	}
	d.home = atHome(1, 100)
	w.event(t, opensHome, http.StatusOK)
	if got := w.tab(t).all(); !strings.Contains(got, "/jiken list") || strings.Contains(got, "/case ") {
		t.Errorf("the Home tab says %s", got)
	}
	w.token = "" // no form can be shown
	w.interact(t, w.press("U0AOI0001", "aoi", "case_lesson", `{"workflow":"case/SEC-1"}`, "1.2"))
	if got := w.hears(t); !strings.Contains(got, "`/jiken lesson 良くすべきこと`") {
		t.Errorf("told %q", got)
	}
	w.command(t, w.form("open https://example.com/case/1"))
	if r := d.kept(); len(r) != 1 || r[0].Title != "https://example.com/case/1" {
		t.Errorf("kept %+v", r)
	}
}
