// Package activities holds what every activity of Hikeshi shares: the error classes that operators see, and the
// rule that makes running a write twice harmless. The deeds themselves live one folder down: one package per outside
// system (slack, jira, drive, sheets, pager, timestamp), and those that work across them (mirror, archive, seal, ops). A
// case and its children call them through workflows/step.go only; a vendor's breaker, which has no steps, calls them itself.
//
// # Laws
//
//  1. Activities know nothing about cases. They take small, plain structs and import nothing of workflows, so the
//     event history shows exactly what was sent.
//  2. Every activity's comment says what it does, why running it twice is harmless, and which errors are final.
//  3. Look, then act, then never retry blindly. Where a vendor has no idempotency key of its own, the look-up by our
//     key comes first; "already there" is success. See [Once].
//  4. Errors are classified in one place per vendor, into the classes below: its client.go, for Slack errors.go, for Drive
//     and Sheets internal/google/fault.go.
//  5. No retry and no sleep inside an SDK: Temporal retries, so that the look-up runs and history shows the attempt.
//
// # Error classes
//
// A class is the type of the temporal.ApplicationError an activity returns.
//
//	Unavailable   certainly or probably not done      retried with back-off
//	RateLimited   the vendor asked us to wait         retried after that delay
//	Ambiguous     may have been done (lost reply)     retried, looking first
//	Credentials   token invalid, revoked, no scope    retried; nobody's case is at fault
//	Denied        this object is closed to us         final for this input
//	Invalid       the vendor refuses this input       final for this input
//	NotFound      the object is not there             final for this input
package activities
