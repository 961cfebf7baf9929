// Package cases is what the doors know of Temporal: it opens cases, follows them, reads and lists them, sends commands
// to them, and prepares a namespace. The command line and the Slack gateway use it. It holds the only Temporal client
// outside the worker, and it makes no decision about a case: rules live in the workflows.
//
// What people say to a case, at either door, is a verb and its fields, as the command line's flags are called
// ([Cases.Do]). Which fields a verb takes and needs stands in one table here; [Check] asks nobody else.
//
// Every error it returns is either an [*incident.Refusal], an answer to a person, or an [*Error], whose code says what
// a program may do next. Neither holds a payload or a credential.
package cases
