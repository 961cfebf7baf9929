package slacktest

import "encoding/json"

// show is a message as the API and events show it.
func (s *Server) show(m Message, metadata bool) reply {
	out := reply{"type": "message", "ts": m.TS, "user": m.User, "text": m.Text}
	if m.Subtype == "tombstone" {
		out["hidden"] = true
	}
	for key, value := range map[string]string{"subtype": m.Subtype, "client_msg_id": m.ClientID, "thread_ts": m.ThreadTS, "bot_id": m.BotID} {
		if value != "" {
			out[key] = value
		}
	}
	for key, value := range m.Extra {
		out[key] = value
	}
	if !m.bySlack() {
		out["team"] = TeamID
	}
	if m.BotID != "" {
		out["app_id"], out["bot_profile"] = AppID, botProfile()
	}
	if m.Blocks != nil {
		out["blocks"] = numbered(m.Blocks)
	}
	if metadata && m.Metadata != nil {
		out["metadata"] = m.Metadata
	}
	if m.Edited != nil {
		out["edited"] = m.Edited
	}
	if len(m.Files) > 0 {
		out["files"], out["upload"] = s.showFiles(m.Files), false
	}
	if m.Attached != nil {
		out["attachments"] = m.Attached
	}
	if len(m.Reacted) > 0 {
		out["reactions"] = m.Reacted
	}
	if p, ok := s.message(m.Channel, m.ThreadTS); ok {
		out["parent_user_id"] = p.User
		if m.Subtype == "thread_broadcast" {
			out["root"] = s.showWithThread(p, false)
		}
	}
	return out
}

// showWithThread adds what lists and change events tell of a message's replies.
func (s *Server) showWithThread(m Message, metadata bool) reply {
	out := s.show(m, metadata)
	replies := s.replies(m.Channel, m.TS)
	if m.ThreadTS != "" || len(replies) == 0 {
		return out
	}
	users := s.idx.users[m.Channel+" "+m.TS]
	out["thread_ts"], out["reply_count"], out["latest_reply"], out["subscribed"] = m.TS, len(replies), replies[len(replies)-1], false
	out["reply_users"], out["reply_users_count"] = users[:min(5, len(users))], len(users)
	return out
}

func botProfile() reply {
	return reply{"id": BotID, "app_id": AppID, "name": "Hikeshi", "deleted": false, "updated": 1700000000, "team_id": TeamID,
		"icons": reply{"image_36": "https://sandbox.slack.example/bot_36.png", "image_48": "https://sandbox.slack.example/bot_48.png", "image_72": "https://sandbox.slack.example/bot_72.png"}}
}

// numbered gives each block without a block_id one, as Slack does.
func numbered(raw json.RawMessage) any {
	var blocks []map[string]any
	if json.Unmarshal(raw, &blocks) != nil {
		return raw
	}
	for i, b := range blocks {
		if id, _ := b["block_id"].(string); id == "" {
			b["block_id"] = "b" + string(rune('0'+i%10)) + string(rune('0'+i/10))
		}
	}
	return blocks
}
