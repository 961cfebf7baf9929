package jira

import (
	"context"
	"encoding/json"
	"fmt"

	"hikeshi/activities"
	"hikeshi/activities/internal/ledger"
)

// WriteDigest adds a digest to a log ticket, as a comment with the digest's entries in its property. Running it twice
// adds it twice: whoever calls it looks with Digests first.
//
// Its errors are faults: Ambiguous if JIRA may have added it; final are Invalid (the digest is too long, or the ticket
// has no room for comments), NotFound and Denied.
func (c *Client) WriteDigest(ctx context.Context, ticket string, d ledger.Digest) error {
	op := fmt.Sprintf("write digest %d to ticket %s", d.Seq, ticket)
	if f := checkDigest(op, ticket, d); f != nil {
		return f.Error()
	}
	if _, f := c.comment(ctx, op, ticket, d.Body, d); f != nil {
		return f.Error()
	}
	return nil
}

// checkDigest refuses what JIRA would refuse, and what Digests would not know again.
func checkDigest(op, ticket string, d ledger.Digest) *failure {
	r := call{op: op}
	if !isDigest(d) {
		return r.fail(activities.Invalid, "the digest has no key or no number", "")
	}
	if f := noTicket(op, ticket); f != nil {
		return f
	}
	value, err := json.Marshal(d)
	if err != nil {
		return r.fail(activities.Invalid, "write its entries: "+err.Error(), "")
	}
	if len(value) > ledger.MaxProperty {
		return r.fail(activities.Invalid, fmt.Sprintf("its entries take %d bytes, a property of JIRA holds %d", len(value), ledger.MaxProperty), "")
	}
	return checkBody(op, d.Body)
}

// Digests reads the digests of a log ticket, the newest first, until each returns false. Other comments are passed over.
// JIRA lists comments from its database, so a digest that was written is there.
func (c *Client) Digests(ctx context.Context, ticket string, each func(ledger.Digest) (bool, error)) error {
	op := "read the digests of ticket " + ticket
	if f := noTicket(op, ticket); f != nil {
		return f.Error()
	}
	return c.newest(ctx, op, ticket, func(n note, value []byte) (bool, error) {
		d := ledger.Digest{Body: n.Body}
		if json.Unmarshal(value, &d) != nil || !isDigest(d) {
			return true, nil
		}
		return each(d)
	})
}

// isDigest tells a digest's property from that of another comment of ours, which holds a key only.
func isDigest(d ledger.Digest) bool { return d.Key != "" && d.Seq > 0 }
