package rundir

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

const haveLocks = true

// tryLock takes an exclusive lock on f without waiting; false if another handle has it.
// Locks of Windows forbid reading: the one byte locked lies far behind the text with the process id.
func tryLock(f *os.File) (bool, error) {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1 << 30})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}
