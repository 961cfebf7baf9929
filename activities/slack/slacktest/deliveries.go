package slacktest

import (
	"net/http"
	"path"
	"strconv"
	"sync"
	"time"

	"hikeshi/activities/fake"
)

// Delivery is one try to hand a request to the gateway.
type Delivery struct {
	Kind  string    `json:"kind"` // commands, interactions or events
	Way   string    `json:"way"`  // socket or http
	Sent  time.Time `json:"sent"`
	Took  float64   `json:"took_ms"` // until it was acknowledged, or given up
	Taken bool      `json:"taken"`   // the gateway has acknowledged it
	Retry int       `json:"retry"`   // how often it was tried before
}

// maxDeliveries is how many are remembered.
const maxDeliveries = 200_000

// deliveries are remembered for whoever measures the gateway: Slack's own view of it.
type deliveries struct {
	mu   sync.Mutex
	list []Delivery
}

func (d *deliveries) note(kind, way string, header http.Header, sent time.Time, taken bool) {
	took := time.Since(sent)
	retry, _ := strconv.Atoi(header.Get("X-Slack-Retry-Num")) // 0: the first try has none
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.list) < maxDeliveries {
		d.list = append(d.list, Delivery{path.Base(kind), way, sent, float64(took.Microseconds()) / 1000, taken, retry})
	}
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
