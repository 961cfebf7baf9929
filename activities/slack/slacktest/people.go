package slacktest

import (
	"slices"
	"strings"
	"time"

	"hikeshi/activities/fake"
)

func (c *call) showUser(u User) reply {
	profile := reply{"real_name": u.RealName, "real_name_normalized": u.RealName, "display_name": u.Name, "display_name_normalized": u.Name,
		"title": "", "phone": "", "skype": "", "status_text": "", "status_emoji": "", "status_expiration": 0, "avatar_hash": "", "team": u.team()}
	if u.BotID != "" {
		profile["bot_id"], profile["api_app_id"] = u.BotID, AppID
	} else if !c.bot || slices.Contains(c.o.Scopes, "users:read.email") {
		profile["email"] = u.Email
	}
	out := reply{"id": u.ID, "team_id": u.team(), "name": u.Name, "deleted": u.Deleted, "real_name": u.RealName, "color": "9f69e7",
		"is_bot": u.BotID != "", "is_app_user": false, "is_admin": false, "is_owner": false, "is_primary_owner": false, "is_restricted": u.Restricted,
		"is_ultra_restricted": u.Ultra, "updated": 1700000000, "tz": u.TZ, "profile": profile}
	if zone, err := time.LoadLocation(u.TZ); err == nil {
		label, offset := time.Now().In(zone).Zone()
		out["tz_label"], out["tz_offset"] = label, offset
	}
	if c.is("include_locale") && u.team() == TeamID {
		out["locale"] = u.Locale // of others' people it is not told
	}
	if u.team() != TeamID {
		out["is_stranger"] = c.stranger(u)
	}
	return out
}

// stranger reports whether somebody of another workspace is in no channel that the caller sees.
func (c *call) stranger(u User) bool {
	return !slices.ContainsFunc(c.db.channels.All(), func(ch Channel) bool { return ch.Has(u.ID) && ch.Has(c.me.ID) })
}

func (c *call) userInfo() (reply, refused) {
	u, ok := c.db.users.Get(c.args.Get("user"))
	if !ok {
		return nil, "user_not_found"
	}
	return reply{"user": c.showUser(u)}, ""
}

func (c *call) listUsers() (reply, refused) {
	page, next, no := paged(c, c.db.users.All(), 1000)
	members := []reply{}
	for _, u := range page {
		members = append(members, c.showUser(u))
	}
	return reply{"members": members, "cache_ts": time.Now().Unix(), "response_metadata": reply{"next_cursor": next}}, no
}

func (c *call) userByEmail() (reply, refused) {
	for _, u := range c.db.users.All() {
		if u.Email != "" && !u.Deleted && strings.EqualFold(u.Email, c.args.Get("email")) {
			return reply{"user": c.showUser(u)}, ""
		}
	}
	return nil, "users_not_found"
}

func (c *call) listGroups() (reply, refused) {
	list := []reply{}
	for _, g := range c.db.groups.All() {
		list = append(list, c.showGroup(g))
	}
	return reply{"usergroups": list}, ""
}

func (c *call) showGroup(g fake.Group) reply {
	founder := fake.Cast()[0].ID
	out := reply{"id": g.ID, "team_id": TeamID, "is_usergroup": true, "is_subteam": true, "name": g.Name, "description": "", "handle": g.Handle,
		"is_external": false, "date_create": 1700000000, "date_update": 1700000000, "date_delete": 0, "auto_provision": false,
		"enterprise_subteam_id": "", "created_by": founder, "updated_by": founder, "prefs": reply{"channels": []string{}, "groups": []string{}},
		"user_count": len(g.Members)}
	if c.is("include_users") {
		out["users"] = g.Members
	}
	return out
}

func (c *call) groupUsers() (reply, refused) {
	g, ok := c.db.groups.Get(c.args.Get("usergroup"))
	if !ok {
		return nil, "no_such_subteam"
	}
	return reply{"users": g.Members}, ""
}
