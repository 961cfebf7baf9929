package stack

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"
)

// SQLite writes to a log first and moves what is in it to the database from time to time, which waits for the disk. The
// server has one connection only: while that waits, so does every signal and every start.
const (
	tidyEvery  = time.Second
	pageSize   = 4096     // SQLite's own choice
	longestLog = 64 << 20 // bytes; it grows that long only while the server never rests
)

// startTidying moves what is in the log to the database beside the server, which goes on writing meanwhile.
func (s *Stack) startTidying(path string) error {
	db, err := sql.Open("sqlite", "file:"+escaped(path)+"?mode=rw")
	if err != nil {
		return fmt.Errorf("open database %s beside the server: %w", path, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var going sync.WaitGroup
	going.Go(func() { tidy(ctx, db) })
	s.started("tidying of the database", func() error {
		cancel()
		going.Wait()
		return db.Close()
	})
	return nil
}

// tidy goes on until ctx ends. What cannot be moved now, because the server or a backup is reading it, is moved later.
func tidy(ctx context.Context, db *sql.DB) {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_, _ = db.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)") // else the server does it itself when the log is long
		case <-ctx.Done():
			return
		}
	}
}
