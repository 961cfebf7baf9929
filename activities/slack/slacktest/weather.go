package slacktest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// Weather is what befalls events on their way to the gateway, by whichever way they go. The zero value is a fine day.
// Slack promises neither that an event comes, nor that it comes once, nor in which order. What a person does, and waits
// for, can come twice too.
type Weather struct {
	Seed    uint64 `json:"seed"`
	Drop    int    `json:"drop"`     // of a hundred events so many are lost
	Repeat  int    `json:"repeat"`   // come twice
	Delay   int    `json:"delay"`    // come up to DelayMS later, and with it out of order
	DelayMS int    `json:"delay_ms"` //
}

func (w Weather) check() error {
	if w.Drop < 0 || w.Repeat < 0 || w.Delay < 0 || w.Drop > 100 || w.Repeat > 100 || w.Delay > 100 {
		return fmt.Errorf("drop, repeat and delay are shares of a hundred events: from 0 to 100")
	}
	if w.DelayMS < 0 || w.Delay > 0 && w.DelayMS == 0 {
		return fmt.Errorf("delay_ms must be at least 1 if events are delayed")
	}
	return nil
}

// Change makes the weather of all events from now on.
func (s *Server) Change(w Weather) error {
	if err := w.check(); err != nil {
		return err
	}
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	s.out.weather, s.out.dice = w, rand.New(rand.NewPCG(w.Seed, 0))
	return nil
}

// changeWeather is POST /_control/weather.
func (s *Server) changeWeather(rw http.ResponseWriter, r *http.Request) {
	var w Weather
	err := json.NewDecoder(r.Body).Decode(&w)
	if err == nil {
		err = s.Change(w)
	}
	if err != nil {
		http.Error(rw, fmt.Sprintf("weather: %v", err), http.StatusBadRequest)
		return
	}
	rw.WriteHeader(http.StatusNoContent)
}

// repeats reports whether what a person does now comes twice.
func (c *courier) repeats() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.stopped && c.weather.Repeat > 0 && c.dice.IntN(100) < c.weather.Repeat
}

// befall says after which times an event is sent: none if it is lost. It is called with the lock.
func (c *courier) befall() []time.Duration {
	w, rolls := c.weather, func(share int) bool { return share > 0 && c.dice.IntN(100) < share }
	if rolls(w.Drop) {
		return nil
	}
	times := []time.Duration{0}
	if rolls(w.Repeat) {
		times = append(times, 0)
	}
	for i := range times {
		if rolls(w.Delay) {
			times[i] = time.Duration(1+c.dice.IntN(w.DelayMS)) * time.Millisecond
		}
	}
	return times
}
