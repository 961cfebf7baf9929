// Package jiratest is a stateful fake of JIRA Cloud's REST API, version 2. It has projects, security levels, people who
// see different things, mails that are counted, and a search that lags behind as JIRA Cloud's does. The adapter's tests,
// the workflows' tests and the sandbox use it; nothing that ships imports it.
//
// Its replies and its refusals use JIRA's own shapes and words. What it does not know it refuses loudly, with a 404 or a
// field error, rather than pretending.
package jiratest
