// Package slacktest is a stateful stand-in for Slack: a workspace with people, channels, threads, files and events,
// behind the Web API as Slack's official libraries speak it. It keeps Slack's rules (names, membership, visibility,
// scopes, rate limits) and Slack's words for breaking them. Tests, the sandbox and the demo talk to it over HTTP.
//
// Under /_control/ it takes what people do in Slack's own app, and faults; see [fake.Control] for the latter:
//
//	POST /_control/message  {user, channel, text, thread_ts}          a person writes
//	POST /_control/command  {user, channel, command, text, trigger_id} a person gives a slash command; the answer is
//	                        the gateway's: {status, body, trigger_id, response_url}
//
// Users and channels are named by id, or by handle and name. With an events address set, the server sends signed
// events and slash commands there, as Slack does.
package slacktest
