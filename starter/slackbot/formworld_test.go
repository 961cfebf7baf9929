package slackbot_test

import (
	"encoding/json"
	"strings"
	"testing"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// shownForm is a form as the person sees it.
type shownForm struct {
	Type     string `json:"type"`
	Callback string `json:"callback_id"`
	Private  string `json:"private_metadata"`
	Title    struct {
		Text string `json:"text"`
	} `json:"title"`
	Submit struct {
		Text string `json:"text"`
	} `json:"submit"`
	Blocks []shownBlock `json:"blocks"`
}

type shownBlock struct {
	ID       string `json:"block_id"`
	Type     string `json:"type"`
	Optional bool   `json:"optional"`
	Element  struct {
		Type   string `json:"type"`
		Action string `json:"action_id"`
		Most   int    `json:"max_length"`
		Value  string `json:"initial_value"`
	} `json:"element"`
}

func (w *workspace) form1(t *testing.T) shownForm {
	t.Helper()
	select {
	case v := <-w.opened:
		var f shownForm
		if err := json.Unmarshal(v.View, &f); err != nil || v.Trigger != "1.2.abc" || f.Type != "modal" {
			t.Fatalf("shown %s, %v", v.View, err)
		}
		return f
	default:
		t.Fatal("no form was shown")
		return shownForm{}
	}
}

// fill is the payload of a filled form: fields by their kinds.
func (w *workspace) fill(f shownForm, given map[string]string) map[string]any {
	values := map[string]any{}
	for _, b := range f.Blocks {
		said, ok := given[b.ID]
		if !ok || b.Type != "input" {
			continue
		}
		answer := map[string]any{"type": b.Element.Type}
		switch b.Element.Type {
		case "static_select":
			answer["selected_option"] = map[string]any{"value": said}
		case "users_select":
			answer["selected_user"] = said
		case "conversations_select":
			answer["selected_conversation"] = said
		case "multi_users_select":
			answer["selected_users"] = strings.Split(said, ",")
		case "checkboxes":
			answer["selected_options"] = []any{map[string]any{"value": said}}
		default:
			answer["value"] = said
		}
		values[b.ID] = map[string]any{b.Element.Action: answer}
	}
	p := w.submit("U0AOI0001", "V0VIEW001", f.Private, nil)
	p["view"] = map[string]any{"id": "V0VIEW001", "callback_id": f.Callback, "private_metadata": f.Private, "state": map[string]any{"values": values}}
	return p
}

// inPhase is a case with something of everything.
func inPhase(p incident.Phase) *desk {
	d := newDesk()
	d.found.Phase, d.found.Severity, d.found.Scope, d.found.Containment = p, 2, "3 mailboxes", incident.Acting
	d.found.Gates = []incident.Gate{incident.NewGate(p, incident.Need{Name: "scope"})}
	d.found.Lessons = []incident.Lesson{{ID: "l1", Text: "<!channel> who owns it?"}}
	d.found.Runbooks = []notice.Runbook{{Name: "phishing-mail", Title: "フィッシングメール"}, {Name: "lost-device", Title: "<!channel> lost"}}
	return d
}

func inItsChannel(w *workspace, typed string) string {
	form := w.form(typed)
	form.Set("channel_id", "C0CASE001")
	return form.Encode()
}
