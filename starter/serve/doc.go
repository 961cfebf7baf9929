// Package serve runs the doors that stay open: the gateway that Slack calls, and the endpoint with which the Temporal
// Web UI shows payloads in plain text. `starter serve` and the local stack use it.
package serve
