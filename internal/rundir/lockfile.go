package rundir

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// holder is what a lock file says, and when it said so last.
type holder struct {
	maker   maker
	host    string
	empty   bool // nobody, or one that is about to write it
	foreign bool // not the text of a lock (PID HOST MARK, formerly PID HOST)
	touched time.Time
}

// signature is the content of a lock file: process id, host, and the mark of the process.
func signature() []byte {
	return []byte(strconv.Itoa(os.Getpid()) + " " + hostname() + " " + self().String() + "\n")
}

// readHolder reads the start of f.
func readHolder(f *os.File) (holder, error) {
	info, err := f.Stat()
	if err != nil {
		return holder{}, fmt.Errorf("rundir: %w", err)
	}
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<10))
	if err != nil {
		return holder{}, fmt.Errorf("rundir: %w", err)
	}
	h := holder{touched: info.ModTime()}
	// zeros, or a part, are what a failure of the machine leaves of it
	if text = bytes.Trim(text, "\x00"); len(text) == 0 {
		h.empty = true
		return h, nil
	}
	words := strings.Split(strings.TrimSuffix(string(text), "\n"), " ")
	pid, err := strconv.Atoi(words[0])
	if err != nil || pid <= 0 || len(words) < 2 || len(words) > 3 {
		h.foreign = true
		return h, nil
	}
	h.host, h.maker.pid = words[1], pid
	if len(words) == 3 {
		m, ok := parseMaker(words[2])
		h.maker, h.foreign = m, !ok || m.pid != pid
	}
	return h, nil
}

// byExistence takes the lock where the system has none, and looks for a holder that has it from the system.
func (l *Lock) byExistence() error {
	system := l.path
	l.byFile, l.path = true, system+fileLockSuffix
	if err := l.create(); err != nil {
		return err
	}
	if err := l.heed(system); err != nil {
		return errors.Join(err, l.remove())
	}
	if l.temporary { // an empty file that was to be locked
		_ = os.Remove(system)
	}
	return nil
}

// heed reads the file of a lock of the system, which cannot be asked here.
func (l *Lock) heed(system string) error {
	f, err := os.Open(system)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	defer f.Close()
	h, err := readHolder(f)
	if err != nil || h.empty || h.foreign {
		return err
	}
	if err := l.alive(h, system); err != nil {
		return err
	}
	return removeTemps(filepath.Dir(l.path), h.maker)
}

// create creates the file of the lock, after removing one whose holder is dead.
//
// Whoever removes a file that is not its own must be the only one who does, else a second one, late, removes
// the lock of the first: it holds the lock path.take, taken in the same way, and judges again with it.
func (l *Lock) create() error {
	for {
		f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil {
			l.file = f
			return l.begin()
		}
		if !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("rundir: %w", err)
		}
		switch _, err := l.judge(); {
		case errors.Is(err, fs.ErrNotExist): // given back in between
			continue
		case err != nil:
			return err
		}
		taker := &Lock{what: l.what, path: l.path + ".take"}
		if err := taker.create(); err != nil {
			return err
		}
		dead, err := l.judge()
		if err == nil {
			if err = removeTemps(filepath.Dir(l.path), dead.maker); err == nil {
				err = os.Remove(l.path)
			}
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		if err := errors.Join(err, taker.remove()); err != nil {
			return err
		}
	}
}

// begin signs the file just created. It may have been taken over, if that took so long.
func (l *Lock) begin() error {
	err := l.sign(l.file)
	if err == nil {
		err = l.Held()
	}
	if err != nil {
		return errors.Join(err, l.remove())
	}
	return nil
}

// judge reads the file of the lock. Errors: *Locked if its holder is alive, and fs.ErrNotExist.
func (l *Lock) judge() (holder, error) {
	if err := ordinary(l.path); err != nil {
		return holder{}, fmt.Errorf("rundir: %w", err)
	}
	f, err := os.Open(l.path) // on a network file system this asks the server, Stat does not
	if err != nil {
		return holder{}, fmt.Errorf("rundir: %w", err)
	}
	defer f.Close()
	h, err := readHolder(f)
	if err != nil {
		return holder{}, err
	}
	if h.foreign {
		return holder{}, fmt.Errorf("rundir: %s does not hold what a lock does: remove it, if no process writes to %s", l.path, l.what)
	}
	return h, l.alive(h, l.path)
}

// alive returns *Locked unless the holder is dead.
func (l *Lock) alive(h holder, file string) error {
	locked := &Locked{Path: l.what, PID: h.maker.pid, Host: h.host}
	if h.maker.here() {
		if h.maker.gone() {
			return nil
		}
		return locked
	}
	now, err := clockOf(filepath.Dir(file))
	if err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	if locked.File, locked.Silent = file, now.Sub(h.touched); locked.Silent > staleAfter {
		return nil
	}
	return locked
}

// remove removes the file of the lock if it is still this one.
func (l *Lock) remove() error {
	f := l.file
	if f == nil {
		return nil
	}
	l.file = nil
	if !isNamed(f, l.path) {
		return f.Close()
	}
	return errors.Join(f.Close(), os.Remove(l.path))
}

// clockOf returns the time by the clock of the file system that holds dir, which need not be that of this host.
func clockOf(dir string) (time.Time, error) {
	f, err := createTemp(dir)
	if err != nil {
		return time.Time{}, err
	}
	_, err = f.WriteString("now") // so that a server sets the time, not its client
	info, statErr := f.Stat()
	err = errors.Join(err, statErr, f.Close(), os.Remove(f.Name()))
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// openLock opens, and creates, a file to be locked. One that is a link would have its target written to.
func openLock(path string) (*os.File, error) {
	err := ordinary(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|noFollow, 0o666)
	if err != nil {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	return f, nil
}

// ordinary returns an error if path is not an ordinary file, or a link to one.
func ordinary(path string) error {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("%s is a symbolic link (allowed: an ordinary file)", path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not an ordinary file", path)
	}
	return nil
}

// isNamed tells whether path is the name of f.
func isNamed(f *os.File, path string) bool {
	a, errA := f.Stat()
	b, errB := os.Lstat(path)
	return errA == nil && errB == nil && os.SameFile(a, b)
}
