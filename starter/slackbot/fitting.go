package slackbot

import (
	"cmp"
	"slices"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// fitting are the verbs with a row in the table that fit the case, the channel and the person, the most urgent first.
func (g *Gateway) fitting(a asker, c notice.Case) []string {
	list := c.Acts()
	if slices.ContainsFunc(c.Analyses, func(n notice.Analysis) bool { return n.Open() && n.Channel != "" && n.Channel == a.viewer.Channel }) {
		list = foremost(list, "conclude", "lead")
	}
	if c.OfferedToID != "" && c.OfferedToID == a.viewer.User {
		list = append([]string{"accept", "decline"}, list...)
	}
	commands := c.CommanderID != "" && c.CommanderID == a.viewer.User && !c.ProvisionalCommander
	return slices.DeleteFunc(list, func(name string) bool {
		v, known := verbNamed(name)
		return !known || name == "take" && commands || !g.may(a, c, v)
	})
}

// foremost puts some verbs of a list before the others.
func foremost(list []string, first ...string) []string {
	rest := func(name string) int {
		if slices.Contains(first, name) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(rest(a), rest(b)) })
	return list
}

// may reports whether the rules can let the person use the verb, as far as the gateway knows: the case decides. Where it
// does not know who is what in the case, or Slack has not said in time who they are, it hides nothing.
func (g *Gateway) may(a asker, c notice.Case, v verb) bool {
	if len(g.o.Rights) == 0 {
		return true
	}
	roles := []incident.Role{incident.RoleMember, incident.RoleOpener} // they ask in the case's channel; who opened it is not told
	if c.CommanderID == "" || c.CommanderID == a.viewer.User {
		roles = append(roles, incident.RoleCommander)
	}
	if c.Phase == "" || slices.ContainsFunc(c.Analyses, func(n notice.Analysis) bool { return n.Open() && (n.LeadID == "" || n.LeadID == a.viewer.User) }) {
		roles = append(roles, incident.RoleLead)
	}
	name, by := cmp.Or(v.acts, v.name), a.by
	by.External = by.External && by.Known // else Slack has not said so
	if rule, _ := g.o.Rights.For(name); !by.GroupsKnown {
		by.Groups = rule.Groups // they may be in any of them
	}
	return g.o.Rights.Allow(name, by, roles, false) == nil
}
