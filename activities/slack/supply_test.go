package slack_test

import (
	"slices"
	"strings"
	"testing"

	sdk "github.com/slack-go/slack"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

// place is a fake with the bot, and aoi, who makes things by hand.
type place struct {
	*slacktest.Server
	a        *slack.Activities
	bot, aoi *sdk.Client
}

func open(t *testing.T) *place {
	t.Helper()
	s, url := slacktest.Start(t, slacktest.Options{})
	s.LimitRates(false)
	return &place{s, &slack.Activities{Client: newClient(t, url)}, sdk.New(fake.SlackBotToken, sdk.OptionAPIURL(url)), as(url, fake.Cast()[0])}
}

func supplied(id string) slack.AdoptChannel {
	return slack.AdoptChannel{Effect: activities.Effect{Key: "mine.open.channel.2"}, ID: id, Mark: "mine"}
}

// However a person names a channel, it becomes ours once, and later tries of OpenChannel find it.
func TestAdoptChannel(t *testing.T) {
	for name, said := range map[string]string{
		"id": "ID", "name": "#sec-42", "bare name": " Sec-42 ", "mention": "<#ID|sec-42>", "address": "https://x.slack.com/archives/ID",
		"a message's address": "https://x.slack.com/archives/ID/p1700000000000100", "in a browser": "https://app.slack.com/client/T0SANDBOX/ID",
	} {
		for _, private := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				w := open(t)
				id := create(t, w.aoi, private)
				if _, err := w.aoi.SetPurposeOfConversation(id, "phishing <at> payroll"); err != nil {
					t.Fatal(err)
				}
				if private {
					w.Join(slacktest.BotUser, id, "aoi")
				}
				in := supplied(strings.ReplaceAll(said, "ID", id))
				for range 2 {
					got, err := slacktest.Do(w.a.AdoptChannel, in)
					if err != nil || got.ID != id || got.Name != "sec-42" || !got.Adopted {
						t.Fatalf("AdoptChannel = %+v, %v", got, err)
					}
					if aoi := fake.Cast()[0].ID; !slices.Equal(got.Members, []string{aoi}) || got.Purpose != "phishing <at> payroll" || !got.Theirs {
						t.Fatalf("AdoptChannel = %+v; want aoi in it, and her purpose", got)
					}
				}
				ch, _ := w.Channel(id)
				if ch.Purpose.Value != "phishing &lt;at&gt; payroll [key:mine]" || !ch.Has(slacktest.BotUser) || w.Count("conversations.setPurpose") != 2 {
					t.Errorf("channel = %+v; want the bot in it, and our mark written once behind what people wrote", ch)
				}
			})
		}
	}
}

func TestAdoptChannelRefuses(t *testing.T) {
	w := open(t)
	must := func(id string, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	made := func(api *sdk.Client, name string, private bool) string {
		ch, err := api.CreateConversation(sdk.CreateConversationParams{ChannelName: name, IsPrivate: private})
		if err != nil {
			t.Fatal(err)
		}
		return ch.ID
	}
	hidden := made(w.aoi, "hidden", true)
	old := made(w.bot, "old", false)
	w.Archive("hikeshi", old)
	marked := made(w.bot, "marked", false)
	_, err := w.bot.SetPurposeOfConversation(marked, "[key:another]")
	must("", err)
	unmarked := made(w.bot, "unmarked", false)
	other := slack.PostNotice{Effect: effect("another.open.card.1", true), Channel: unmarked, Message: slack.Message{Text: "card"}}
	if _, err := slacktest.Do(w.a.PostNotice, other); err != nil {
		t.Fatal(err)
	}
	public := made(w.aoi, "public", false)
	outside := made(w.aoi, "outside", false)
	w.ShareOutside(outside)
	for name, test := range map[string]struct {
		in    slack.AdoptChannel
		class activities.Class
		says  string
	}{
		"not there":              {supplied("C0NOBODY1"), activities.NotFound, "invite the bot"},
		"no such name":           {supplied("#nobody"), activities.NotFound, "invite the bot"},
		"hidden from us":         {supplied(hidden), activities.NotFound, "invite the bot"},
		"archived":               {supplied(old), activities.Denied, "unarchive"},
		"another case's":         {supplied(marked), activities.Denied, `its mark is "another"`},
		"another case's, so far": {supplied(unmarked), activities.Denied, `its mark is "another.open.card.1"`},
		"the main channel":       {supplied(slacktest.General), activities.Invalid, "main channel"},
		"public":                 {slack.AdoptChannel{Effect: effect("mine.x.1", false), ID: public, Mark: "mine", Private: true}, activities.Invalid, "must be private"},
		"not the asker's": {slack.AdoptChannel{Effect: effect("mine.x.1", false), ID: public, Mark: "mine", Asker: fake.Cast()[1].ID},
			activities.Denied, "not in the channel"},
		"no words":        {supplied(" "), activities.Invalid, "name no channel"},
		"another address": {supplied("https://example.com/"), activities.Invalid, "not that of a channel"},
	} {
		t.Run(name, func(t *testing.T) {
			before := w.Count("conversations.setPurpose")
			_, err := slacktest.Do(w.a.AdoptChannel, test.in)
			if !activities.Is(err, test.class) || !strings.Contains(err.Error(), test.says) || w.Count("conversations.setPurpose") != before {
				t.Errorf("error = %v; want %s, %q, and nothing written", err, test.class, test.says)
			}
		})
	}
}

func TestAdoptNotice(t *testing.T) {
	w := open(t)
	post := func(key, thread string) string {
		n, err := slacktest.Do(w.a.PostNotice, slack.PostNotice{Effect: effect(key, true), Channel: slacktest.Ops, Thread: thread, Message: slack.Message{Text: key}})
		if err != nil {
			t.Fatal(err)
		}
		return n.TS
	}
	card, note := post("mine.open.card.1", ""), post("mine.stuck.1", "")
	reply := post("mine.open.card.1", card)
	_, byHand, err := w.bot.PostMessage(slacktest.Ops, sdk.MsgOptionText("by hand", false))
	if err != nil {
		t.Fatal(err)
	}
	theirs := w.Say("aoi", slacktest.Ops, "hello", "")
	link := func(channel, ts string) string {
		return "https://x.slack.com/archives/" + channel + "/p" + strings.Replace(ts, ".", "", 1)
	}
	for name, test := range map[string]struct {
		said, thread string
		want         string // ts
		class        activities.Class
	}{
		"ts":              {card, "", card, ""},
		"address":         {link(slacktest.Ops, card), "", card, ""},
		"reply":           {reply, card, reply, ""},
		"without a mark":  {byHand, "", byHand, ""},
		"another step's":  {note, "", "", activities.Denied},
		"somebody else's": {theirs, "", "", activities.Invalid},
		"another channel": {link(slacktest.General, card), "", "", activities.Invalid},
		"not there":       {"1700000000.000100", "", "", activities.NotFound},
		"no words":        {"the card", "", "", activities.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := slacktest.Do(w.a.AdoptNotice, slack.AdoptNotice{Effect: effect("mine.open.card.2", false), ID: test.said, Channel: slacktest.Ops, Thread: test.thread})
			if got.TS != test.want || test.class != "" && !activities.Is(err, test.class) || test.class == "" && (err != nil || !got.Adopted) {
				t.Errorf("AdoptNotice = %+v, %v; want %q, %s", got, err, test.want, test.class)
			}
		})
	}
}
