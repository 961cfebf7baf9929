package slackbot

import (
	"context"
	"encoding/json"
	"time"

	"github.com/slack-go/slack"
)

// kind is what Slack asks for.
type kind string

const (
	commands     kind = "commands"
	interactions kind = "interactions"
	events       kind = "events"
)

// request is one of Slack's, however it came: whoever hands it in has made sure that it is Slack's.
type request struct {
	kind     kind
	payload  []byte // JSON, whatever form it came in
	received time.Time
}

// reply is what Slack is told, whichever way: that the request is taken, with an answer or none, that it is refused for
// good, or that it should come again.
type reply struct {
	verdict verdict
	answer  []byte // JSON: a message for the person, or what becomes of a dialog; nil: none
	plain   string // why it is refused or should come again, and the one answer that is no JSON
}

type verdict string

const (
	accepted verdict = "accepted"
	rejected verdict = "rejected"
	deferred verdict = "deferred"
)

// done takes a request, and says no more: an open dialog closes.
func done() reply { return reply{verdict: accepted} }

// say takes a command, and shows the person a text that nobody else sees.
func say(text string) reply {
	return show(map[string]string{"response_type": slack.ResponseTypeEphemeral, "text": text})
}

// show takes a request, and answers it with JSON.
func show(answer any) reply {
	raw, err := json.Marshal(answer)
	if err != nil {
		panic("an answer that JSON cannot hold: " + err.Error()) // ours, of strings
	}
	return reply{verdict: accepted, answer: raw}
}

// refuse takes nothing; the same request again would fare the same.
func refuse(why string) reply { return reply{verdict: rejected, plain: why} }

// comeAgain asks Slack to send the request again.
func comeAgain(why string) reply { return reply{verdict: deferred, plain: why} }

// handle answers a request while Slack waits, by whichever way it came.
func (g *Gateway) handle(ctx context.Context, r request) reply {
	select {
	case g.room[r.kind] <- struct{}{}:
		defer func() { <-g.room[r.kind] }()
	default:
		return comeAgain("too many requests are being handled")
	}
	ctx, cancel := context.WithDeadline(ctx, r.received.Add(answerTime))
	defer cancel()
	said := comeAgain("something went wrong here")
	guard(g.o.Log, string(r.kind), func() { said = g.answer(ctx, r) })
	if said.answer != nil {
		said.answer = []byte(g.inOurName(string(said.answer)))
	}
	return said
}

func (g *Gateway) answer(ctx context.Context, r request) reply {
	switch r.kind {
	case commands:
		return g.command(ctx, r.payload)
	case interactions:
		return g.interact(ctx, r.payload)
	default:
		return g.event(ctx, r.payload)
	}
}
