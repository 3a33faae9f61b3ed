package rundir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// InPlace checks, after Sync, that the journal stands under its name as it was written: a file that was removed
// is put back, and told by restored.
//
// Editors, sed -i and tools that synchronise folders put another file under the name: the writer would go on
// with one that nobody finds. What was written is then kept under another name, and the error says which.
// The bytes before the end are not read again: see [Journal.Verify].
//
// Errors: as told; of the file system.
func (j *Journal) InPlace() (restored bool, err error) {
	own, err := j.file.Stat()
	if err != nil {
		return false, fmt.Errorf("rundir: %w", err)
	}
	named, err := os.Lstat(j.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, j.restore()
	case err != nil:
		return false, fmt.Errorf("rundir: %w", err)
	case !os.SameFile(own, named):
		kept := fmt.Sprintf("%s.kept-%d", j.path, j.lines)
		if err := j.copy(kept); err != nil {
			return false, err
		}
		return false, fmt.Errorf("rundir: %s is another file now than the one that is being written, which is kept as %s: move it back before resuming", j.path, kept)
	case own.Size() != j.offset:
		return false, fmt.Errorf("rundir: %s has %d bytes, %d were written: something else writes to it", j.path, own.Size(), j.offset)
	}
	return false, nil
}

// Verify reads the journal again, after Sync, and follows the chain of its lines.
//
// Errors: *Damage if a line was changed, lost or exchanged since it was written; of the file system.
func (j *Journal) Verify() error {
	r := NewJournalReader(j.path, io.NewSectionReader(j.file, 0, j.offset))
	for r.Next() {
	}
	if err := r.Err(); err != nil {
		return err
	}
	if r.Mark() != j.Mark() {
		return &Damage{File: j.path, Line: r.Line(), Offset: r.Offset(), Reason: fmt.Sprintf("the chain of lines ends with %s and was written to end with %s", r.check[:], j.check[:])}
	}
	return nil
}

// restore puts the journal back under its name and goes on there.
func (j *Journal) restore() error {
	if err := j.copy(j.path); err != nil {
		return err
	}
	f, err := os.OpenFile(j.path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	if _, err := f.Seek(j.offset, io.SeekStart); err != nil {
		return errors.Join(fmt.Errorf("rundir: %w", err), f.Close())
	}
	err = j.file.Close()
	j.file = f
	j.w.Reset(f) // it is empty after Sync
	if err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	return nil
}

// copy writes what the journal holds to a file of another name.
func (j *Journal) copy(path string) error {
	return WriteAtomic(path, func(w io.Writer) error {
		_, err := io.Copy(w, io.NewSectionReader(j.file, 0, j.offset))
		return err
	})
}

// SalvageJournal opens a journal of which nothing depends: from the last line before the mark, the end or the
// first damage, whichever comes first, or as a new one if there is none. Lost tells what was given up, "" if
// nothing was.
//
// Errors: of the file system.
func SalvageJournal(path string, at Mark) (j *Journal, lost string, err error) {
	j, _, err = ResumeJournal(path, at)
	var damage *Damage
	switch {
	case err == nil:
		return j, "", nil
	case errors.Is(err, fs.ErrNotExist):
		j, err = CreateJournal(path)
		return j, path + " is not there any more: it begins anew", err
	case !errors.As(err, &damage):
		return nil, "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, "", fmt.Errorf("rundir: %w", err)
	}
	defer f.Close()
	r := NewJournalReader(path, io.LimitReader(f, max(at.Offset, 0)))
	for r.Next() {
	}
	if errors.As(r.Err(), new(*Damage)) || r.Err() == nil {
		j, _, err = ResumeJournal(path, r.Mark())
		return j, fmt.Sprintf("%v: its first %d lines are kept", damage, r.Line()), err
	}
	return nil, "", r.Err()
}
