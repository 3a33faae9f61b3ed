package measure

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/internal/rundir"
)

// measureVersion is that of the lines of --out: 2 knows files by their content.
const measureVersion = 2

// kept holds the results that there are, and writes new ones to the file of --out, if
// there is one, under its lock.
type kept struct {
	path    string
	lock    *rundir.Lock
	journal *rundir.Journal
	results map[source]*measured
	names   map[string]*measured // the last of each
}

// openKept reads the results of a file, of these settings, and opens it for more; path may
// be empty. Errors: *rundir.Locked; of the command line, other settings; damage.
func openKept(path string, settings measureSettings) (k *kept, err error) {
	k = &kept{path: path, results: map[source]*measured{}, names: map[string]*measured{}}
	if path == "" {
		return k, nil
	}
	if k.lock, err = rundir.AcquireFile(path); err != nil {
		return nil, err
	}
	if err := k.open(settings); err != nil {
		return nil, errors.Join(err, k.lock.Release())
	}
	return k, nil
}

func (k *kept) open(settings measureSettings) error {
	want, err := json.Marshal(settings)
	if err != nil {
		return err
	}
	var mark rundir.Mark
	file, err := os.Open(k.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		defer file.Close()
		if mark, err = k.read(file, want); err != nil {
			return err
		}
	}
	if k.journal, _, err = rundir.ResumeJournal(k.path, mark); err != nil {
		return err
	}
	if mark.Offset > 0 {
		return nil
	}
	if err = k.journal.Append(json.RawMessage(want)); err == nil {
		err = k.journal.Flush()
	}
	if err != nil {
		return errors.Join(err, k.journal.Close())
	}
	return nil
}

// read takes the results, and returns where the last whole line ends.
func (k *kept) read(file *os.File, settings []byte) (mark rundir.Mark, err error) {
	if formerResults(file) {
		return mark, cli.Usage(fmt.Errorf("%s was written by another version of slhmc, which knew files by their names: choose another --out, the files are measured anew", k.path))
	}
	r := rundir.NewJournalReader(k.path, file)
	r.TolerateTorn() // of a command that was killed
	for first := true; r.Next(); first = false {
		mark = r.Mark()
		if !first {
			var m measured
			if err := r.Decode(&m); err != nil {
				return mark, err
			}
			k.results[m.source], k.names[m.File] = &m, &m
			continue
		}
		if !bytes.Equal(r.Record(), settings) {
			return mark, cli.Usage(fmt.Errorf("%s holds results of other settings, %s: choose another --out", k.path, r.Record()))
		}
	}
	if err := r.Err(); err != nil {
		return mark, err
	}
	if r.Torn() != nil && mark.Offset == 0 { // not of this command, or not whole in its first line
		head := make([]byte, len(`{"crc":"`))
		n, err := file.ReadAt(head, 0)
		if err != nil && !errors.Is(err, io.EOF) {
			return mark, err
		}
		if !bytes.HasPrefix([]byte(`{"crc":"`), head[:n]) {
			return mark, cli.Usage(fmt.Errorf("%s is no file of results: choose another --out", k.path))
		}
	}
	return mark, nil
}

// formerResults reports whether the first line has settings of another version, whose
// checks are others too.
func formerResults(file io.ReaderAt) bool {
	var line struct {
		Record struct {
			Version int      `json:"version"`
			What    []string `json:"what"`
		} `json:"record"`
	}
	err := json.NewDecoder(io.NewSectionReader(file, 0, 1<<20)).Decode(&line)
	return err == nil && line.Record.What != nil && line.Record.Version != measureVersion
}

// add keeps a result.
func (k *kept) add(m *measured) error {
	k.results[m.source], k.names[m.File] = m, m
	if k.journal == nil {
		return nil
	}
	if err := k.lock.Held(); err != nil {
		return err
	}
	if err := k.journal.Append(m); err != nil {
		return err
	}
	return k.journal.Flush()
}

// addName keeps a result under one more name, unless it is there.
func (k *kept) addName(m *measured) error {
	if last := k.names[m.File]; last != nil && last.source == m.source {
		return nil
	}
	return k.add(m)
}

// close ends the journal and gives the lock back.
func (k *kept) close() error {
	if k.journal == nil {
		return nil
	}
	return errors.Join(k.journal.Close(), k.lock.Release())
}
