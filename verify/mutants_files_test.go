package verify_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"

	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/verify"
)

func fileMutants() (list []mutant) {
	add := func(law, bug string, kind format.Kind, plant func(f *verify.Files)) {
		f := verify.FormatFiles(format.Encoding{Kind: kind})
		plant(&f)
		list = append(list, mutant{area: "files", bug: bug, law: law, subject: verify.OfFiles("files", f, verify.Within(verify.Domain{Volume: 16}))})
	}
	read := func(law, bug string, plant func(read func(path string, u *gauge.Field) error, path string, u *gauge.Field) error) {
		add(law, bug, format.ILDG, func(f *verify.Files) {
			right := f.Read
			f.Read = func(path string, u *gauge.Field) error { return plant(right, path, u) }
		})
	}
	type reading = func(path string, u *gauge.Field) error
	read("round trip", "links read as their daggers", func(read reading, path string, u *gauge.Field) error {
		err := read(path, u)
		m, x := u.Group().NewMatrix(), make([]int, u.Geometry().Dims())
		n := u.Group().NewMatrix()
		for site := range u.Geometry().Volume() {
			u.Geometry().Coordinates(x, site)
			for mu := range x {
				u.At(m, x, mu)
				group.Dagger(n, m)
				u.Set(x, mu, n)
			}
		}
		return err
	})
	add("round trip", "single precision where double is told", format.SciDAC, func(f *verify.Files) {
		f.Write = func(path string, u *gauge.Field) error {
			return format.Write(path, u, format.Encoding{Kind: format.SciDAC, Precision: 32})
		}
	})
	read("round trip", "one link is not read", func(read reading, path string, u *gauge.Field) error {
		m, x := u.Group().NewMatrix(), make([]int, u.Geometry().Dims())
		u.At(m, x, 1)
		err := read(path, u)
		u.Set(x, 1, m)
		return err
	})
	add("round trip", "links changed by writing", format.NERSC, func(f *verify.Files) {
		write := f.Write
		f.Write = func(path string, u *gauge.Field) error {
			err := write(path, u)
			u.Raw()[0][0] *= 1 + 1e-15
			return err
		}
	})
	read("damage", "an error is not told", func(read reading, path string, u *gauge.Field) error {
		_ = read(path, u)
		return nil
	})
	read("damage", "links half set on an error", func(read reading, path string, u *gauge.Field) error {
		err := read(path, u)
		if err != nil {
			u.Set(make([]int, u.Geometry().Dims()), 0, identity(u.Group()))
		}
		return err
	})
	// a file without its checksum is a file: the bits of links are then as they are
	add("damage", "the checksum is not looked at", format.NumPy, func(*verify.Files) {})

	store := func(law, bug string, plant func(s *verify.Store)) {
		s := verify.Checkpoints()
		plant(&s)
		list = append(list, mutant{area: "checkpoints", bug: bug, law: law, subject: verify.OfStore("checkpoints", s)})
	}
	right := verify.Checkpoints()
	type loading = func(dir string) (uint64, []float64, []float64, error)
	load := func(law, bug string, f loading) { store(law, bug, func(s *verify.Store) { s.Load = f }) }
	load("resumes", "state rounded to single precision", func(dir string) (uint64, []float64, []float64, error) {
		t, state, records, err := right.Load(dir)
		for i := range state {
			state[i] = float64(float32(state[i]))
		}
		return t, state, records, err
	})
	load("resumes", "the last record is dropped", func(dir string) (uint64, []float64, []float64, error) {
		t, state, records, err := right.Load(dir)
		return t, state, records[:max(0, len(records)-1)], err
	})
	load("resumes", "records after the checkpoint are kept", asFarAsItGoes)
	load("damage", "a journal cut short is read as far as it goes", asFarAsItGoes)
	load("damage", "a damaged state is taken", func(dir string) (uint64, []float64, []float64, error) {
		t, state, records, err := right.Load(dir)
		b, missing := os.ReadFile(filepath.Join(dir, rundir.CheckpointName(t+1)))
		if err != nil || missing != nil {
			return t, state, records, err
		}
		return t + 1, []float64{float64(len(b))}, records, nil
	})
	load("damage", "a damaged state ends the run though there is one before", func(dir string) (uint64, []float64, []float64, error) {
		c, skipped, err := rundir.Latest(dir)
		if err := errors.Join(append(skipped, err)...); err != nil {
			return 0, nil, nil, err
		}
		if err := c.Close(); err != nil {
			return 0, nil, nil, err
		}
		return right.Load(dir)
	})
	store("resumes", "the record is written after the checkpoint", func(s *verify.Store) {
		s.Save = func(dir string, trajectory uint64, state []float64, _ float64) error {
			old := 0.0 // of the trajectory before
			if b, err := os.ReadFile(filepath.Join(dir, "late")); err == nil {
				old = float64(len(b))
			}
			return errors.Join(right.Save(dir, trajectory, state, old), os.WriteFile(filepath.Join(dir, "late"), make([]byte, trajectory), 0o600))
		}
	})
	return list
}

// asFarAsItGoes loads the newest state with all records up to the first damage.
func asFarAsItGoes(dir string) (uint64, []float64, []float64, error) {
	path := filepath.Join(dir, "journal.jsonl")
	whole, err := os.ReadFile(path)
	if err != nil {
		return 0, nil, nil, err
	}
	var records []float64
	r := rundir.NewJournalReader(path, bytes.NewReader(whole))
	for r.TolerateTorn(); r.Next(); {
		var x rundir.Float
		if err := r.Decode(&x); err != nil {
			break
		}
		records = append(records, float64(x))
	}
	t, state, _, err := verify.Checkpoints().Load(dir)
	if err != nil { // the journal: only the state is asked for
		var c *rundir.Checkpoint
		if c, _, err = rundir.Latest(dir); err != nil {
			return 0, nil, nil, err
		}
		t, state = c.Trajectory(), nil
		err = c.Close()
	}
	return t, state, records, err
}

func identity(g group.Group) group.Matrix {
	m := g.NewMatrix()
	g.Identity(m)
	return m
}
