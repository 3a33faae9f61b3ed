package rundir

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

const hangup = syscall.SIGHUP // never sent here

var (
	requests = []os.Signal{os.Interrupt, syscall.SIGTERM}
	warnings []os.Signal
	broken   []os.Signal
)

// end ends the process with the code of a shell for Ctrl-C.
func end(os.Signal) { windows.ExitProcess(130) }

func hungUp(_ *os.File, err error) bool {
	return errors.Is(err, windows.ERROR_BROKEN_PIPE) || errors.Is(err, windows.ERROR_NO_DATA)
}
