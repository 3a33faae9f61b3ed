//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package machine

import (
	"errors"
	"fmt"
)

// Available is unknown on this system. Errors: always.
func Available() (Memory, error) {
	return Memory{}, fmt.Errorf("how much memory is free is unknown on this system: %w", errors.ErrUnsupported)
}
