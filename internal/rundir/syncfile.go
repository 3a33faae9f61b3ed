package rundir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// syncFile makes what was written to f durable. A file system that has no such operation says so by EINVAL or
// EOPNOTSUPP (some FUSE and network ones, for folders or for files too): then nothing more can be asked of it, and
// the notice of [Acquire] tells it once. An error of the disk, EIO, is one.
func syncFile(f *os.File) error {
	if err := f.Sync(); !noSync(err) {
		return err
	}
	return nil
}

// MakeDir makes dir and the folders above it that do not exist, durably.
func MakeDir(dir string) error {
	err := os.Mkdir(dir, 0o777)
	if errors.Is(err, fs.ErrNotExist) {
		if err := MakeDir(filepath.Dir(dir)); err != nil {
			return err
		}
		err = os.Mkdir(dir, 0o777)
	}
	if errors.Is(err, fs.ErrExist) {
		if info, statErr := os.Stat(dir); statErr == nil && info.IsDir() {
			return nil
		}
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

// NewDir makes dir, durably, in a folder that exists. Errors: it exists (fs.ErrExist).
func NewDir(dir string) error {
	if err := os.Mkdir(dir, 0o777); err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}
