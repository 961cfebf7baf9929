// Package fake is what the vendors' fakes have in common: state that is written to disk before a reply leaves, a list
// of calls, rate limits, and faults on demand. A vendor's fake (slacktest, jiratest, drivetest, sheetstest) adds the
// vendor's paths, words and rules. Fakes are servers: the official SDKs talk to them over HTTP, unmodified.
//
// One request runs at a time: a handler may read and write tables freely. Its reply is held until its changes are in
// the database file, so that a fake that is killed has forgotten nothing it answered for.
//
// Nothing that ships imports this package: worker and starter never link a fake.
package fake
