//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package machine

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Available returns the memory of the machine. How much of it is free these systems do not tell in one number,
// so only what can never be had is found out.
//
// Errors: it cannot be read.
func Available() (Memory, error) {
	for _, name := range []string{"hw.memsize", "hw.physmem64", "hw.physmem"} {
		if n, err := unix.SysctlUint64(name); err == nil {
			return Memory{n, name}, nil
		}
	}
	return Memory{}, fmt.Errorf("how much memory is free is unknown: no hw.physmem")
}
