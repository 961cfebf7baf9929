package jiratest

import (
	"net/http"
	"slices"
	"strings"

	"hikeshi/activities/fake"
)

// Account is somebody who can sign in.
type Account struct {
	ID, Email, Name string
	Company         string
	TZ              string
	Administers     bool // may administer projects: edit without sending mails
}

// product is the account of Hikeshi itself.
var product = Account{ID: "hikeshi", Email: fake.JiraUser, Name: "Hikeshi", Company: csirt, TZ: "UTC", Administers: true}

const csirt = "csirt"

// accounts are the product and the cast.
func accounts() []Account {
	list := []Account{product}
	for _, p := range fake.Cast() {
		list = append(list, account(p))
	}
	return list
}

func account(p fake.Person) Account {
	return Account{ID: p.Name, Email: p.Email, Name: p.RealName, Company: p.Company, TZ: p.TZ, Administers: p.Company == csirt}
}

func accountByID(id string) (Account, bool) {
	for _, a := range accounts() {
		if a.ID == id {
			return a, true
		}
	}
	return Account{}, false
}

func (s *Server) authenticate(r *http.Request) (Account, bool) {
	user, token, _ := r.BasicAuth()
	if counts, _ := s.Token.Is(token); counts && user == fake.JiraUser {
		return product, true
	}
	for _, p := range fake.Cast() {
		if strings.EqualFold(user, p.Email) && token == fake.JiraUserToken(p) {
			return account(p), true
		}
	}
	return Account{}, false
}

// Project is a project of the fake.
type Project struct {
	ID, Key, Name string
	Locked        bool     // the product may not create issues here
	Required      []string // custom fields that a new issue must have
	Levels        []Level
}

// Level is an issue security level: who is in none of its companies does not see the issue.
type Level struct {
	ID, Name  string
	Companies []string
}

func projects() []Project {
	levels := func(prefix string) []Level {
		return []Level{
			{prefix + "0", "CSIRT only", []string{csirt}},
			{prefix + "1", "Acme", []string{csirt, "acme"}},
			{prefix + "2", "Bravo", []string{csirt, "bravo"}},
		}
	}
	return []Project{
		{ID: "10000", Key: "SEC", Name: "Security incidents", Levels: levels("1010")},
		{ID: "10001", Key: "DRILL", Name: "Drills", Levels: levels("1011")},
		{ID: "10002", Key: "LOCKED", Name: "Locked", Locked: true},
		{ID: "10003", Key: "STRICT", Name: "Strict", Required: []string{businessUnit}},
	}
}

// customFields are the custom fields of the site: name by id.
func customFields() map[string]string { return map[string]string{businessUnit: "Business unit"} }

const businessUnit = "customfield_10042"

func project(idOrKey string) (Project, bool) {
	for _, p := range projects() {
		if p.ID == idOrKey || strings.EqualFold(p.Key, idOrKey) {
			return p, true
		}
	}
	return Project{}, false
}

func (p Project) level(id string) (Level, bool) {
	i := slices.IndexFunc(p.Levels, func(l Level) bool { return l.ID == id })
	if i < 0 {
		return Level{}, false
	}
	return p.Levels[i], true
}

// kind is an issue type, a status, a priority or a link type: an id with a name.
type kind struct{ id, name string }

func issueTypes() []kind {
	return []kind{{"10001", "Task"}, {"10002", "Bug"}, {"10003", "Incident"}}
}

func find(list []kind, idOrName string) (kind, bool) {
	i := slices.IndexFunc(list, func(k kind) bool { return k.id == idOrName || strings.EqualFold(k.name, idOrName) })
	if i < 0 {
		return kind{}, false
	}
	return list[i], true
}

// linkType has the words of both directions.
type linkType struct{ id, name, inward, outward string }

func linkTypes() []linkType {
	return []linkType{
		{"10000", "Blocks", "is blocked by", "blocks"},
		{"10001", "Duplicate", "is duplicated by", "duplicates"},
		{"10002", "Relates", "relates to", "relates to"},
	}
}
