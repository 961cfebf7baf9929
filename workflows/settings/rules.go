package settings

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/strictyaml"
)

// Rule says who may use some verbs: whoever is in one of the groups or has one of the roles. The first rule that names
// a verb decides about it.
type Rule struct {
	Verbs    Verbs    `yaml:"verbs"`    // as at the command line; "*": all
	Groups   []string `yaml:"groups"`   // ids of Slack user groups
	Roles    []string `yaml:"roles"`    // commander, lead, opener, member, operator, anyone
	Guests   bool     `yaml:"guests"`   // also people who may see single channels only
	External bool     `yaml:"external"` // also people of other workspaces
	Who      string   `yaml:"who"`      // what to call them to somebody who is none of them
}

// Verbs may be written as a list or as one word.
type Verbs []string

// UnmarshalYAML reads both forms.
func (v *Verbs) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*v = Verbs{node.Value}
		return nil
	}
	return node.Decode((*[]string)(v))
}

// Rights are the rules, and after them those that hold by default.
func (c *Config) Rights() incident.Rights {
	var table incident.Rights
	for _, r := range c.Rules {
		right := incident.Right{Verbs: r.Verbs, Groups: r.Groups, Guests: r.Guests, External: r.External, Who: incident.CleanLine(r.Who)}
		for _, role := range r.Roles {
			right.Roles = append(right.Roles, incident.Role(role))
		}
		table = append(table, right)
	}
	return append(table, incident.DefaultRights()...)
}

// Authority is whom workflows believe, and what they let them do.
func (c *Config) Authority() workflows.Authority {
	return workflows.Authority{Rights: c.Rights(), Keys: c.GatewayKeys(), TrustLocal: c.TrustLocalUser, Strict: true}
}

// Reading decides whether somebody in Slack may read the case, or lists of cases: no workflow is asked for that. What
// they may see of which case is decided besides.
func (c *Config) Reading(verb string, by incident.By, member bool) error {
	var roles []incident.Role
	if member {
		roles = append(roles, incident.RoleMember)
	}
	if refused := c.Rights().Allow(verb, by, roles, !member); refused != nil {
		return refused
	}
	return nil
}

var groupID = regexp.MustCompile(`^S[A-Z0-9]{2,}$`)

// rules finds those that mean nothing, and those by which nobody could open or read a case.
func (k *checker) rules(list []Rule) {
	named := map[string]int{}
	for i, r := range list {
		key := "rules[" + strconv.Itoa(i+1) + "]"
		k.that(len(r.Verbs) > 0, key, `needs verbs: which ones it is about, such as [close, waive], or "*"`)
		k.that(len(r.Groups)+len(r.Roles) > 0, key, "needs groups or roles: nobody could use %s", strings.Join(r.Verbs, ", "))
		for _, verb := range r.Verbs {
			known := append(workflows.Verbs(), incident.EveryVerb)
			k.that(slices.Contains(known, verb), key+".verbs", "names %q, which is no verb%s", verb, strictyaml.DidYouMean(verb, known))
			first, before := named[verb]
			if !before {
				first, before = named[incident.EveryVerb], named[incident.EveryVerb] > 0
			}
			k.that(!before, key+".verbs", "names %q, about which rules[%d] decides already: the first rule counts", verb, first)
			named[verb] = i + 1
		}
		for _, role := range r.Roles {
			k.that(slices.Contains(incident.Roles(), role), key+".roles", "names %q, which is no role%s", role, strictyaml.DidYouMean(role, incident.Roles()))
		}
		for _, group := range r.Groups {
			k.that(groupID.MatchString(group), key+".groups", "must be ids of Slack user groups, such as S0123ABCD (the end of the group's address), not %q", group)
		}
	}
	k.beforeCases(list, []string{incident.VerbOpen}, []string{"operator", "anyone"}, "before a case is there, nobody is its %s")
	k.beforeCases(list, []string{incident.VerbStatus, incident.VerbList}, []string{"member", "anyone"}, "it is not known to readers who is %s")
}

// beforeCases complains of a rule that decides about the verbs by roles which nobody has there.
func (k *checker) beforeCases(list []Rule, verbs, roles []string, because string) {
	for _, verb := range verbs {
		i := slices.IndexFunc(list, func(r Rule) bool {
			return slices.Contains(r.Verbs, verb) || slices.Contains(r.Verbs, incident.EveryVerb)
		})
		if i < 0 || len(list[i].Groups)+len(list[i].Roles) == 0 || len(list[i].Groups) > 0 || slices.ContainsFunc(list[i].Roles, func(r string) bool { return slices.Contains(roles, r) }) {
			continue
		}
		k.that(false, "rules["+strconv.Itoa(i+1)+"].roles", "lets nobody use %q: "+because+". Name %s or a group, or put a rule for %s before it",
			verb, strings.Join(list[i].Roles, ", "), strings.Join(roles, ", "), verb)
	}
}
