package slackbot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// How Slack's sockets are held open.
const (
	// Slack gives each request to one of them and closes each every hour or so. While one is opened anew, commands, which
	// Slack does not send again, come through the other.
	socketsOpen = 2

	// mostSockets are allowed for all gateways together.
	mostSockets = 10

	// maxPacket bounds what Slack sends at once. What is larger breaks the socket off.
	maxPacket = 4 << 20

	// longestSilence is how long no socket may be open without a loss: Slack sends an event three times more within about
	// six minutes, and not always that long.
	longestSilence = time.Minute

	firstReopen   = time.Second
	longestReopen = 30 * time.Second

	// writeTime is what the library, which does not tell when, gets to write out the last acknowledgements.
	writeTime = 200 * time.Millisecond
)

// Sockets takes Slack's requests over Socket Mode, without an address that Slack can reach, until ctx ends and those in
// hand are answered. It opens again whatever closes, for whatever reason, and reads the token anew for it.
// See https://docs.slack.dev/apis/events-api/using-socket-mode.
func (g *Gateway) Sockets(ctx context.Context) {
	var all sync.WaitGroup
	for n := range socketsOpen {
		all.Go(func() { g.keepOpen(ctx, n) })
	}
	all.Wait()
}

func (g *Gateway) keepOpen(ctx context.Context, n int) {
	wait := firstReopen
	for ctx.Err() == nil {
		s := &socket{g: g, n: n}
		err := s.serve(ctx)
		g.line.closed(n, err)
		if ctx.Err() != nil {
			return
		}
		if s.wasOpen {
			wait = firstReopen // it was open: what is wrong is new
		}
		g.o.Log.Error("Slack's socket is closed", "socket", n, "reason", err, "do", whatToDo(err), "again_in", wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		wait = min(2*wait, longestReopen)
	}
}

// socket is one of Slack's, as long as its token counts.
type socket struct {
	g   *Gateway
	n   int
	ack func(ctx context.Context, envelope string, answer any) error

	wasOpen bool
	inHand  sync.WaitGroup // requests that are being answered
	busy    atomic.Int32   // how many these are
}

// serve returns when the socket cannot be kept open with this token, or ctx has ended and all that was taken is
// answered.
func (s *socket) serve(ctx context.Context) error {
	token, err := s.g.o.AppToken()
	if err != nil {
		return err
	}
	api := slack.New("", slack.OptionAppLevelToken(token), slack.OptionHTTPClient(s.g.answers), slack.OptionAPIURL(apiURL(s.g.o.APIURL)))
	client := socketmode.New(api, socketmode.OptionReadLimit(maxPacket))
	s.ack = client.AckCtx
	answering := context.WithoutCancel(ctx)
	running, cancel := context.WithCancel(answering)
	defer s.inHand.Wait()
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(running) }()
	for {
		select {
		case e := <-client.Events:
			if err := s.take(answering, e); err != nil {
				return err
			}
		case err := <-ended:
			return err
		case <-ctx.Done():
			s.drain(answering, client.Events)
			cancel()
			<-ended
			return nil
		}
	}
}

// drain answers what is in hand, and takes what comes in the meantime: Slack does not send a command again. What comes
// after that is for whoever is there then.
func (s *socket) drain(ctx context.Context, events <-chan socketmode.Event) {
	end, look := time.After(answerTime+writeTime), time.NewTicker(10*time.Millisecond)
	defer look.Stop()
	defer s.inHand.Wait()
	for idle := time.Now(); time.Since(idle) < writeTime; {
		select {
		case e := <-events:
			_ = s.take(ctx, e) // that the token does not count any more is of no use now
		case <-look.C:
		case <-end:
			return
		}
		if s.busy.Load() > 0 {
			idle = time.Now()
		}
	}
}

// take never waits: behind it the library would stop reading, miss Slack's pings and lose the connection. An error means
// that another try with a new token is better than to wait for this one.
func (s *socket) take(ctx context.Context, e socketmode.Event) error {
	switch e.Type {
	case socketmode.EventTypeConnecting:
		s.g.line.opening(s.n)
	case socketmode.EventTypeHello: // the first thing that Slack says
		s.wasOpen = true
		if silence := s.g.line.opened(s.n); silence > longestSilence {
			s.g.missed(fmt.Sprintf("no socket was open for %s", silence.Round(time.Second)))
		}
		s.g.home.heard(e.Request.ConnectionInfo.AppID)
		s.greeted(e.Request.NumConnections)
	case socketmode.EventTypeConnectionError:
		return s.troubled(e)
	case socketmode.EventTypeIncomingError:
		s.g.o.Log.Info("Slack's socket broke off, or brought what is no JSON", "socket", s.n)
	case socketmode.EventTypeErrorWriteFailed:
		s.g.o.Log.Warn("an acknowledgement is lost; Slack sends events again", "socket", s.n)
	case socketmode.EventTypeErrorBadMessage:
		if bad, ok := e.Data.(*socketmode.ErrorBadMessage); ok {
			s.takeRaw(ctx, bad.Message)
		}
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive:
		s.answer(ctx, packetOf(e.Request))
	}
	return nil
}

// greeted notes how many sockets the app has now, with all gateways. Slack closes those above its limit without a word that
// the library hands on, so that they would be opened again and again.
func (s *socket) greeted(sockets int) {
	if sockets < mostSockets {
		s.g.o.Log.Info("Slack's socket is open", "socket", s.n, "of_the_app", sockets)
		return
	}
	s.g.o.Log.Warn("Slack's socket is open, and no more fit", "socket", s.n, "of_the_app", sockets, "do", fmt.Sprintf("run at most %d gateways with this app", mostSockets/socketsOpen))
}

// troubled notes that the socket cannot be opened. The library tries again, with waits of up to five minutes and with
// the same token; when they get long we do it ourselves.
func (s *socket) troubled(e socketmode.Event) error {
	trouble, ok := e.Data.(*slack.ConnectionErrorEvent)
	if !ok {
		return nil
	}
	s.g.line.closed(s.n, trouble.ErrorObj)
	var limited *slack.RateLimitedError
	if trouble.Backoff > longestReopen && !errors.As(trouble.ErrorObj, &limited) {
		return trouble.ErrorObj
	}
	s.g.o.Log.Warn("Slack's socket does not open", "socket", s.n, "reason", trouble.ErrorObj, "do", whatToDo(trouble.ErrorObj), "again_in", trouble.Backoff)
	return nil
}

// whatToDo is for whoever reads the log at night. The words are Slack's:
// https://docs.slack.dev/reference/methods/apps.connections.open
func whatToDo(err error) string {
	if err == nil {
		return "nothing"
	}
	switch err.Error() {
	case "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "app_disabled":
		return "put a valid app-level token into SLACK_APP_TOKEN or its file; it is read anew"
	case "not_allowed_token_type":
		return "SLACK_APP_TOKEN must be the app-level token (xapp-…), not the bot's"
	case "missing_scope", "no_permission":
		return "give the app-level token the scope connections:write"
	}
	return "if it lasts: see whether Slack can be reached from here, and whether Socket Mode is on in the app's settings"
}
