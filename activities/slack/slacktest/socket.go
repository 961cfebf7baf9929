package slacktest

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"hikeshi/activities/fake"
)

// Socket Mode: an app that has an app-level token asks for an address, opens a websocket there, and gets what others get
// over HTTP. https://docs.slack.dev/apis/events-api/using-socket-mode
const (
	maxSockets  = 10 // of an app at a time
	maxResponse = 20 * 1024
	ticketTime  = 30 * time.Second // how long an address can be used, once
	pingTime    = 5 * time.Second
	slowestPong = 30 * time.Second
)

// sockets are the app's open connections.
type sockets struct {
	mu      sync.Mutex
	tickets map[string]time.Time // of addresses that are not used yet, with their ends
	open    []*link
	turn    int  // which one gets the next request
	wanted  bool // the app has asked for an address: it is to be reached this way
	going   sync.WaitGroup
	closed  bool
}

// link is one connection.
type link struct {
	conn *websocket.Conn
	gone chan struct{} // closed when it is

	mu      sync.Mutex
	waiting map[string]chan json.RawMessage // by envelope: what the app answers
	deaf    int                             // so many more acknowledgements are lost on their way
}

// openSocket is apps.connections.open. It takes the app-level token, and only in a header.
// https://docs.slack.dev/reference/methods/apps.connections.open
func (c *call) openSocket() (reply, refused) {
	token := c.bearer
	switch counts, did := c.App.Is(token); {
	case token == "":
		return nil, "not_authed"
	case counts:
	case did:
		return nil, "token_revoked"
	case c.known(token):
		return nil, "not_allowed_token_type"
	default:
		return nil, "invalid_auth"
	}
	ticket := rand.Text()
	c.sockets.mu.Lock()
	defer c.sockets.mu.Unlock()
	if c.sockets.tickets == nil {
		c.sockets.tickets = map[string]time.Time{}
	}
	c.sockets.tickets[ticket], c.sockets.wanted = time.Now().Add(ticketTime), true
	return reply{"url": "ws" + c.host[len("http"):] + "/link/?ticket=" + ticket + "&app_id=" + AppID}, ""
}

// known reports whether it is a token of another kind.
func (s *Server) known(token string) bool {
	_, ok := s.whose(token)
	return ok
}

// redeem takes a ticket, which counts once.
func (s *sockets) redeem(ticket string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	end, ok := s.tickets[ticket]
	delete(s.tickets, ticket)
	return ok && time.Now().Before(end)
}

// link is the address that openSocket gives.
func (s *Server) link(w http.ResponseWriter, r *http.Request) {
	if !s.sockets.redeem(r.URL.Query().Get("ticket")) {
		http.Error(w, "the ticket is not known, used or too old", http.StatusUnauthorized)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // apps are no browsers
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	l := &link{conn: conn, gone: make(chan struct{}), waiting: map[string]chan json.RawMessage{}}
	n := s.sockets.add(l)
	if n == 0 {
		_ = conn.Close()
		return
	}
	defer s.sockets.going.Done()
	if n > maxSockets {
		_ = l.write(reply{"type": "disconnect", "reason": "too_many_websockets", "debug_info": debugInfo()})
		s.sockets.drop(l)
		return
	}
	if err := l.write(reply{"type": "hello", "num_connections": n, "connection_info": reply{"app_id": AppID}, "debug_info": debugInfo()}); err == nil {
		s.sockets.serve(l)
	}
	s.sockets.drop(l)
}

func debugInfo() reply {
	return reply{"host": "applink-sandbox", "started": time.Now().UTC().Format("2006-01-02 15:04:05.000"), "build_number": 1, "approximate_connection_time": 18060}
}

// add returns how many are open now; 0: the workspace is closed.
func (s *sockets) add(l *link) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0
	}
	s.open = append(s.open, l)
	s.going.Add(1)
	return len(s.open)
}

// drop closes a connection; what was sent over it and not answered is lost.
func (s *sockets) drop(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.open, l); i >= 0 {
		s.open = slices.Delete(s.open, i, i+1)
		close(l.gone)
	}
	_ = l.conn.Close()
}

// serve reads what the app answers, until the connection ends.
func (s *sockets) serve(l *link) {
	late := func(string) error { return l.conn.SetReadDeadline(time.Now().Add(slowestPong)) }
	l.conn.SetPongHandler(late)
	_ = late("")
	go l.ping()
	for {
		_, raw, err := l.conn.ReadMessage()
		if err != nil {
			return
		}
		var answer struct {
			ID      string          `json:"envelope_id"`
			Payload json.RawMessage `json:"payload"`
		}
		if len(raw) >= maxResponse || json.Unmarshal(raw, &answer) != nil || l.loses() {
			continue // as Slack does, without a word
		}
		l.answered(answer.ID, answer.Payload)
	}
}

func (l *link) loses() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.deaf == 0 {
		return false
	}
	l.deaf--
	return true
}

func (l *link) ping() {
	for {
		if l.conn.WriteControl(websocket.PingMessage, []byte("Ping from applink-sandbox"), time.Now().Add(time.Second)) != nil {
			return
		}
		select {
		case <-time.After(pingTime):
		case <-l.gone:
			return
		}
	}
}

func (l *link) write(message reply) error {
	raw, err := json.Marshal(message)
	if err != nil {
		panic("envelope that JSON cannot hold: " + err.Error()) // a bug of the fake
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.conn.SetWriteDeadline(time.Now().Add(slackTime))
	return l.conn.WriteMessage(websocket.TextMessage, raw)
}

func (l *link) answered(envelope string, payload json.RawMessage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if waits := l.waiting[envelope]; waits != nil {
		delete(l.waiting, envelope)
		waits <- payload
	}
}

// next is the connection whose turn it is; nil: none is open.
func (s *sockets) next() *link {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open) == 0 {
		return nil
	}
	s.turn++
	return s.open[s.turn%len(s.open)]
}

// close ends all connections.
func (s *sockets) close() {
	s.mu.Lock()
	s.closed = true
	open := slices.Clone(s.open)
	s.mu.Unlock()
	for _, l := range open {
		s.drop(l)
	}
	s.going.Wait()
}

// Sockets counts the open ones.
func (s *Server) Sockets() int {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	return len(s.sockets.open)
}

// Trouble is what befalls the sockets that are open now.
type Trouble struct {
	Disconnect string `json:"disconnect"` // the app is asked to open all of them anew, for this reason: "refresh_requested", "warning" or "link_disabled"
	Cut        bool   `json:"cut"`        // they break off without a word
	LoseAcks   int    `json:"lose_acks"`  // so many of the next acknowledgements over each are lost on their way
}

// Disturb makes trouble.
func (s *Server) Disturb(t Trouble) {
	s.sockets.mu.Lock()
	open := slices.Clone(s.sockets.open)
	s.sockets.mu.Unlock()
	for _, l := range open {
		l.mu.Lock()
		l.deaf += t.LoseAcks
		l.mu.Unlock()
		if t.Disconnect != "" {
			_ = l.write(reply{"type": "disconnect", "reason": t.Disconnect, "debug_info": debugInfo()}) // one that is gone needs no telling
		}
		if t.Cut {
			s.sockets.drop(l)
		}
	}
}

// disturb is POST /_control/sockets; lookAtSockets is GET.
func (s *Server) disturb(w http.ResponseWriter, r *http.Request) {
	var t Trouble
	if err := json.NewDecoder(r.Body).Decode(&t); err != nil {
		http.Error(w, "sockets: "+err.Error(), http.StatusBadRequest)
		return
	}
	s.Disturb(t)
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) lookAtSockets(w http.ResponseWriter, _ *http.Request) {
	fake.WriteJSON(w, reply{"open": s.Sockets()})
}

var errNoSocket = errors.New("no socket is open")
