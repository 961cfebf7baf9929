//go:build unix

package stack

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock takes the lock of a file until release, or until the process ends in whatever way: the kernel frees it.
// The file stays: removing it would let two processes lock two files of the same name.
func lock(path string) (release func() error, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errLocked
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	note := fmt.Sprintf("process %d", os.Getpid())
	if err := errors.Join(f.Truncate(0), writeAll(f, note)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}

func writeAll(f *os.File, text string) error {
	_, err := f.WriteAt([]byte(text), 0)
	return err
}
