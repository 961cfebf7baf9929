package slackbot

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"strings"

	"hikeshi/workflows/incident"
)

// interaction is what a person did with a message or a dialog of ours. It is read by hand, as events are.
// https://docs.slack.dev/reference/interaction-payloads
type interaction struct {
	who  person
	Type string `json:"type"`
	App  string `json:"api_app_id"`
	Team struct {
		ID string `json:"id"`
	} `json:"team"`
	Org struct {
		ID string `json:"id"`
	} `json:"enterprise"`
	User struct {
		ID       string `json:"id"`
		Username string `json:"username"` // of buttons
		Name     string `json:"name"`     // of dialogs
		Team     string `json:"team_id"`
	} `json:"user"`
	Trigger     string     `json:"trigger_id"`
	ResponseURL string     `json:"response_url"`
	Channel     channelRef `json:"channel"`
	Callback    string     `json:"callback_id"` // of shortcuts
	Message     struct {
		TS      string `json:"ts"`
		Text    string `json:"text"`
		User    string `json:"user"`     // empty: an app's
		AppName string `json:"username"` // of apps that say what they are called
	} `json:"message"` // that a shortcut is about
	Actions []struct {
		ID    string `json:"action_id"`
		Value string `json:"value"`
		TS    string `json:"action_ts"`
	} `json:"actions"`
	View struct {
		ID       string `json:"id"`
		Home     string `json:"app_installed_team_id"` // the team is that of whoever filled it in, in a channel shared with theirs
		Type     string `json:"type"`                  // modal or home
		Callback string `json:"callback_id"`
		Private  string `json:"private_metadata"`
		State    struct {
			Values map[string]map[string]answered `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

var (
	plainTeam = regexp.MustCompile(`^[TE][A-Z0-9]{1,29}$`)
	plainApp  = regexp.MustCompile(`^A[A-Z0-9]{1,29}$`)
)

// openInteraction reads the payload, and refuses one that does not say who did it in which workspace with which app. Of an
// app that is installed for all of an organisation Slack names the organisation alone.
func openInteraction(payload []byte) (interaction, error) {
	var i interaction
	err := lenient(payload, &i)
	nameless := i.App == "" && i.isShortcut() // Slack does not say which app's it is
	switch {
	case err != nil:
		return i, errors.New("the payload is no JSON")
	case !plainUser.MatchString(i.User.ID), !plainTeam.MatchString(cmp.Or(i.Team.ID, i.Org.ID)), !plainApp.MatchString(i.App) && !nameless:
		return i, errors.New("the payload does not name its user, team and app")
	}
	return i, nil
}

// interact answers what a person did: it decides about a stuck step, or asks for what is needed to decide. What is not
// known here is acknowledged, because Slack would show the person an error: a button that is only a link, a dialog of
// newer code.
func (g *Gateway) interact(ctx context.Context, payload []byte) reply {
	i, err := openInteraction(payload)
	if err != nil {
		g.o.Log.Warn("refuse an interaction", "reason", err)
		return refuse(err.Error())
	}
	if !g.awaitHome(ctx) {
		return g.tooEarly(i)
	}
	if why := g.home.stranger(i.App, i.Team.ID, i.Org.ID, i.View.Home); why != "" {
		return g.turnedAway(interactions, why)
	}
	i.who = g.sender(ctx, i.User.ID, i.team())
	switch {
	case i.Type == "block_actions" && len(i.Actions) > 0:
		return g.pressed(ctx, i)
	case i.Type == "view_submission" && i.View.Callback == resolveDialog:
		return g.submitted(ctx, i)
	case i.Type == "view_submission" && strings.HasPrefix(i.View.Callback, formPrefix):
		return g.filled(ctx, i)
	case i.isShortcut():
		return g.shortcut(ctx, i)
	case i.Type != "view_closed":
		g.o.Log.Warn("leave an interaction aside", "type", incident.Shorten(incident.CleanLine(i.Type), 40), "callback", incident.Shorten(incident.CleanLine(i.View.Callback), 40))
	}
	return done()
}

func (i interaction) isShortcut() bool { return i.Type == "shortcut" || i.Type == "message_action" }

// by is the person, as Slack's signature vouches for.
func (i interaction) by() incident.By {
	name := i.User.Username
	if name == "" {
		name = i.User.Name
	}
	return i.who.by(name, i.team(), i.Channel.ID)
}

// team is the workspace that the person is of; in a channel that is shared with another one, the app's is not theirs.
func (i interaction) team() string { return cmp.Or(i.User.Team, i.Team.ID, i.Org.ID) }

// answerTo is where the person hears what came of it: of a button of the Home tab Slack takes no answer, so it stands
// there.
func (i interaction) answerTo() string {
	if i.ResponseURL == "" && i.Type == "block_actions" && i.View.Type == "home" {
		return homeAddress + i.User.ID
	}
	return i.ResponseURL
}

// typed is what the person wrote into a field; each of our blocks has one, of the same name.
func (i interaction) typed(field string) string { return i.View.State.Values[field][field].Value }
