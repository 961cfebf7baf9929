package slackbot

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Options configure a gateway.
type Options struct {
	Desk    Desk
	Secret  func() (string, error) // Slack's signing secret, asked for with every request because it can be rotated
	Lang    string                 // of answers to those of whom Slack does not say which one they read: en or ja
	APIHost string                 // host:port of the Web API if it is not Slack's own; answers may go there too
	APIURL  string                 // of the Web API if it is not Slack's own
	Token   func() (string, error) // the bot token, to learn who people are and to open dialogs with; nil or an error: people are told what to type
	Groups  []string               // ids of the user groups that the rules name
	Ready   func(context.Context) error
	Log     *slog.Logger // nil: slog.Default
}

// Gateway serves Slack's requests.
type Gateway struct {
	o       Options
	ctx     context.Context // ends with the server: nobody is followed longer
	mux     *http.ServeMux
	answers *http.Client
	follows sync.WaitGroup
	bells   *doorbell
	people  people
}

// How long things may take. Slack shows an error to the person after 3 s without an answer.
const (
	answerTime = 2200 * time.Millisecond
	followTime = 5 * time.Minute
	readyTime  = 2 * time.Second
	watchTime  = 10 * time.Second // for what becomes of a step that was decided about
)

// New makes a gateway. What it does after an answer ends with ctx.
func New(ctx context.Context, o Options) *Gateway {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	g := &Gateway{o: o, ctx: ctx, mux: http.NewServeMux(), answers: answerClient(), bells: newDoorbell(ctx, o), people: newPeople()}
	g.mux.HandleFunc("POST /slack/commands", g.over(commands, unwrapCommand))
	g.mux.HandleFunc("POST /slack/events", g.over(events, unwrapEvent))
	g.mux.HandleFunc("POST /slack/interactions", g.over(interactions, unwrapInteraction))
	g.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") })
	g.mux.HandleFunc("GET /readyz", g.ready)
	return g
}

// ServeHTTP serves /slack/commands, /slack/events, /slack/interactions, /healthz and /readyz.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.mux.ServeHTTP(w, r) }

// Wait returns when nobody is followed any more and every bell is rung. End the context of New first.
func (g *Gateway) Wait() {
	g.follows.Wait()
	g.bells.going.Wait()
}

// ready says whether commands can be taken: a load balancer should send them elsewhere if not.
func (g *Gateway) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	if err := g.o.Ready(ctx); err != nil {
		g.o.Log.Warn("not ready", "error", err)
		plain(w, http.StatusServiceUnavailable, "Temporal cannot be reached\n")
		return
	}
	plain(w, http.StatusOK, "ready\n")
}
