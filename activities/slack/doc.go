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
// # Reading Slack's answers
//
// The library reports some refusals in ways that hide what Slack said: a reply `{"ok":false}` without a word is no
// error to it, an `errors` list of a shape it does not know hides the error beside it, and the list of people who could
// not be invited is dropped when the reply is "ok". The client therefore keeps the raw reply of each call and
// classifies that; see errors.go.
package slack
