package slacktest

import (
	"fmt"
	"strings"
	"time"
)

func typeOf(ch Channel) string {
	if ch.Private {
		return "group"
	}
	return "channel"
}

// eventShape is a message as events show it: with less than lists show.
func (s *Server) eventShape(m Message) reply {
	out := s.show(m, false)
	for _, key := range []string{"app_id", "reactions", "root"} {
		delete(out, key)
	}
	return out
}

// sendMessage tells the app of a new message; one that mentions it comes twice, as two events.
func (s *Server) sendMessage(ch Channel, m Message) {
	event := s.eventShape(m)
	if m.Subtype != "" && !m.bySlack() {
		delete(event, "team")
		delete(event, "parent_user_id")
	}
	if m.Subtype == "thread_broadcast" {
		root, _ := s.message(m.Channel, m.ThreadTS)
		event["root"] = s.showWithThread(root, false)
	}
	event["channel"], event["channel_type"], event["event_ts"] = ch.ID, typeOf(ch), m.TS
	s.send(ch, event)
	if m.User == BotUser || m.Subtype != "" || !strings.Contains(m.Text, "<@"+BotUser) {
		return
	}
	mention := reply{"type": "app_mention", "user": m.User, "text": m.Text, "ts": m.TS, "channel": ch.ID, "event_ts": m.TS, "team": TeamID}
	if m.ThreadTS != "" {
		mention["thread_ts"] = m.ThreadTS
	}
	s.send(ch, mention)
}

// sends is POST /_control/event.
func (s *Server) sends(d deed) (reply, error) {
	ch, ok := s.db.channels.Get(d.Channel)
	if !ok || d.Event["type"] == nil {
		return nil, fmt.Errorf("event: no channel has the id %q, or the event has no type", d.Channel)
	}
	s.send(ch, d.Event)
	return reply{}, nil
}

// send queues an event for the app, if it is a member of the channel. It leaves once the call's changes are committed.
func (s *Server) send(ch Channel, event reply) {
	if !s.reachable() || !ch.Has(BotUser) || ch.isDirect() { // the app is not subscribed to what is said to it directly
		return
	}
	if event["event_ts"] == nil {
		event["event_ts"] = s.nextTS()
	}
	if event["type"] == "message" && event["ts"] == nil {
		event["ts"] = event["event_ts"]
	}
	s.out.add(ch.ID, reply{
		"token": "sandbox-verification", "team_id": TeamID, "api_app_id": AppID, "type": "event_callback", "event_id": s.newID("Ev"),
		"event_time": time.Now().Unix(), "event": event, "is_ext_shared_channel": false, "event_context": "4-sandbox-" + ch.ID,
		"authorizations": []reply{{"enterprise_id": nil, "team_id": TeamID, "user_id": BotUser, "is_bot": true, "is_enterprise_install": false}},
	})
}
