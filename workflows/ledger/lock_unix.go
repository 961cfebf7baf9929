//go:build unix

package ledger

import (
	"os"
	"syscall"
)

// lock waits until no other process writes.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX) }
