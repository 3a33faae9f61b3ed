package rundir

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Temporary files are named .slhmc-MARK-RANDOM.tmp, MARK that of the process that makes them.
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
// removed (if write panics too). A process that is killed leaves its temporary file behind: the next [Acquire]
// removes it if the process held that lock, [Sweep] in any case.
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
	if err := syncFile(f); err != nil {
		return err
	}
	return f.Close()
}

// createTemp is os.CreateTemp with the mode of an ordinary file.
func createTemp(dir string) (*os.File, error) {
	for try := 0; ; try++ {
		name := tempPrefix + self().String() + "-" + strconv.FormatUint(rand.Uint64(), 36) + tempSuffix
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil || !os.IsExist(err) || try == 100 {
			return f, err
		}
	}
}

// makerOf returns the process that made a temporary file of this name.
func makerOf(name string) (maker, bool) {
	mark, ok := strings.CutPrefix(name, tempPrefix)
	if !ok {
		return maker{}, false
	}
	if mark, ok = strings.CutSuffix(mark, tempSuffix); !ok {
		return maker{}, false
	}
	mark, random, ok := cutLast(mark, "-")
	if _, err := strconv.ParseUint(random, 36, 64); !ok || err != nil {
		return maker{}, false
	}
	return parseMaker(mark)
}

// Sweep removes the temporary files that processes of this machine left in dir and that have certainly ended: a
// command that writes there calls it when it starts. Those of living ones, of other hosts, and all else stay.
// (Only on Linux is it certain of any.)
func Sweep(dir string) error {
	return removeWhere(dir, func(m maker) bool { return m.here() && m.gone() })
}

// removeTemps removes the temporary files that one process, which no longer writes there, left in dir.
func removeTemps(dir string, dead maker) error {
	if dead.start == "" { // not even its mark is known
		return nil
	}
	return removeWhere(dir, func(m maker) bool { return m == dead })
}

// removeWhere removes ordinary files of dir, and none below, that are named as temporary ones of such makers.
func removeWhere(dir string, which func(maker) bool) error {
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	for _, e := range entries {
		m, ok := makerOf(e.Name())
		if !ok || !e.Type().IsRegular() || !which(m) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("rundir: %w", err)
		}
	}
	return nil
}

// cutLast is strings.Cut at the last sep.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
