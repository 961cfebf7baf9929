package slackbot_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// channels are those that the app can see, with what Slack says of each.
var channels = map[string]string{
	"C0WARROOM": "", "C0SHARED1": `,"is_ext_shared":true`, "C0PENDING": `,"is_pending_ext_shared":true`, "C0LOBBY01": `,"is_general":true`,
	"C0OLD0001": `,"is_archived":true`, "G0GROUPDM": `,"is_mpim":true`,
}

// shownView is the form that an answer shows in the place of the one before.
func shownView(t *testing.T, body string) (shownForm, json.RawMessage) {
	t.Helper()
	var answer struct {
		Action string          `json:"response_action"`
		View   json.RawMessage `json:"view"`
	}
	var f shownForm
	if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.Action != "update" || json.Unmarshal(answer.View, &f) != nil {
		t.Fatalf("answer %s, %v", body, err)
	}
	return f, answer.View
}

// Whoever opens a case from what is there reads what becomes of it, and has to agree. What they wrote before stays, and
// the same form is the same request.
func TestACaseIsOpenedFromWhatIsThere(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		d := newDesk()
		w := newWorkspaceIn(t, d, lang)
		p := w.press("U0AOI0001", "aoi", "case_open", "{}", "1.2")
		p["channel"], p["response_url"] = map[string]any{"id": "C0WARROOM"}, "https://hooks.slack.com/actions/1"
		w.interact(t, p)
		_, body := w.interact(t, w.fill(w.form1(t), map[string]string{"title": "mail <!here>", "severity": "2", "invite": "U0BEN0002", "adopt": "yes"}))
		f, view := shownView(t, body)
		golden(t, "adopt."+lang+".json", indented(t, view))
		if f.Callback != "form_adopt" || len(d.kept()) > 0 || !strings.Contains(string(view), `"initial_conversation":"C0WARROOM"`) || !strings.Contains(string(view), "mail <!here>") && !strings.Contains(string(view), `mail \u003c!here\u003e`) {
			t.Errorf("%s: %s", lang, view)
		}
		for _, term := range notice.AdoptionTerms(lang, true, true) {
			if raw, _ := json.Marshal(term); !strings.Contains(string(view), strings.Trim(string(raw), `"`)) {
				t.Errorf("%s: nothing says %q", lang, term)
			}
		}
		given := map[string]string{"title": "mail <!here>", "severity": "2", "invite": "U0BEN0002", "channel": "C0WARROOM", "ticket": "https://jira.example/browse/SEC-12"}
		if _, body := w.interact(t, w.fill(f, given)); !strings.Contains(body, `"errors":{"consent":`) || !strings.Contains(body, notice.NotAgreed(lang)) {
			t.Errorf("%s without consent: %s", lang, body)
		}
		given["consent"] = "yes"
		p = w.fill(f, given)
		for range 2 {
			if status, body := w.interact(t, p); status != http.StatusOK || strings.Contains(body, "errors") {
				t.Errorf("%s: %d %s", lang, status, body)
			}
		}
		want := []incident.Request{{Title: "mail <!here>", Severity: 2, Invite: []string{"U0BEN0002"}, Channel: "C0WARROOM", Ticket: "SEC-12", Consent: true,
			By: naming(aoi("T0SANDBOX", "C0WARROOM"), "U0BEN0002")}}
		if diff := cmp.Diff(want, d.kept(), cmpopts.IgnoreFields(incident.Request{}, "ID", "Asked", "Where")); diff != "" {
			t.Errorf("%s: requests (-want +got):\n%s", lang, diff)
		}
		given["ticket"] = "SEC-13"
		w.interact(t, w.fill(f, given))
		if kept := d.kept(); len(kept) != 2 || kept[0].ID == kept[1].ID {
			t.Errorf("%s: with another ticket it is the same request: %+v", lang, kept)
		}
		delete(given, "channel")
		delete(given, "ticket")
		if _, body := w.interact(t, w.fill(f, given)); !strings.Contains(body, `"errors":{"channel":"`+notice.NothingToAdopt(lang)) {
			t.Errorf("%s of nothing: %s", lang, body)
		}
	}
}

// A channel that no case can take over is refused before anything is opened, beside its field or in words.
func TestWhatCannotBeTakenOver(t *testing.T) {
	for channel, want := range map[string]string{
		"C0SHARED1": "shared with another organisation", "C0PENDING": "shared with another organisation", "C0LOBBY01": "main channel", "C0OLD0001": "archived",
		"G0GROUPDM": "direct message", "C0NOWHERE": "the app is not in this channel",
	} {
		d := newDesk()
		w := newWorkspace(t, d)
		w.interact(t, w.press("U0AOI0001", "aoi", "case_adopt", "{}", "1.2"))
		if _, body := w.interact(t, w.fill(w.form1(t), map[string]string{"title": "mail", "channel": channel, "consent": "yes"})); !strings.Contains(body, `"errors":{"channel":`) || !strings.Contains(body, want) {
			t.Errorf("%s: %s", channel, body)
		}
		if answer := w.command(t, w.form("open mail --consent --channel <#"+channel+"|x>")); !strings.Contains(answer, want) || !strings.Contains(answer, "Nothing was opened") {
			t.Errorf("%s by words: %s", channel, answer)
		}
		if len(d.kept()) > 0 {
			t.Errorf("%s: opened %+v", channel, d.kept())
		}
	}
}

// What the desk refuses about the channel or the ticket stands beside it.
func TestWhatIsACasesIsRefusedBesideItsField(t *testing.T) {
	d := newDesk()
	d.openErr = []error{fieldRefusal{incident.Refuse(incident.Rule, "", "the ticket SEC-12 belongs to case SEC-12 already"), "ticket"}}
	w := newWorkspace(t, d)
	w.interact(t, w.press("U0AOI0001", "aoi", "case_adopt", "{}", "1.2"))
	if _, body := w.interact(t, w.fill(w.form1(t), map[string]string{"title": "mail", "ticket": "SEC-12", "consent": "yes"})); !strings.Contains(body, `"errors":{"ticket":"Not done: the ticket SEC-12 belongs`) {
		t.Errorf("answer %s", body)
	}
}

// By words, with the names of the command line's flags; without consent the form asks for it.
func TestWhatIsThereIsTakenOverByWords(t *testing.T) {
	for text, want := range map[string]incident.Request{
		"open mail --channel <#C0WARROOM|war-room> --ticket sec-12 --consent":                         {Title: "mail", Channel: "C0WARROOM", Ticket: "SEC-12", Consent: true},
		"open mail —consent —channel here":                                                            {Title: "mail", Channel: "C0WARROOM", Consent: true},
		"open メール --channel ここ --consent":                                                             {Title: "メール", Channel: "C0WARROOM", Consent: true},
		"open mail --consent --ticket <https://jira.example/browse/SEC-12>":                           {Title: "mail", Ticket: "SEC-12", Consent: true},
		"open mail --consent --channel <https://x.slack.com/archives/C0WARROOM/p1700000000000100|it>": {Title: "mail", Channel: "C0WARROOM", Consent: true},
	} {
		d := newDesk()
		w := newWorkspace(t, d)
		form := w.form(text)
		form.Set("channel_id", "C0WARROOM")
		w.command(t, form)
		want.ID, want.By = "1.2.abc", aoi("", "C0WARROOM")
		if diff := cmp.Diff([]incident.Request{want}, d.kept(), cmpopts.IgnoreFields(incident.Request{}, "Asked", "Where")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	d := newDesk()
	w := newWorkspace(t, d)
	for text, want := range map[string]string{"open sev2 mail --channel <#C0WARROOM|war-room>": `"initial_conversation":"C0WARROOM"`, "open mail --ticket SEC-12": `"initial_value":"SEC-12"`} {
		if _, body := w.post("/slack/commands", w.form(text).Encode(), time.Now(), secret); body != "" {
			t.Errorf("%s: %s", text, body)
		}
		if view := (<-w.opened).View; !bytes.Contains(view, []byte(want)) || !bytes.Contains(view, []byte(`"form_adopt"`)) {
			t.Errorf("%s: %s, want %s", text, view, want)
		}
	}
	w.refuse = "expired_trigger_id"
	if answer := w.command(t, w.form("open mail --ticket SEC-12")); !strings.Contains(answer, "--consent") || len(d.kept()) > 0 {
		t.Errorf("without a form: %s", answer)
	}
}
