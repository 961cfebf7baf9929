package slackbot

import (
	"context"
	"strings"
	"time"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// lookTime is how long a look at many cases may take; each that is stuck is asked.
const lookTime = 30 * time.Second

// look is something that reads many cases.
type look func(context.Context) (notice.Message, error)

// list answers with the cases that the person may see.
func (g *Gateway) list(ctx context.Context, a asker, what, rest string) reply {
	which, err := whichList(rest)
	if err != nil {
		return say(g.explained(a.lang, err, what))
	}
	return g.inTime(ctx, a, what, g.lister(a, which))
}

// stuck answers with what cannot go on by itself in those cases.
func (g *Gateway) stuck(ctx context.Context, a asker, what, rest string) reply {
	if words := strings.Fields(plainWords(rest)); len(words) > 0 {
		err := incident.Refuse(incident.Usage, "What is stuck in one case is shown by its status, for example: status SEC-12", "stuck takes no words: it shows what is stuck in every case that you may see")
		return say(g.explained(a.lang, err, what))
	}
	return g.inTime(ctx, a, what, g.stuckSeer(a))
}

// whichList reads the one word that can follow.
func whichList(rest string) (string, error) {
	words := strings.Fields(strings.ToLower(narrow(plainWords(rest))))
	switch {
	case len(words) == 0, len(words) == 1 && words[0] == "all":
		return "", nil
	case len(words) == 1 && (words[0] == notice.ListOpen || words[0] == notice.ListClosed || words[0] == notice.ListMine):
		return words[0], nil
	}
	return "", incident.Refuse(incident.Usage, "Use list, list open, list mine or list closed", "there is no list %q", incident.Shorten(strings.Join(words, " "), 40))
}

func (g *Gateway) lister(a asker, which string) look {
	return func(ctx context.Context) (notice.Message, error) {
		if err := g.mayRead(incident.VerbList, a.by, false); err != nil {
			return notice.Message{}, err
		}
		found, err := g.o.Desk.List(ctx, which, a.viewer)
		found.Lang, found.Which = a.lang, which
		return found.Message(escape), err
	}
}

// stuckSeer needs the same right as a list does: it is one.
func (g *Gateway) stuckSeer(a asker) look {
	return func(ctx context.Context) (notice.Message, error) {
		if err := g.mayRead(incident.VerbList, a.by, false); err != nil {
			return notice.Message{}, err
		}
		found, err := g.o.Desk.Stuck(ctx, a.viewer)
		found.Lang = a.lang
		return found.Message(escape), err
	}
}

// inTime answers with what is seen, if that is known while Slack waits; else the person reads that it takes longer, and
// the answer follows.
func (g *Gateway) inTime(ctx context.Context, a asker, what string, see look) reply {
	seen := make(chan notice.Message, 1)
	g.aside("look at cases", func() { seen <- g.seeing(a, what, see) })
	select {
	case m := <-seen:
		return present(m)
	case <-ctx.Done():
	}
	g.aside("tell what was seen", func() {
		select {
		case m := <-seen:
			g.sendMessage(a.hearing(), m)
		case <-time.After(2 * lookTime): // it has not survived
		}
	})
	return say(notice.ReadLate(a.lang, what))
}

// seeing looks, and says why if it cannot. Nothing was asked to be done: whoever reads that no answer came asks again.
func (g *Gateway) seeing(a asker, what string, see look) notice.Message {
	ctx, cancel := context.WithTimeout(g.ctx, lookTime)
	defer cancel()
	m, err := see(ctx)
	switch {
	case err == nil:
		return m
	case isNotConfirmed(ctx, err):
		g.o.Log.Error("the desk does not answer", "what", what, "error", err)
		return notice.Message{Text: notice.ReadUnknown(a.lang, what)}
	}
	return notice.Message{Text: g.explained(a.lang, err, what)}
}

// pressedLook takes the press of a button that shows what a command shows.
func (g *Gateway) pressedLook(a asker, what string, see look) reply {
	g.aside("look at cases", func() { g.sendMessage(a.hearing(), g.seeing(a, what, see)) })
	return done()
}
