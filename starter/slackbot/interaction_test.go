package slackbot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

var chosen = notice.Chosen{WorkflowID: "case/SEC-1/a1", Step: "analysis.channel", Generation: 2}

func value(c notice.Chosen) string {
	raw, _ := json.Marshal(c)
	return string(raw)
}

// press is the payload of a button: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
func (w *workspace) press(user, name, action, value, ts string) map[string]any {
	return map[string]any{
		"type": "block_actions", "api_app_id": "A0HIKESHI", "team": map[string]any{"id": "T0SANDBOX"}, "user": map[string]any{"id": user, "username": name, "name": name},
		"trigger_id": "1.2.abc", "response_url": w.URL + "/actions/1", "channel": map[string]any{"id": "C0CASE001", "name": "privategroup"},
		"container": map[string]any{"type": "message", "message_ts": "1.2", "channel_id": "C0CASE001"},
		"actions":   []any{map[string]any{"type": "button", "action_id": action, "block_id": "b", "value": value, "action_ts": ts}},
	}
}

// submit is the payload of a filled dialog.
func (w *workspace) submit(user, view, private string, fields map[string]string) map[string]any {
	values := map[string]any{}
	for name, text := range fields {
		values[name] = map[string]any{name: map[string]any{"type": "plain_text_input", "value": text}}
	}
	return map[string]any{
		"type": "view_submission", "api_app_id": "A0HIKESHI", "team": map[string]any{"id": "T0SANDBOX"}, "user": map[string]any{"id": user, "name": "aoi"}, "trigger_id": "3.4.def",
		"view": map[string]any{"id": view, "callback_id": "resolve", "private_metadata": private, "state": map[string]any{"values": values}},
	}
}

func (w *workspace) interact(t *testing.T, payload any) (status int, answer string) {
	t.Helper()
	raw, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	return w.post("/slack/interactions", url.Values{"payload": {string(raw)}}.Encode(), time.Now(), secret)
}

func TestRetryIsDecidedByOnePress(t *testing.T) {
	d := newDesk()
	d.became = notice.Outcome{Became: "done"}
	w := newWorkspace(t, d)
	for _, ts := range []string{"1700000000.000100", "1700000000.000100", "1700000000.900100"} { // a network may deliver it again; fingers press twice
		if status, body := w.interact(t, w.press("U0AOI0001", "aoi", "resolve_retry:1", value(chosen), ts)); status != http.StatusOK || body != "" {
			t.Fatalf("answer %d %q", status, body)
		}
		if got := w.hears(t); !strings.Contains(got, "SEC-1") || !strings.Contains(got, "is done") {
			t.Errorf("told %q", got)
		}
	}
	want := []slackbot.Decision{{Chosen: chosen, ID: "press.U0AOI0001", Action: "retry", Reason: "pressed Retry in Slack",
		By: aoi("T0SANDBOX", "C0CASE001")}}
	if diff := cmp.Diff(want, d.decisions()); diff != "" {
		t.Errorf("decisions (-want +got):\n%s", diff)
	}
	if v := d.viewers[0]; v != (slackbot.Viewer{User: "U0AOI0001", Channel: "C0CASE001"}) {
		t.Errorf("judged as %+v", v)
	}
}

func TestTheOtherActionsAskForAReason(t *testing.T) {
	for action, fields := range map[string]map[string]string{
		"supply": {"reason": "made by hand", "id": " C0123456789 "}, "skip": {"reason": "nobody needs it"}, "abort": {"reason": "a duplicate"},
	} {
		d := newDesk()
		w := newWorkspace(t, d)
		if status, body := w.interact(t, w.press("U0AOI0001", "aoi", "resolve_"+action+":2", value(chosen), "1700000000.000100")); status != http.StatusOK || body != "" || len(d.decisions()) > 0 {
			t.Fatalf("%s: answer %d %q, decisions %+v", action, status, body, d.decisions())
		}
		shown := <-w.opened
		var view struct {
			Type     string `json:"type"`
			Callback string `json:"callback_id"`
			Private  string `json:"private_metadata"`
			Blocks   []struct {
				ID string `json:"block_id"`
			} `json:"blocks"`
		}
		if err := json.Unmarshal(shown.View, &view); err != nil || shown.Trigger != "1.2.abc" || view.Type != "modal" || len(view.Blocks) != 1+len(fields) {
			t.Fatalf("%s: %s, %v", action, shown.View, err)
		}
		empty := map[string]string{"reason": " \n", "id": "x"}
		if status, body := w.interact(t, w.submit("U0AOI0001", "V0VIEW001", view.Private, empty)); status != http.StatusOK || !strings.Contains(body, `"errors":{"reason":"Write something here."}`) {
			t.Errorf("%s without a reason: %d %s", action, status, body)
		}
		if status, body := w.interact(t, w.submit("U0AOI0001", "V0VIEW001", view.Private, fields)); status != http.StatusOK || body != "" {
			t.Errorf("%s: %d %s", action, status, body)
		}
		w.hears(t)
		want := slackbot.Decision{Chosen: chosen, ID: "V0VIEW001", Action: action, Reason: fields["reason"], Supply: strings.TrimSpace(fields["id"]),
			By: aoi("T0SANDBOX", "")}
		if got := d.decisions(); len(got) != 1 || !cmp.Equal(got[0], want) || d.viewers[0].Channel != "C0CASE001" {
			t.Errorf("%s: decided %+v as %+v, want %+v", action, got, d.viewers, want)
		}
	}
}

func TestSupplyNeedsAnID(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	w.interact(t, w.press("U0AOI0001", "aoi", "resolve_supply:1", value(chosen), "1700000000.000100"))
	var view struct {
		Private string `json:"private_metadata"`
	}
	if err := json.Unmarshal((<-w.opened).View, &view); err != nil {
		t.Fatal(err)
	}
	if _, body := w.interact(t, w.submit("U0AOI0001", "V0VIEW001", view.Private, map[string]string{"reason": "x"})); !strings.Contains(body, `"errors":{"id":`) || len(d.decisions()) > 0 {
		t.Errorf("answer %s, decisions %+v", body, d.decisions())
	}
}

// What the case refuses stays in the dialog: nothing has to be written again.
func TestARefusalStaysInTheDialog(t *testing.T) {
	d := newDesk()
	d.decideErr = []error{incident.Refuse(incident.Rule, "Ask <them>", "this step does not allow skip"), errors.New("connection refused")}
	w := newWorkspace(t, d)
	private := privateOf(w, "skip")
	submit := w.submit("U0AOI0001", "V1", private, map[string]string{"reason": "x"})
	if status, body := w.interact(t, submit); status != http.StatusOK || !strings.Contains(body, "Not done: this step does not allow skip.") || !strings.Contains(body, "response_action") {
		t.Errorf("refused: %d %s", status, body)
	}
	if _, body := w.interact(t, submit); !strings.Contains(body, "nothing was decided") {
		t.Errorf("unreachable: %s", body)
	}
	if _, body := w.interact(t, submit); body != "" || len(d.decisions()) != 1 {
		t.Errorf("at last: %s", body)
	}
	w.hears(t)
}

func privateOf(w *workspace, action string) string {
	private, err := w.gateway.Sealed("U0AOI0001", "resolve", map[string]any{"workflow_id": chosen.WorkflowID, "step": chosen.Step, "generation": chosen.Generation, "action": action, "channel": "C0CASE001", "answer": w.URL + "/actions/1"})
	if err != nil {
		return err.Error()
	}
	return private
}

func TestWhoLosesIsToldWhoWon(t *testing.T) {
	d := newDesk()
	d.became = notice.Outcome{Became: "going on"}
	w := newWorkspace(t, d)
	var all sync.WaitGroup
	for i, name := range []string{"aoi", "ben"} {
		all.Go(func() {
			w.interact(t, w.press(fmt.Sprintf("U0PERSON%d", i), name, "resolve_retry:1", value(chosen), fmt.Sprintf("170000000%d.000100", i)))
		})
	}
	all.Wait()
	first, second := w.hears(t), w.hears(t)
	if strings.Contains(second, "being tried again") {
		first, second = second, first
	}
	won := d.decisions()[0].By.Name
	if len(d.decisions()) != 1 || !strings.Contains(first, "being tried again") || !strings.Contains(second, won+" decided about analysis.channel before you: retry") {
		t.Errorf("%s won; told %q and %q", won, first, second)
	}
}

func TestADecisionThatIsNotConfirmedIsFollowed(t *testing.T) {
	for name, tt := range map[string]struct {
		then []error
		says string
	}{
		"taken later":   {[]error{slackbot.ErrNotConfirmed}, "is done"},
		"refused later": {[]error{slackbot.ErrNotConfirmed, incident.Refuse(incident.Rule, "", "<ben> was first")}, "&lt;ben&gt; was first"},
		"lost later":    {[]error{slackbot.ErrNotConfirmed, errors.New("connection refused")}, "is done"}, // it may have been taken the first time
	} {
		d := newDesk()
		d.decideErr, d.became = tt.then, notice.Outcome{Became: "done"}
		w := newWorkspace(t, d)
		if status, _ := w.interact(t, w.press("U0AOI0001", "aoi", "resolve_retry:1", value(chosen), "1700000000.000100")); status != http.StatusOK {
			t.Errorf("%s: status %d", name, status)
		}
		told := []string{w.hears(t), w.hears(t)} // the first in no fixed order
		if all := strings.Join(told, "\n"); !strings.Contains(all, "Not confirmed yet: SEC-1 a1: Open the analysis's channel: Retry") || !strings.Contains(all, tt.says) {
			t.Errorf("%s: told %q", name, told)
		}
	}
}

// In a channel that is shared with another workspace, a form comes under the name of the workspace of whoever has filled
// it in. An app that is installed for all of an organisation hears of no workspace.
func TestFormsOfOtherHouses(t *testing.T) {
	for name, tt := range map[string]struct {
		change   func(w *workspace, payload map[string]any)
		status   int
		external bool
	}{
		"a guest's workspace, our app": {func(w *workspace, p map[string]any) {
			p["team"], p["user"] = map[string]any{"id": "T0GUEST"}, map[string]any{"id": "U0GUEST01", "name": "eri", "team_id": "T0GUEST"}
			p["view"].(map[string]any)["app_installed_team_id"] = "T0SANDBOX"
			v := p["view"].(map[string]any)
			v["private_metadata"], _ = w.gateway.Sealed("U0GUEST01", "resolve", json.RawMessage(carriedBy(v["private_metadata"].(string))))
		}, http.StatusOK, true},
		"a guest's workspace, their app": {func(w *workspace, p map[string]any) {
			p["team"] = map[string]any{"id": "T0GUEST"}
			p["view"].(map[string]any)["app_installed_team_id"] = "T0GUEST"
		}, http.StatusBadRequest, false},
		"our organisation": {func(w *workspace, p map[string]any) {
			p["team"], p["enterprise"] = nil, map[string]any{"id": "T0SANDBOX"}
		}, http.StatusOK, false},
		"nobody's": {func(w *workspace, p map[string]any) { p["team"], p["enterprise"] = nil, nil }, http.StatusBadRequest, false},
	} {
		d := newDesk()
		w := newWorkspace(t, d)
		payload := w.submit("U0AOI0001", "V1", privateOf(w, "skip"), map[string]string{"reason": "x"})
		tt.change(w, payload)
		if name == "a guest's workspace, our app" {
			w.people.silent = true // Slack says nothing of them
		}
		status, body := w.interact(t, payload)
		if status != tt.status {
			t.Errorf("%s: %d %s", name, status, body)
		}
		if got := d.decisions(); tt.status == http.StatusOK && (len(got) != 1 || got[0].By.External != tt.external) {
			t.Errorf("%s: decided %+v", name, got)
		}
	}
}

// Without a token, or when Slack does not show the dialog, people learn what to type.
func TestWithoutADialogPeopleLearnWhatToType(t *testing.T) {
	for _, change := range []func(*workspace){func(w *workspace) { w.token = "" }, func(w *workspace) { w.refuse = "expired_trigger_id" }} {
		d := newDesk()
		w := newWorkspace(t, d)
		change(w)
		if status, _ := w.interact(t, w.press("U0AOI0001", "aoi", "resolve_skip:1", value(chosen), "1700000000.000100")); status != http.StatusOK {
			t.Errorf("status %d", status)
		}
		if got := w.hears(t); !strings.Contains(got, "`starter resume SEC-1 --step a1/analysis.channel --generation 2 --action skip") {
			t.Errorf("told %q", got)
		}
	}
}

func TestInteractionsThatAreNotOurs(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	ours := func() map[string]any {
		return w.press("U0AOI0001", "aoi", "resolve_retry:1", value(chosen), "1700000000.000100")
	}
	with := func(key string, value any) map[string]any { p := ours(); p[key] = value; return p }
	other := chosen
	other.WorkflowID = "boards"
	for name, tt := range map[string]struct {
		payload any
		status  int
	}{
		"a link button":                {w.press("U0AOI0001", "aoi", "open_ticket", "", "1.2"), http.StatusOK},
		"a type of newer code":         {with("type", "block_suggestion"), http.StatusOK},
		"a closed dialog":              {with("type", "view_closed"), http.StatusOK},
		"no action":                    {with("actions", []any{}), http.StatusOK},
		"a dialog of newer code":       {map[string]any{"type": "view_submission", "api_app_id": "A0HIKESHI", "team": map[string]any{"id": "T0SANDBOX"}, "user": map[string]any{"id": "U1"}, "view": map[string]any{"callback_id": "open"}}, http.StatusOK},
		"an action of newer code":      {w.press("U0AOI0001", "aoi", "resolve_explode:1", value(chosen), "1.2"), http.StatusBadRequest},
		"a value that is no JSON":      {w.press("U0AOI0001", "aoi", "resolve_retry:1", "open.ticket", "1.2"), http.StatusBadRequest},
		"another workflow":             {w.press("U0AOI0001", "aoi", "resolve_retry:1", value(other), "1.2"), http.StatusBadRequest},
		"no generation":                {w.press("U0AOI0001", "aoi", "resolve_retry:1", `{"workflow_id":"case/SEC-1","step":"open.ticket"}`, "1.2"), http.StatusBadRequest},
		"no time":                      {w.press("U0AOI0001", "aoi", "resolve_retry:1", value(chosen), ""), http.StatusBadRequest},
		"no user":                      {with("user", map[string]any{"id": "nobody"}), http.StatusBadRequest},
		"no team":                      {with("team", nil), http.StatusBadRequest},
		"no app":                       {with("api_app_id", ""), http.StatusBadRequest},
		"a dialog with a changed step": {w.submit("U0AOI0001", "V1", strings.Replace(privateOf(w, "skip"), "analysis.channel", "<!here>", 1), map[string]string{"reason": "x"}), http.StatusBadRequest},
		"a dialog without its step":    {w.submit("U0AOI0001", "V1", "", map[string]string{"reason": "x"}), http.StatusBadRequest},
		"a dialog without an id":       {w.submit("U0AOI0001", "", privateOf(w, "skip"), map[string]string{"reason": "x"}), http.StatusBadRequest},
		"no object":                    {"x", http.StatusBadRequest},
	} {
		if status, body := w.interact(t, tt.payload); status != tt.status {
			t.Errorf("%s: %d %s, want %d", name, status, body, tt.status)
		}
	}
	for _, body := range []string{"", "payload=%7B", "payload", "%"} {
		if status, _ := w.post("/slack/interactions", body, time.Now(), secret); status != http.StatusBadRequest {
			t.Errorf("%q: status %d", body, status)
		}
	}
	if len(d.decisions()) > 0 {
		t.Errorf("decided %+v", d.decisions())
	}
}

func TestInteractionsAreSigned(t *testing.T) {
	d := newDesk()
	w := newWorkspace(t, d)
	raw, err := json.Marshal(w.press("U0AOI0001", "aoi", "resolve_retry:1", value(chosen), "1700000000.000100"))
	if err != nil {
		t.Fatal(err)
	}
	body := url.Values{"payload": {string(raw)}}.Encode()
	h := header(body, time.Now(), secret)
	for name, send := range map[string]func() (int, string){
		"another secret": func() (int, string) { return w.post("/slack/interactions", body, time.Now(), "another") },
		"an old request": func() (int, string) {
			return w.post("/slack/interactions", body, time.Now().Add(-6*time.Minute), secret)
		},
		"a changed body": func() (int, string) {
			return w.send("/slack/interactions", strings.Replace(body, "retry", "abort", 1), h)
		},
		"no signature": func() (int, string) { return w.send("/slack/interactions", body, http.Header{}) },
	} {
		if status, _ := send(); status != http.StatusUnauthorized {
			t.Errorf("%s: status %d", name, status)
		}
	}
	if len(d.decisions()) > 0 {
		t.Errorf("decided %+v", d.decisions())
	}
}
