// Package cast names the people and accounts that all fakes know, for programs outside activities: the sandbox's
// pages, the local stack's configuration and the end-to-end tests. Nothing that ships imports it.
package cast

import "hikeshi/activities/fake"

// Person is somebody of the cast.
type Person = fake.Person

// Group is a Slack user group of the cast.
type Group = fake.Group

// The product's own accounts in the sandbox.
const (
	SlackBotToken      = fake.SlackBotToken
	SlackSigningSecret = fake.SlackSigningSecret
	JiraUser           = fake.JiraUser
	JiraToken          = fake.JiraToken
	GoogleAccount      = fake.GoogleAccount
)

// People returns the cast: three responders of the CSIRT, an executive, and the security managers of two companies.
func People() []Person { return fake.Cast() }

// Groups returns the cast's Slack user groups.
func Groups() []Group { return fake.Groups() }

// Named returns the person with this handle, Slack id or e-mail address.
func Named(who string) (Person, bool) {
	for _, p := range fake.Cast() {
		if p.Name == who || p.ID == who || p.Email == who {
			return p, true
		}
	}
	return Person{}, false
}

// SlackUserToken is a person's token for Slack's Web API.
func SlackUserToken(p Person) string { return fake.SlackUserToken(p) }

// JiraUserToken is a person's API token, used with the e-mail address.
func JiraUserToken(p Person) string { return fake.JiraUserToken(p) }

// GoogleUserToken is a person's bearer token.
func GoogleUserToken(p Person) string { return fake.GoogleUserToken(p) }
