package fake

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"go.etcd.io/bbolt"
)

// Store keeps the tables of one fake in memory and, if it has a file, on disk.
type Store struct {
	mu     sync.Mutex // held while a request runs
	db     *bbolt.DB  // nil: memory only
	tables []table
	dirty  []write

	watches []*Watch
}

type table interface {
	name() string
	load(key string, value []byte) error
	reset()
	dump() any
}

type write struct {
	table, key string
	value      []byte // nil: delete
}

// OpenStore opens the database file at path, or a store in memory if path is empty.
func OpenStore(path string) (*Store, error) {
	if path == "" {
		return &Store{}, nil
	}
	// NoSync: what must survive is a killed process, not a power cut, and a sync per call would cost more than
	// the call. The page cache outlives the process.
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: 2 * time.Second, NoSync: true, NoFreelistSync: true})
	if err != nil {
		return nil, fmt.Errorf("open state %s: %w (another sandbox may be using it)", path, err)
	}
	return &Store{db: db}, nil
}

// Close writes what is left and closes the file.
func (s *Store) Close() error {
	if s.db == nil {
		return nil
	}
	return s.db.Close()
}

// Locked runs f alone, then commits what it changed. Pages use it to read; requests run inside it already.
func (s *Store) Locked(f func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	return s.commit()
}

// commit writes the changes of one request in one transaction.
func (s *Store) commit() error {
	dirty := s.dirty
	s.dirty = nil
	if len(dirty) == 0 {
		return nil
	}
	for _, w := range s.watches {
		w.tell(dirty)
	}
	if s.db == nil {
		return nil
	}
	return s.db.Update(func(tx *bbolt.Tx) error {
		for _, w := range dirty {
			b, err := tx.CreateBucketIfNotExists([]byte(w.table))
			if err != nil {
				return err
			}
			if w.value == nil {
				err = b.Delete([]byte(w.key))
			} else {
				err = b.Put([]byte(w.key), w.value)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// reset empties every table.
func (s *Store) reset() error {
	for _, t := range s.tables {
		t.reset()
	}
	return s.commit()
}

// Dump returns the whole state, a map per table.
func (s *Store) Dump() map[string]any {
	all := map[string]any{}
	for _, t := range s.tables {
		all[t.name()] = t.dump()
	}
	return all
}

// Table is a set of rows of one kind, each under a key.
type Table[T any] struct {
	store *Store
	label string
	rows  map[string]T
}

// NewTable adds the table called label to the store and reads its rows from disk.
func NewTable[T any](s *Store, label string) (*Table[T], error) {
	t := &Table[T]{store: s, label: label, rows: map[string]T{}}
	s.tables = append(s.tables, t)
	if s.db == nil {
		return t, nil
	}
	return t, s.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(label))
		if b == nil {
			return nil
		}
		return b.ForEach(func(k, v []byte) error { return t.load(string(k), v) })
	})
}

// Get returns the row under key.
func (t *Table[T]) Get(key string) (T, bool) {
	row, ok := t.rows[key]
	return row, ok
}

// Put writes a row. Changing a row that Get returned has no effect until it is put.
func (t *Table[T]) Put(key string, row T) {
	value, err := json.Marshal(row)
	if err != nil {
		panic(fmt.Sprintf("table %s: row %s: %v", t.label, key, err)) // a row type that JSON cannot hold is a bug of the fake
	}
	t.rows[key] = row
	t.store.dirty = append(t.store.dirty, write{t.label, key, value})
}

// Delete removes a row.
func (t *Table[T]) Delete(key string) {
	delete(t.rows, key)
	t.store.dirty = append(t.store.dirty, write{t.label, key, nil})
}

// Keys returns all keys, sorted.
func (t *Table[T]) Keys() []string { return slices.Sorted(maps.Keys(t.rows)) }

// All returns all rows in the order of their keys.
func (t *Table[T]) All() []T {
	rows := make([]T, 0, len(t.rows))
	for _, key := range t.Keys() {
		rows = append(rows, t.rows[key])
	}
	return rows
}

// Len returns the number of rows.
func (t *Table[T]) Len() int { return len(t.rows) }

func (t *Table[T]) name() string { return t.label }
func (t *Table[T]) dump() any    { return t.rows }

func (t *Table[T]) reset() {
	for _, key := range t.Keys() {
		t.Delete(key)
	}
}

func (t *Table[T]) load(key string, value []byte) error {
	var row T
	if err := json.Unmarshal(value, &row); err != nil {
		return fmt.Errorf("table %s: row %s: %w", t.label, key, err)
	}
	t.rows[key] = row
	return nil
}
