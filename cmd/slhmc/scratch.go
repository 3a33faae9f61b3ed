package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/slhmc/slhmc/internal/rundir"
)

// throughScratch lets write make a file in a folder of its own beside out, and moves
// it there. A process that is killed leaves the folder behind, named after out and
// nothing else; the next one that writes out finds it unlocked and clears it. Errors:
// those of write; another process writes out; of the file system.
func throughScratch(out string, write func(path string) error) (err error) {
	dir := filepath.Join(filepath.Dir(out), "."+filepath.Base(out)+".slhmc-convert")
	if err := os.Mkdir(dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	lock, err := rundir.Acquire(dir)
	var busy *rundir.Locked
	switch {
	case errors.As(err, &busy):
		return fmt.Errorf("%s is being written: %w", out, err)
	case err != nil:
		return err
	}
	defer func() {
		err = errors.Join(err, lock.Release(), os.RemoveAll(dir))
	}()
	made := filepath.Join(dir, filepath.Base(out))
	if err := write(made); err != nil {
		return err
	}
	if err := os.Rename(made, out); err != nil {
		return err
	}
	// The name is durable where folders can be synced.
	if folder, err := os.Open(filepath.Dir(out)); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
	return nil
}
