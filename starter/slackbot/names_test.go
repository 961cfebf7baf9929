package slackbot_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
)

// A form names people by their ids; their names only go with them. So the same form again is the same act, also if Slack
// says what somebody is called the first time and not the second.
func TestTheSameFormIsTheSameActWithoutTheNames(t *testing.T) {
	said := func(silent bool) slackbot.Act {
		d := inPhase(incident.PhaseAnalysis)
		w := newWorkspace(t, d)
		w.people.silent = silent
		w.interact(t, w.press("U0AOI0001", "aoi", "case_task", `{"workflow":"case/SEC-1"}`, "1.2"))
		w.interact(t, w.fill(w.form1(t), map[string]string{"title": "buy bread", "owner": "U0BEN0002"}))
		w.hears(t)
		return d.did()[0]
	}
	heard, silent := said(false), said(true)
	if got := heard.By.Named; !cmp.Equal(got, incident.Names{"U0BEN0002": "ben"}) || silent.By.Named != nil {
		t.Errorf("named %v, and %v by a silent Slack", got, silent.By.Named)
	}
	heard.By, silent.By = heard.By.Plain(), silent.By.Plain()
	if diff := cmp.Diff(heard, silent); diff != "" {
		t.Errorf("the act changes with what Slack says (-heard +silent):\n%s", diff)
	}
}

// Where Slack is silent, a name that came with a mention is better than none.
func TestANameComesWithTheMention(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	w.people.silent = true
	w.command(t, w.form("task buy bread <@U0BEN0002|Ben &lt;3>"))
	if got, want := d.did()[0].By.Named, (incident.Names{"U0BEN0002": "Ben <3"}); !cmp.Equal(got, want) {
		t.Errorf("named %v, want %v", got, want)
	}
}

// What is told with the name of whoever did it comes with that name; who comes and goes is told to nobody.
func TestEventsNameWhoDidIt(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	w.event(t, `{"type":"channel_archive","channel":"C0CASE001","user":"U0BEN0002"}`, http.StatusOK)
	w.event(t, `{"type":"member_left_channel","channel":"C0CASE001","user":"U0CHIE003"}`, http.StatusOK)
	for i, want := range []string{"ben", ""} {
		if got := d.events[i].Called; got != want {
			t.Errorf("%s by %q, want %q", d.events[i].Did, got, want)
		}
	}
}
