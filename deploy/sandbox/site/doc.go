// Package site is the sandbox: the stateful fakes of Slack, JIRA, Drive, Sheets and an on-call service on ports of their
// own, a timestamp authority, and pages on which people use them, each as a chosen person of the cast would.
//
// The page / shows everything side by side: Slack, the ticket and the task sheet of a case, and its workflow in the
// Temporal Web UI, which is passed on under /temporal/ because it stands in no frame of another origin. /slack is a
// workspace: people write, reply, react, edit, upload, give commands, use shortcuts, press buttons and fill modals. In a
// sheet people change cells. What they do goes through the doors that programs use too, so an app gets real signed requests.
//
// Pages are made on the server, where everything that people write is escaped, by templates under pages/. The scripts
// under static/ are plain modules: they ask for parts that are out of date, and put in what differs. GET /live tells them
// what that is, as server-sent events.
//
// The state lies in a data directory, one file per vendor, so that the sandbox can be killed and started again.
// Everything listens on 127.0.0.1 only: whoever reaches it can read and change all of it.
//
// Beside the pages the main port has
//
//	GET  /healthz      200 when the sandbox serves
//	GET  /_addresses   where everything is: an [Addresses] as JSON
//	POST /_events      {"url": "http://127.0.0.1:8080"}: the gateway to which Slack's events and commands go
//	POST /_ui          {"url": "http://127.0.0.1:34567"}: the Temporal Web UI that is shown under /temporal/; it must have
//	                   that as its public path
package site
