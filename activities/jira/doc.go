// Package jira opens and keeps the tickets of cases in JIRA, Cloud or Data Center, over REST version 2 (wiki markup).
// Workflows run its Activities; mirror and archive use its Client for logs, and `starter doctor` to look how JIRA is set
// up. It never deletes an issue, never sends a mail for a status change, and knows nothing about cases: it takes a
// project, texts and a key.
//
// go-jira carries the requests. Its own calls are left out where they lose what we need: its create cannot set a
// property and hides the error body, its comment call sends read-only fields, its errors lose status and headers.
// So every request here is built with NewRequestWithContext and sent with Do, and every error is classified in
// client.go.
//
// # One ticket, however often it is asked for
//
// JIRA has no idempotency key, and the search of JIRA Cloud lags seconds to minutes behind. A ticket is therefore
// created with two marks in the same call: the entity property "hikeshi" holds the effect's key and is the proof; the
// label "case-<key>" is what search can find. A later try reads the newest issues of the project one by one by their
// keys, which does not use the search index, then searches for the label, and believes "there is none" only when the
// search lag has passed since an earlier try may have written.
//
// A ticket that is linked to another one from birth is looked for among the other one's links, and a comment among the
// ticket's newest comments by the same property: JIRA answers both from its database, so nothing has to be waited for.
//
// # Logs
//
// A log ticket holds digests: comments with a text for people and, in the property, the entries for mirror and archive.
// Client writes and reads them and exports tickets; other packages use it for that through interfaces of their own.
//
// # Confidentiality
//
// A security level is part of the create call, so that an issue is never open for a moment. A level that JIRA does not
// list stops the call before anything is created.
package jira
