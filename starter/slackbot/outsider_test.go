package slackbot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hikeshi/workflows/incident"
)

// Guests and people of other workspaces are brought into a case only where the rules let them do something there.
func TestOutsidersAreNotBroughtIn(t *testing.T) {
	o, g := newOffice(t)
	o.set(func() {
		o.users = map[string]string{
			"U0AOI0001": `"name":"aoi","team_id":"T0HOME"`, "U0GUEST01": `"name":"gil","team_id":"T0HOME","is_restricted":true`,
			"U0OTHER01": `"name":"oto","team_id":"T0OTHER","is_stranger":true`,
		}
	})
	open := append(incident.Rights{{Verbs: []string{"accept"}, Roles: []incident.Role{incident.RoleMember}, Guests: true}}, incident.DefaultRights()...)
	for name, tt := range map[string]struct {
		rights incident.Rights
		f      fields
		field  string
		says   string
	}{
		"a guest commands":             {incident.DefaultRights(), fields{"to": {"U0GUEST01"}}, "to", "gil is a guest in this workspace, and accept"},
		"a guest triages":              {incident.DefaultRights(), fields{"commander": {"U0GUEST01"}}, "commander", "gil is a guest"},
		"somebody of elsewhere leads":  {incident.DefaultRights(), fields{"lead": {"U0OTHER01"}}, "lead", "oto is of another workspace, and conclude"},
		"one of several":               {incident.DefaultRights(), fields{"invite": {"U0AOI0001", "U0OTHER01"}}, "invite", "oto is of another workspace"},
		"the last of many":             {incident.DefaultRights(), fields{"invite": append(slices.Repeat([]string{"U0AOI0001"}, 49), "U0OTHER01")}, "invite", "oto is of another workspace"},
		"one of us":                    {incident.DefaultRights(), fields{"to": {"U0AOI0001"}, "invite": {"U0AOI0001"}}, "", ""},
		"whom Slack does not describe": {incident.DefaultRights(), fields{"to": {"U0UNKNOWN"}}, "", ""},
		"a name":                       {incident.DefaultRights(), fields{"to": {"@gil"}}, "", ""},
		"the rules allow it":           {open, fields{"to": {"U0GUEST01"}}, "", ""},
		"but not others":               {open, fields{"to": {"U0OTHER01"}}, "to", "oto is of another workspace, and accept"},
		"nobody looks":                 {nil, fields{"to": {"U0GUEST01"}}, "", ""},
	} {
		g.o.Rights = tt.rights
		err := g.outsiders(t.Context(), tt.f)
		var refusal *incident.Refusal
		if (err != nil) != (tt.says != "") || fieldOf(err) != tt.field || err != nil && (!errors.As(err, &refusal) || !strings.Contains(refusal.Message, tt.says)) {
			t.Errorf("%s: %v about %q", name, err, fieldOf(err))
		}
	}
	g.o.Rights = incident.DefaultRights()
	for _, typed := range []string{"handover <@U0GUEST01>", "triage --commander <@U0GUEST01>", "analyze mail --lead <@U0GUEST01>", "open mail --invite <@U0GUEST01>"} {
		said := g.handle(t.Context(), request{commands, []byte(fmt.Sprintf(`{"user_id":"U0AOI0001","trigger_id":"1.2","team_id":"T0HOME","text":%q}`, typed)), time.Now()})
		if !strings.Contains(text(said), "gil is a guest") { // the desk, which is not there, is not asked
			t.Errorf("%s: %+v", typed, said)
		}
	}
}
