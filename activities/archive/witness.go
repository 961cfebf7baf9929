package archive

import (
	"fmt"
	"strings"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// witness knows which state of which message the log holds. Of 100,000 messages it takes some ten megabytes.
type witness struct {
	states  map[string]struct{} // channel, TS and sum
	newest  map[string]string   // by channel: the time of what was logged last
	recent  time.Time           // what is younger may still be on its way into the log
	missing findings
}

// usualLag is how long the mirror may take to log what was said. Something younger that is not in the log is no loss.
const usualLag = 10 * time.Minute

func (a *Activities) lag() time.Duration {
	if a.Lag == 0 {
		return usualLag
	}
	return a.Lag
}

func newWitness(recent time.Time) *witness {
	return &witness{states: map[string]struct{}{}, newest: map[string]string{}, recent: recent}
}

func state(channel, ts, sum string) string { return channel + " " + ts + " " + sum }

func (w *witness) add(e ledger.Entry) {
	if (e.Kind != ledger.Said && e.Kind != ledger.Edited) || !e.Whole() {
		return
	}
	w.states[state(e.Channel, e.TS, e.Sum)] = struct{}{}
	w.newest[e.Channel] = max(w.newest[e.Channel], e.TS, e.Edited)
}

// look finds out whether the log holds the message as it stands now. late says that it does not but may soon: the
// message is young, and nothing that is younger has been logged.
func (w *witness) look(ch Channel, m talk.Message) (late bool) {
	if !m.Said() {
		return false
	}
	if _, ok := w.states[state(ch.ID, m.TS, ledger.Sum(m))]; ok {
		return false
	}
	ts := max(m.TS, m.Edited)
	if at, ok := timeOf(ts); ok && at.After(w.recent) && ts > w.newest[ch.ID] {
		return true
	}
	w.missing.add("#" + ch.Name + " " + m.TS)
	return false
}

// findings are differences: how many, and the first of them by name.
type findings struct {
	Count int      `json:"count,omitempty"`
	Names []string `json:"names,omitempty"`
}

// maxNames is how many differences are told by name: a person looks at some, then at the cause.
const maxNames = 5

func (f *findings) add(name string) {
	if f.Count++; len(f.Names) < maxNames {
		f.Names = append(f.Names, name)
	}
}

// fault tells the differences, if there are any.
func (f *findings) fault(say activities.Fault, what string) error {
	if f.Count == 0 {
		return nil
	}
	more := ""
	if f.Count > len(f.Names) {
		more = " …"
	}
	say.Cause = fmt.Sprintf("%s: %d (%s%s)", what, f.Count, strings.Join(f.Names, ", "), more)
	return say.Error()
}
