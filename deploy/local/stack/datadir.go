package stack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// dataDir is the directory of one stack. Its names are in the package comment.
type dataDir struct {
	path     string
	inMemory bool // then only the log is in the directory, which is temporary
}

func (d dataDir) database() string { return filepath.Join(d.path, "temporal.db") }
func (d dataDir) logFile() string  { return filepath.Join(d.path, "temporal.log") }
func (d dataDir) lockFile() string { return filepath.Join(d.path, "temporal.lock") }
func (d dataDir) setup() string    { return filepath.Join(d.path, "temporal.setup") }

// openDir makes the directory if it is missing, and takes its lock until Stop.
func (s *Stack) openDir(o Options) (dataDir, error) {
	if o.DataDir == "" {
		path, err := os.MkdirTemp("", "hikeshi-temporal-")
		if err != nil {
			return dataDir{}, fmt.Errorf("make a directory for Temporal's log: %w", err)
		}
		s.started("temporary directory", func() error { return os.RemoveAll(path) })
		return dataDir{path: path, inMemory: true}, nil
	}
	path, err := filepath.Abs(o.DataDir)
	if err != nil {
		return dataDir{}, fmt.Errorf("find data directory %s: %w", o.DataDir, err)
	}
	dir := dataDir{path: path}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return dir, unusable(path, err)
	}
	release, err := lock(dir.lockFile())
	switch {
	case errors.Is(err, errLocked):
		return dir, fmt.Errorf("data directory %s is in use by another process%s: stop it, or choose another with --data",
			path, owner(dir.lockFile()))
	case err != nil:
		return dir, unusable(path, err)
	}
	s.started("data directory", release)
	return dir, checkDatabase(dir)
}

func unusable(path string, err error) error {
	return fmt.Errorf("use data directory %s: %w: make it writable, or choose another with --data", path, err)
}

var errLocked = errors.New("locked")

// owner reads who wrote the lock file; it is for the message only.
func owner(path string) string {
	pid, err := os.ReadFile(path)
	if err != nil || len(pid) == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s)", pid)
}

// exists reports whether there is a file, or whatever else of that name.
func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
