package slacktest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdk "github.com/slack-go/slack"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
)

// all is a view with an element of every kind, as the Web API takes it.
const all = `{"type":"modal","callback_id":"form_open","private_metadata":"x","title":{"type":"plain_text","text":"Open"},"submit":{"type":"plain_text","text":"Open"},
"close":{"type":"plain_text","text":"Cancel"},"blocks":[
{"type":"section","block_id":"head","text":{"type":"mrkdwn","text":"*hello*"},"accessory":{"type":"button","action_id":"more","value":"m","text":{"type":"plain_text","text":"More"}}},
{"type":"actions","block_id":"acts","elements":[{"type":"overflow","action_id":"menu","options":[{"text":{"type":"plain_text","text":"One"},"value":"1"},{"text":{"type":"plain_text","text":"Two"},"value":"2"}]},
 {"type":"static_select","action_id":"pick","options":[{"text":{"type":"plain_text","text":"A"},"value":"a"}]}]},
{"type":"input","block_id":"title","label":{"type":"plain_text","text":"Title"},"element":{"type":"plain_text_input","action_id":"title","min_length":3,"max_length":20}},
{"type":"input","block_id":"sev","optional":true,"label":{"type":"plain_text","text":"Severity"},"element":{"type":"static_select","action_id":"sev",
 "initial_option":{"text":{"type":"plain_text","text":"Two"},"value":"2"},"options":[{"text":{"type":"plain_text","text":"One"},"value":"1"},{"text":{"type":"plain_text","text":"Two"},"value":"2"}]}},
{"type":"input","block_id":"who","optional":true,"label":{"type":"plain_text","text":"Who"},"element":{"type":"users_select","action_id":"who"}},
{"type":"input","block_id":"people","optional":true,"label":{"type":"plain_text","text":"People"},"element":{"type":"multi_users_select","action_id":"people","max_selected_items":2}},
{"type":"input","block_id":"kinds","optional":true,"label":{"type":"plain_text","text":"Kinds"},"element":{"type":"multi_static_select","action_id":"kinds","option_groups":[{"label":{"type":"plain_text","text":"G"},"options":[{"text":{"type":"plain_text","text":"K"},"value":"k"},{"text":{"type":"plain_text","text":"L"},"value":"l"}]}]}},
{"type":"input","block_id":"checks","optional":true,"label":{"type":"plain_text","text":"Checks"},"element":{"type":"checkboxes","action_id":"checks","options":[{"text":{"type":"mrkdwn","text":"*c*"},"value":"c"}]}},
{"type":"input","block_id":"radio","optional":true,"label":{"type":"plain_text","text":"Radio"},"element":{"type":"radio_buttons","action_id":"radio","options":[{"text":{"type":"plain_text","text":"R"},"value":"r"}]}},
{"type":"input","block_id":"day","optional":true,"label":{"type":"plain_text","text":"Day"},"element":{"type":"datepicker","action_id":"day"}},
{"type":"input","block_id":"time","optional":true,"label":{"type":"plain_text","text":"Time"},"element":{"type":"timepicker","action_id":"time"}},
{"type":"input","block_id":"at","optional":true,"label":{"type":"plain_text","text":"At"},"element":{"type":"datetimepicker","action_id":"at"}},
{"type":"input","block_id":"n","optional":true,"label":{"type":"plain_text","text":"N"},"element":{"type":"number_input","action_id":"n","is_decimal_allowed":false,"min_value":"2"}},
{"type":"input","block_id":"mail","optional":true,"label":{"type":"plain_text","text":"Mail"},"element":{"type":"email_text_input","action_id":"mail"}},
{"type":"input","block_id":"url","optional":true,"label":{"type":"plain_text","text":"URL"},"element":{"type":"url_text_input","action_id":"url"}},
{"type":"input","block_id":"ch","optional":true,"label":{"type":"plain_text","text":"Channel"},"element":{"type":"channels_select","action_id":"ch"}},
{"type":"input","block_id":"conv","optional":true,"label":{"type":"plain_text","text":"Where"},"element":{"type":"multi_conversations_select","action_id":"conv"}}]}`

// api calls a method as the bot and returns the answer.
func api(t *testing.T, base, method string, args map[string]string) map[string]any {
	t.Helper()
	form := url.Values{"token": {fake.SlackBotToken}}
	for k, v := range args {
		form.Set(k, v)
	}
	resp, err := http.PostForm(base+"/api/"+method, form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// opened is a workspace in which somebody has pressed a button and sees a view.
func opened(t *testing.T, view string, answer func(base string, p map[string]any) (int, string)) (g *gateway, r *recorder, base, id string) {
	t.Helper()
	g, events := startGateway(t)
	r, base = record(t, slacktest.Options{EventsURL: events})
	g.onDeed = func(raw []byte) (int, string) {
		var p map[string]any
		if err := json.Unmarshal(raw, &p); err != nil {
			t.Error(err)
		}
		if p["type"] == "shortcut" {
			if out := api(t, base, "views.open", map[string]string{"trigger_id": p["trigger_id"].(string), "view": view}); out["ok"] != true {
				t.Errorf("views.open: %v", out)
			}
			return http.StatusOK, ""
		}
		return answer(base, p)
	}
	out, status := control(t, base, "shortcut", map[string]string{"user": "aoi", "callback_id": "open_case"})
	views, _ := out["views"].([]any)
	if status != http.StatusOK || len(views) != 1 {
		t.Fatalf("shortcut: %v, status %d", out, status)
	}
	return g, r, base, views[0].(string)
}

func interact(t *testing.T, base string, in map[string]any) (out map[string]any) {
	t.Helper()
	in["user"] = "aoi"
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(base+"/_control/interact", "application/json", strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func dig(v any, path ...string) any {
	for _, key := range path {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// Everything that people can leave in a view comes in the shapes that Slack documents.
func TestEveryElementReachesTheApp(t *testing.T) {
	var last map[string]any
	_, r, base, id := opened(t, all, func(_ string, p map[string]any) (int, string) {
		last = p
		return http.StatusOK, ""
	})
	if out := interact(t, base, map[string]any{"view_id": id, "values": map[string]any{"title": "phishing", "sev": "9"}}); out != nil {
		t.Errorf("an option that is not offered: %v", out)
	}
	out := interact(t, base, map[string]any{"view_id": id, "action_id": "title", "value": "phishing at payroll", "values": map[string]any{"who": "ben", "people": []string{"ben", "U0CHIE003"}, "kinds": "k,l",
		"checks": []string{"c"}, "radio": "r", "day": "2026-12-31", "time": "23:59", "at": "1796083200", "n": "3", "mail": "a@b.example", "url": "https://x.example/", "ch": "#general", "conv": "csirt-ops"}})
	if out["status"] != 200.0 || len(r.Dialogs("U0AOI0001")) != 0 {
		t.Fatalf("submitted: %v", out)
	}
	option := func(text, value string) any {
		return map[string]any{"text": map[string]any{"type": "plain_text", "text": text}, "value": value}
	}
	want := map[string]any{
		"pick":   map[string]any{"type": "static_select", "selected_option": nil},
		"title":  map[string]any{"type": "plain_text_input", "value": "phishing at payroll"},
		"sev":    map[string]any{"type": "static_select", "selected_option": option("Two", "2")},
		"who":    map[string]any{"type": "users_select", "selected_user": "U0BEN0002"},
		"people": map[string]any{"type": "multi_users_select", "selected_users": []any{"U0BEN0002", "U0CHIE003"}},
		"kinds":  map[string]any{"type": "multi_static_select", "selected_options": []any{option("K", "k"), option("L", "l")}},
		"checks": map[string]any{"type": "checkboxes", "selected_options": []any{map[string]any{"text": map[string]any{"type": "mrkdwn", "text": "*c*"}, "value": "c"}}},
		"radio":  map[string]any{"type": "radio_buttons", "selected_option": option("R", "r")},
		"day":    map[string]any{"type": "datepicker", "selected_date": "2026-12-31"},
		"time":   map[string]any{"type": "timepicker", "selected_time": "23:59"},
		"at":     map[string]any{"type": "datetimepicker", "selected_date_time": 1796083200.0},
		"n":      map[string]any{"type": "number_input", "value": "3"},
		"mail":   map[string]any{"type": "email_text_input", "value": "a@b.example"},
		"url":    map[string]any{"type": "url_text_input", "value": "https://x.example/"},
		"ch":     map[string]any{"type": "channels_select", "selected_channel": slacktest.General},
		"conv":   map[string]any{"type": "multi_conversations_select", "selected_conversations": []any{slacktest.Ops}},
	}
	got := map[string]any{}
	for _, block := range dig(last, "view", "state", "values").(map[string]any) {
		for action, state := range block.(map[string]any) {
			got[action] = state
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("state.values (-want +got):\n%s", diff)
	}
	var p sdk.InteractionCallback // the vendor's library reads it
	raw, _ := json.Marshal(last)
	if err := json.Unmarshal(raw, &p); err != nil || p.View.State.Values["people"]["people"].SelectedUsers[1] != "U0CHIE003" || p.View.State.Values["at"]["at"].SelectedDateTime != 1796083200 {
		t.Errorf("read by the library: %v", err)
	}
}

// Slack's own app keeps a view open for what it can tell without the app.
func TestWhatSlackItselfObjectsTo(t *testing.T) {
	_, r, base, id := opened(t, all, func(string, map[string]any) (int, string) {
		t.Error("the app heard of it")
		return http.StatusOK, ""
	})
	interact(t, base, map[string]any{"view_id": id, "values": map[string]any{"title": "x", "n": "1", "mail": "no mail", "url": "x"}})
	d := r.Dialogs("U0AOI0001")[0]
	for block, want := range map[string]string{"title": "at least 3", "n": "at least 2", "mail": "valid email", "url": "valid URL"} {
		if !strings.Contains(d.Errors[block], want) {
			t.Errorf("%s: %q, want %q", block, d.Errors[block], want)
		}
	}
	if d.Entered("mail") != "no mail" {
		t.Errorf("what was written is gone: %+v", d.Typed)
	}
	for name, values := range map[string]any{"too many people": map[string]any{"people": "aoi,ben,chie"}, "no such field": map[string]any{"nothing": "x"}, "no date": map[string]any{"day": "tomorrow"}} {
		if out := interact(t, base, map[string]any{"view_id": id, "values": values}); out != nil {
			t.Errorf("%s: %v", name, out)
		}
	}
}

func TestPressesInsideAView(t *testing.T) {
	var seen []map[string]any
	_, r, base, id := opened(t, all, func(base string, p map[string]any) (int, string) {
		seen = append(seen, p)
		if dig(p["actions"].([]any)[0], "action_id") == "more" {
			out := api(t, base, "views.push", map[string]string{"trigger_id": p["trigger_id"].(string), "view": strings.Replace(all, `"Open"}`, `"Next"}`, 1)})
			if dig(out, "view", "previous_view_id") != dig(p, "view", "id") || dig(out, "view", "root_view_id") != dig(p, "view", "root_view_id") {
				t.Errorf("pushed: %v", out["error"])
			}
		}
		return http.StatusOK, ""
	})
	interact(t, base, map[string]any{"view_id": id, "values": map[string]any{"title": "typed"}, "write": true})
	interact(t, base, map[string]any{"view_id": id, "action_id": "menu", "value": "2"})
	interact(t, base, map[string]any{"view_id": id, "action_id": "pick", "value": "a"})
	out := interact(t, base, map[string]any{"view_id": id, "action_id": "more"})
	if len(seen) != 3 || len(out["views"].([]any)) != 2 {
		t.Fatalf("%d presses, %v", len(seen), out)
	}
	if a := seen[0]["actions"].([]any)[0]; dig(a, "selected_option", "value") != "2" || dig(seen[0], "container", "view_id") != id || dig(seen[0], "view", "state", "values", "title", "title", "value") != "typed" {
		t.Errorf("menu: %v", seen[0])
	}
	if dig(seen[1], "view", "state", "values", "acts", "pick", "selected_option", "value") != "a" {
		t.Errorf("select: %v", seen[1])
	}
	if dig(seen[2]["actions"].([]any)[0], "value") != "m" {
		t.Errorf("button: %v", seen[2])
	}
	top := r.Dialogs("U0AOI0001")[1].ID
	if out := interact(t, base, map[string]any{"view_id": top, "close": true}); len(out["views"].([]any)) != 1 {
		t.Errorf("closing the upper one leaves the lower: %v", out)
	}
}

func TestResponseActions(t *testing.T) {
	answer := ""
	_, r, base, id := opened(t, all, func(string, map[string]any) (int, string) { return http.StatusOK, answer })
	submit := func(view, with string) (left []slacktest.Dialog, out map[string]any) {
		answer = with
		out = interact(t, base, map[string]any{"view_id": view, "values": map[string]any{"title": "phishing"}})
		return r.Dialogs("U0AOI0001"), out
	}
	if d, _ := submit(id, `{"response_action":"errors","errors":{"title":"no"}}`); d[0].Errors["title"] != "no" {
		t.Errorf("errors: %+v", d)
	}
	for name, with := range map[string]string{"no such block": `{"response_action":"errors","errors":{"other":"no"}}`, "no errors": `{"response_action":"errors"}`, "no JSON": "ok",
		"a bad view": `{"response_action":"update","view":{"type":"modal"}}`, "an unknown action": `{"response_action":"dance"}`} {
		if d, out := submit(id, with); d[0].Errors[""] == "" || out["error"] == nil {
			t.Errorf("%s: %v, %v", name, d[0].Errors, out)
		}
	}
	if d, _ := submit(id, `{"response_action":"update","view":`+strings.Replace(all, `"Open"}`, `"Again"}`, 1)+`}`); d[0].Title() != "Again" || d[0].ID != id || d[0].Entered("title") != "phishing" {
		t.Errorf("update keeps what was typed in the same fields: %q, %q", d[0].Title(), d[0].Entered("title"))
	}
	top := id
	for n := 2; n <= 3; n++ {
		d, _ := submit(top, `{"response_action":"push","view":`+all+`}`)
		if len(d) != n {
			t.Fatalf("pushed: %d stand open", len(d))
		}
		top = d[n-1].ID
	}
	if d, _ := submit(top, `{"response_action":"push","view":`+all+`}`); len(d) != 3 || d[2].Errors[""] == "" {
		t.Errorf("a fourth: %d", len(d))
	}
	if d, _ := submit(top, ""); len(d) != 2 {
		t.Errorf("submitted: %d left", len(d))
	}
	if d, _ := submit(r.Dialogs("U0AOI0001")[1].ID, `{"response_action":"clear"}`); len(d) != 0 {
		t.Errorf("cleared: %d left", len(d))
	}
}

func TestClosingTellsAnAppThatWantsToKnow(t *testing.T) {
	var closed map[string]any
	_, _, base, id := opened(t, strings.Replace(all, `"callback_id"`, `"notify_on_close":true,"clear_on_close":true,"callback_id"`, 1), func(_ string, p map[string]any) (int, string) {
		closed = p
		return http.StatusOK, ""
	})
	if interact(t, base, map[string]any{"view_id": id, "close": true}); closed["type"] != "view_closed" || closed["is_cleared"] != true {
		t.Errorf("closed: %v", closed)
	}
}

// What Slack refuses of a view, by what is wrong with it.
func TestViewsThatSlackRefuses(t *testing.T) {
	_, base := record(t, slacktest.Options{})
	long := strings.Repeat("x", 300)
	option := func(v string) string { return `{"text":{"type":"plain_text","text":"o"},"value":"` + v + `"}` }
	input := func(element string) string {
		return `{"type":"input","label":{"type":"plain_text","text":"L"},"element":` + element + `}`
	}
	for name, c := range map[string]struct{ blocks, want string }{
		"none":                       {``, "1 to 100 blocks"},
		"no label":                   {`{"type":"input","element":{"type":"plain_text_input"}}`, "label"},
		"unknown element":            {input(`{"type":"magic"}`), "unsupported type: magic"},
		"a button as input":          {input(`{"type":"button","text":{"type":"plain_text","text":"b"}}`), "unsupported type: button"},
		"unknown property":           {input(`{"type":"plain_text_input","rows":3}`), "invalid additional property: rows"},
		"no options":                 {input(`{"type":"static_select","options":[]}`), "1 to 100 items"},
		"eleven radio buttons":       {input(`{"type":"radio_buttons","options":[` + strings.Repeat(option("a")+",", 10) + option("b") + `]}`), "1 to 10 items"},
		"a long value":               {input(`{"type":"static_select","options":[` + option(long) + `]}`), "options/value"},
		"an initial one not offered": {input(`{"type":"static_select","options":[` + option("a") + `],"initial_option":` + option("b") + `}`), "must be one of the options"},
		"no decimals said":           {input(`{"type":"number_input"}`), "is_decimal_allowed"},
		"max_length":                 {input(`{"type":"plain_text_input","max_length":3001}`), "max_length"},
		"a bad date":                 {input(`{"type":"datepicker","initial_date":"today"}`), "initial_date"},
		"two blocks of one id":       {`{"type":"divider","block_id":"d"},{"type":"divider","block_id":"d"}`, "block_id already exists"},
		"a confirm without texts":    {`{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"b"},"confirm":{}}]}`, "invalid confirm"},
		"six in an overflow menu":    {`{"type":"actions","elements":[{"type":"overflow","options":[` + strings.Repeat(option("a")+",", 5) + option("b") + `]}]}`, "1 to 5 items"},
		"a long button":              {`{"type":"section","text":{"type":"mrkdwn","text":"x"},"accessory":{"type":"button","text":{"type":"plain_text","text":"` + long + `"}}}`, "1 to 75 characters"},
	} {
		out := api(t, base, "views.publish", map[string]string{"user_id": "U0AOI0001", "view": `{"type":"home","blocks":[` + c.blocks + `]}`})
		if out["error"] != "invalid_arguments" || !strings.Contains(fmt.Sprint(dig(out, "response_metadata", "messages")), c.want) {
			t.Errorf("%s: %v", name, out)
		}
	}
	if out := api(t, base, "views.publish", map[string]string{"user_id": "U0AOI0001", "view": all}); out["error"] != "invalid_arguments" {
		t.Errorf("a modal as home: %v", out)
	}
}

func TestHome(t *testing.T) {
	g, events := startGateway(t)
	r, base := record(t, slacktest.Options{EventsURL: events})
	var pressed map[string]any
	g.onDeed = func(raw []byte) (int, string) {
		_ = json.Unmarshal(raw, &pressed)
		return http.StatusOK, ""
	}
	home := func(text, hash, own string) map[string]any {
		return api(t, base, "views.publish", map[string]string{"user_id": "U0AOI0001", "hash": hash, "view": `{"type":"home","external_id":"` + own + `","blocks":[
			{"type":"section","block_id":"s","text":{"type":"mrkdwn","text":"` + text + `"},"accessory":{"type":"button","action_id":"go","value":"1","text":{"type":"plain_text","text":"Go"}}}]}`})
	}
	control(t, base, "home", map[string]string{"user": "aoi"})
	first := home("one", "", "mine")
	second := home("two", dig(first, "view", "hash").(string), "mine")
	if dig(first, "view", "id") != dig(second, "view", "id") || dig(second, "view", "type") != "home" {
		t.Errorf("published: %v, then %v", first, second)
	}
	if out := home("three", dig(first, "view", "hash").(string), "mine"); out["error"] != "hash_conflict" {
		t.Errorf("an old hash: %v", out)
	}
	if out := api(t, base, "views.publish", map[string]string{"user_id": "U0BEN0002", "view": `{"type":"home","external_id":"mine","blocks":[{"type":"divider"}]}`}); out["error"] != "duplicate_external_id" {
		t.Errorf("another's external id: %v", out)
	}
	control(t, base, "home", map[string]string{"user": "aoi"})
	d, _ := r.Home("U0AOI0001")
	interact(t, base, map[string]any{"view_id": d.ID, "action_id": "go"})
	if dig(pressed, "container", "type") != "view" || dig(pressed, "view", "type") != "home" {
		t.Errorf("pressed: %v", pressed)
	}
	if len(r.Dialogs("U0AOI0001")) != 0 {
		t.Error("a home is no dialog")
	}
	list, _ := g.wait(2)
	var second2 map[string]any
	_ = json.Unmarshal(list[1], &second2)
	if dig(second2, "event", "type") != "app_home_opened" || dig(second2, "event", "view", "id") != d.ID {
		t.Errorf("event: %s", list[1])
	}
}

// What is new here goes and comes as Slack's own samples do.
func TestSpecsHoldForViews(t *testing.T) {
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
	g, r, base, id := opened(t, strings.Replace(all, `"callback_id"`, `"notify_on_close":true,"callback_id"`, 1), func(string, map[string]any) (int, string) { return http.StatusOK, "" })
	ts := r.Say("aoi", "csirt-ops", "look here", "")
	control(t, base, "shortcut", map[string]string{"user": "ben", "channel": "csirt-ops", "message_ts": ts, "callback_id": "mark_lesson"})
	interact(t, base, map[string]any{"view_id": id, "action_id": "more"})
	interact(t, base, map[string]any{"view_id": id, "close": true})
	api(t, base, "views.publish", map[string]string{"user_id": "U0AOI0001", "view": `{"type":"home","blocks":[{"type":"divider"}]}`})
	control(t, base, "home", map[string]string{"user": "aoi"})
	for i, sample := range []string{"interactive-components/MessageShortcutPayload.json", "interactive-components/BlockActionPayload.json", "views/ViewClosedPayload.json"} {
		var got any
		if err := json.Unmarshal(g.deeds[i+1], &got); err != nil {
			t.Fatal(err)
		}
		for _, fault := range differ("", got, samples.Payloads[sample]) {
			t.Errorf("%s: %s\n%s", sample, fault, g.deeds[i+1])
		}
	}
	for _, x := range r.list {
		for _, fault := range append(s.checkRequest(x), s.checkReply(x)...) {
			t.Errorf("%s: %s", x.method, fault)
		}
	}
	all, _ := g.wait(2)
	for _, e := range all {
		for _, fault := range s.checkEvent(e) {
			t.Errorf("event: %s\n%s", fault, e)
		}
	}
}
