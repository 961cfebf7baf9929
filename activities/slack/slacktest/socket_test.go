package slacktest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	sdk "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
)

// app is an app in Socket Mode, with Slack's official library.
type app struct {
	*socketmode.Client
	mu    sync.Mutex
	heard []socketmode.Event
}

// openSocket opens a socket and answers what comes as answer says; not at all if that is false.
func openSocket(t *testing.T, api string, answer func(socketmode.Event) (any, bool)) *app {
	t.Helper()
	a := &app{Client: socketmode.New(sdk.New("", sdk.OptionAppLevelToken(fake.SlackAppToken), sdk.OptionAPIURL(api)))}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { _ = a.RunContext(ctx) })
	ready := make(chan struct{})
	all.Go(func() {
		var once sync.Once
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-a.Events:
				if e.Type == socketmode.EventTypeHello {
					once.Do(func() { close(ready) })
				}
				a.take(e, answer)
			}
		}
	})
	t.Cleanup(func() { cancel(); all.Wait() })
	<-ready
	return a
}

func (a *app) take(e socketmode.Event, answer func(socketmode.Event) (any, bool)) {
	if e.Request == nil || e.Request.EnvelopeID == "" {
		return
	}
	a.mu.Lock()
	a.heard = append(a.heard, e)
	a.mu.Unlock()
	if payload, ok := answer(e); ok {
		_ = a.Ack(*e.Request, payload)
	}
}

func (a *app) count() int { a.mu.Lock(); defer a.mu.Unlock(); return len(a.heard) }

func acknowledge(socketmode.Event) (any, bool) { return nil, true }

func TestEventsGoOverASocket(t *testing.T) {
	s, api := slacktest.Start(t, slacktest.Options{})
	calls := 0
	a := openSocket(t, api, func(e socketmode.Event) (any, bool) { calls++; return nil, calls != 1 }) // the first is not acknowledged
	s.Say("aoi", "csirt-ops", "hello", "")
	require.Eventually(t, func() bool { return a.count() == 2 }, patience, 10*time.Millisecond, "it is sent again")
	require.Equal(t, 0, a.heard[0].Request.RetryAttempt)
	require.Equal(t, 1, a.heard[1].Request.RetryAttempt)
	require.Equal(t, "timeout", a.heard[1].Request.RetryReason)
	require.NotEqual(t, a.heard[0].Request.EnvelopeID, a.heard[1].Request.EnvelopeID)
	require.JSONEq(t, string(a.heard[0].Request.Payload), string(a.heard[1].Request.Payload))
}

func TestCommandsGoOverASocket(t *testing.T) {
	s, api := slacktest.Start(t, slacktest.Options{EventsURL: "http://127.0.0.1:1"}) // where nobody is
	var got sdk.SlashCommand
	openSocket(t, api, func(e socketmode.Event) (any, bool) {
		got, _ = e.Data.(sdk.SlashCommand)
		return map[string]string{"text": "opening"}, true
	})
	out, status := control(t, strings.TrimSuffix(api, "/api/"), "command", map[string]string{"user": "aoi", "channel": "csirt-ops", "command": "/case", "text": "open x"})
	require.Equal(t, http.StatusOK, status)
	require.EqualValues(t, http.StatusOK, out["status"])
	require.Equal(t, "open x", got.Text)
	require.Equal(t, "U0AOI0001", got.UserID)
	seen := s.Ephemerals("U0AOI0001")
	require.Len(t, seen, 1)
	require.Equal(t, "opening", seen[0].Text)
}

func TestEachEventGoesToOneSocket(t *testing.T) {
	s, api := slacktest.Start(t, slacktest.Options{})
	one, two := openSocket(t, api, acknowledge), openSocket(t, api, acknowledge)
	require.Equal(t, 2, s.Sockets())
	for n := range 10 {
		s.Say("aoi", "csirt-ops", fmt.Sprint(n), "")
	}
	require.Eventually(t, func() bool { return one.count()+two.count() == 10 }, patience, 10*time.Millisecond)
	require.Positive(t, one.count())
	require.Positive(t, two.count())
}

func TestSocketsAreOpenedAnew(t *testing.T) {
	for name, trouble := range map[string]slacktest.Trouble{"refreshed": {Disconnect: "refresh_requested"}, "cut": {Cut: true}} {
		s, api := slacktest.Start(t, slacktest.Options{})
		a := openSocket(t, api, acknowledge)
		s.Disturb(trouble)
		s.Say("aoi", "csirt-ops", "while it is away", "")
		require.Eventually(t, func() bool { return a.count() > 0 && s.Sockets() == 1 }, patience, 10*time.Millisecond, name)
	}
}

func TestALostAcknowledgementBringsTheEventAgain(t *testing.T) {
	s, api := slacktest.Start(t, slacktest.Options{})
	a := openSocket(t, api, acknowledge)
	s.Disturb(slacktest.Trouble{LoseAcks: 1})
	s.Say("aoi", "csirt-ops", "hello", "")
	require.Eventually(t, func() bool { return a.count() == 2 }, patience, 10*time.Millisecond)
}

func TestWhatPeopleDoCanComeTwice(t *testing.T) {
	s, api := slacktest.Start(t, slacktest.Options{})
	a := openSocket(t, api, acknowledge)
	require.NoError(t, s.Change(slacktest.Weather{Repeat: 100}))
	_, status := control(t, strings.TrimSuffix(api, "/api/"), "command", map[string]string{"user": "aoi", "channel": "csirt-ops", "command": "/case", "text": "open x"})
	require.Equal(t, http.StatusOK, status)
	require.Eventually(t, func() bool { return a.count() == 2 }, patience, 10*time.Millisecond)
	require.JSONEq(t, string(a.heard[0].Request.Payload), string(a.heard[1].Request.Payload), "with the same trigger id")
}

func TestWhoMayOpenASocket(t *testing.T) {
	s, api := slacktest.Start(t, slacktest.Options{})
	ask := func(header, body string) string {
		r, err := http.NewRequest(http.MethodPost, api+"apps.connections.open", strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if header != "" {
			r.Header.Set("Authorization", "Bearer "+header)
		}
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer resp.Body.Close()
		var out struct{ Error, URL string }
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&out))
		return out.Error + out.URL
	}
	require.Equal(t, "not_authed", ask("", "token="+fake.SlackAppToken), "only in the header")
	require.Equal(t, "not_allowed_token_type", ask(fake.SlackBotToken, ""))
	require.Equal(t, "invalid_auth", ask("xapp-another", ""))
	address := ask(fake.SlackAppToken, "")
	first, resp, err := websocket.DefaultDialer.Dial(address, nil)
	require.NoError(t, err)
	resp.Body.Close()
	defer first.Close()
	_, resp, err = websocket.DefaultDialer.Dial(address, nil)
	require.Error(t, err, "an address counts once")
	require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
	s.App.Issue("xapp-new")
	require.Equal(t, "token_revoked", ask(fake.SlackAppToken, ""))
	require.Contains(t, ask("xapp-new", ""), "ws://")
}

func TestTenSocketsAreEnough(t *testing.T) {
	s, api := slacktest.Start(t, slacktest.Options{})
	var last map[string]any
	for n := range 11 {
		_, address, err := sdk.New("", sdk.OptionAppLevelToken(fake.SlackAppToken), sdk.OptionAPIURL(api)).StartSocketModeContext(t.Context())
		require.NoError(t, err)
		conn, resp, err := websocket.DefaultDialer.Dial(address, nil)
		require.NoError(t, err)
		resp.Body.Close()
		defer conn.Close()
		last = nil
		require.NoError(t, conn.ReadJSON(&last))
		if n < 10 {
			require.Equal(t, "hello", last["type"])
		}
	}
	require.Equal(t, "too_many_websockets", last["reason"])
	require.Eventually(t, func() bool { return s.Sockets() == 10 }, patience, 10*time.Millisecond)
}
