package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// lockName is the lock of a directory; that of a file NAME is .NAME.lock beside it. Where the system has no
// locks, it is a file of that name with fileLockSuffix.
const (
	lockName       = "lock"
	fileLockSuffix = ".pid"
)

// A holder gives a sign of life every beat. Another host's that gave none for staleAfter is taken for dead: 20
// missed ones, far above what a busy server, or a client that believes its cache for a minute, makes of one.
const (
	beat       = 30 * time.Second
	staleAfter = 10 * time.Minute
)

// Lock is the right to write to a run directory, or to a file, held until Release or the end of the process.
type Lock struct {
	what    string // directory or file that is locked
	path    string // of the lock file
	file    *os.File
	notices []string

	byFile    bool // the lock is the existence of the file
	foreign   bool // its content is not ours to change
	temporary bool // the file goes with the lock

	stop    chan struct{}
	beating sync.WaitGroup
}

// Locked is the error that another process writes to the directory or file.
type Locked struct {
	Path string // what it writes to
	PID  int    // 0 if the lock file does not say
	Host string // of that process

	// File is, where nothing but a sign of life can tell that the process lives, the lock file that it gives
	// it by; Silent is how long ago the last one was.
	File   string
	Silent time.Duration
}

// Error names the process, and what to do about it.
func (l *Locked) Error() string {
	who := "another process"
	if l.PID > 0 {
		who = fmt.Sprintf("process %d on host %s", l.PID, l.Host)
	}
	if l.File == "" {
		return fmt.Sprintf("rundir: %s is in use by %s", l.Path, who)
	}
	return fmt.Sprintf("rundir: %s is in use by %s, whose last sign of life is %v old (after %v without one it counts as dead; if it is, remove %s)",
		l.Path, who, l.Silent.Round(time.Second), staleAfter, l.File)
}

// Acquire takes the lock of a run directory, and removes the temporary files that its last holder left there if
// that one was killed: its own and no others, in dir and not below.
//
// The lock is an advisory one of the operating system on the file "lock" (flock; LockFileEx on Windows), so it
// ends with the process, however that ends. The file names the holder, and stays, empty, after Release.
//
// Where the file system has no such locks (ENOSYS, ENOLCK, EOPNOTSUPP: some network file systems), the lock is
// the existence of the file "lock.pid", and [Lock.Notices] says so. Its holder is alive if it runs on this
// machine; on another one, or where the system does not tell (all but Linux), if the file was touched within
// ten minutes by the clock of its file system. One that is not is taken over. Holders of either kind see each other.
//
// Errors: *Locked; the lock file is a link or no ordinary file.
func Acquire(dir string) (*Lock, error) {
	l := &Lock{what: dir, path: filepath.Join(dir, lockName)}
	return l.take(tryLock)
}

// AcquireFile takes the lock of one file that is appended to, which need not exist: as [Acquire], by the files
// .NAME.lock and .NAME.lock.pid in its folder, which Release removes. Symbolic links to the file have its lock.
//
// Errors: *Locked; path is not an ordinary file.
func AcquireFile(path string) (*Lock, error) {
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		real, err = path, nil
	} else if err == nil {
		err = ordinary(real)
	}
	if err != nil {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	dir, name := filepath.Split(real)
	l := &Lock{what: path, path: filepath.Join(dir, "."+name+".lock"), temporary: true}
	return l.take(tryLock)
}

// take takes the lock by try, or by a file where that is not to be had.
func (l *Lock) take(try func(*os.File) (bool, error)) (*Lock, error) {
	err := l.bySystem(try)
	if noLocks(err) {
		l.notices = append(l.notices, fmt.Sprintf("%s is on a file system without locks (%v): the lock is the file %s, and a holder on another host counts as dead after %v without a sign of life",
			l.what, errors.Unwrap(err), filepath.Base(l.path)+fileLockSuffix, staleAfter))
		err = l.byExistence()
	}
	if err != nil {
		return nil, err
	}
	l.stop = make(chan struct{})
	l.beating.Go(l.beat)
	return l, nil
}

// bySystem takes the operating system's lock. The file that is locked must still be the one with the name: the
// holder before may have removed it.
func (l *Lock) bySystem(try func(*os.File) (bool, error)) error {
	for {
		f, err := openLock(l.path)
		if err != nil {
			return err
		}
		locked, err := try(f)
		switch {
		case err != nil:
			err = fmt.Errorf("rundir: lock of %s: %w", l.path, err)
		case !locked:
			err = l.lockedBy(f)
		case !isNamed(f, l.path):
			_ = f.Close() // nothing was written
			continue
		default:
			err = l.own(f)
		}
		if err != nil {
			_ = f.Close() // the lock, if any, ends here
		}
		return err
	}
}

// own cleans up after the last holder, writes who the new one is, and looks for one that has no locks. In this
// order: such a one makes its file before it reads this.
func (l *Lock) own(f *os.File) error {
	last, err := readHolder(f)
	switch {
	case err != nil:
		return err
	case last.foreign:
		l.foreign = true
		l.notices = append(l.notices, l.path+" does not hold what a lock does, and is left as it is")
	default:
		if err := removeTemps(filepath.Dir(l.path), last.maker); err != nil {
			return err
		}
		if err := l.sign(f); err != nil {
			return err
		}
	}
	if _, err := os.Lstat(l.path + fileLockSuffix); err == nil {
		other := &Lock{what: l.what, path: l.path + fileLockSuffix}
		if err := other.create(); err != nil {
			return errors.Join(err, l.unsign(f))
		}
		if err := other.remove(); err != nil {
			return errors.Join(err, l.unsign(f))
		}
	}
	l.file = f
	return nil
}

// lockedBy reads who holds the lock. The holder may be just about to write it: then nobody is named.
func (l *Lock) lockedBy(f *os.File) error {
	h, err := readHolder(f)
	if err != nil {
		return err
	}
	return &Locked{Path: l.what, PID: h.maker.pid, Host: h.host}
}

// sign writes who holds the lock, durably: the next holder cleans up by it. It tells once if the file system
// refuses to sync.
func (l *Lock) sign(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	if _, err := f.WriteAt(signature(), 0); err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	err := f.Sync()
	if noSync(err) {
		l.notices = append(l.notices, fmt.Sprintf("%s is on a file system that does not sync files (%v): what was written last may not survive a failure of the machine", l.what, errors.Unwrap(err)))
		err = nil
	}
	if err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	return nil
}

func (l *Lock) unsign(f *os.File) error {
	if l.foreign {
		return nil
	}
	return f.Truncate(0)
}

// Notices are what the user should know of the file system, in sentences; most often there are none.
func (l *Lock) Notices() []string { return l.notices }

// Held tells whether the lock is still this process's: ask before each write that would harm another holder.
// Errors: its file was removed or replaced, as by one that took this process for dead.
func (l *Lock) Held() error {
	if l.file == nil {
		return fmt.Errorf("rundir: %s: %w", l.path, os.ErrClosed)
	}
	if !isNamed(l.file, l.path) {
		return fmt.Errorf("rundir: the lock of %s was taken away: %s is another file, or none", l.what, l.path)
	}
	return nil
}

// beat gives the signs of life. A failed one is made good by the next.
func (l *Lock) beat() {
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-t.C:
			if !l.foreign {
				_, _ = l.file.WriteAt(signature(), 0)
				_ = l.file.Sync()
			}
		}
	}
}

// Release gives the lock back. Errors: it is not held.
func (l *Lock) Release() error {
	held := l.Held()
	if l.file == nil {
		return held
	}
	close(l.stop)
	l.beating.Wait()
	f := l.file
	l.file = nil
	if held != nil {
		return errors.Join(held, f.Close())
	}
	var err error
	switch {
	case l.byFile:
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	case l.temporary && !l.foreign:
		err = discard(f)
	default:
		err = errors.Join(l.unsign(f), f.Close()) // the file stays: it is part of a run directory
	}
	if err != nil {
		return fmt.Errorf("rundir: release: %w", err)
	}
	return nil
}
