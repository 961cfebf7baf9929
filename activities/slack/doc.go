// Package slack does Slack's part of the work: it opens and describes channels, invites people, posts and changes
// notices, pins and bookmarks. Workflows call its [Activities]; a worker makes one [Client] from its configuration.
// The package knows nothing about cases, never retries (Temporal does), and lets no type of the Slack library out.
//
// # One of each, whatever fails
//
// Slack has no idempotency keys, so each write that could happen twice has a look-up of its own:
//
//	channel    its name, and the mark "[key:…]" at the end of its purpose
//	notice     the key in the message's metadata, which people do not see
//	bookmark   its link
//	the rest   setting the same value again changes nothing
//
// # What was said
//
// Mirror and archive read channels through [Client.History], [Client.Replies], [Client.Message] and [Client.Fetch]. What
// they get is for people: names instead of ids, no markup of links. Messages and files come from anybody: their text is
// never trusted with markup of ours, and a file is fetched from Slack's own hosts only; see guard.go.
//
// # Reading Slack's answers
//
// The library reports some refusals in ways that hide what Slack said: a reply `{"ok":false}` without a word is no
// error to it, an `errors` list of a shape it does not know hides the error beside it, and the list of people who could
// not be invited is dropped when the reply is "ok". The client therefore keeps the raw reply of each call and
// classifies that; see errors.go. Pages of messages it decodes itself: one odd field must not hide two hundred messages.
package slack
