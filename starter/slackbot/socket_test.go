package slackbot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// plugged is a gateway whose requests come over sockets.
type plugged struct {
	*slackbot.Gateway
	slack *slacktest.Server
	url   string // of Slack
	end   func() // begins the end
	stop  func() // ends it, and returns when all is answered
	mu    sync.Mutex
	token string
}

func plug(t *testing.T, d slackbot.Desk) *plugged {
	t.Helper()
	s, api := slacktest.Start(t, slacktest.Options{Patience: patience}) // what is slow here is the machine
	return plugInto(t, d, s, strings.TrimSuffix(api, "/api/"))
}

// plugInto starts a gateway and waits until its sockets are open.
func plugInto(t *testing.T, d slackbot.Desk, s *slacktest.Server, url string) *plugged {
	t.Helper()
	p := &plugged{slack: s, url: url, token: fake.SlackAppToken}
	ctx, cancel := context.WithCancel(t.Context())
	p.Gateway = slackbot.New(ctx, slackbot.Options{
		Desk: d, Lang: "en", APIHost: strings.TrimPrefix(url, "http://"), APIURL: url, Log: slog.New(slog.DiscardHandler),
		AppToken: func() (string, error) { p.mu.Lock(); defer p.mu.Unlock(); return p.token, nil },
		Token:    func() (string, error) { return fake.SlackBotToken, nil },
		Ready:    func(context.Context) error { return nil },
		KnowTime: patience,
	})
	before := s.Sockets()
	var all sync.WaitGroup
	all.Go(func() { p.Sockets(ctx) })
	p.end, p.stop = cancel, func() { cancel(); all.Wait(); p.Wait() }
	t.Cleanup(p.stop)
	eventually(t, "the sockets are open", func() bool { return s.Sockets() == before+2 && p.ready() == "200 ready" })
	return p
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %s it is still not so that %s", patience, what)
		}
	}
}

func (p *plugged) ready() string {
	rec := httptest.NewRecorder()
	p.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	return fmt.Sprintf("%d %s", rec.Code, strings.TrimSpace(rec.Body.String()))
}

// command types a slash command and returns what the person sees at once; empty: nothing, or that it failed.
func (p *plugged) command(t *testing.T, text string) string {
	t.Helper()
	raw, _ := json.Marshal(map[string]string{"user": "ben", "channel": "csirt-ops", "command": "/case", "text": text})
	resp, err := http.Post(p.url+"/_control/command", "application/json", bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out struct {
		Body string `json:"body"`
	}
	var shown struct {
		Text string `json:"text"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || json.Unmarshal([]byte(out.Body), &shown) != nil {
		return ""
	}
	return shown.Text
}

// sees waits until the person sees something, in whichever order it came.
func (p *plugged) sees(t *testing.T, want string) {
	t.Helper()
	eventually(t, "the person sees "+want, func() bool {
		for _, e := range p.slack.Ephemerals("U0BEN0002") {
			if strings.Contains(e.Text, want) {
				return true
			}
		}
		return false
	})
}

func (d *desk) rung() []slackbot.Bell {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]slackbot.Bell{}, d.bells...)
}

func (d *desk) fails(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down = err
}

func TestRequestsComeOverASocket(t *testing.T) {
	d := newDesk()
	d.became = notice.Outcome{Became: "done"}
	p := plug(t, d)
	if got := p.command(t, "open sev2 mail"); !strings.Contains(got, "Your case is being opened") {
		t.Errorf("at once: %q", got)
	}
	p.sees(t, "SEC-1")
	if kept := d.kept(); len(kept) != 1 || kept[0].Severity != 2 || kept[0].By.Who != "U0BEN0002" || !kept[0].By.Known || kept[0].By.Assurance != incident.SlackSigned {
		t.Errorf("requests %+v", kept)
	}
	first := p.slack.Say("aoi", "csirt-ops", "hello", "")
	reply := p.slack.Say("ben", "csirt-ops", "hello", first)
	eventually(t, "the reply is handed over", func() bool { return len(d.rung()) == 2 })
	if diff := cmp.Diff([]slackbot.Hint{{Channel: slacktest.Ops, TS: reply, Thread: first}}, append(d.rung()[0].Hints, d.rung()[1].Hints...)); diff != "" {
		t.Errorf("hints (-want +got):\n%s", diff)
	}
	rec := httptest.NewRecorder()
	if p.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/slack/commands", nil)); rec.Code != http.StatusNotFound {
		t.Errorf("HTTP is open too: %d", rec.Code)
	}
}

func TestAnEventThatCannotBeKeptIsNotAcknowledged(t *testing.T) {
	d := newDesk()
	d.fails(errors.New("connection refused"))
	s, api := slacktest.Start(t, slacktest.Options{Patience: 500 * time.Millisecond})
	p := plugInto(t, d, s, strings.TrimSuffix(api, "/api/"))
	first := p.slack.Say("aoi", "csirt-ops", "hello", "")
	p.slack.Say("aoi", "csirt-ops", "hello", first)
	eventually(t, "Slack has given up waiting for it once", func() bool {
		return slices.ContainsFunc(s.Deliveries(), func(d slacktest.Delivery) bool { return !d.Taken })
	})
	d.fails(nil)
	eventually(t, "it comes again", func() bool {
		for _, b := range d.rung() {
			if len(b.Hints) == 1 {
				return true
			}
		}
		return false
	})
}

// What the library cannot decode comes once, and does what it should.
func TestWhatTheLibraryDoesNotUnderstand(t *testing.T) {
	d := newDesk()
	p := plug(t, d)
	p.slack.Event(slacktest.Ops, map[string]any{"type": "of_tomorrow", "channel": slacktest.Ops})
	p.slack.Event(slacktest.Ops, map[string]any{"type": "message", "channel": slacktest.Ops, "user": "U1", "text": "secret", "ts": "2.1", "thread_ts": "1.1", "files": []any{map[string]any{"id": "F1", "size": "12"}}})
	eventually(t, "both are acknowledged, or Slack would send them again", func() bool { return len(p.slack.Deliveries()) == 2 })
	for _, of := range p.slack.Deliveries() {
		if !of.Taken {
			t.Errorf("not acknowledged: %+v", of)
		}
	}
	if bells := d.rung(); len(bells) != 1 || bells[0].Hints[0].TS != "2.1" {
		t.Errorf("rung %+v, want one reply, once", bells)
	}
}

func TestNothingIsLostWhileSocketsAreOpenedAnew(t *testing.T) {
	for name, trouble := range map[string]slacktest.Trouble{"refreshed": {Disconnect: "refresh_requested"}, "cut": {Cut: true}} {
		d := newDesk()
		p := plug(t, d)
		first := p.slack.Say("aoi", "csirt-ops", "hello", "")
		p.slack.Disturb(trouble)
		reply := p.slack.Say("aoi", "csirt-ops", "hello", first)
		eventually(t, name+": the reply is handed over", func() bool {
			for _, b := range d.rung() {
				if len(b.Hints) == 1 && b.Hints[0].TS == reply {
					return true
				}
			}
			return false
		})
		eventually(t, name+": both are open again", func() bool { return p.slack.Sockets() == 2 && p.ready() == "200 ready" })
	}
}

func TestARevokedTokenIsSaidAndReadAnew(t *testing.T) {
	d := newDesk()
	p := plug(t, d)
	p.slack.App.Issue("xapp-new")
	p.slack.Disturb(slacktest.Trouble{Cut: true})
	eventually(t, "it is said", func() bool {
		got := p.ready()
		return strings.HasPrefix(got, "503 Slack's socket is not open") && strings.HasSuffix(got, "token_revoked")
	})
	p.mu.Lock()
	p.token = "xapp-new"
	p.mu.Unlock()
	eventually(t, "it is open with the new token", func() bool { return p.ready() == "200 ready" })
	if got := p.command(t, "status SEC-1"); !strings.Contains(got, "SEC-1") {
		t.Errorf("status: %q", got)
	}
}

// slowDesk says when it is asked, and answers when it may.
type slowDesk struct {
	*desk
	asked, may chan struct{}
}

func (d *slowDesk) Open(ctx context.Context, r incident.Request) error {
	d.asked <- struct{}{}
	select {
	case <-d.may:
	case <-ctx.Done():
		return ctx.Err()
	}
	return d.desk.Open(ctx, r)
}

func TestWhatIsInHandIsAnsweredAtTheEnd(t *testing.T) {
	d := &slowDesk{newDesk(), make(chan struct{}), make(chan struct{})}
	p := plug(t, d)
	answered := make(chan string, 1)
	go func() { answered <- p.command(t, "open mail") }()
	<-d.asked
	p.end()
	eventually(t, "the other socket, which has nothing in hand, is closed", func() bool { return p.slack.Sockets() == 1 })
	if got := p.command(t, "open sev9 mail"); !strings.Contains(got, "unknown severity") {
		t.Errorf("what came meanwhile is answered %q", got)
	}
	close(d.may)
	if got := <-answered; !strings.Contains(got, "Your case is being opened") {
		t.Errorf("answered %q", got)
	}
	p.stop()
	eventually(t, "the sockets are closed", func() bool { return p.slack.Sockets() == 0 })
}

// A command's answer reaches the person although its socket has gone meanwhile, by the other way.
func TestAnAnswerOutlivesItsSocket(t *testing.T) {
	d := &slowDesk{newDesk(), make(chan struct{}), make(chan struct{})}
	p := plug(t, d)
	answered := make(chan string, 1)
	go func() { answered <- p.command(t, "open sev9 mail") }() // refused before the desk is asked
	if got := <-answered; !strings.Contains(got, "unknown severity") {
		t.Errorf("answered %q", got)
	}
	go func() { answered <- p.command(t, "open mail") }()
	<-d.asked
	p.slack.Disturb(slacktest.Trouble{Cut: true})
	if got := <-answered; got != "" {
		t.Errorf("answered %q over a socket that is gone", got)
	}
	eventually(t, "it is open again", func() bool { return p.slack.Sockets() == 2 && p.ready() == "200 ready" })
	close(d.may)
	p.sees(t, "Your case is being opened")
}

// wordyDesk has much to say.
type wordyDesk struct{ *desk }

func (wordyDesk) Status(context.Context, string, slackbot.Viewer) (notice.Case, error) {
	return notice.Case{Number: "SEC-1", Title: strings.Repeat("<長い>", 3000) + " end"}, nil
}

func TestAnAnswerTooLargeForASocket(t *testing.T) {
	p := plug(t, wordyDesk{newDesk()})
	if got := p.command(t, "status"); got != "" {
		t.Errorf("answered %d bytes at once: more than a socket takes", len(got))
	}
	p.sees(t, "end")
}

// Two gateways, and every request twice: each case once, nothing lost.
func TestTwoGateways(t *testing.T) {
	d := newDesk()
	one := plug(t, d)
	plugInto(t, d, one.slack, one.url)
	if err := one.slack.Change(slacktest.Weather{Seed: 1, Repeat: 100, Delay: 50, DelayMS: 50}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() { one.command(t, fmt.Sprintf("open mail %d", n)) })
	}
	all.Wait()
	titles := map[string]bool{}
	for _, r := range d.kept() {
		titles[r.Title] = true
	}
	if len(titles) != 20 || len(d.kept()) != 20 {
		t.Errorf("%d requests with %d titles, want 20 of each", len(d.kept()), len(titles))
	}
}
