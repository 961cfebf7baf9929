package incident

import (
	"slices"
	"strings"
)

// Role is what somebody is in a case. The case decides it from what it knows.
type Role string

// The roles. An operator is whoever comes past Slack, to Temporal itself, or presses a button in the operators' channel.
// Anyone is everybody, but guests and people of other workspaces only where the rule says so.
const (
	RoleCommander Role = "commander"
	RoleLead      Role = "lead" // of one of its analyses
	RoleOpener    Role = "opener"
	RoleMember    Role = "member" // of one of its channels
	RoleOperator  Role = "operator"
	RoleAnyone    Role = "anyone"
)

// Roles are all of them.
func Roles() []string {
	return []string{string(RoleCommander), string(RoleLead), string(RoleOpener), string(RoleMember), string(RoleOperator), string(RoleAnyone)}
}

// Right says who may use some verbs: whoever is in one of the groups or has one of the roles.
type Right struct {
	Verbs    []string `json:"verbs"`            // EveryVerb: all of them
	Groups   []string `json:"groups,omitempty"` // ids of Slack user groups
	Roles    []Role   `json:"roles,omitempty"`
	Guests   bool     `json:"guests,omitempty"`   // also people who may see single channels only
	External bool     `json:"external,omitempty"` // also people of other workspaces
	Who      string   `json:"who,omitempty"`      // what to call them to somebody who is none of them; empty: by groups and roles
}

// EveryVerb stands for all verbs.
const EveryVerb = "*"

// Rights are a table: the first row that names a verb decides about it. What none names, nobody may do.
type Rights []Right

// Verbs that are there before a case is, and those that only read.
const (
	VerbOpen   = "open"
	VerbStatus = "status"
	VerbList   = "list"
)

// DefaultRights let anyone in the workspace open a case and read what it may see, and whoever takes part do the rest.
func DefaultRights() Rights {
	return Rights{
		{Verbs: []string{VerbOpen, VerbStatus, VerbList}, Roles: []Role{RoleAnyone}},
		{Verbs: []string{EveryVerb}, Roles: []Role{RoleCommander, RoleLead, RoleOpener, RoleMember, RoleOperator}},
	}
}

// For is the row that decides about the verb, and its place in the table, from 1; 0: none does.
func (rs Rights) For(verb string) (Right, int) {
	for i, r := range rs {
		if slices.Contains(r.Verbs, verb) || slices.Contains(r.Verbs, EveryVerb) {
			return r, i + 1
		}
	}
	return Right{}, 0
}

// Groups are the ids of the groups that the table names, each once.
func (rs Rights) Groups() (ids []string) {
	for _, r := range rs {
		for _, g := range r.Groups {
			if !slices.Contains(ids, g) {
				ids = append(ids, g)
			}
		}
	}
	return ids
}

// Allow returns nil if the table lets the sender use the verb, and what to tell them if not. The roles are those that the
// sender has. Grave verbs give something up or end it: nobody may use one of whom Slack has not said that they are no
// guest. The others do not wait for it, for Slack may be slow when it matters, unless the request came from another
// workspace.
func (rs Rights) Allow(verb string, by By, roles []Role, grave bool) *Refusal {
	r, place := rs.For(verb)
	known := by.Assurance != SlackSigned || by.Known || r.Guests && r.External || !grave
	inGroup := slices.ContainsFunc(r.Groups, func(g string) bool { return slices.Contains(by.Groups, g) })
	inRole := slices.Contains(r.Roles, RoleAnyone) || slices.ContainsFunc(roles, func(role Role) bool { return slices.Contains(r.Roles, role) })
	switch {
	case place == 0:
		return Refuse(Rule, "Ask whoever keeps the configuration to name it under rules", "no rule says who may use %s", verb)
	case by.Guest && !r.Guests:
		return r.denied(verb, place, ", and you are a guest in this workspace")
	case by.External && !r.External && by.Known:
		return r.denied(verb, place, ", and you are of another workspace")
	case (inGroup || inRole) && known && (!by.External || r.External):
		return nil
	case inGroup || inRole, by.External && !by.Known, len(r.Groups) > 0 && by.Assurance == SlackSigned && !by.GroupsKnown:
		return Refuse(Rule, "Try again in a moment; if it stays so, tell the operators", "Slack did not say who you are: %s is for %s (rule %d)", verb, r.who(), place)
	}
	return r.denied(verb, place, "")
}

// denied says which rule it is and who can.
func (r Right) denied(verb string, place int, why string) *Refusal {
	return Refuse(Rule, "Ask one of them to do it", "%s is for %s (rule %d)%s", verb, r.who(), place, why)
}

// who is whom the rule lets, in words.
func (r Right) who() string {
	if r.Who != "" {
		return r.Who
	}
	words := map[Role]string{RoleCommander: "the commander", RoleLead: "the leads of its analyses", RoleOpener: "whoever opened the case", RoleMember: "members of its channels",
		RoleOperator: "the operators", RoleAnyone: "everybody in the workspace"}
	var list []string
	for _, role := range r.Roles {
		list = append(list, words[role])
	}
	for _, g := range r.Groups {
		list = append(list, "the user group "+g)
	}
	return strings.Join(list, ", ")
}
