package slacktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// courier carries events to the gateway: asynchronously, each channel's in order, each at most four times.
type courier struct {
	s       *Server
	client  *http.Client
	ctx     context.Context
	cancel  context.CancelFunc
	wg      sync.WaitGroup
	mu      sync.Mutex
	pending []parcel            // of calls that may not be committed yet
	queues  map[string][]parcel // by channel; a key is there while its sender runs
	stopped bool
	weather Weather
	dice    *rand.Rand // nil: fine weather
}

type parcel struct {
	channel string
	body    []byte
}

// backOff is how long to wait before each retry: Slack's are at once, after a minute and after five.
var backOff = []time.Duration{50 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second}

// slackTime is how long Slack waits for an acknowledgement, and how long a trigger lives:
// https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses
const slackTime = 3 * time.Second

func (c *courier) start(s *Server) {
	line := http.DefaultTransport.(*http.Transport).Clone()
	line.MaxIdleConnsPerHost = 100 // many channels' events go to one gateway: as a rule each finds a connection that is open
	c.s, c.client, c.queues = s, &http.Client{Timeout: s.o.Patience, Transport: line}, map[string][]parcel{}
	c.ctx, c.cancel = context.WithCancel(context.Background())
}

func (c *courier) stop() {
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
	c.cancel()
	c.wg.Wait()
	c.client.CloseIdleConnections()
}

// add is called while a call runs.
func (c *courier) add(channel string, event reply) {
	body, err := json.Marshal(event)
	if err != nil {
		panic("event that JSON cannot hold: " + err.Error()) // a bug of the fake
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending = append(c.pending, parcel{channel, body})
}

// flush sends what committed calls have left behind. Holding the store's lock means that no call is half done.
func (c *courier) flush() {
	c.mu.Lock()
	idle := len(c.pending) == 0
	c.mu.Unlock()
	if idle {
		return
	}
	_ = c.s.Control.Store.Locked(func() { // reads only: nothing to commit
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, p := range c.pending {
			for _, late := range c.befall() {
				c.post(p, late)
			}
		}
		c.pending = nil
	})
}

// post puts an event into its queue, now or later. It is called with the lock.
func (c *courier) post(p parcel, late time.Duration) {
	if c.stopped {
		return
	}
	c.wg.Add(1)
	if late == 0 {
		defer c.wg.Done()
		c.enqueue(p)
		return
	}
	go func() {
		defer c.wg.Done()
		select {
		case <-time.After(late):
			c.mu.Lock()
			defer c.mu.Unlock()
			c.enqueue(p)
		case <-c.ctx.Done():
		}
	}()
}

// enqueue adds an event to its channel's queue, and sees to it that somebody sends it.
func (c *courier) enqueue(p parcel) {
	_, busy := c.queues[p.channel]
	c.queues[p.channel] = append(c.queues[p.channel], p)
	if !busy && !c.stopped {
		c.wg.Add(1)
		go c.deliverAll(p.channel)
	}
}

func (c *courier) deliverAll(channel string) {
	defer c.wg.Done()
	for {
		c.mu.Lock()
		if len(c.queues[channel]) == 0 || c.stopped {
			delete(c.queues, channel)
			c.mu.Unlock()
			return
		}
		p := c.queues[channel][0]
		c.queues[channel] = c.queues[channel][1:]
		c.mu.Unlock()
		c.deliver(p)
	}
}

// deliver tries four times, then gives the event up, as Slack does.
func (c *courier) deliver(p parcel) {
	reason := ""
	for n := 0; n <= len(backOff); n++ {
		if n > 0 {
			select {
			case <-time.After(backOff[n-1]):
			case <-c.ctx.Done():
				return
			}
		}
		header := http.Header{"Content-Type": {"application/json"}}
		if n > 0 {
			header.Set("X-Slack-Retry-Num", strconv.Itoa(n))
			header.Set("X-Slack-Retry-Reason", reason)
		}
		status, _, err := c.s.deliver(c.ctx, c.client, "/slack/events", header, p.body)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			reason = "timeout"
		case err != nil:
			reason = "connection_failed"
		case status == http.StatusOK:
			return
		default:
			reason = "http_error"
		}
	}
}

// deliver hands a request to the gateway, over a socket if one is open. What a person did may be delivered twice too, if
// the weather is so; the first answer counts.
func (s *Server) deliver(ctx context.Context, client *http.Client, path string, header http.Header, body []byte) (int, []byte, error) {
	if path != "/slack/events" && s.out.repeats() {
		s.out.wg.Go(func() { _, _, _ = s.carry(s.out.ctx, client, path, header.Clone(), body) }) // what is answered to the copy is seen by nobody
	}
	return s.carry(ctx, client, path, header, body)
}

func (s *Server) carry(ctx context.Context, client *http.Client, path string, header http.Header, body []byte) (int, []byte, error) {
	began := time.Now()
	if l := s.sockets.next(); l != nil {
		answer, err := s.overSocket(ctx, l, path, header, body)
		s.delivered.note(path, "socket", header, body, began, err == nil)
		if err != nil {
			return 0, nil, err
		}
		return http.StatusOK, answer, nil
	}
	if s.eventsURL() == "" {
		return 0, nil, errNoSocket
	}
	status, answer, err := s.post(ctx, client, path, header, body)
	s.delivered.note(path, "http", header, body, began, err == nil && status == http.StatusOK)
	return status, answer, err
}

// reachable reports whether the gateway can be reached at all, now or when it opens its socket again.
func (s *Server) reachable() bool {
	s.mu.Lock()
	muted, url := s.muted, s.events
	s.mu.Unlock()
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	return !muted && (url != "" || s.sockets.wanted)
}

// Mute lets nothing more happen at the gateway, as if it had never been installed; false: from now on again.
func (s *Server) Mute(muted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.muted = muted
}

// post posts a signed request: https://docs.slack.dev/authentication/verifying-requests-from-slack
func (s *Server) post(ctx context.Context, client *http.Client, path string, header http.Header, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.eventsURL()+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(s.o.SigningSecret))
	_, _ = mac.Write([]byte("v0:" + at + ":" + string(body))) // a hash takes everything
	req.Header = header
	req.Header.Set("X-Slack-Request-Timestamp", at)
	req.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, answer, err
}
