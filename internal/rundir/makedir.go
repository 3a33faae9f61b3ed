package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// MakeDir makes a directory and its entry in the folder above durable. Errors: it exists (fs.ErrExist), and as
// of os.Mkdir.
func MakeDir(path string) error {
	if err := os.Mkdir(path, 0o755); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(filepath.Clean(path))); err != nil {
		return fmt.Errorf("rundir: sync of the folder of %s: %w", path, err)
	}
	return nil
}

// MakeDirs is MakeDir of a directory that may exist, and of those above it that do not.
func MakeDirs(path string) error {
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return nil
	case err == nil:
		return fmt.Errorf("rundir: %s is no directory", path)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if above := filepath.Dir(filepath.Clean(path)); above != path {
		if err := MakeDirs(above); err != nil {
			return err
		}
	}
	if err := MakeDir(path); err != nil && !errors.Is(err, fs.ErrExist) { // another process was faster
		return err
	}
	return nil
}
