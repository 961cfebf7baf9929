package slackbot

import (
	"cmp"
	"fmt"
	"sync"
	"time"
)

// line is how the sockets are.
type line struct {
	mu      sync.Mutex
	sockets map[int]*lineOf
	silent  time.Time // since when none is open that was; zero: one is, or none was ever
}

type lineOf struct {
	open    bool
	count   int       // how often it was opened
	since   time.Time // it is not open
	trouble string    // why
}

func (l *line) of(n int) *lineOf {
	if l.sockets == nil {
		l.sockets = map[int]*lineOf{}
	}
	if l.sockets[n] == nil {
		l.sockets[n] = &lineOf{since: time.Now()}
	}
	return l.sockets[n]
}

// opened notes that a socket is open, and returns for how long none was.
func (l *line) opened(n int) (silence time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*l.of(n) = lineOf{open: true, count: l.of(n).count + 1}
	if !l.silent.IsZero() {
		silence, l.silent = time.Since(l.silent), time.Time{}
	}
	return silence
}

// opening notes that a socket is being opened, for the first time or again.
func (l *line) opening(n int) { l.closed(n, nil) }

func (l *line) closed(n int, why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.of(n)
	if s.open {
		s.open, s.since = false, time.Now()
		if !l.anyOpen() {
			l.silent = s.since
		}
	}
	if why != nil {
		s.trouble = why.Error()
	}
}

func (l *line) anyOpen() bool {
	for _, s := range l.sockets {
		if s.open {
			return true
		}
	}
	return false
}

// connection numbers a socket's connections; 0: it has none now. Slack does not look for the answer to what came on one
// of them on a later one.
func (l *line) connection(n int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.of(n); s.open {
		return s.count
	}
	return 0
}

// trouble says what keeps requests from coming in; empty if one socket is open.
func (l *line) trouble() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	why, since := "it is being opened", time.Now()
	for _, s := range l.sockets {
		if s.open {
			return ""
		}
		if s.since.Before(since) {
			why, since = cmp.Or(s.trouble, why), s.since
		}
	}
	return fmt.Sprintf("Slack's socket is not open, for %s: %s", time.Since(since).Round(time.Second), why)
}
