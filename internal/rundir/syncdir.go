//go:build !windows

package rundir

import (
	"errors"
	"os"
	"syscall"
)

// syncDir makes the entries of dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	// EINVAL: this file system has no sync of directories (fsync(2)); nothing more can be asked of it.
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}
