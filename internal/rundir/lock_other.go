//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package rundir

import (
	"errors"
	"os"
	"syscall"
)

const noFollow = 0

func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }

func noLocks(err error) bool { return errors.Is(err, errors.ErrUnsupported) }

func noSync(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL)
}

func discard(f *os.File) error { return errors.Join(os.Remove(f.Name()), f.Close()) }
