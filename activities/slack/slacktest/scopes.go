package slacktest

import (
	"slices"
	"strings"
)

// lacks returns a scope that the call needs and the bot token does not have; empty: it has all. Where a method takes one
// of several, the kind of the channel decides which: Slack refuses a private channel to a token that has the scope for
// public ones only.
func (c *call) lacks(m method) string {
	for _, kind := range c.kinds() {
		scopes := slices.DeleteFunc(strings.Fields(m.scope), func(s string) bool { return !strings.HasPrefix(s, kind) })
		if len(scopes) > 0 && !c.granted(scopes) {
			return scopes[0]
		}
	}
	if scopes := strings.Fields(m.scope); len(scopes) > 0 && !c.granted(scopes) {
		return scopes[0]
	}
	return ""
}

func (c *call) granted(anyOf []string) bool {
	return slices.ContainsFunc(anyOf, func(s string) bool { return slices.Contains(c.o.Scopes, s) })
}

// kinds are the beginnings of the scopes for the channels that the call is about; none: it is about no channel, or about
// one that is not there.
func (c *call) kinds() (kinds []string) {
	types := strings.Split(c.args.Get("types"), ",")
	ch, found := c.db.channels.Get(c.args.Get("channel"))
	private, public := found && ch.Private && !ch.isDirect(), found && !ch.Private
	if found && ch.isDirect() {
		kinds = append(kinds, "im:")
	}
	if c.method == "conversations.create" {
		private, public = c.is("is_private"), !c.is("is_private")
	}
	if private || slices.Contains(types, "private_channel") {
		kinds = append(kinds, "groups:")
	}
	if public || slices.Contains(types, "public_channel") {
		kinds = append(kinds, "channels:")
	}
	return kinds
}
