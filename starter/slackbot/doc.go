// Package slackbot is the door in Slack: it takes the requests that Slack sends over HTTP, checks that they are
// Slack's, understands slash commands and buttons, hands them to a [Desk] and tells the person what came of it. It knows
// nothing of Temporal. Answers go into the reply and to the response_url; the one call of Slack's Web API that it makes
// opens a dialog.
package slackbot
