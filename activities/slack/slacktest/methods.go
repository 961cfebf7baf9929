package slacktest

import (
	"net/http"
	"strings"

	"hikeshi/activities/fake"
)

// method is one of the Web API's: how often it may be called a minute, which bot scopes allow it (any of them), and
// what it does.
type method struct {
	perMinute float64
	scope     string
	do        func(*call) (reply, refused)
}

// Slack's tiers, as promised calls a minute: https://docs.slack.dev/apis/web-api/rate-limits
const (
	t2      = 20
	t3      = 50
	t4      = 100
	special = 600
)

const (
	manage  = "channels:manage groups:write"
	seeing  = "channels:read groups:read"
	reading = "channels:history groups:history"
)

var methods map[string]method

func init() { // not a literal: some methods look others up
	methods = map[string]method{
		"apps.connections.open":        {t3, "", (*call).openSocket},
		"auth.test":                    {special, "", (*call).authTest},
		"bots.info":                    {t3, "users:read", (*call).botInfo},
		"conversations.create":         {t2, manage, (*call).create},
		"conversations.info":           {t3, seeing, (*call).info},
		"conversations.list":           {t2, seeing, (*call).listChannels},
		"conversations.members":        {t4, seeing, (*call).members},
		"conversations.invite":         {t3, manage, (*call).invite},
		"conversations.kick":           {t3, manage, (*call).kick},
		"conversations.join":           {t3, "channels:join", (*call).join},
		"conversations.leave":          {t3, manage, (*call).leave},
		"conversations.rename":         {t2, manage, (*call).rename},
		"conversations.archive":        {t2, manage, (*call).archive},
		"conversations.unarchive":      {t2, manage, (*call).unarchive},
		"conversations.setTopic":       {t2, manage, (*call).setTopic},
		"conversations.setPurpose":     {t2, manage, (*call).setPurpose},
		"conversations.history":        {t3, reading + " im:history", (*call).history},
		"conversations.open":           {t3, "im:write", (*call).openDirect},
		"conversations.replies":        {t3, reading, (*call).thread},
		"users.info":                   {t4, "users:read", (*call).userInfo},
		"users.list":                   {t2, "users:read", (*call).listUsers},
		"users.lookupByEmail":          {t3, "users:read.email", (*call).userByEmail},
		"users.conversations":          {t3, seeing, (*call).usersChannels},
		"usergroups.list":              {t2, "usergroups:read", (*call).listGroups},
		"usergroups.users.list":        {t2, "usergroups:read", (*call).groupUsers},
		"chat.postMessage":             {special, "chat:write", (*call).postMessage},
		"chat.update":                  {t3, "chat:write", (*call).updateMessage},
		"chat.delete":                  {t3, "chat:write", (*call).deleteMessage},
		"chat.postEphemeral":           {t4, "chat:write", (*call).postEphemeral},
		"chat.getPermalink":            {special, "", (*call).permalink},
		"pins.add":                     {t2, "pins:write", (*call).pin},
		"pins.list":                    {t2, "pins:read", (*call).listPins},
		"bookmarks.add":                {t2, "bookmarks:write", (*call).addBookmark},
		"bookmarks.edit":               {t2, "bookmarks:write", (*call).editBookmark},
		"bookmarks.list":               {t3, "bookmarks:read", (*call).listBookmarks},
		"bookmarks.remove":             {t2, "bookmarks:write", (*call).removeBookmark},
		"reactions.add":                {t3, "reactions:write", (*call).react},
		"reactions.remove":             {t2, "reactions:write", (*call).unreact},
		"reactions.get":                {t3, "reactions:read", (*call).reactions},
		"views.open":                   {t4, "", (*call).openView},
		"views.update":                 {t4, "", (*call).updateView},
		"views.push":                   {t4, "", (*call).pushView},
		"views.publish":                {t4, "", (*call).publishView},
		"files.getUploadURLExternal":   {t4, "files:write", (*call).uploadURL},
		"files.completeUploadExternal": {t4, "files:write", (*call).completeUpload},
		"files.delete":                 {t3, "files:write", (*call).deleteFile},
		"files.info":                   {t4, "files:read", (*call).fileInfo},
		"files.list":                   {t3, "files:read", (*call).listFiles},
	}
}

// postBurst is how many messages a channel takes at once; after that one a second.
const postBurst = 10

// limits are per method, and for posts also per channel, of the app whatever its token, or of a person. A minute's calls
// may come at once. https://docs.slack.dev/apis/web-api/rate-limits
func limits(r *http.Request) []fake.Limit {
	name, args := callName(r), argsOf(r.Context())
	m, ok := methods[name]
	if !ok {
		return nil
	}
	who := args.Get("token")
	if !strings.HasPrefix(who, fake.SlackUserToken(fake.Person{})) {
		who = "app"
	}
	list := []fake.Limit{{Key: name + " " + who, PerMinute: m.perMinute}}
	if name == "chat.postMessage" {
		list = append(list, fake.Limit{Key: "post " + who + " " + args.Get("channel"), PerMinute: 60, Burst: postBurst})
	}
	return list
}

func (c *call) authTest() (reply, refused) {
	out := reply{"url": "https://sandbox.slack.example/", "team": TeamName, "team_id": TeamID, "user": c.me.Name, "user_id": c.me.ID, "is_enterprise_install": false}
	if c.bot {
		out["bot_id"] = c.me.BotID
	}
	return out, ""
}

// botInfo is bots.info: https://docs.slack.dev/reference/methods/bots.info
func (c *call) botInfo() (reply, refused) {
	if c.args.Get("bot") != BotID {
		return nil, "bot_not_found"
	}
	me, _ := c.db.users.Get(BotUser)
	return reply{"bot": reply{"id": BotID, "deleted": false, "name": me.Name, "updated": 0, "app_id": AppID, "user_id": BotUser}}, ""
}
