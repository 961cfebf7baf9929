package slacktest_test

import (
	"net/http"
	"strings"
	"testing"

	"hikeshi/activities/slack/slacktest"
)

// Guests and people of other workspaces are told apart, and see what they would see.
func TestGuestsAndExternalPeople(t *testing.T) {
	g, events := startGateway(t)
	g.onDeed = func([]byte) (int, string) { return http.StatusOK, "" }
	r, base := record(t, slacktest.Options{EventsURL: events})
	add := func(in string) {
		resp, err := http.Post(base+"/_control/person", "application/json", strings.NewReader(`{"person":`+in+`}`))
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("add %s: %v, %v", in, resp, err)
		}
		resp.Body.Close()
	}
	add(`{"id":"U0GUEST01","name":"gus","real_name":"Gus Guest","is_ultra_restricted":true,"locale":"en-GB"}`)
	add(`{"id":"U0OUTER01","name":"eva","team":"T0OTHER01"}`)
	add(`{"name":"ben","locale":"ja-JP"}`)
	info := func(id string) map[string]any {
		out, _ := api(t, base, "users.info", map[string]string{"user": id, "include_locale": "true"})["user"].(map[string]any)
		return out
	}
	if u := info("U0GUEST01"); u["is_restricted"] != true || u["is_ultra_restricted"] != true || u["locale"] != "en-GB" || u["team_id"] != slacktest.TeamID {
		t.Errorf("guest: %v", u)
	}
	if u := info("U0OUTER01"); u["team_id"] != "T0OTHER01" || u["is_stranger"] != true || u["locale"] != nil {
		t.Errorf("external: %v", u)
	}
	if u := info("U0BEN0002"); u["locale"] != "ja-JP" || u["real_name"] != "Ben Okafor" || u["is_restricted"] != false {
		t.Errorf("changed: %v", u)
	}
	for _, user := range []string{"gus", "eva"} {
		if _, status := control(t, base, "message", map[string]string{"user": user, "channel": "csirt-ops", "text": "x"}); status != http.StatusBadRequest {
			t.Errorf("%s sees a public channel: status %d", user, status)
		}
		r.Join(user, "csirt-ops", "aoi")
		r.Say(user, "csirt-ops", "hello", "")
	}
	if u := info("U0OUTER01"); u["is_stranger"] == true {
		t.Error("somebody in a shared channel is no stranger")
	}
	if _, status := control(t, base, "command", map[string]string{"user": "eva", "channel": "csirt-ops", "command": "/case"}); status != http.StatusBadRequest {
		t.Errorf("an external person's command: status %d", status)
	}
	if _, status := control(t, base, "shortcut", map[string]string{"user": "eva", "callback_id": "open_case"}); status != http.StatusBadRequest {
		t.Errorf("an external person's shortcut: status %d", status)
	}
}

// A reaction is set and taken back by the same click.
func TestPeopleReact(t *testing.T) {
	r, base := record(t, slacktest.Options{})
	ts := r.Say("aoi", "csirt-ops", "hello", "")
	for i, user := range []string{"ben", "aoi", "ben"} {
		control(t, base, "react", map[string]string{"user": user, "channel": "csirt-ops", "ts": ts, "name": ":eyes:"})
		if m := r.Messages(slacktest.Ops); len(m[0].Reacted) != 1 || m[0].Reacted[0].Count != []int{1, 2, 1}[i] {
			t.Errorf("after click %d, of %s: %+v", i, user, m[0].Reacted)
		}
	}
	if _, status := control(t, base, "react", map[string]string{"user": "lena", "channel": "csirt-ops", "ts": ts, "name": "eyes"}); status != http.StatusBadRequest {
		t.Errorf("who is not in the channel: status %d", status)
	}
}
