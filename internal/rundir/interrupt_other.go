//go:build !unix && !windows

package rundir

import (
	"os"
	"syscall"
)

var hangup os.Signal // there is none

var (
	requests = []os.Signal{os.Interrupt, syscall.SIGTERM}
	warnings []os.Signal
	broken   []os.Signal
)

func end(os.Signal) { os.Exit(130) } //nolint:forbidigo // what a second signal asks for

func hungUp(*os.File, error) bool { return false }
