package slackbot_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// directory is what Slack says of people. The zero value knows nobody's language.
type directory struct {
	mu     sync.Mutex
	locale string // of everybody
	silent bool   // it does not say who anybody is
}

func (d *directory) speaks(locale string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.locale = locale
}

func (d *directory) answer(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch r.URL.Path {
	case "/api/users.info":
		if d.silent {
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintf(w, `{"ok":true,"user":{"id":%q,"name":%q,"team_id":"T0SANDBOX","locale":%q}}`, r.FormValue("user"), called(r.FormValue("user")), d.locale)
	case "/api/conversations.info":
		channel, known := channels[r.FormValue("channel")]
		if !known {
			_, _ = io.WriteString(w, `{"ok":false,"error":"channel_not_found"}`)
			return
		}
		_, _ = fmt.Fprintf(w, `{"ok":true,"channel":{"id":%q,"is_channel":true%s}}`, r.FormValue("channel"), channel)
	case "/api/chat.getPermalink":
		if d.silent {
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintf(w, `{"ok":true,"permalink":"https://example.slack.com/archives/%s/p%s"}`, r.FormValue("channel"), strings.Replace(r.FormValue("message_ts"), ".", "", 1))
	case "/api/auth.test":
		_, _ = io.WriteString(w, `{"ok":true,"team_id":"T0SANDBOX"}`)
	case "/api/usergroups.users.list":
		_, _ = io.WriteString(w, `{"ok":true,"users":["U0AOI0001"]}`)
	default:
		http.NotFound(w, r)
	}
}

// Everybody is answered in the language in which they read Slack.
func TestAnswersAreInThePersonsLanguage(t *testing.T) {
	d := newDesk()
	d.became = notice.Outcome{Became: "done"}
	w := newWorkspace(t, d)
	w.people.speaks("ja-JP")
	for text, want := range map[string]string{
		"help": notice.Usage("ja"), "open mail": notice.Opening("ja", "1.2.abc"), "status SEC-2": notice.Refused("ja", incident.Refuse(incident.NotFound, "", "there is no case SEC-2")), "foo": notice.Usage("ja"),
		"status SEC-1": "フェーズ",
	} {
		if got := w.command(t, w.form(text)); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if got := w.hears(t); !strings.Contains(got, "起票") {
		t.Errorf("later: %q", got)
	}
	w.interact(t, w.press("U0AOI0001", "aoi", "resolve_retry:1", value(chosen), "1700000000.000100"))
	if got := w.hears(t); got != (notice.Outcome{Number: "SEC-1", Step: "analysis.channel", Became: "done"}).Text("ja", func(s string) string { return s }) {
		t.Errorf("of a pressed button: %q", got)
	}
	w.interact(t, w.press("U0AOI0001", "aoi", "resolve_skip:2", value(chosen), "1700000000.000100"))
	shown := string((<-w.opened).View)
	if want := notice.ResolveDialog("ja", nil, "SEC-1", chosen.Shown(), "skip").Submit; !strings.Contains(shown, want) {
		t.Errorf("the dialog: %s, want %q", shown, want)
	}
}

// called is what Slack calls somebody: U0BEN0002 is ben.
func called(user string) string {
	return strings.ToLower(strings.Trim(strings.TrimPrefix(user, "U0"), "0123456789"))
}

// naming adds what Slack calls those of the people who are named by id.
func naming(by incident.By, people ...string) incident.By {
	for _, who := range people {
		if incident.UserID(who) != "" {
			if by.Named == nil {
				by.Named = incident.Names{}
			}
			by.Named[who] = called(who)
		}
	}
	return by
}

// aoi is a sender of whom Slack has said who it is.
func aoi(team, channel string) incident.By {
	return incident.By{Who: "U0AOI0001", Name: "aoi", Door: incident.DoorSlack, Assurance: incident.SlackSigned, Team: team, Channel: channel,
		Known: true, Groups: []string{"S0CSIRT01", "S0LEGAL01"}, GroupsKnown: true}
}
