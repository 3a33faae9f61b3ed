package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/cli"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/origin"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/summary"
	"github.com/slhmc/slhmc/sampler"
)

// provenance is machine.json: which programs wrote the run, where. Nothing depends on it.
type provenance struct {
	Starts []processStart `json:"starts"`
}

// processStart is one start of a program in a run directory.
type processStart struct {
	Trajectory uint64 `json:"trajectory"` // the first one that it may have done
	Version    string `json:"version"`
	Build      string `json:"build"` // SHA-256 of the program
	Go         string `json:"go"`
	System     string `json:"system"`
	Host       string `json:"host"`
	Processors int    `json:"processors"`
	Workers    int    `json:"workers"`
	Kernels    string `json:"kernels"`
}

// program names the program for a person.
func (s *processStart) program() string { return fmt.Sprintf("%s, build %.12s", s.Version, s.Build) }

// newStart describes this process.
func newStart(trajectory uint64, workers int, kernels string) (processStart, error) {
	hash, err := origin.Program()
	if err != nil {
		return processStart{}, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return processStart{
		Trajectory: trajectory, Version: origin.Version(), Build: hash, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH,
		Host: host, Processors: runtime.NumCPU(), Workers: workers, Kernels: kernels,
	}, nil
}

// readMachine reads machine.json. A damaged one is no reason not to go on: what it
// said is told to be lost.
func readMachine(dir string) (m provenance, lost string, err error) {
	path := filepath.Join(dir, summary.MachineFile)
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return m, path + " is not there: which programs wrote the run so far is not known", nil
	case err != nil:
		return m, "", err
	}
	if err := json.Unmarshal(data, &m); err != nil || len(m.Starts) == 0 {
		return provenance{}, path + " is damaged: which programs wrote the run so far is not known", nil
	}
	return m, "", nil
}

// start adds this process to the starts of the run. Another program than the last one
// is told, or refused.
func (j *job) start(kernels string, notice func(string)) error {
	var m provenance
	trajectory := uint64(0)
	if j.resume {
		lost := ""
		var err error
		if m, lost, err = readMachine(j.out); err != nil {
			return err
		}
		if lost != "" {
			notice(lost)
		}
		if s, err := sampler.Load(j.out); err == nil {
			trajectory = s.Trajectory
		}
	}
	now, err := newStart(trajectory, j.workers, kernels)
	if err != nil {
		return err
	}
	if n := len(m.Starts); n > 0 && m.Starts[n-1].Build != now.Build {
		last := &m.Starts[n-1]
		if j.sameProgram {
			return cli.Usage(fmt.Errorf("%s was written by another program, %s; this one is %s (--same-program)", j.out, last.program(), now.program()))
		}
		notice(fmt.Sprintf("from trajectory %d on another program continues: %s; before: %s", trajectory, now.program(), last.program()))
	}
	m.Starts = append(m.Starts, now)
	return cli.WriteJSON(filepath.Join(j.out, summary.MachineFile), m)
}
