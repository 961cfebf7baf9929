package slacktest

import (
	"time"

	"hikeshi/activities/fake"
)

// The workspace's fixed ids.
const (
	TeamID   = "T0SANDBOX"
	TeamName = "Sandbox"
	AppID    = "A0HIKESHI"
	BotUser  = "U0HIKESHI"
	BotID    = "B0HIKESHI"
	General  = "C0GENERAL"
	Ops      = "C0CSIRTOPS"
	// Executives is the channel in which the group's executives read updates.
	Executives = "C0EXECUTIVES"
)

// seed fills an empty workspace.
func (s *Server) seed() {
	s.db.users.Put(BotUser, User{ID: BotUser, Name: "hikeshi", RealName: "Hikeshi", Locale: "en-US", TZ: "Etc/UTC", BotID: BotID})
	everybody, csirt := []string{BotUser}, []string{BotUser}
	for _, p := range fake.Cast() {
		s.db.users.Put(p.ID, User{ID: p.ID, Name: p.Name, RealName: p.RealName, Email: p.Email, Locale: p.Locale, TZ: p.TZ})
		everybody = append(everybody, p.ID)
		if p.Company == "csirt" {
			csirt = append(csirt, p.ID)
		}
	}
	for _, g := range fake.Groups() {
		s.db.groups.Put(g.ID, g)
	}
	now, founder := time.Now().Unix(), fake.Cast()[0].ID
	s.db.channels.Put(General, Channel{ID: General, Name: "general", Creator: founder, Created: now, Updated: now * 1000, General: true, Members: everybody})
	s.db.channels.Put(Ops, Channel{ID: Ops, Name: "csirt-ops", Creator: founder, Created: now, Updated: now * 1000, Members: csirt})
	s.db.channels.Put(Executives, Channel{ID: Executives, Name: "executives", Creator: founder, Created: now, Updated: now * 1000, Private: true,
		Members: []string{BotUser, "U0DAIGO04", founder}})
	s.reindex()
}
