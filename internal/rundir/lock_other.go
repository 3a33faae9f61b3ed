//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package rundir

import (
	"errors"
	"os"
)

const haveLocks = false

func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }
