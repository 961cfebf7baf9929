package slackbot

import (
	"context"
	"encoding/json"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// packet is what Slack sends over a socket: a request in an envelope, by whose id it is acknowledged.
// See https://docs.slack.dev/apis/events-api/using-socket-mode#events.
type packet struct {
	ID      string          `json:"envelope_id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
	Retry   int             `json:"retry_attempt"`
	Reason  string          `json:"retry_reason"`
}

func packetOf(r *socketmode.Request) packet {
	return packet{r.EnvelopeID, r.Type, r.Payload, r.RetryAttempt, r.RetryReason}
}

// kindOf is what a packet's type stands for; empty: nothing that is known here.
func kindOf(packetType string) kind {
	switch packetType {
	case socketmode.RequestTypeSlashCommands:
		return commands
	case socketmode.RequestTypeInteractive:
		return interactions
	case socketmode.RequestTypeEventsAPI:
		return events
	}
	return ""
}

// takeRaw takes what the library cannot decode: an event it does not know, a field of a new type. Our own reading is
// less strict. Left alone, Slack would send it three times more and then drop it, with the bell that it rings.
func (s *socket) takeRaw(ctx context.Context, raw json.RawMessage) {
	var p packet
	if err := lenient(raw, &p); err != nil || p.ID == "" {
		s.g.o.Log.Warn("leave something of Slack's aside that has no envelope", "socket", s.n)
		return
	}
	e, _ := openEnvelope(p.Payload) // only for the log
	s.g.o.Log.Warn("the library does not understand what Slack sent; read by hand", "socket", s.n, "type", plainWords(p.Type), "event", e.id())
	s.answer(ctx, p)
}

// answer handles a request beside all others, and acknowledges it as its reply says.
func (s *socket) answer(ctx context.Context, p packet) {
	k := kindOf(p.Type)
	if k == "" {
		s.g.o.Log.Info("leave something of Slack's aside", "type", plainWords(p.Type))
	}
	r, connection := request{kind: k, payload: p.Payload, received: time.Now()}, s.g.line.connection(s.n)
	s.busy.Add(1)
	s.inHand.Go(func() {
		defer s.busy.Add(-1)
		said := reply{verdict: accepted}
		if k != "" {
			said = s.g.handle(ctx, r)
		}
		if !said.acknowledges(k) {
			s.g.o.Log.Warn("leave a request of Slack's unacknowledged", "kind", k, "retry", p.Retry, "reason", said.plain)
			return
		}
		s.acknowledge(ctx, p, said, r.received.Add(slackTime))
		if connection != s.g.line.connection(s.n) {
			s.g.afterwards(ctx, k, p.Payload, said) // on the old connection, which is closed, nobody reads it
		}
	})
}

// slackTime is how long Slack waits.
const slackTime = 3 * time.Second

// acknowledges says whether Slack hears that the request has arrived. An event that should come again is not
// acknowledged. Neither is what a person did, if it is refused: Slack shows them that it has not worked, and does not
// send it again.
func (r reply) acknowledges(k kind) bool {
	return r.verdict == accepted || r.verdict == rejected && k == events
}

// acknowledge sends the answer with it, if there is one. One that is too large for a socket comes by another way.
func (s *socket) acknowledge(ctx context.Context, p packet, said reply, until time.Time) {
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	var answer any
	if said.answer != nil {
		answer = json.RawMessage(said.answer)
	}
	err := s.ack(ctx, p.ID, answer)
	if err == nil || ctx.Err() != nil {
		return // too late for Slack: what should come again does
	}
	k := kindOf(p.Type)
	s.g.o.Log.Warn("the answer is too large for a socket", "kind", k, "bytes", len(said.answer))
	if k != commands {
		return // a dialog stays open, and says that something is wrong
	}
	if err := s.ack(ctx, p.ID, nil); err == nil {
		s.g.afterwards(context.WithoutCancel(ctx), k, p.Payload, said)
	}
}

// afterwards tells the person the answer to a command that could not go with its acknowledgement.
func (g *Gateway) afterwards(ctx context.Context, k kind, payload []byte, said reply) {
	var asked struct {
		Address string `json:"response_url"`
	}
	var message slack.WebhookMessage
	if k != commands || said.answer == nil || lenient(payload, &asked) != nil || json.Unmarshal(said.answer, &message) != nil {
		return
	}
	if err := g.post(ctx, asked.Address, &message); err != nil {
		g.o.Log.Warn("the person does not hear the answer to a command", "error", err)
	}
}
