package rundir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Names of the lock files of [Acquire] and [AcquireByFile].
const (
	lockName     = "lock"
	fileLockName = "lock.pid"
)

// Lock is the right to write to a run directory, held until Release or the end of the process.
type Lock struct {
	file   *os.File
	byFile bool
}

// Locked is the error that another process writes to the directory.
type Locked struct {
	Dir    string
	PID    int    // 0 if the lock file does not say
	Host   string // of that process
	ByFile string // the lock file to remove if the process is dead; empty if the system does that
}

// Error names the process, and what to do about it.
func (l *Locked) Error() string {
	who := "another process"
	if l.PID > 0 {
		who = fmt.Sprintf("process %d on host %s", l.PID, l.Host)
	}
	if l.ByFile != "" {
		return fmt.Sprintf("rundir: %s is in use by %s (if that process is dead, remove %s)", l.Dir, who, l.ByFile)
	}
	return fmt.Sprintf("rundir: %s is in use by %s", l.Dir, who)
}

// Acquire takes the lock of a run directory, and removes the temporary files that a killed writer left.
//
// The lock is an advisory one of the operating system on the file "lock" (flock; LockFileEx on Windows;
// [AcquireByFile] on systems with neither), so it ends with the process, however that ends. The file holds
// the process id and host name, and stays, empty, after Release.
//
// Errors: *Locked; errors.Is errors.ErrUnsupported if the file system has no locks (some network file
// systems: AcquireByFile works there). All writers of a directory must use the same of the two.
func Acquire(dir string) (*Lock, error) {
	if !haveLocks {
		return AcquireByFile(dir)
	}
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	locked, err := tryLock(f)
	switch {
	case err != nil:
		err = fmt.Errorf("rundir: lock of %s: %w", path, err)
	case !locked:
		err = lockedBy(dir, f)
	default:
		err = own(dir, f)
	}
	if err != nil {
		_ = f.Close() // the lock, if any, ends here
		return nil, err
	}
	return &Lock{file: f}, nil
}

// AcquireByFile is Acquire without the operating system's locks: the lock is the existence of the file
// "lock.pid", created exclusively. It works on every file system, but a killed process leaves it behind:
// the error of the next one says which file to remove by hand.
func AcquireByFile(dir string) (*Lock, error) {
	path := filepath.Join(dir, fileLockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("rundir: %w", err)
		}
		defer f.Close()
		l := lockedBy(dir, f)
		l.ByFile = path
		return nil, l
	}
	if err != nil {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	l := &Lock{file: f, byFile: true}
	if err := own(dir, f); err != nil {
		return nil, errors.Join(err, l.Release())
	}
	return l, nil
}

// Release gives the lock back. Errors: it is not held.
func (l *Lock) Release() error {
	var err error
	if l.byFile {
		if err = l.file.Close(); err == nil {
			err = os.Remove(l.file.Name())
		}
	} else if err = l.file.Truncate(0); err == nil {
		err = l.file.Close() // the file stays: whoever waits for its removal could lock a file without a name
	}
	if err != nil {
		return fmt.Errorf("rundir: release: %w", err)
	}
	return nil
}

// own writes who holds the lock, and clears the directory of temporary files.
func own(dir string, f *os.File) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+" "+host+"\n"), 0); err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	if err := removeTemps(dir); err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	return nil
}

// lockedBy reads who holds the lock. The holder may be just about to write it: then nobody is named.
func lockedBy(dir string, f *os.File) *Locked {
	l := &Locked{Dir: dir}
	text, err := io.ReadAll(io.LimitReader(f, 1<<10))
	if err != nil {
		return l
	}
	pid, host, ok := strings.Cut(strings.TrimSuffix(string(text), "\n"), " ")
	if n, err := strconv.Atoi(pid); ok && err == nil && n > 0 {
		l.PID, l.Host = n, host
	}
	return l
}
