package slackbot

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// Options configure a gateway.
type Options struct {
	Desk   Desk
	Secret func() (string, error) // Slack's signing secret, asked for with every request because it can be rotated; nil: nothing is taken over HTTP
	// AppToken is the app-level token with which Slack's sockets are opened, asked for each time; nil: there are none.
	AppToken func() (string, error)
	Team     string                 // id of the workspace, or of the organisation, from which requests are taken; empty: the bot token's
	App      string                 // id of our app; empty: Slack is asked
	Command  string                 // what our slash command is called in this workspace; empty: /case
	Lang     string                 // of answers to those of whom Slack does not say which one they read: en or ja
	APIHost  string                 // host:port of the Web API if it is not Slack's own; answers may go there too
	APIURL   string                 // of the Web API if it is not Slack's own
	Token    func() (string, error) // the bot token, to learn who people are and to open dialogs with; nil or an error: people are told what to type
	Groups   []string               // ids of the user groups that the rules name
	// Rights are the rules, by which guests and people of other workspaces are not brought into cases, and nobody is shown
	// a button that they refuse; none: nobody looks.
	Rights incident.Rights
	// Reading decides who may read cases; inside: the one of the channel they ask in; nil: everybody.
	Reading func(verb string, by incident.By, inside bool) error
	// Runbooks are those that can be run, read when somebody has to choose one; nil: the form takes a name.
	Runbooks func() []notice.Runbook
	Ready    func(context.Context) error
	Doubt    func() string // what is wrong without keeping the gateway from its work; nil or empty: nothing
	KnowTime time.Duration // how long an answer waits for what Slack says of a person; 0: as long as befits people who wait
	Missed   func()        // Slack has dropped events: somebody should look for what was said; must not wait; nil: nobody does
	Log      *slog.Logger  // nil: slog.Default
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
	home    home
	tabs    tabs
	line    line
	spent   spent
	room    map[kind]chan struct{} // for requests that are being handled
	asking  singleflight.Group     // whether it is ready
}

// maxInHand is how many requests of a kind are handled at a time. More are there only if the desk answers slowly; they
// are refused at once, so that Slack sends them again, rather than kept waiting for longer than Slack waits.
const maxInHand = 1000

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
	g := &Gateway{o: o, ctx: ctx, mux: http.NewServeMux(), answers: answerClient(), bells: newDoorbell(ctx, o), people: newPeople(cmp.Or(o.KnowTime, briefly)), spent: newSpent(), room: map[kind]chan struct{}{}, home: home{known: make(chan struct{})}}
	for _, k := range []kind{commands, interactions, events} {
		g.room[k] = make(chan struct{}, maxInHand)
	}
	if o.Secret != nil {
		g.mux.HandleFunc("POST /slack/commands", g.over(commands, unwrapCommand))
		g.mux.HandleFunc("GET /slack/commands", sslCheck)
		g.mux.HandleFunc("POST /slack/events", g.over(events, unwrapEvent))
		g.mux.HandleFunc("POST /slack/interactions", g.over(interactions, unwrapInteraction))
	}
	g.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") })
	g.mux.HandleFunc("GET /readyz", g.ready)
	g.home.set(o.App, o.Team)
	g.follows.Go(func() { g.learnHome(ctx) })
	return g
}

// ServeHTTP serves /healthz and /readyz, and /slack/commands, /slack/events and /slack/interactions if there is a signing
// secret.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.mux.ServeHTTP(w, r) }

// Wait returns when nobody is followed any more and every bell is rung. End the context of New first.
func (g *Gateway) Wait() {
	g.follows.Wait()
	g.bells.going.Wait()
}

// ready says whether commands can be taken: a load balancer should send them elsewhere if not. Without a socket they come
// over HTTP, if that is configured too.
func (g *Gateway) ready(w http.ResponseWriter, r *http.Request) {
	_, err, _ := g.asking.Do("", func() (any, error) { // whoever can reach the gateway may ask, as often as they like
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), readyTime)
		defer cancel()
		return nil, g.o.Ready(ctx)
	})
	if err != nil {
		g.o.Log.Warn("not ready", "error", err)
		plain(w, http.StatusServiceUnavailable, "Temporal cannot be reached\n")
		return
	}
	if g.homeless() {
		g.o.Log.Warn("not ready", "reason", "Slack has not said which workspace is ours")
		plain(w, http.StatusServiceUnavailable, "Slack has not said which workspace is ours: see that it can be reached and takes the bot token, or set slack.team\n")
		return
	}
	trouble := ""
	if g.o.AppToken != nil {
		trouble = g.line.trouble()
	}
	doubt := ""
	if g.o.Doubt != nil && g.o.Doubt() != "" {
		doubt = "; " + g.o.Doubt()
	}
	switch {
	case trouble == "":
		plain(w, http.StatusOK, "ready"+doubt+"\n")
	case g.o.Secret != nil:
		plain(w, http.StatusOK, "ready over HTTP; "+trouble+doubt+"\n")
	default:
		g.o.Log.Warn("not ready", "reason", trouble)
		plain(w, http.StatusServiceUnavailable, trouble+"\n")
	}
}
