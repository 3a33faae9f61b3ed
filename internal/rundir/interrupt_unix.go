//go:build unix

package rundir

import (
	"errors"
	"io/fs"
	"os"
	"os/signal"
	"syscall"
)

const hangup = syscall.SIGHUP

var (
	requests = []os.Signal{os.Interrupt, syscall.SIGTERM, hangup}
	warnings = []os.Signal{syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGXCPU}
	broken   = []os.Signal{syscall.SIGPIPE}
)

// end ends the process by the signal, so that its parent sees that: SIGTERM where a shell started it in the
// background with SIGINT ignored.
func end(s os.Signal) {
	for _, s := range []syscall.Signal{s.(syscall.Signal), syscall.SIGTERM} {
		signal.Reset(s)
		_ = syscall.Kill(syscall.Getpid(), s)
	}
}

// hungUp: a terminal that is gone gives EIO.
func hungUp(f *os.File, err error) bool {
	if errors.Is(err, syscall.EPIPE) {
		return true
	}
	info, statErr := f.Stat()
	return errors.Is(err, syscall.EIO) && statErr == nil && info.Mode()&fs.ModeCharDevice != 0
}
