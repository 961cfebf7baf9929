// Package timestamp asks an authority for timestamps (RFC 3161, over HTTP): tokens that show that a digest existed at a
// time, signed with a key that nobody here has. It sends digests only. Which certificate vouches for the authority is
// decided by the check that the process plugs in; a token that the check does not accept is an error, not a timestamp.
//
// Its fake, timestamptest, is a whole authority with a certificate of its own, which survives a restart.
package timestamp
