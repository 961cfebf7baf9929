// Package mask takes secrets out of what people say before it is written anywhere else. Mirror and archive call it, on
// whole messages: a message that was cut first could hide half a secret in each piece.
//
// It knows secrets by their form, so it finds what looks like one and nothing else: it is a net, not a promise. What it
// must leave alone matters as much, for an incident is talked about in hashes, addresses, links and ticket keys.
package mask
