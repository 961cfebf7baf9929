// Package site is the sandbox: the stateful fakes of Slack, JIRA, Drive and Sheets on ports of their own, and pages on
// which people see what is in them, each as a chosen person of the cast would see it. On Slack's pages they can also
// act: write, give commands, press buttons and fill dialogs.
//
// The state lies in a data directory, one file per vendor, so that the sandbox can be killed and started again.
// Everything listens on 127.0.0.1 only: whoever reaches it can read and change all of it.
//
// Beside the pages the main port has
//
//	GET  /healthz      200 when the sandbox serves
//	GET  /_addresses   where everything is: an [Addresses] as JSON
//	POST /_events      {"url": "http://127.0.0.1:8080"}: the gateway to which Slack's events and commands go
package site
