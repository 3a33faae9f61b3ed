package rundir

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	crashTrajectories = 700
	crashEvery        = 7 // trajectories a checkpoint
)

// child is what the test binary does as a child process.
func child(mode, dir string) error {
	switch mode {
	case "run":
		return run(dir, report)
	case "lock":
		return holdLock(dir)
	case "interrupt":
		return interruptible()
	}
	return fmt.Errorf("no child mode %q", mode)
}

// report tells the parent where the child is and waits for its answer.
func report(where byte) error {
	if _, err := os.Stdout.Write([]byte{where}); err != nil {
		return err
	}
	_, err := io.ReadFull(os.Stdin, make([]byte, 1))
	return err
}

// chain is a run in small: its state depends on all of its past, so that a trajectory lost, done twice, or
// resumed from other bits changes every record after it.
type chain struct {
	n   uint64
	x   [3]float64 // coupled logistic maps, driven by noise
	rng uint64
}

func (c *chain) step() trajectory {
	c.n++
	c.rng = c.rng*6364136223846793005 + 1442695040888963407 // any full-period generator
	noise := float64(c.rng>>11) / (1 << 53)
	for i, x := range c.x {
		c.x[i] = (3.99*x*(1-x) + c.x[(i+1)%3] + noise*1e-3) / 2.001
	}
	r := trajectory{N: c.n, DeltaH: Float(c.x[0] - c.x[1]), Accepted: c.x[2] < 0.5, Plaquette: c.x[2], Weights: c.x[:]}
	if c.n%11 == 0 {
		r.DeltaH = Float(math.Inf(1))
	}
	return r
}

// run is the loop of a program that uses this package; point is called at every moment worth a kill.
func run(dir string, point func(where byte) error) (err error) {
	lock, err := Acquire(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	c := chain{x: [3]float64{0.3, 0.4, 0.6}, rng: 1}
	var offsets [2]int64
	checkpoint, skipped, err := Latest(dir)
	switch {
	case errors.Is(err, ErrNoCheckpoint):
	case err != nil || len(skipped) > 0:
		return errors.Join(append(skipped, err)...)
	default:
		c.n = checkpoint.Trajectory()
		c.rng, err = checkpoint.Uint64("rng")
		err = errors.Join(err, checkpoint.Float64s("x", c.x[:]))
		for i, name := range []string{HistoryFile, TimingsFile} {
			var e error
			offsets[i], e = checkpoint.Int64(name)
			err = errors.Join(err, e)
		}
		if err := errors.Join(err, checkpoint.Close()); err != nil {
			return err
		}
	}
	history, _, err := ResumeJournal(filepath.Join(dir, HistoryFile), Mark{Offset: offsets[0]})
	if err != nil {
		return err
	}
	timings, _, err := ResumeJournal(filepath.Join(dir, TimingsFile), Mark{Offset: offsets[1]})
	if err != nil {
		return err
	}
	for c.n < crashTrajectories {
		record := c.step()
		if err := errors.Join(history.Append(record), timings.Append(os.Getpid())); err != nil {
			return err
		}
		if c.n%3 == 0 { // so that a kill finds more lines than the checkpoint counts, and fewer than were appended
			if err := history.Flush(); err != nil {
				return err
			}
		}
		if err := point('t'); err != nil {
			return err
		}
		if c.n%crashEvery != 0 {
			continue
		}
		if err := errors.Join(history.Sync(), timings.Sync(), point('s')); err != nil {
			return err
		}
		err := WriteCheckpoint(dir, c.n, func(w *CheckpointWriter) error {
			w.Float64s("x", c.x[:])
			if err := point('c'); err != nil {
				return err
			}
			_, err := w.Section("ballast", 1<<17).Write(make([]byte, 1<<17)) // more than the buffer: a part is in the file
			if err := errors.Join(err, point('c')); err != nil {
				return err
			}
			w.Uint64("rng", c.rng)
			w.Int64(HistoryFile, history.Offset())
			w.Int64(TimingsFile, timings.Offset())
			return nil
		})
		if err := errors.Join(err, point('k')); err != nil {
			return err
		}
	}
	return errors.Join(history.Close(), timings.Close())
}

// Killed at random moments and resumed, a run leaves the history and the checkpoints of an uninterrupted one.
//
// The child stops at every point until the parent answers, so a kill comes, without any clock, at a random
// moment between a chosen point and the next: any (""), the first of the two inside a checkpoint ("sc": up to
// the second its temporary file exists), the end of a checkpoint ("k"). A life has at most 20 points before the
// chosen one and 11, a period, up to it: 25 lives advance by at most 25 x 32 = 800 points. A run has
// 700 + 4 x 100 = 1100, so no life ends by itself.
func TestKilledAndResumedBitForBit(t *testing.T) {
	const kills = 25
	whole, dir := t.TempDir(), t.TempDir()
	require.NoError(t, run(whole, func(byte) error { return nil }))

	random := rand.New(rand.NewPCG(uint64(*seed), 0))
	replay := fmt.Sprintf("replay: go test ./internal/rundir -run '^%s$' -rundir.seed=%d", t.Name(), *seed)
	torn, beyond := 0, 0
	for life := range kills {
		at := [...]string{"", "sc", "", "k"}[life%4]
		killAfter(t, dir, 1+random.IntN(20), at)
		for _, name := range fileNames(t, dir) {
			if strings.HasPrefix(name, tempPrefix) {
				torn++
			}
		}
		b := readFile(t, filepath.Join(dir, HistoryFile))
		if c, _, err := Latest(dir); err == nil {
			offset, err := c.Int64(HistoryFile)
			require.NoError(t, errors.Join(err, c.Close()))
			if int64(len(b)) > offset {
				beyond++
			}
		}
		require.True(t, strings.HasPrefix(readFile(t, filepath.Join(whole, HistoryFile)), b), "what is on disk is a part of the whole: %s", replay)
	}
	assert.GreaterOrEqual(t, torn, kills/4, "kills inside a checkpoint leave its temporary file")
	assert.Positive(t, beyond, "some kills leave lines that the checkpoint does not count")
	require.NoError(t, run(dir, func(byte) error { return nil }), replay)

	want := fileNames(t, whole)
	assert.Equal(t, want, fileNames(t, dir), replay)
	for _, name := range want {
		if name == TimingsFile || name == lockName {
			continue
		}
		// The timings, and so their offset in the checkpoint, hold process ids, which may differ in length.
		if strings.HasPrefix(name, checkpointPrefix) {
			assert.Equal(t, stateOf(t, filepath.Join(whole, name)), stateOf(t, filepath.Join(dir, name)), replay)
			continue
		}
		assert.True(t, readFile(t, filepath.Join(whole, name)) == readFile(t, filepath.Join(dir, name)), "%s: %s", name, replay)
	}
	assert.Equal(t, crashTrajectories, strings.Count(readFile(t, filepath.Join(dir, TimingsFile)), "\n"))
	t.Logf("%d kills: %d inside a checkpoint, %d with lines beyond the checkpoint", kills, torn, beyond)
}

// killAfter runs a child and kills it after its n-th point, or after the first one from there where the
// points just passed were at.
func killAfter(t *testing.T, dir string, n int, at string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], dir)
	cmd.Env = append(os.Environ(), childEnv+"=run")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	passed := ""
	for i := 1; ; i++ {
		var where [1]byte
		_, err := io.ReadFull(out, where[:])
		require.NoError(t, err, stderr.String())
		_, err = in.Write([]byte{'.'})
		require.NoError(t, err, stderr.String())
		if passed += string(where[:]); i >= n && strings.HasSuffix(passed, at) {
			break
		}
	}
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	if runtime.GOOS != "windows" {
		require.Equal(t, "signal: killed", cmd.ProcessState.String(), stderr.String())
	}
}

// stateOf returns what a checkpoint holds of the reproducible state.
func stateOf(t *testing.T, path string) string {
	t.Helper()
	c, err := OpenCheckpoint(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	var x [3]float64
	require.NoError(t, c.Float64s("x", x[:]))
	rng, err := c.Uint64("rng")
	require.NoError(t, err)
	offset, err := c.Int64(HistoryFile)
	require.NoError(t, err)
	return fmt.Sprint(c.Trajectory(), bits(x[:]), rng, offset, c.Sections())
}
