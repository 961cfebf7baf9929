package slacktest_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/slack-go/slack"

	"hikeshi/activities/slack/slacktest"
)

// modal is a dialog as an app asks for one.
func modal() sdk.ModalViewRequest {
	text := func(s string) *sdk.TextBlockObject { return sdk.NewTextBlockObject(sdk.PlainTextType, s, false, false) }
	return sdk.ModalViewRequest{Type: sdk.VTModal, CallbackID: "resolve", PrivateMetadata: `{"step":"open.ticket"}`, Title: text("Skip"), Submit: text("Decide"), Close: text("Cancel"),
		Blocks: sdk.Blocks{BlockSet: []sdk.Block{
			sdk.NewSectionBlock(sdk.NewTextBlockObject(sdk.MarkdownType, "*SEC-1*", false, false), nil, nil),
			sdk.NewInputBlock("reason", text("Reason"), text("all see it"), sdk.NewPlainTextInputBlockElement(nil, "reason").WithMultiline(true)),
		}}}
}

// pressing is a workspace with a message that has buttons, and an app that answers presses.
func pressing(t *testing.T, answer func(base string, p interactionPayload) (int, string)) (g *gateway, r *recorder, base, ts string) {
	t.Helper()
	g, events := startGateway(t)
	r, base = record(t, slacktest.Options{EventsURL: events})
	g.onDeed = func(raw []byte) (int, string) {
		var p interactionPayload
		if err := json.Unmarshal(raw, &p); err != nil {
			t.Errorf("payload %s: %v", raw, err)
		}
		return answer(base, p)
	}
	button := sdk.NewButtonBlockElement("resolve_skip:1", `{"generation":1}`, sdk.NewTextBlockObject(sdk.PlainTextType, "Skip…", true, false))
	_, ts, err := bot(base).PostMessage(slacktest.Ops, sdk.MsgOptionText("stuck", false), sdk.MsgOptionBlocks(sdk.NewActionBlock("", button)))
	if err != nil {
		t.Fatal(err)
	}
	return g, r, base, ts
}

type interactionPayload struct {
	Type        string `json:"type"`
	Trigger     string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	Channel     struct{ ID string }
	User        struct{ ID string }
	Actions     []struct {
		ID    string `json:"action_id"`
		Value string `json:"value"`
		TS    string `json:"action_ts"`
	} `json:"actions"`
	View struct {
		ID      string `json:"id"`
		Private string `json:"private_metadata"`
		State   struct {
			Values map[string]map[string]struct {
				Value string `json:"value"`
			} `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

func TestAPressOpensADialogThatIsSubmitted(t *testing.T) {
	var seen []interactionPayload
	refuse := true
	_, r, base, ts := pressing(t, func(base string, p interactionPayload) (int, string) {
		seen = append(seen, p)
		if p.Type == "block_actions" {
			if _, err := bot(base).OpenView(p.Trigger, modal()); err != nil {
				t.Error(err)
			}
			if _, err := bot(base).OpenView(p.Trigger, modal()); err == nil || err.Error() != "exchanged_trigger_id" {
				t.Errorf("the same trigger again: %v", err)
			}
			return http.StatusOK, ""
		}
		if refuse {
			refuse = false
			return http.StatusOK, `{"response_action":"errors","errors":{"reason":"say more"}}`
		}
		return http.StatusOK, ""
	})
	out, status := control(t, base, "interact", map[string]string{"user": "aoi", "channel": "csirt-ops", "message_ts": ts, "action_id": "resolve_skip:1"})
	views, _ := out["views"].([]any)
	if status != http.StatusOK || len(views) != 1 || out["status"] != 200.0 {
		t.Fatalf("%v, status %d", out, status)
	}
	p := seen[0]
	if p.User.ID != "U0AOI0001" || p.Channel.ID != slacktest.Ops || p.Actions[0].ID != "resolve_skip:1" || p.Actions[0].Value != `{"generation":1}` || p.Actions[0].TS == "" || p.ResponseURL != out["response_url"] {
		t.Errorf("pressed %+v", p)
	}
	id := views[0].(string)
	submit := func(value string) map[string]any {
		out, status := control(t, base, "interact", map[string]string{"user": "aoi", "view_id": id, "action_id": "reason", "value": value})
		if status != http.StatusOK {
			t.Fatalf("submit %q: status %d", value, status)
		}
		return out
	}
	if submit(""); len(seen) != 1 || r.Dialogs("U0AOI0001")[0].Errors["reason"] == "" {
		t.Errorf("Slack itself refuses an empty field; the app saw %d", len(seen))
	}
	submit("too short")
	if d := r.Dialogs("U0AOI0001"); len(d) != 1 || d[0].Errors["reason"] != "say more" || d[0].Entered("reason") != "too short" || d[0].Title() != "Skip" {
		t.Errorf("after a refusal: %+v", d)
	}
	if out := submit("nobody needs it"); len(out["views"].([]any)) != 0 || len(r.Dialogs("U0AOI0001")) != 0 {
		t.Errorf("after the submission: %+v", out)
	}
	if last := seen[len(seen)-1]; last.Type != "view_submission" || last.View.ID != id || last.View.Private != `{"step":"open.ticket"}` || last.View.State.Values["reason"]["reason"].Value != "nobody needs it" {
		t.Errorf("submitted %+v", last)
	}
	if _, status := control(t, base, "interact", map[string]string{"user": "aoi", "view_id": id, "action_id": "reason", "value": "again"}); status != http.StatusBadRequest {
		t.Errorf("a closed dialog: status %d", status)
	}
}

func TestWhatCannotBePressed(t *testing.T) {
	_, _, base, ts := pressing(t, func(string, interactionPayload) (int, string) {
		t.Error("the app heard of it")
		return http.StatusOK, ""
	})
	for name, in := range map[string]map[string]string{
		"a stranger":                  {"user": "nobody", "channel": "csirt-ops", "message_ts": ts, "action_id": "resolve_skip:1"},
		"another message":             {"user": "aoi", "channel": "csirt-ops", "message_ts": "1.2", "action_id": "resolve_skip:1"},
		"another button":              {"user": "aoi", "channel": "csirt-ops", "message_ts": ts, "action_id": "resolve_retry:1"},
		"a channel they do not see":   {"user": "lena", "channel": "executives", "message_ts": ts, "action_id": "resolve_skip:1"},
		"somebody else's dialog":      {"user": "aoi", "view_id": "V0"},
		"neither message nor dialogs": {"user": "aoi"},
	} {
		if _, status := control(t, base, "interact", in); status != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, status)
		}
	}
}

func TestAnAppThatDoesNotAnswer(t *testing.T) {
	_, r, base, ts := pressing(t, func(base string, p interactionPayload) (int, string) {
		if p.Type == "block_actions" {
			_, err := bot(base).OpenView(p.Trigger, modal())
			if err != nil {
				t.Error(err)
			}
		}
		return http.StatusInternalServerError, ""
	})
	control(t, base, "interact", map[string]string{"user": "aoi", "channel": "csirt-ops", "message_ts": ts, "action_id": "resolve_skip:1"})
	if e := r.Ephemerals("U0AOI0001"); len(e) != 1 || !strings.Contains(e[0].Text, "trouble") {
		t.Errorf("shown %+v", e)
	}
	d := r.Dialogs("U0AOI0001")[0]
	control(t, base, "interact", map[string]string{"user": "aoi", "view_id": d.ID, "action_id": "reason", "value": "x"})
	if d = r.Dialogs("U0AOI0001")[0]; d.Errors[""] == "" || d.Entered("reason") != "x" {
		t.Errorf("shown %+v", d)
	}
}

func TestTheAnswerToAPressGoesToWhoeverPressed(t *testing.T) {
	_, r, base, ts := pressing(t, func(_ string, p interactionPayload) (int, string) {
		if err := sdk.PostWebhook(p.ResponseURL, &sdk.WebhookMessage{Text: "done", ResponseType: sdk.ResponseTypeEphemeral}); err != nil {
			t.Error(err)
		}
		return http.StatusOK, ""
	})
	control(t, base, "interact", map[string]string{"user": "ben", "channel": "csirt-ops", "message_ts": ts, "action_id": "resolve_skip:1"})
	if e := r.Ephemerals("U0BEN0002"); len(e) != 1 || e[0].Text != "done" || len(r.Ephemerals("U0AOI0001")) != 0 {
		t.Errorf("shown %+v", e)
	}
}

func TestTriggersDie(t *testing.T) {
	_, _, base, ts := pressing(t, func(string, interactionPayload) (int, string) { return http.StatusOK, "" })
	out, _ := control(t, base, "interact", map[string]string{"user": "aoi", "channel": "csirt-ops", "message_ts": ts, "action_id": "resolve_skip:1"})
	if _, err := bot(base).OpenView("1.2.abc", modal()); err == nil || err.Error() != "invalid_trigger_id" {
		t.Errorf("an invented trigger: %v", err)
	}
	bad := modal()
	bad.Title.Text = strings.Repeat("x", 25)
	if _, err := bot(base).OpenView(out["trigger_id"].(string), bad); err == nil || !strings.HasPrefix(err.Error(), "invalid_arguments") {
		t.Errorf("a long title: %v", err)
	}
	deadline := time.Now().Add(patience)
	for { // a trigger dies by the clock: ask with a view that is refused before it is used
		_, err := bot(base).OpenView(out["trigger_id"].(string), bad)
		if err != nil && err.Error() == "expired_trigger_id" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the trigger lives on: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// What goes to the app and comes back is held against Slack's own samples.
func TestSpecsHoldForInteractions(t *testing.T) {
	s := loadSpec(t)
	raw, err := os.ReadFile(filepath.Join(os.Getenv("CONTRACT_SPECS"), "slack-interaction-samples-2026-08.json"))
	if err != nil {
		t.Fatal(err)
	}
	var samples struct {
		Payloads map[string]any `json:"payloads"`
	}
	if err := json.Unmarshal(raw, &samples); err != nil {
		t.Fatal(err)
	}
	g, r, base, ts := pressing(t, func(base string, p interactionPayload) (int, string) {
		if p.Type == "block_actions" {
			v, err := bot(base).OpenView(p.Trigger, modal())
			if err != nil {
				t.Error(err)
			}
			if _, err := bot(base).UpdateView(modal(), "", v.Hash, v.ID); err != nil {
				t.Error(err)
			}
			if _, err := bot(base).UpdateView(modal(), "", "another", v.ID); err == nil || err.Error() != "hash_conflict" {
				t.Errorf("another hash: %v", err)
			}
		}
		return http.StatusOK, ""
	})
	out, _ := control(t, base, "interact", map[string]string{"user": "aoi", "channel": "csirt-ops", "message_ts": ts, "action_id": "resolve_skip:1"})
	control(t, base, "interact", map[string]string{"user": "aoi", "view_id": out["views"].([]any)[0].(string), "action_id": "reason", "value": "x"})
	for i, sample := range []string{"interactive-components/BlockActionPayload.json", "views/ViewSubmissionPayload.json"} {
		var got any
		if err := json.Unmarshal(g.deeds[i], &got); err != nil {
			t.Fatal(err)
		}
		for _, fault := range differ("", got, samples.Payloads[sample]) {
			t.Errorf("%s: %s\n%s", sample, fault, g.deeds[i])
		}
	}
	for _, x := range r.list {
		for _, fault := range s.checkReply(x) {
			t.Errorf("%s: %s", x.method, fault)
		}
	}
}
