// Package wire is how Hikeshi talks to Temporal: where the server is, who we say we are, and how everything we hand
// over is encrypted first. Worker, doors, the command line and the local stack use it to make their client; the Web UI
// reads plain text through its codec endpoint. It imports nothing else of Hikeshi and knows nothing about cases.
//
// # What is encrypted
//
// Arguments, results, signals, updates, queries, memo values, summaries and current details, and the messages and stacks
// of failures. Never encrypted, by Temporal's own design: workflow and activity ids and types, task queues, search
// attributes, memo keys, identities, headers. Nothing personal or secret may be put there.
//
// # The format of a payload
//
// The payload to protect is marshalled, compressed if that makes it smaller, and sealed with AES-256-GCM under a random
// nonce. The sealed payload has the metadata
//
//	encoding             binary/encrypted
//	encryption-key-id    which key of the ring
//	encryption-cipher    AES-256-GCM, or zlib+AES-256-GCM
//	encryption-workflow  the workflow it was made for; absent if that was not known
//
// and the nonce followed by the ciphertext as its data. All metadata but the encoding is authenticated. Payloads are
// kept for as long as a case is open, and in the audit for longer: the format must stay readable, and a golden test
// holds it still. See https://docs.temporal.io/production-deployment/data-encryption.
package wire
