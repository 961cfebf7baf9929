package stack

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"go.temporal.io/server/common/testing/freeport"
)

const host = "127.0.0.1"

func loopback(port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// ports are those of one start. Only frontend and ui are for others to know.
type ports struct{ frontend, history, matching, worker, ui int }

// choosePorts checks the wanted ports and finds free ones for the rest. The servers bind them a moment later themselves
// and end the process if they cannot, so that this check is what gives people a readable answer.
func choosePorts(o Options) (p ports, err error) {
	if p.frontend, err = choosePort(o.TemporalPort, "--temporal-port"); err != nil {
		return p, err
	}
	if !o.NoUI {
		if p.ui, err = choosePort(o.UIPort, "--ui-port"); err != nil {
			return p, err
		}
		if p.ui == p.frontend {
			return p, fmt.Errorf("port %d is wanted twice: give --temporal-port and --ui-port different values", p.ui)
		}
	}
	err = caught(func() error {
		p.history, p.matching, p.worker = freeport.MustGetFreePort(), freeport.MustGetFreePort(), freeport.MustGetFreePort()
		return nil
	})
	return p, err
}

func choosePort(port int, flag string) (chosen int, err error) {
	if port == 0 {
		err = caught(func() error { chosen = freeport.MustGetFreePort(); return nil })
		return chosen, err
	}
	l, err := net.Listen("tcp", loopback(port))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return 0, fmt.Errorf("port %d is in use by another process: stop it, or choose another with %s", port, flag)
	case err != nil:
		return 0, fmt.Errorf("open port %d: %w: choose another with %s", port, err, flag)
	}
	return port, l.Close()
}
