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

// Journal appends records to a file of lines, each with its own CRC-32C (format: package comment).
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
	return newJournal(path, f, 0, 0), nil
}

// ResumeJournal verifies the first offset bytes of a journal, cuts off the rest and appends from there.
// It returns how many bytes were cut off. With offset 0 the file need not exist.
//
// Errors: *Damage if the file is shorter than offset, offset is not the end of a line, or a line before it
// is damaged; the file is then left as it was.
func ResumeJournal(path string, offset int64) (j *Journal, dropped int64, err error) {
	if offset == 0 {
		if j, err := CreateJournal(path); !errors.Is(err, os.ErrExist) {
			return j, 0, err
		}
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, 0, fmt.Errorf("rundir: %w", err)
	}
	lines, size, err := truncate(path, f, offset)
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, 0, err
	}
	return newJournal(path, f, offset, lines), size - offset, nil
}

// truncate verifies and cuts f at offset, where it leaves the position; it returns the lines kept and the
// former size.
func truncate(path string, f *os.File, offset int64) (lines int, size int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, 0, fmt.Errorf("rundir: %w", err)
	}
	size = info.Size()
	if offset < 0 {
		return 0, size, &Damage{File: path, Offset: offset, Reason: "negative offset"}
	}
	r := NewJournalReader(path, io.LimitReader(f, offset))
	for r.Next() {
		lines++
	}
	var d *Damage
	switch err := r.Err(); {
	case errors.As(err, &d) && d == r.incomplete:
		d.Reason = fmt.Sprintf("the line is not complete at byte %d, where the journal should be resumed", min(offset, size))
		return 0, size, d
	case err != nil:
		return 0, size, err
	case size < offset:
		return 0, size, &Damage{File: path, Line: lines + 1, Offset: size, Reason: fmt.Sprintf("the file ends before byte %d, where it should be resumed", offset)}
	}
	if err := f.Truncate(offset); err != nil {
		return 0, size, fmt.Errorf("rundir: %w", err)
	}
	if err := syncFile(f); err != nil {
		return 0, size, fmt.Errorf("rundir: %w", err)
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return 0, size, fmt.Errorf("rundir: %w", err)
	}
	return lines, size, nil
}

func newJournal(path string, f *os.File, offset int64, lines int) *Journal {
	j := &Journal{path: path, file: f, w: bufio.NewWriterSize(f, 1<<16), offset: offset, lines: lines}
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
	appendCRC(body[crcAt:crcAt], body[recordAt:])
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

// Offset returns the length of the journal with the buffered lines: after Sync, the offset to resume at.
func (j *Journal) Offset() int64 { return j.offset }

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
