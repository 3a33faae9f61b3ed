package rundir

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Temporary files are named .slhmc-RANDOM.tmp.
const (
	tempPrefix = ".slhmc-"
	tempSuffix = ".tmp"
)

// WriteAtomic sets the file path to what write writes: whole, or not at all.
//
// The bytes go (buffered) to a temporary file in the same folder, which is synced, renamed to path and
// made durable by a sync of the folder. Until the rename a former file of that name stays as it was; a
// reader never sees a part. The mode is 0666 less the umask.
//
// Errors: those of write, unchanged under errors.Is, and of the file system; the temporary file is then
// removed (if write panics too). A process that is killed leaves its temporary file behind, for the next
// [Acquire] to remove.
func WriteAtomic(path string, write func(io.Writer) error) error {
	return WriteVerified(path, write, func(string) error { return nil })
}

// WriteVerified is [WriteAtomic] of a file that must pass a check before it takes its name: verify is
// given the path of the temporary file, complete and closed.
//
// Errors: those of verify too, unchanged under errors.Is; the temporary file is then removed.
func WriteVerified(path string, write func(io.Writer) error, verify func(path string) error) error {
	f, err := createTemp(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("rundir: writing %s: %w", path, err)
	}
	renamed := false
	defer func() {
		if !renamed {
			_ = f.Close() // a second Close is harmless
			_ = os.Remove(f.Name())
		}
	}()
	if err := fill(f, write); err != nil {
		return fmt.Errorf("rundir: writing %s: %w", path, err)
	}
	if err := verify(f.Name()); err != nil {
		return fmt.Errorf("rundir: writing %s: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("rundir: writing %s: %w", path, err)
	}
	renamed = true
	if err := syncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("rundir: writing %s: sync of its folder: %w", path, err)
	}
	return nil
}

// fill writes, syncs and closes f.
func fill(f *os.File, write func(io.Writer) error) error {
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

// createTemp is os.CreateTemp with the mode of an ordinary file.
func createTemp(dir string) (*os.File, error) {
	for try := 0; ; try++ {
		name := tempPrefix + strconv.FormatUint(rand.Uint64(), 36) + tempSuffix
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil || !os.IsExist(err) || try == 100 {
			return f, err
		}
	}
}

// removeTemps removes the temporary files that killed writers left in dir and below.
func removeTemps(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Type().IsRegular() && strings.HasPrefix(d.Name(), tempPrefix) && strings.HasSuffix(d.Name(), tempSuffix) {
			return os.Remove(path)
		}
		return nil
	})
}
