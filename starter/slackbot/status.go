package slackbot

import (
	"context"
	"strings"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// status answers with the state of a case: of the one with that number, or of this channel's.
func (g *Gateway) status(ctx context.Context, c command, rest string) string {
	words := strings.Fields(asSeen(rest))
	if len(words) > 1 {
		return refused(c.who.Lang, incident.Refuse(incident.Usage, "Give one number, or none in a case's own channel", "status takes one number, not %d words", len(words)))
	}
	number := ""
	if len(words) == 1 {
		number = words[0]
	}
	var found notice.Case
	_, err := g.reads(ctx, c.by(), c.channel, number)
	if err == nil {
		found, err = g.o.Desk.Status(ctx, number, Viewer{User: c.user, Channel: c.channel})
	}
	if err != nil {
		if isNotConfirmed(ctx, err) {
			err = ErrNotConfirmed
		}
		return g.explained(c.who.Lang, err, typed(c))
	}
	found.Lang, found.Now = c.who.Lang, now()
	return notice.StatusText(found, escape)
}
