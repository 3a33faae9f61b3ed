package rundir

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// JournalReader iterates over the verified records of a journal.
//
//	r := rundir.NewJournalReader(f.Name(), f)
//	for r.Next() {
//		err := r.Decode(&record)
//		...
//	}
//	err := r.Err()
//
// It stops at the first damaged line. Memory: one line, of at most 4 MiB.
type JournalReader struct {
	name       string
	r          *bufio.Reader
	buf        []byte // the current line
	record     []byte // in buf
	line       int    // of the current record
	offset     int64  // of the end of the last verified line
	check      digits // of that line
	tolerant   bool
	incomplete *Damage // the last line, if it has no newline
	err        error
}

// NewJournalReader reads a journal from r; name is for messages.
func NewJournalReader(name string, r io.Reader) *JournalReader {
	return &JournalReader{name: name, r: bufio.NewReaderSize(r, 1<<16), check: noLine}
}

// TolerateTorn makes a last line without its newline an end of the journal instead of an error, as a
// writer leaves it that was killed, or is still at work. Torn reports it.
func (r *JournalReader) TolerateTorn() { r.tolerant = true }

// Next advances to the next record; false at the end and at the first damage (see Err).
func (r *JournalReader) Next() bool {
	if r.err != nil || r.incomplete != nil {
		return false
	}
	r.record = nil
	r.buf = r.buf[:0]
	var err error
	for {
		var part []byte
		part, err = r.r.ReadSlice('\n')
		r.buf = append(r.buf, part...)
		if !errors.Is(err, bufio.ErrBufferFull) || len(r.buf) > maxLine {
			break
		}
	}
	switch {
	case len(r.buf) > maxLine:
		r.err = r.damage(fmt.Sprintf("the line is longer than %d bytes", maxLine))
		return false
	case err == io.EOF && len(r.buf) == 0:
		return false
	case err == io.EOF:
		r.incomplete = r.damage("the last line is not complete")
		if !r.tolerant {
			r.err = r.incomplete
		}
		return false
	case err != nil:
		r.err = fmt.Errorf("rundir: %s:%d: %w", r.name, r.line+1, err)
		return false
	}
	record, check, reason := parseLine(r.buf, r.check)
	if reason != "" {
		r.err = r.damage(reason)
		return false
	}
	r.record, r.check = record, check
	r.line++
	r.offset += int64(len(r.buf))
	return true
}

// damage is one of the line after the last verified one.
func (r *JournalReader) damage(reason string) *Damage {
	return &Damage{File: r.name, Line: r.line + 1, Offset: r.offset, Reason: reason}
}

// Record returns the current record's bytes, valid until the next call of Next.
func (r *JournalReader) Record() json.RawMessage { return r.record }

// Decode sets v to the current record.
//
// Errors: those of encoding/json, with file and line.
func (r *JournalReader) Decode(v any) error {
	if err := json.Unmarshal(r.record, v); err != nil {
		return fmt.Errorf("rundir: %s:%d: %w", r.name, r.line, err)
	}
	return nil
}

// Line returns the number of the current record's line, from 1.
func (r *JournalReader) Line() int { return r.line }

// Offset returns the byte at which the current record's line ends.
func (r *JournalReader) Offset() int64 { return r.offset }

// Mark returns where the current record's line ends, and the check that stands there for all of them.
func (r *JournalReader) Mark() Mark { return Mark{r.offset, string(r.check[:])} }

// Torn reports the incomplete last line that TolerateTorn let pass, nil if there was none.
func (r *JournalReader) Torn() *Damage {
	if !r.tolerant {
		return nil
	}
	return r.incomplete
}

// Err returns what stopped Next: nil at the end, a *Damage, or an error of the underlying reader.
func (r *JournalReader) Err() error { return r.err }
