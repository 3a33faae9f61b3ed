//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package rundir

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// noFollow makes opening a symbolic link an error.
const noFollow = unix.O_NOFOLLOW

// tryLock takes an exclusive lock on f without waiting; false if another open file has it.
func tryLock(f *os.File) (bool, error) {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, unix.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, unix.EINTR):
			return false, err
		}
	}
}

// noLocks tells whether err of tryLock says that there are none here: Lustre without the mount option flock
// (ENOSYS), NFS without its lock daemon (ENOLCK), others (EOPNOTSUPP).
func noLocks(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, unix.ENOLCK)
}

// noSync tells whether err of a sync says that the file system has none, for files, or for folders (fsync(2)).
func noSync(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, unix.EINVAL)
}

// discard removes a locked file, then ends the lock: one that waits for it sees that it has no name.
func discard(f *os.File) error {
	return errors.Join(os.Remove(f.Name()), f.Close())
}
