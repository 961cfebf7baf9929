// Package slacktest is a stateful stand-in for Slack: a workspace with people, channels, threads, files and events,
// behind the Web API as Slack's official libraries speak it. It keeps Slack's rules (names, membership, visibility,
// scopes, rate limits) and Slack's words for breaking them. Tests, the sandbox and the demo talk to it over HTTP.
//
// Under /_control/ it takes what people do in Slack's own app, and faults; see [fake.Control] for the latter:
//
//	POST /_control/message  {user, channel, text, thread_ts, reply_broadcast} a person writes; answers {channel, ts}
//	POST /_control/edit     {user, channel, ts, text}                 only authors edit and delete
//	POST /_control/delete   {user, channel, ts}
//	POST /_control/file     {user, channel, text, thread_ts, name, content or base64, mime} answers {channel, ts, file}
//	POST /_control/delete_file {user, file}
//	POST /_control/archive, unarchive, leave {user, channel}
//	POST /_control/join     {user, channel, inviter}                  a public channel, or one into which a member lets them
//	POST /_control/rename   {user, channel, name}                     any member may
//	POST /_control/unfurl   {channel, ts}                             Slack adds a preview by itself
//	POST /_control/event    {channel, event}                          Slack sends an event of any shape
//	POST /_control/command  {user, channel, command, text, trigger_id} a person gives a slash command; the answer is
//	                        the gateway's: {status, body, trigger_id, response_url}
//	POST /_control/interact {user, channel, message_ts, action_id, value} a person presses a button: the answer is the
//	                        gateway's, with the dialogs that it opened: {status, body, trigger_id, response_url, views}
//	POST /_control/interact {user, view_id, action_id, value, values} a person writes into the fields of a dialog, by
//	                        action_id, and submits it; with write: true they only write. Several values of one field are
//	                        a list, or have commas between. An action_id outside the inputs is pressed or chosen, in the
//	                        app's home too; {user, view_id, close: true} closes a dialog
//	POST /_control/shortcut {user, channel, message_ts, callback_id}  a person chooses a shortcut from a message's menu;
//	                        without message_ts a global one
//	POST /_control/home     {user}                                    a person looks at the app's home
//	POST /_control/react    {user, channel, ts, name}                 sets an emoji, or takes the person's own away
//	POST /_control/person   {person: {id, name, real_name, email, locale, tz, is_restricted, is_ultra_restricted, team}}
//	                        somebody joins the workspace, a guest or one of another workspace, or changes
//
//	POST /_control/sockets  {disconnect, cut, lose_acks}              what befalls the gateway's sockets; see [Trouble]; GET counts them
//	GET /_control/deliveries                                          each try to reach the gateway, and how long it took; see [Delivery]
//	POST /_control/app_token {token}                                  issues another app-level token; empty: none counts
//	POST /_control/weather  {seed, drop, repeat, delay, delay_ms}     what befalls events on their way; see [Weather]
//
// What Slack would refuse is answered with status 400. Users and channels are named by id, or by handle and name; tests in
// the same process have methods for all of it ([Server.Say] …). Events, commands and interactions go over a socket, if
// the gateway has opened one (Socket Mode), else as signed requests to the events address, if one is set.
package slacktest
