package slackbot

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strconv"

	lru "github.com/hashicorp/golang-lru/v2"

	"hikeshi/workflows/incident"
)

// Spent is a refusal that is the recorded answer to the id of what was asked: nothing was done under it, nothing ever
// will be, and whoever asks again under it gets this answer again, whatever has changed. A Desk returns a refusal as one
// only if it knows all that.
type Spent struct{ Refusal error }

// Error is the refusal's.
func (s Spent) Error() string { return s.Refusal.Error() }

// Unwrap returns the refusal.
func (s Spent) Unwrap() error { return s.Refusal }

// maxSpent bounds how many spent ids are remembered. Whoever comes back to one that is forgotten, or that another gateway
// has heard of, gets its refusal once more, and another id the next time.
const maxSpent = 10_000

// spent remembers which ids are used up, each with what was asked under it: with other words the same id may have done
// something. A form stays open when it is refused, so that nothing has to be written again; it is sent again under a new
// id, or its first answer would be its last. What is done, on its way, or of an unknown outcome keeps its id.
type spent struct {
	known *lru.Cache[[sha256.Size]byte, struct{}]
}

func newSpent() spent {
	known, _ := lru.New[[sha256.Size]byte, struct{}](maxSpent) // fails for a size under one only
	return spent{known}
}

// next is the id under which something is asked now: its own, or the first that is not used up. Two who ask at once get
// the same.
func (s spent) next(id string, asked any) string {
	next := id
	for n := 1; s.is(next, asked); n++ {
		next = id + "." + strconv.Itoa(n)
	}
	return next
}

func (s spent) is(id string, asked any) bool {
	_, is := s.known.Get(spentKey(id, asked)) // what is asked for stays known
	return is
}

// heard notes the id if the answer to it has used it up, however late it comes.
func (s spent) heard(err error, id string, asked any) {
	if used := (Spent{}); errors.As(err, &used) {
		s.known.Add(spentKey(id, asked), struct{}{})
	}
}

func spentKey(id string, asked any) [sha256.Size]byte {
	raw, err := json.Marshal([]any{id, asked})
	if err != nil {
		panic("something asked that JSON cannot hold: " + err.Error()) // ours, of strings
	}
	return sha256.Sum256(raw)
}

// asked is what an act's id goes with: not who asks, of whom Slack may say more the next time.
func (a Act) asked() any {
	if a.Keyed {
		return nil
	}
	return []any{a.Verb, a.Number, a.Fields}
}

// asked is what a decision's id goes with.
func (d Decision) asked() any { return []any{d.Chosen, d.Action, d.Supply, d.Reason} }

// do hands an act in, and hears whether that has used up its id.
func (g *Gateway) do(ctx context.Context, act Act) (Done, error) {
	answer, err := g.o.Desk.Do(ctx, act)
	g.spent.heard(err, act.ID, act.asked())
	return answer, err
}

// take is the same of a decision.
func (g *Gateway) take(ctx context.Context, d Decision, viewer Viewer) (Taken, error) {
	taken, err := g.o.Desk.Decide(ctx, d, viewer)
	g.spent.heard(err, d.ID, d.asked())
	return taken, err
}

// handIn is the same of a request, whose id alone says what it is.
func (g *Gateway) handIn(ctx context.Context, request incident.Request) error {
	err := g.o.Desk.Open(ctx, request)
	g.spent.heard(err, request.ID, nil)
	return err
}
