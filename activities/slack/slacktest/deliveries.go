package slacktest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"sync"
	"time"

	"hikeshi/activities/fake"
)

// Delivery is one try to hand a request to the gateway.
type Delivery struct {
	Kind    string    `json:"kind"`              // commands, interactions or events
	ID      string    `json:"id"`                // of the event, or of a command's trigger: each try has the same one
	Channel string    `json:"channel,omitempty"` // of an event about a message
	Message string    `json:"message,omitempty"` // when that message was said
	Way     string    `json:"way"`               // socket or http
	Sent    time.Time `json:"sent"`
	Took    float64   `json:"took_ms"` // until it was acknowledged, or given up
	Taken   bool      `json:"taken"`   // the gateway has acknowledged it
	Retry   int       `json:"retry"`   // how often it was tried before
}

// maxDeliveries is how many are remembered.
const maxDeliveries = 200_000

// deliveries are remembered for whoever measures the gateway: Slack's own view of it.
type deliveries struct {
	mu   sync.Mutex
	list []Delivery
}

func (d *deliveries) note(kind, way string, header http.Header, body []byte, sent time.Time, taken bool) {
	took := time.Since(sent)
	retry, _ := strconv.Atoi(header.Get("X-Slack-Retry-Num")) // 0: the first try has none
	one := about(path.Base(kind), body)
	one.Way, one.Sent, one.Took, one.Taken, one.Retry = way, sent, float64(took.Microseconds())/1000, taken, retry
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.list) < maxDeliveries {
		d.list = append(d.list, one)
	}
}

// about says what a request is about.
func about(kind string, body []byte) Delivery {
	d := Delivery{Kind: kind}
	if kind != "events" {
		form, _ := url.ParseQuery(string(body)) // our own
		d.ID = form.Get("trigger_id")
		return d
	}
	var e struct {
		ID    string `json:"event_id"`
		Event struct {
			Channel json.RawMessage `json:"channel"`
			TS      string          `json:"ts"`
			Message struct {
				TS string `json:"ts"`
			} `json:"message"`
		} `json:"event"`
	}
	_ = json.Unmarshal(body, &e) // our own
	d.ID, d.Message = e.ID, e.Event.TS
	if e.Event.Message.TS != "" {
		d.Message = e.Event.Message.TS
	}
	_ = json.Unmarshal(e.Event.Channel, &d.Channel) // some events describe it: those are about no message
	return d
}

// Deliveries returns what was tried since they were last forgotten, in the order in which it ended.
func (s *Server) Deliveries() []Delivery {
	s.delivered.mu.Lock()
	defer s.delivered.mu.Unlock()
	return append([]Delivery{}, s.delivered.list...)
}

// showDeliveries is GET /_control/deliveries; forgetDeliveries is DELETE.
func (s *Server) showDeliveries(w http.ResponseWriter, _ *http.Request) {
	fake.WriteJSON(w, s.Deliveries())
}

func (s *Server) forgetDeliveries(w http.ResponseWriter, _ *http.Request) {
	s.delivered.mu.Lock()
	defer s.delivered.mu.Unlock()
	s.delivered.list = nil
	w.WriteHeader(http.StatusNoContent)
}
