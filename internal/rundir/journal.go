package rundir

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Mark is a place between two lines of a journal: what a checkpoint keeps of it.
type Mark struct {
	Offset int64  `json:"offset"` // bytes before it
	Check  string `json:"check"`  // that of the last line before it, which stands for all of them; "": not known
}

// Journal appends records to a file of lines, one chain of CRC-32C (format: package comment).
//
// Appended lines are buffered. Flush hands them to the operating system (they survive the death of the
// process), Sync to the disk (they survive that of the machine). After a failed write or sync what is on
// disk is unknown, so every later call returns that error: resume from a checkpoint. One goroutine.
type Journal struct {
	path   string
	file   *os.File
	w      *bufio.Writer
	line   bytes.Buffer
	enc    *json.Encoder // into line
	offset int64
	check  digits // of the last line
	lines  int
	err    error
}

// CreateJournal creates a new journal.
//
// Errors: the file exists already (errors.Is fs.ErrExist): a history is not overwritten.
func CreateJournal(path string) (*Journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return nil, errors.Join(fmt.Errorf("rundir: %s: sync of its folder: %w", path, err), f.Close())
	}
	return newJournal(path, f), nil
}

// ResumeJournal verifies a journal up to a mark, cuts off the rest and appends from there. It returns how many
// bytes were cut off. At offset 0 the file need not exist.
//
// Errors: *Damage if the file is shorter than at.Offset, that is not the end of a line, a line before it is
// damaged, or the lines are not those that were marked; the file is then left as it was.
func ResumeJournal(path string, at Mark) (j *Journal, dropped int64, err error) {
	if at.Offset == 0 {
		if j, err := CreateJournal(path); !errors.Is(err, os.ErrExist) {
			return j, 0, err
		}
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, 0, fmt.Errorf("rundir: %w", err)
	}
	j = newJournal(path, f)
	if dropped, err = j.cut(at); err != nil {
		_ = f.Close() // nothing was written
		return nil, 0, err
	}
	return j, dropped, nil
}

// cut verifies and cuts the file at a mark, where it leaves the position.
func (j *Journal) cut(at Mark) (dropped int64, err error) {
	info, err := j.file.Stat()
	if err != nil {
		return 0, fmt.Errorf("rundir: %w", err)
	}
	size := info.Size()
	if at.Offset < 0 {
		return 0, &Damage{File: j.path, Offset: at.Offset, Reason: "negative offset"}
	}
	r := NewJournalReader(j.path, io.LimitReader(j.file, at.Offset))
	for r.Next() {
	}
	j.lines, j.offset, j.check = r.line, r.offset, r.check
	var d *Damage
	switch err := r.Err(); {
	case errors.As(err, &d) && d == r.incomplete:
		d.Reason = fmt.Sprintf("the line is not complete at byte %d, where the journal should be resumed", min(at.Offset, size))
		return 0, d
	case err != nil:
		return 0, err
	case size < at.Offset:
		return 0, &Damage{File: j.path, Line: j.lines + 1, Offset: size, Reason: fmt.Sprintf("the file ends before byte %d, where it should be resumed", at.Offset)}
	case at.Check != "" && at.Check != string(j.check[:]):
		return 0, &Damage{File: j.path, Line: j.lines, Offset: at.Offset, Reason: fmt.Sprintf("these are not the lines that were written here: "+
			"their chain ends with %s, and should with %s", j.check[:], at.Check)}
	}
	if err := j.file.Truncate(at.Offset); err != nil {
		return 0, fmt.Errorf("rundir: %w", err)
	}
	if err := syncFile(j.file); err != nil {
		return 0, fmt.Errorf("rundir: %w", err)
	}
	if _, err := j.file.Seek(at.Offset, io.SeekStart); err != nil {
		return 0, fmt.Errorf("rundir: %w", err)
	}
	return size - at.Offset, nil
}

func newJournal(path string, f *os.File) *Journal {
	j := &Journal{path: path, file: f, w: bufio.NewWriterSize(f, 1<<16), check: noLine}
	j.enc = json.NewEncoder(&j.line)
	j.enc.SetEscapeHTML(false)
	return j
}

// Append adds one line. The record is anything that encoding/json encodes the same way each time: structs,
// numbers, strings, slices, maps; floats that may be NaN or infinite as [Float].
//
// Errors: the record cannot be encoded (NaN in a float64, say) or is longer than 4 MiB: the journal is
// then as before; or a write failed.
func (j *Journal) Append(record any) error {
	if j.err != nil {
		return j.err
	}
	j.line.Reset()
	j.line.WriteString(lineHead + "00000000" + lineMid)
	if err := j.enc.Encode(record); err != nil {
		return fmt.Errorf("rundir: %s:%d: %w", j.path, j.lines+1, err)
	}
	j.line.Truncate(j.line.Len() - 1) // the encoder's newline
	body := j.line.Bytes()
	now := j.check.after(body[recordAt:])
	copy(body[crcAt:], now[:])
	j.line.WriteString(lineTail)
	if j.line.Len() > maxLine {
		return fmt.Errorf("rundir: %s:%d: a record of %d bytes is longer than a line may be (%d)", j.path, j.lines+1, j.line.Len(), maxLine)
	}
	n, err := j.w.Write(j.line.Bytes())
	j.offset += int64(n)
	if err != nil {
		return j.fail(err)
	}
	j.lines++
	j.check = now
	return nil
}

// Flush hands the buffered lines to the operating system.
func (j *Journal) Flush() error {
	if j.err != nil {
		return j.err
	}
	if err := j.w.Flush(); err != nil {
		return j.fail(err)
	}
	return nil
}

// Sync makes every line appended so far durable.
func (j *Journal) Sync() error {
	if err := j.Flush(); err != nil {
		return err
	}
	if err := syncFile(j.file); err != nil {
		return j.fail(err)
	}
	return nil
}

// Offset returns the length of the journal with the buffered lines.
func (j *Journal) Offset() int64 { return j.offset }

// Mark returns the end of the journal with the buffered lines: after Sync, where to resume.
func (j *Journal) Mark() Mark { return Mark{j.offset, string(j.check[:])} }

// Lines returns the number of lines, with those kept by ResumeJournal and the buffered ones.
func (j *Journal) Lines() int { return j.lines }

// Close syncs and closes the journal.
func (j *Journal) Close() error {
	if errors.Is(j.err, os.ErrClosed) {
		return j.err
	}
	syncErr := j.Sync()
	closeErr := j.file.Close()
	j.err = fmt.Errorf("rundir: %s: %w", j.path, os.ErrClosed)
	if syncErr != nil {
		return syncErr
	}
	if closeErr != nil {
		return fmt.Errorf("rundir: %w", closeErr)
	}
	return nil
}

func (j *Journal) fail(err error) error {
	j.err = fmt.Errorf("rundir: %s: %w", j.path, err)
	return j.err
}
