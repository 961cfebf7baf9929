// Package slackbot is the door in Slack: it takes the requests that Slack sends, over Socket Mode or HTTP, makes sure that
// they are Slack's and from our workspace, understands slash commands and buttons, hands them to a [Desk] and tells the
// person what came of it. It knows nothing of Temporal. What is done about a request, and what is replied, does not
// depend on the way it came ([Gateway.Sockets], [Gateway.ServeHTTP]). Answers go into the reply and to the response_url,
// in the language of the person, or to them as a direct message if Slack takes none there; of Slack's Web API it calls
// that, what opens a dialog, what says who a person is, and what says which workspace and app are ours.
package slackbot
