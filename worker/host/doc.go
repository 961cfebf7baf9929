// Package host runs the worker: it builds the vendors' clients from the configuration, connects to Temporal, and polls
// the workflows' task queue and one queue per vendor. It holds the vendors' tokens and opens no port.
//
// A vendor that is down or refuses its token never stops the worker: its steps are tried again, visibly, and the log
// says at the start what is wrong. Package watch tells the vendor's breaker. A secret that is missing altogether stops it before anything runs.
package host
