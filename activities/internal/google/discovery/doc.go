// Package discovery checks recorded calls against a service's Discovery document, Google's machine-readable
// description of an API: does the method exist at that path, are the query parameters known and their values allowed,
// do the bodies of request and answer hold only known fields of the right types, and does the parameter fields name
// fields that exist. Tests use it on the traffic between the adapters and the fakes, so that neither can drift from
// what Google publishes. It knows nothing of which fields are required: the documents do not say.
// https://developers.google.com/discovery/v1/reference/apis
package discovery
