package slack

import (
	"sync"
	"time"
)

// How long an answer about people is used again, and how many are kept. People change rarely; a case that opens asks
// for the same ones several times.
const (
	cacheFor  = 5 * time.Minute
	cacheSize = 2000
)

// cache keeps answers for a while. Its zero value is empty. Safe for concurrent use.
type cache struct {
	mu      sync.Mutex
	entries map[string]entry
}

type entry struct {
	value any
	until time.Time
}

// cached returns the answer under key, or asks for it. Errors are not kept, and neither is what keep turns down: a
// person who was unknown a minute ago may have joined since.
func cached[T any](c *cache, key string, keep func(T) bool, ask func() (T, error)) (T, error) {
	now := time.Now()
	c.mu.Lock()
	e, ok := c.entries[key]
	c.mu.Unlock()
	if ok && now.Before(e.until) {
		return e.value.(T), nil
	}
	value, err := ask()
	if err == nil && keep(value) {
		c.put(key, entry{value, now.Add(cacheFor)}, now)
	}
	return value, err
}

func (c *cache) put(key string, e entry, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = map[string]entry{}
	}
	for k, old := range c.entries {
		if len(c.entries) >= cacheSize || now.After(old.until) {
			delete(c.entries, k)
		}
	}
	c.entries[key] = e
}
