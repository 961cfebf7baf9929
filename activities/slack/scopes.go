package slack

import (
	"maps"
	"slices"
	"strings"
)

// methods are the methods of the Web API that Hikeshi calls, the gateway's among them, each with the bot scopes without
// which it refuses something that we ask. Cases have private and public channels, and Slack has a scope for either kind.
// https://docs.slack.dev/reference/methods says under each which scopes it needs.
var methods = map[string]string{
	"auth.test":                "",
	"bookmarks.add":            "bookmarks:write",
	"bookmarks.edit":           "bookmarks:write",
	"bookmarks.list":           "bookmarks:read",
	"bots.info":                "users:read",
	"chat.getPermalink":        "",
	"chat.postMessage":         "chat:write",
	"chat.update":              "chat:write",
	"conversations.archive":    manageBoth,
	"conversations.create":     manageBoth,
	"conversations.history":    historyBoth,
	"conversations.info":       readBoth,
	"conversations.invite":     manageBoth,
	"conversations.join":       "channels:join",
	"conversations.list":       readBoth,
	"conversations.members":    readBoth,
	"conversations.open":       "im:write",
	"conversations.rename":     manageBoth,
	"conversations.replies":    historyBoth,
	"conversations.setPurpose": manageBoth,
	"conversations.setTopic":   manageBoth,
	"conversations.unarchive":  manageBoth,
	"files.info":               "files:read",
	"pins.add":                 "pins:write",
	"usergroups.list":          "usergroups:read",
	"usergroups.users.list":    "usergroups:read",
	"users.conversations":      readBoth,
	"users.info":               "users:read",
	"users.list":               "users:read",
	"users.lookupByEmail":      "users:read.email",
	"views.open":               "",
	"views.publish":            "",
	"views.update":             "",
}

const (
	manageBoth  = "channels:manage groups:write"
	readBoth    = "channels:read groups:read"
	historyBoth = "channels:history groups:history"
)

// events are what the app is subscribed to, with the bot scope that each needs. https://docs.slack.dev/reference/events
var events = map[string]string{
	"message.channels":      "channels:history",
	"message.groups":        "groups:history",
	"member_joined_channel": readBoth,
	"member_left_channel":   readBoth,
	"channel_archive":       "channels:read",
	"channel_unarchive":     "channels:read",
	"channel_rename":        "channels:read",
	"channel_deleted":       "channels:read",
	"channel_left":          "channels:read",
	"group_archive":         "groups:read",
	"group_unarchive":       "groups:read",
	"group_rename":          "groups:read",
	"group_deleted":         "groups:read",
	"group_left":            "groups:read",
	"app_home_opened":       "",
}

// features are what needs a scope and is neither a method nor an event.
var features = map[string]string{
	"slash commands and shortcuts":                "commands",
	"the mark in our own messages":                "metadata.message:read", // whether history shows it without is not documented
	"e-mail addresses, to share folders":          "users:read.email",
	"our own direct messages, to find them again": "im:history",
	"the bytes of files, from url_private":        "files:read",
	"names of people, in the log and on a card":   "users:read",
}

// Methods returns the methods of the Web API that are called, sorted.
func Methods() []string { return slices.Sorted(maps.Keys(methods)) }

// Events returns the events that the app is subscribed to, sorted.
func Events() []string { return slices.Sorted(maps.Keys(events)) }

// Scopes returns the scopes of the bot token that Hikeshi needs, sorted: no more than is used. The app's manifest,
// deploy/slack-manifest.yaml, asks for the same.
func Scopes() []string {
	all := map[string]bool{}
	for _, needs := range []map[string]string{methods, events, features} {
		for _, scopes := range needs {
			for _, scope := range strings.Fields(scopes) {
				all[scope] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// UsesOf returns what needs a scope, sorted: methods, events and features.
func UsesOf(scope string) (uses []string) {
	for _, needs := range []map[string]string{methods, events, features} {
		for what, scopes := range needs {
			if slices.Contains(strings.Fields(scopes), scope) {
				uses = append(uses, what)
			}
		}
	}
	slices.Sort(uses)
	return uses
}
