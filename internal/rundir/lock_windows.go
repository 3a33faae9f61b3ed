package rundir

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// noFollow: opening a link cannot be refused here, openLock has looked before.
const noFollow = 0

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

// noLocks tells whether err of tryLock says that there are none here.
func noLocks(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, windows.ERROR_INVALID_FUNCTION)
}

// noSync tells whether err of a sync says that the file system has none.
func noSync(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, windows.ERROR_INVALID_FUNCTION)
}

// discard ends the lock and leaves the file, empty: an open one cannot be removed, and later it may be another's.
func discard(f *os.File) error {
	return errors.Join(f.Truncate(0), f.Close())
}
