// Package audit turns the histories of a case into records that people can read, chains and seals them, and verifies all
// of it. It computes from what it is given: it reads no file, no clock and no network.
//
// # Files
//
// A seal is four files. seal-003.json names what is sealed, the digests of the other files, the head of the seal before,
// and its own head: the SHA-256 over all of that. seal-003.history.jsonl holds the events as Temporal gave them, payloads
// still encrypted, one a line. seal-003.records.jsonl holds one record a line. In both, each line carries the digest of
// everything before it, so that the first line that was altered, removed, added or swapped is found. seal-003.tsr is a
// timestamp (RFC 3161) over the head. After a reset the names have the branch in them, and a seal of the branch that was
// given up stays as it is.
//
// # What proves what
//
// The files agree with themselves, or not: that is all they can show alone, for whoever holds our keys can compute them
// anew. Witnesses are outside our hands: the log ticket's comments, which people got by mail, and the timestamps, which
// only the authority can sign. A timestamp counts if it was given soon after the newest event that it seals: one that
// was made later, over a history rewritten meanwhile, is late, and said to be. [Verify] calls nothing good that no
// witness stands for.
//
// Who did something in Slack a gateway has signed, with a key that neither workers nor Temporal hold. A record keeps the
// signature and the text that was signed, made anew from what the act did: whoever has the public key can check it, and
// a signature for another act does not fit. See [Record.Proven].
package audit
