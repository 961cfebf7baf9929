// Package workflows is the life of an incident case: the order of things, deterministic and durable. Deeds are done
// by the activities; this package decides which, when, and what follows.
//
// # A case from report to rest
//
//	/case open ─► Intake ──► Case ────────────────────────────────────────────────────────────────────────────►
//	              ticket     open ──► triage ──► analysis ──close──► lessons ──► archive ──► closed ··30 days··► end
//	              = number     ▲         ▲  └──────── back ────────────┴───────────┘            │
//	                           │         └──────────────────── reopen ──────────────────────────┘
//	                           ├─► Analysis a1, a2, a3 …   each with a channel of its own
//	                           ├─► Runbook run/1, run/2 …  what one does in a case of this kind, step by step
//	                           └─► Mirror                  what people say → the log ticket, files → Drive
//
// [Flows.Intake] fixes where the case goes and who may see it ([Placement]) before anything is written outside, then
// registers the ticket, whose key is the case's number. If JIRA does not answer in time or refuses, the case starts
// under a provisional number: nobody waits for a tool. [Flows.Case] runs the phases. A phase names the open question;
// it is left when its gate opens, and it never blocks work: analyses, tasks and lessons may begin in any of the first
// four.
//
//	open      who is together?                     a channel with the people in it
//	triage    what happened, how bad, how far?     severity, commander, scope
//	analysis  what exactly, and is it contained?   every analysis concluded or dropped, containment; somebody closes it
//	lessons   what must be better next time?       every lesson decided
//	archive   is everything kept?                  verified against Slack, JIRA and Drive, and no debt left
//	closed                                         can be reopened for a while, then the workflow completes
//
// What a gate asks for can be waived, with a reason that stays visible; only the archive cannot. New facts move a case
// back.
//
// People talk to the case alone: its updates are the verbs (messages.go). It sends each of its children the whole of
// what that child should do, as a signal, whenever it changes; they report to it in the same way. So nothing depends on
// how many messages arrive, and a child that outlives a run of the case is simply told again.
//
// # Steps
//
// Every effect that a case has on the outside goes through runStep (step.go). A step has a stable id ("open.channel"), an
// idempotency key made of request, step and effect, and a record in the case's state. Temporal retries its activity about
// ten minutes; a step that still cannot go on, or whose error is final, is stuck: the case's status, its search attributes,
// its page in the Temporal UI, the card, and one notice with buttons in the machine's thread and in the operators' channel
// say so, with the cause and what to do. What may heal by itself is tried on slowly, with the configuration read anew.
// Other branches go on meanwhile; what is not done is a debt that everybody sees.
//
// A person decides with the update resolveStep (resolve.go): retry, also with other input; supply, which takes over a
// thing that exists (adopt.go); skip; abort. One table says which steps allow what (steprules.go). The generation that
// people name rises with each decision, so that nobody decides about what they have not seen; the effect in the key does
// not, so that a retry is the same thing again. Children decide about their own steps and tell their case (telling.go).
// Refused credentials make nothing stuck: the vendor's breaker holds its queue for all cases (breaker.go).
//
// A done step returns its stored result, so that the code of a phase runs again from its top after the case has rolled
// over into a new run, and goes on where it was.
//
// What concerns all that we do at a vendor is no case's trouble: [Flows.Breaker] holds the vendor's queue until the vendor
// lets us in. Steps in a held queue use up no tries, and a step that was refused for its credentials is never stuck.
//
// # Where to look
//
//	intake.go     the request becomes a numbered case
//	case.go       one run of a case: its branches
//	gates.go      phases, and what each needs before the case moves on
//	open.go       the graph of the open phase
//	breaker.go    a vendor that refuses us or is down, for all cases;  breakerhold.go  what is done then
//	held.go       why what is owed waits, as the breaker tells the cases (breakertell.go)
//	reach.go      how people are called when Slack does not bring them together
//	triage.go     what triage records, and finding the commander in Slack
//	commander.go  who commands, and taking command;  handover.go  offering it, and the answer;  offers.go  how an offer gets
//	              to the person
//	severity.go, details.go  how bad it is, and what the report left open, in any phase
//	contain.go, tasks.go, updates.go, lessons.go    the work of people, as they tell the case of it
//	analyses.go   the case's side of its analyses;  analysis.go  one analysis, a child workflow
//	runs.go       the case's side of its runs of runbooks;  runbook.go  one run, a child workflow;  runbooksteps.go  its steps
//	mirroring.go  the case's side of its mirror;    mirror.go    the mirror, a child workflow
//	closing.go    close, waive, back, reopen, and the end
//	merge.go      the case becomes a duplicate of another one;  merged.go  and what its duplicates bring;  mergenote.go  the
//	              messages between them
//	archive.go    everything is kept, verified, and the channels are archived
//	channels.go   what people did to the case's channels
//	command.go    when a command is taken, and from whom
//	errand.go     work that commands leave behind;  timeline.go  who did what, for the sheet and the thread
//	step.go       one step, made to happen exactly once;  steprules.go, resolve.go, adopt.go  what people decide about it
//	decisions.go  what follows for the case;  telling.go  for its children;  stuck.go  the notices;  children.go  children
//	              that somebody ended
//	run.go        what every long workflow is built on: branches, signals, continuing in a new run
//	surface.go    card, ticket block and sheet kept true
//	show.go       search attributes, memo and the page in the Temporal UI;  child.go  the same of children
//	policy.go     queues, time-outs, retries, priorities
//	messages.go   every message, with its payload
//	state.go      what is carried from run to run
package workflows
