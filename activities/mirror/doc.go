// Package mirror copies what people say in a case's channels to its log: digests, which are comments of a ticket, and
// files, which go to a store. One workflow per case calls it again and again, never twice at a time.
//
// # The log is the truth
//
// Each digest carries the entries of its messages in a form for machines (package ledger). Nothing else remembers what
// has been logged: not the cursors, which only save reading, and not heartbeats, which may be lost. So whatever happens
// between a digest that JIRA wrote and its answer, the next try reads the newest digests first, takes their entries as
// logged, and goes on behind them; each message is logged once.
//
// # Nothing is rewritten
//
// An edit becomes another entry, a deletion too. A message that was deleted before anybody could log it leaves an entry
// that says so, and is counted. Files that cannot be had are named with the reason, and hold nothing up: sweeps try them
// again, and what is kept later becomes another entry.
//
// # What people wrote
//
// It passes the mask, which takes secrets out, as a whole, and only then it is cut and made harmless for the ticket.
// It stands in quotation blocks, so that nobody can write what looks like an entry of the log.
package mirror
