// Package slackbot is the door in Slack: it takes the requests that Slack sends, over Socket Mode or HTTP, makes sure that
// they are Slack's and from our workspace, understands slash commands, shortcuts, buttons and forms, hands them to a
// [Desk] and tells the person what came of it. It knows nothing of Temporal. What is done about a request, and what is
// replied, does not depend on the way it came ([Gateway.Sockets], [Gateway.ServeHTTP]).
//
// What can be said to a case is one table, verbs: for each verb its fields, from which come how it is typed, its form and
// what stands in the help. What a verb means, and what is wrong with its fields, the desk knows.
//
// Answers go into the reply and to the response_url, in the language of the person; into the form, or as a direct message,
// if Slack takes none there. Of Slack's Web API it calls what shows forms and Home tabs, what sends that message, what
// says who a person is, who is in a user group, what kind of channel is to be taken over and where a message stands, and
// what says which workspace and app are ours.
package slackbot
