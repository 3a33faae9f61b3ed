package verify

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/rng"
)

// Store keeps a run in a folder: Save adds a record to its journal and writes its
// state after a trajectory; Load returns the newest state that is whole, and the
// records up to it.
type Store struct {
	Save func(dir string, trajectory uint64, state []float64, record float64) error
	Load func(dir string) (trajectory uint64, state, records []float64, err error)
}

// The sections of a checkpoint and the journal of a run.
const (
	stateSection   = "state"
	lengthSection  = "numbers"
	markSection    = "journal"
	journalOfStore = "journal.jsonl"
)

// Checkpoints returns how runs are kept: by checkpoints that say where the journal
// ended.
func Checkpoints() Store { return Store{saveCheckpoint, loadCheckpoint} }

func saveCheckpoint(dir string, trajectory uint64, state []float64, record float64) (err error) {
	path := filepath.Join(dir, journalOfStore)
	var j *rundir.Journal
	switch info, missing := os.Stat(path); {
	case errors.Is(missing, fs.ErrNotExist):
		j, err = rundir.CreateJournal(path)
	case missing != nil:
		return missing
	default:
		j, _, err = rundir.ResumeJournal(path, rundir.Mark{Offset: info.Size()})
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	if err := j.Append(rundir.Float(record)); err != nil {
		return err
	}
	if err := j.Sync(); err != nil {
		return err
	}
	return rundir.WriteCheckpoint(dir, trajectory, func(w *rundir.CheckpointWriter) error {
		w.Int64(lengthSection, int64(len(state)))
		w.Float64s(stateSection, state)
		w.JSON(markSection, j.Mark())
		return nil
	})
}

func loadCheckpoint(dir string) (trajectory uint64, state, records []float64, err error) {
	c, _, err := rundir.Latest(dir)
	if err != nil {
		return 0, nil, nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	n, err := c.Int64(lengthSection)
	if err != nil {
		return 0, nil, nil, err
	}
	state = make([]float64, n)
	if err := c.Float64s(stateSection, state); err != nil {
		return 0, nil, nil, err
	}
	var end rundir.Mark
	if err := c.JSON(markSection, &end); err != nil {
		return 0, nil, nil, err
	}
	path := filepath.Join(dir, journalOfStore)
	j, _, err := rundir.ResumeJournal(path, end)
	if err != nil {
		return 0, nil, nil, err
	}
	if err := j.Close(); err != nil {
		return 0, nil, nil, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, nil, nil, err
	}
	r := rundir.NewJournalReader(path, bytes.NewReader(b))
	for r.Next() {
		var x rundir.Float
		if err := r.Decode(&x); err != nil {
			return 0, nil, nil, err
		}
		records = append(records, float64(x))
	}
	return c.Trajectory(), state, records, r.Err()
}

// OfStore returns a store as a subject.
func OfStore(name string, s Store) Subject {
	on := func(name string, law func(f folder) []Result) Law {
		return Law{Name: name, Cost: 6, Check: func(c Case) []Result {
			dir, err := os.MkdirTemp("", "slhmc-verify-")
			check(err)
			defer os.RemoveAll(dir)
			return law(newFolder(c, s, dir))
		}}
	}
	return Subject{Name: name, Laws: []Law{on("resumes", storeResumes), on("damage", storeDamage)}}
}

// folder is a run that was saved after a few trajectories.
type folder struct {
	Store
	dir     string
	r       *rng.Source
	states  [][]float64 // after each
	records []float64
	files   map[string][]byte // when all was saved
}

func newFolder(c Case, s Store, dir string) folder {
	f := folder{Store: s, dir: dir, r: c.Draw("run"), files: map[string][]byte{}}
	n := 1 + f.r.Uint64N(300)
	for t := range uint64(3) {
		state := []float64{math.Copysign(0, -1), math.Inf(1), math.NaN(), 5e-324}
		for range n {
			state = append(state, f.r.Normal())
		}
		f.states, f.records = append(f.states, state), append(f.records, f.r.Normal())
		check(s.Save(dir, t+1, state, f.records[t]))
	}
	entries, err := os.ReadDir(dir)
	check(err)
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		check(err)
		f.files[e.Name()] = b
	}
	return f
}

// restore puts all files back as they were saved.
func (f folder) restore() {
	for name, b := range f.files {
		check(os.WriteFile(filepath.Join(f.dir, name), b, 0o600))
	}
}

// longer returns the journal as it is after one more trajectory, whose state is lost.
func (f folder) longer() []byte {
	check(f.Save(f.dir, uint64(len(f.states)+1), f.states[0], f.r.Normal()))
	b, err := os.ReadFile(filepath.Join(f.dir, journalOfStore))
	check(err)
	entries, err := os.ReadDir(f.dir)
	check(err)
	for _, e := range entries {
		check(os.Remove(filepath.Join(f.dir, e.Name())))
	}
	return b
}

// is counts what Load gets wrong of the run after a trajectory.
func (f folder) is(trajectory int) (wrong int) {
	t, state, records, err := f.Load(f.dir)
	if err != nil || t != uint64(trajectory) {
		return 1
	}
	same := func(x, y []float64) bool {
		if len(x) != len(y) {
			return false
		}
		for i := range x {
			if math.Float64bits(x[i]) != math.Float64bits(y[i]) {
				return false
			}
		}
		return true
	}
	if !same(state, f.states[trajectory-1]) || !same(records, f.records[:trajectory]) {
		return 1
	}
	return 0
}

// newest returns the name of the file with the last state: the one that holds it.
func (f folder) newest() (name string) {
	var mark []byte
	for _, x := range f.states[len(f.states)-1][4:] {
		mark = binary.LittleEndian.AppendUint64(mark, math.Float64bits(x))
	}
	for n, b := range f.files {
		if bytes.Contains(b, mark) {
			return n
		}
	}
	return ""
}

// storeResumes: state and records come back bit for bit, though the journal has gone
// on since, or ends in the middle of a line.
func storeResumes(f folder) []Result {
	last := len(f.states)
	whole := f.is(last)
	f.restore()
	name := filepath.Join(f.dir, journalOfStore)
	b, longer := f.files[journalOfStore], f.longer()
	torn := 0
	for _, more := range [][]byte{longer, longer[:(len(b)+len(longer))/2]} {
		f.restore()
		check(os.WriteFile(name, more, 0o600))
		torn += f.is(last)
	}
	return []Result{
		exact("state and records come back", whole),
		exact("what the journal has after the checkpoint is dropped", torn),
	}
}

// storeDamage: a state with a bit flipped, or cut short, is passed over for the one
// before; a journal that is damaged or lacks records before the checkpoint is an
// error.
func storeDamage(f folder) []Result {
	const flips = 8
	last, newest := len(f.states), f.newest()
	unnamed := 0
	if newest == "" {
		unnamed = 1
	}
	spoil := func(name string, change func(b []byte) []byte) {
		f.restore()
		check(os.WriteFile(filepath.Join(f.dir, name), change(bytes.Clone(f.files[name])), 0o600))
	}
	flip := func(b []byte) []byte {
		b[f.r.Uint64N(uint64(len(b)))] ^= 1 << f.r.Uint64N(8)
		return b
	}
	cut := func(b []byte) []byte { return b[:f.r.Uint64N(uint64(len(b)))] }
	lineDropped := func(b []byte) []byte { return b[:bytes.LastIndexByte(b[:len(b)-1], '\n')+1] }
	flipped, short, journal, dropped := 0, 0, 0, 0
	refused := func() int {
		if _, _, _, err := f.Load(f.dir); err == nil {
			return 1
		}
		return 0
	}
	for range flips {
		spoil(newest, flip)
		flipped += f.is(last - 1)
		spoil(newest, cut)
		short += f.is(last - 1)
		spoil(journalOfStore, flip)
		journal += refused()
		spoil(journalOfStore, cut)
		dropped += refused()
	}
	spoil(journalOfStore, lineDropped)
	return []Result{
		exact("one file holds the state", unnamed),
		exact("a state with a flipped bit is passed over", flipped),
		exact("a state cut short is passed over", short),
		exact("a journal with a flipped bit is an error", journal),
		exact("a journal cut short is an error", dropped),
		exact("a journal without its last record is an error", refused()),
	}
}
