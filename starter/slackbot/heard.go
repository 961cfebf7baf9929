package slackbot

import (
	"cmp"
	"strings"

	"hikeshi/workflows/incident"
)

// heard is what an event means for the cases. The zero value: nothing.
type heard struct {
	channel string
	said    bool   // a new message: ring the bell of the channel
	hint    *Hint  // an edit, a deletion or a reply
	event   *Event // what somebody did to the channel
	home    string // who looks at our Home tab
}

// hear says what an event means. What cannot be understood means nothing, with the reason; it never holds a text.
func (e envelope) hear() (h heard, reason string) {
	if e.Type != "event_callback" {
		return heard{}, ""
	}
	var event slackEvent
	if err := lenient(e.Event, &event); err != nil {
		return heard{}, "there is none in it"
	}
	did := actOf(event.Type)
	switch {
	case event.Type == "app_home_opened": // https://docs.slack.dev/reference/events/app_home_opened
		if event.Tab == "home" && plainUser.MatchString(event.User) {
			h.home = event.User
		}
		return h, ""
	case event.Type != "message" && did == "", strings.HasPrefix(event.Channel.ID, "D"):
		return heard{}, "" // of no use here: no case lives in a direct message
	case !plainChannel.MatchString(event.Channel.ID):
		return heard{}, "it names no channel"
	case did != "":
		h.event, reason = e.act(event, did)
	default:
		h, reason = e.message(event)
	}
	h.channel = event.Channel.ID
	return h, reason
}

// message reads a message event; see https://docs.slack.dev/reference/events/message. What our own app posts and edits
// is no news to anybody. What it loses is: somebody may have deleted it.
func (e envelope) message(m slackEvent) (h heard, reason string) {
	switch m.Subtype {
	case "", "file_share", "thread_broadcast", "me_message", "bot_message":
		if e.own(m.said) {
			return heard{}, ""
		}
		h.said = m.Thread == "" || m.Thread == m.TS || m.Subtype == "thread_broadcast"
		if m.Thread != "" && m.Thread != m.TS {
			h.hint = hintOf(m.Channel.ID, m.TS, m.Thread)
		}
	case "channel_convert_to_public", "channel_convert_to_private":
		h.said = true
		h.event, reason = e.act(m, strings.TrimPrefix(m.Subtype, "channel_convert_to_"))
		return h, reason
	case "message_changed":
		if e.own(m.Message) {
			return heard{}, ""
		}
		h.hint = hintOf(m.Channel.ID, m.Message.TS, m.Message.Thread)
		h.hint.Deleted = m.Message.Subtype == "tombstone" // what is left of a message that has replies
	case "message_deleted":
		h.hint = hintOf(m.Channel.ID, m.Deleted, m.Previous.Thread)
		h.hint.Deleted = true
	}
	if h.hint != nil && !h.hint.plain() {
		return heard{said: h.said}, "its message has no time"
	}
	return h, ""
}

// own reports whether our own app wrote the message. Its id is in the message or in the profile of its bot, depending
// on the event.
func (e envelope) own(m said) bool {
	return e.App != "" && (m.App == e.App || m.Bot.App == e.App) || m.User != "" && m.User == e.bot()
}

func hintOf(channel, ts, thread string) *Hint {
	if thread == ts {
		thread = "" // the first message of a thread is in the channel itself
	}
	return &Hint{Channel: channel, TS: ts, Thread: thread}
}

func (h Hint) plain() bool {
	return plainTime.MatchString(h.TS) && (h.Thread == "" || plainTime.MatchString(h.Thread))
}

// actOf is what an event of that type says was done to a channel; empty: it is about something else. A channel that was
// deleted is as lost to people as one that was archived; one that our own app had to leave has lost a member.
// See https://docs.slack.dev/reference/events for each.
func actOf(event string) string {
	switch event {
	case "member_joined_channel":
		return "joined"
	case "member_left_channel", "channel_left", "group_left":
		return "left"
	case "channel_archive", "group_archive", "channel_deleted", "group_deleted":
		return "archived"
	case "channel_unarchive", "group_unarchive":
		return "unarchived"
	case "channel_rename", "group_rename":
		return "renamed"
	}
	return ""
}

// act reads what somebody did to a channel. That our own app joins is our own doing.
func (e envelope) act(event slackEvent, did string) (*Event, string) {
	who := cmp.Or(event.User, event.Actor)
	if event.Type == "channel_left" || event.Type == "group_left" {
		who = e.bot()
	}
	if !plainUser.MatchString(who) {
		who = ""
	}
	name := incident.Shorten(incident.CleanLine(event.Channel.Name), maxName)
	switch {
	case did == "joined" && who != "" && who == e.bot():
		return nil, ""
	case (did == "joined" || did == "left") && who == "":
		return nil, "it does not say who"
	case did == "renamed" && name == "":
		return nil, "it has no name"
	}
	return &Event{Channel: event.Channel.ID, Did: did, User: who, Name: name}, ""
}

// maxName is the length of a channel's name in Slack.
const maxName = 80
