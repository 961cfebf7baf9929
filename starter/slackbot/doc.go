// Package slackbot is the door in Slack: it takes the requests that Slack sends over HTTP, checks that they are
// Slack's, understands slash commands, hands them to a [Desk] and tells the person what came of it. It knows nothing
// of Temporal, and it never calls Slack's Web API: answers go into the reply and to the command's response_url.
package slackbot
