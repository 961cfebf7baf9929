// Local runs the whole of Hikeshi in one process: Temporal with its Web UI, the sandbox that stands in for Slack, JIRA,
// Google, a pager and a timestamp authority, a worker and the gateway. It is for trying things out, for demonstrations and
// for the end-to-end tests; everything listens on 127.0.0.1 only.
//
// # The data directory
//
//	keys.yaml         the keys of all payloads: without them the cases in temporal/ cannot be read
//	gateway-key.pem   the key with which the gateway signs who did something
//	timestamp-ca.pem  the certificate of the sandbox's timestamp authority, for audit verify
//	hikeshi.yaml      the configuration, written anew at each start; a separate worker or starter works with it
//	secrets/          the sandbox's tokens, a file each
//	temporal/         the database of Temporal
//	sandbox/          the state of the sandbox
//	ledger.jsonl      who read restricted cases or decoded payloads, and what else no history knows
//	hikeshi.log       what worker and gateway log, since this start
//	demo.json         how far the demonstration is
//
// Whatever ends the process, the next start on the same directory goes on where it was.
package main
