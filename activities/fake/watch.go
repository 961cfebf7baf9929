package fake

import (
	"slices"
	"sync"
)

// Watch hears of what is committed to a store: pages that somebody looks at follow it.
type Watch struct {
	C     <-chan struct{} // receives after a commit
	ring  chan struct{}
	store *Store
	mu    sync.Mutex
	rows  []Row
	known map[Row]bool // those in rows
}

// Row names a row that was written or deleted.
type Row struct{ Table, Key string }

// maxUntold bounds what a watcher that does not listen leaves behind. A row without a key stands for all of its table.
const maxUntold = 1000

// Watch begins to watch. End it with Close.
func (s *Store) Watch() *Watch {
	ring := make(chan struct{}, 1)
	w := &Watch{C: ring, ring: ring, store: s}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watches = append(s.watches, w)
	return w
}

// Take returns what was committed since it was last asked, each row once.
func (w *Watch) Take() []Row {
	w.mu.Lock()
	defer w.mu.Unlock()
	rows := w.rows
	w.rows, w.known = nil, nil
	return rows
}

// Close ends it.
func (w *Watch) Close() {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	w.store.watches = slices.DeleteFunc(w.store.watches, func(other *Watch) bool { return other == w })
}

// tell is called with the store's lock.
func (w *Watch) tell(dirty []write) {
	w.mu.Lock()
	for _, d := range dirty {
		row := Row{d.table, d.key}
		if len(w.rows) >= maxUntold {
			row.Key = ""
		}
		if w.known[row] {
			continue
		}
		if w.known == nil {
			w.known = map[Row]bool{}
		}
		w.rows, w.known[row] = append(w.rows, row), true
	}
	w.mu.Unlock()
	select {
	case w.ring <- struct{}{}:
	default: // it will look anyway
	}
}
