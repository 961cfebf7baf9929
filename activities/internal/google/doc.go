// Package google holds what the adapters of Drive and Sheets share: how to reach the services, how fast, as whom, and
// what an error of theirs means. Only activities/drive and activities/sheets use it.
//
// With an empty endpoint a client talks to Google with a service account's key file, or, without a file, with the
// Application Default Credentials. With an endpoint it talks to a sandbox, without any credentials. Credentials go to
// the service's own host only. Nothing here retries: Temporal does, after a look-up.
package google
