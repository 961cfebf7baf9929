// Package workflows is the life of an incident case: the order of things, deterministic and durable. Deeds are done
// by the activities; this package decides which, when, and what follows.
//
// # A case from report to rest
//
//	/case open ─► Intake ──────────────► Case ───────────────────────────────────────────────►
//	              ticket = number        open ──► triage ──► analysis
//	              (3 s, else provisional)
//
// [Flows.Intake] fixes where the case goes and who may see it ([Placement]) before anything is written outside, then
// registers the ticket, whose key is the case's number. If JIRA does not answer in time or refuses, the case starts
// under a provisional number: nobody waits for a tool. [Flows.Case] runs the phases. A phase names the open question;
// it is left when its gate opens, and it never blocks work:
//
//	open    who is together?                   a channel with the people in it
//	triage  what happened, how bad, how far?   severity, commander, scope
//
// # Steps
//
// Every effect on the outside goes through runStep (step.go). A step has a stable id ("open.channel"), an idempotency
// key made of request, step and generation, and a record in the case's state. Temporal retries its activity about ten
// minutes; a step that still cannot go on, or whose error is final, is stuck: the case's status, its search
// attributes, its page in the Temporal UI and the card in the channel say so, with the cause and what to do. It is
// tried again at the probe interval, with the configuration read anew, so that an outage heals by itself and a
// corrected configuration is enough. Other branches go on meanwhile; what is not done is a debt that everybody sees.
//
// A done step returns its stored result, so that the code of a phase runs again from its top after the case has rolled
// over into a new run, and goes on where it was.
//
// # Where to look
//
//	intake.go    the request becomes a numbered case
//	case.go      one run of a case: its branches, phases and gates
//	open.go      the graph of the open phase
//	triage.go    what triage records, and finding the commander in Slack
//	step.go      one step, made to happen exactly once
//	surface.go   card, ticket block and sheet links kept true
//	show.go      search attributes, memo and the page in the Temporal UI
//	roll.go      continuing in a new run
//	policy.go    queues, time-outs, retries, priorities
//	messages.go  every message, with its payload
//	state.go     what is carried from run to run
package workflows
