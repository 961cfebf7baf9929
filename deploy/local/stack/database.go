package stack

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
)

// checkDatabase finds out, before the server does in its own words, whether the database can be used. A database whose
// making was cut off is removed: no workflow can be in it.
func checkDatabase(dir dataDir) error {
	half, err := exists(dir.setup())
	if err != nil {
		return unusable(dir.path, err)
	}
	if half {
		return removeDatabase(dir)
	}
	there, err := exists(dir.database())
	if err != nil || !there {
		return err
	}
	if err := readDatabase(dir.database()); err != nil {
		return fmt.Errorf("open database %s: %w: move it away (with its -wal and -shm files, if any) and start again "+
			"with an empty one, or put a copy back", dir.database(), err)
	}
	return nil
}

func removeDatabase(dir dataDir) error {
	for _, path := range []string{dir.database(), dir.database() + "-wal", dir.database() + "-shm", dir.setup()} {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("remove half-made database: %w", err)
		}
	}
	return nil
}

// readDatabase looks for damage and for the server's tables. The driver is the one that the server registers.
func readDatabase(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) // SQLite would open what it may only read, and say so at the first write
	if err != nil {
		return err
	}
	f.Close()
	db, err := sql.Open("sqlite", "file:"+escaped(path)+"?mode=rw")
	if err != nil {
		return err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRow("PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("it is damaged: %s", verdict)
	}
	var namespaces int
	if err := db.QueryRow("SELECT count(*) FROM namespaces").Scan(&namespaces); err != nil {
		return fmt.Errorf("it is no database of a Temporal server: %w", err)
	}
	return nil
}

// escaped makes a path safe in the file: address that SQLite wants.
func escaped(path string) string { return (&url.URL{Path: path}).EscapedPath() }
