// Package slackbot is the door in Slack: it takes the requests that Slack sends, makes sure that they are Slack's,
// understands slash commands and buttons, hands them to a [Desk] and tells the person what came of it. It knows nothing
// of Temporal. What is done about a request, and what is replied, does not depend on the way it came. Answers go into
// the reply and to the response_url, in the language of the person; of Slack's Web API it calls what opens a
// dialog and what says who a person is.
package slackbot
