package rundir_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"path/filepath"

	"github.com/slhmc/slhmc/internal/rundir"
)

type record struct {
	Trajectory uint64       `json:"trajectory"`
	DeltaH     rundir.Float `json:"delta_h"`
	Plaquette  float64      `json:"plaquette"`
}

// A run loop that can be killed at any moment and resumed. Here it is interrupted once, on purpose.
func Example() {
	dir, err := os.MkdirTemp("", "slhmc")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	const trajectories, every = 6, 2
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	for range 2 { // the first is interrupted, the second resumes
		code, err := run(ctx, dir, trajectories, every, interrupt)
		fmt.Println("exit", code, err)
		ctx = context.Background()
	}
	history, err := os.ReadFile(filepath.Join(dir, rundir.HistoryFile))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(history))
	// Output:
	// trajectory 1
	// trajectory 2
	// trajectory 3
	// exit 75 <nil>
	// resumed at 3
	// trajectory 4
	// trajectory 5
	// trajectory 6
	// exit 0 <nil>
	// {"crc":"5103032c","record":{"trajectory":1,"delta_h":0.1,"plaquette":0.5}}
	// {"crc":"08ad398a","record":{"trajectory":2,"delta_h":0.1,"plaquette":0.25}}
	// {"crc":"ece5d631","record":{"trajectory":3,"delta_h":0.1,"plaquette":0.125}}
	// {"crc":"3ce39ab7","record":{"trajectory":4,"delta_h":0.1,"plaquette":0.0625}}
	// {"crc":"69646dac","record":{"trajectory":5,"delta_h":0.1,"plaquette":0.03125}}
	// {"crc":"846f18d8","record":{"trajectory":6,"delta_h":0.1,"plaquette":0.015625}}
}

func run(ctx context.Context, dir string, trajectories, every uint64, interrupt func()) (code int, err error) {
	lock, err := rundir.Acquire(dir)
	if err != nil {
		return rundir.ExitFailed, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	ctx, stop := rundir.Interrupt(ctx)
	defer stop()

	n, end, state := uint64(0), rundir.Mark{}, []float64{1}
	c, skipped, err := rundir.Latest(dir)
	for _, reason := range skipped {
		fmt.Println("damaged:", reason)
	}
	if err == nil {
		n = c.Trajectory()
		err = errors.Join(c.JSON("history", &end), c.Float64s("state", state), c.Close())
		fmt.Println("resumed at", n)
	} else if errors.Is(err, rundir.ErrNoCheckpoint) {
		err = nil
	}
	if err != nil {
		return rundir.ExitFailed, err
	}
	history, _, err := rundir.ResumeJournal(filepath.Join(dir, rundir.HistoryFile), end)
	if err != nil {
		return rundir.ExitFailed, err
	}
	for n < trajectories {
		n++
		state[0] /= 2
		fmt.Println("trajectory", n)
		if err := history.Append(record{n, 0.1, state[0]}); err != nil {
			return rundir.ExitFailed, err
		}
		if n == 3 {
			interrupt() // as SIGTERM would
		}
		stopping := ctx.Err() != nil && n < trajectories
		if n%every == 0 || n == trajectories || stopping {
			if err := history.Sync(); err != nil {
				return rundir.ExitFailed, err
			}
			err := rundir.WriteCheckpoint(dir, n, func(c *rundir.CheckpointWriter) error {
				c.Float64s("state", state)
				c.JSON("history", history.Mark())
				return nil
			})
			if err != nil {
				return rundir.ExitFailed, err
			}
		}
		if stopping {
			return rundir.ExitResume, history.Close()
		}
	}
	return rundir.ExitDone, history.Close()
}

func ExampleWriteAtomic() {
	dir, err := os.MkdirTemp("", "slhmc")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "summary.json")
	for _, acceptance := range []float64{0.72, 0.74} {
		err := rundir.WriteAtomic(path, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "{\"acceptance\":%v}\n", acceptance)
			return err
		})
		if err != nil {
			log.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	fmt.Print(string(b), err)
	// Output:
	// {"acceptance":0.74}
	// <nil>
}

// The last line of a run that was killed, or is still at work, may be torn.
func ExampleJournalReader() {
	dir, err := os.MkdirTemp("", "slhmc")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	j, err := rundir.CreateJournal(filepath.Join(dir, rundir.HistoryFile))
	if err != nil {
		log.Fatal(err)
	}
	for i, dh := range []float64{0.25, math.Inf(1), -0.5} {
		if err := j.Append(record{Trajectory: uint64(i + 1), DeltaH: rundir.Float(dh)}); err != nil {
			log.Fatal(err)
		}
	}
	size := j.Offset()
	if err := j.Close(); err != nil {
		log.Fatal(err)
	}

	f, err := os.Open(filepath.Join(dir, rundir.HistoryFile))
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	r := rundir.NewJournalReader(rundir.HistoryFile, io.LimitReader(f, size-10))
	r.TolerateTorn()
	for r.Next() {
		var x record
		if err := r.Decode(&x); err != nil {
			log.Fatal(err)
		}
		fmt.Println(x.Trajectory, x.DeltaH)
	}
	fmt.Println(r.Err())
	fmt.Println(r.Torn())
	// Output:
	// 1 0.25
	// 2 +Inf
	// <nil>
	// rundir: history.jsonl:3: (byte 150) the last line is not complete
}
