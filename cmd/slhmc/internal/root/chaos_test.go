//go:build chaos

package root

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/summary"
	"github.com/slhmc/slhmc/internal/rundir"
)

// The tests of `make chaos` do to runs what machines and people do: kill them, fill the disk, damage files, change
// configurations. They know nothing of what is in the files, only that a run that is resumed ends as one that
// was left alone.

// victim is a small system with every phase that it has.
type victim struct {
	name string
	args []string // of run
}

var victims = []victim{
	{"SU(2)", []string{
		"--set", "lattice.extents=[2,2,2,4]", "--set", "hmc.steps=3", "--set", `slhmc.layers=[{terms=[{loop="plaquette"},{loop="polyakov_time"}]}]`,
		"--set", "training.mode=batch", "--set", "training.batch=2", "--set", "training.keep=4", "--set", "training.rate=0.001",
		"--set", "run.thermalise=150", "--set", "run.train=150", "--set", "run.hmc=150", "--set", "run.slhmc=150",
		"--set", "run.checkpoint_every=7", "--set", "run.save_every=25",
	}},
	{"U(1)", []string{
		"--preset", "u1-2d", "--set", "lattice.extents=[2,2]", "--set", "run.thermalise=3", "--set", "run.hmc=8",
		"--set", "run.checkpoint_every=2", "--set", "run.save_every=2",
	}},
	{"SU(3), a weight for each link", []string{
		"--preset", "su3", "--set", "lattice.extents=[2,2,2,2]", "--set", "solver.mixed_precision=true", "--set", "hmc.steps=3",
		"--set", `slhmc.layers=[{share="site",terms=[{loop="plaquette"}]}]`,
		"--set", "training.mode=batch", "--set", "training.batch=2", "--set", "training.keep=4",
		"--set", "run.thermalise=10", "--set", "run.train=20", "--set", "run.hmc=10", "--set", "run.slhmc=10",
		"--set", "run.checkpoint_every=5", "--set", "run.save_every=5",
	}},
}

// start returns the arguments that start the run in dir/out, or resume it if it has begun.
func (v victim) start(dir, out string, random *rand.Rand) []string {
	args := []string{"run", "--quiet", "--out", out, "--workers", fmt.Sprint(1 + random.IntN(3))}
	if _, err := os.Stat(filepath.Join(dir, out, rundir.HistoryFile)); err == nil {
		return append(args, "--resume")
	}
	return append(args, v.args...)
}

// whole makes the run that is left alone, and tells how long it takes.
func (v victim) whole(t *testing.T, dir string) time.Duration {
	t.Helper()
	began := time.Now()
	harness.Done(t, dir, v.start(dir, "whole", rand.New(rand.NewPCG(1, 1)))...)
	return time.Since(began)
}

// differences lists what of two run directories differs, wall times, locks and the machines aside.
func differences(t *testing.T, whole, other string) (found []string) {
	t.Helper()
	a, b := contents(t, whole), contents(t, other)
	for name := range b {
		if _, ok := a[name]; !ok {
			found = append(found, "more: "+name)
		}
	}
	for name, text := range a {
		switch got, ok := b[name]; {
		case !ok:
			found = append(found, "missing: "+name)
		case got != text:
			found = append(found, "different: "+name)
		}
	}
	return found
}

// contents returns what of a run directory a run alone decides.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	all := map[string]string{}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch name := e.Name(); {
		case name == rundir.TimingsFile || name == summary.MachineFile || name == "lock" || e.IsDir():
		case name == summary.SummaryFile:
			var v any
			require.NoError(t, json.Unmarshal([]byte(harness.Content(t, path)), &v), path)
			b, err := json.Marshal(timeless(v))
			require.NoError(t, err)
			all[name] = string(b)
		case strings.HasSuffix(name, ".slhmc"):
			all[name] = sections(path)
		default:
			all[name] = harness.Content(t, path)
		}
	}
	return all
}

// timeless removes the seconds from what was read from JSON.
func timeless(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			if strings.Contains(key, "seconds") {
				delete(v, key)
			} else {
				v[key] = timeless(x)
			}
		}
	case []any:
		for i := range v {
			v[i] = timeless(v[i])
		}
	}
	return v
}

// sections returns what a checkpoint holds, the length of the timings aside.
func sections(path string) string {
	c, err := rundir.OpenCheckpoint(path)
	if err != nil {
		return err.Error()
	}
	defer c.Close()
	var b strings.Builder
	for _, name := range c.Sections() {
		if strings.Contains(name, "timings") {
			continue
		}
		r, err := c.Section(name)
		if err != nil {
			return err.Error()
		}
		fmt.Fprintf(&b, "%s %d\n", name, r.Size())
		if _, err := io.Copy(&b, r); err != nil {
			return err.Error()
		}
	}
	return b.String()
}

// copyDir makes another folder with the same files.
func copyDir(t *testing.T, from, to string) {
	t.Helper()
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
}

// crashed tells whether a command ended in a way that no command may: by a panic or running out of memory.
func crashed(stderr string) bool {
	return strings.Contains(stderr, "goroutine ") || strings.Contains(stderr, "panic:") || strings.Contains(stderr, "fatal error:")
}

// parallel does the cases on two workers, each with random numbers of its own.
func parallel(cases int, do func(i int, random *rand.Rand)) {
	var workers sync.WaitGroup
	next := make(chan int)
	for range 2 {
		workers.Go(func() {
			for i := range next {
				do(i, rand.New(rand.NewPCG(*harness.Seed, uint64(i))))
			}
		})
	}
	for i := range cases {
		next <- i
	}
	close(next)
	workers.Wait()
}

// replay prints, when t fails, how to run it again.
func replay(t *testing.T) {
	t.Helper()
	t.Logf("seed %d; replay: go test -tags chaos ./cmd/slhmc/internal/root -run '^%s$' -timeout 0 -slhmc.seed=%d", *harness.Seed, t.Name(), *harness.Seed)
}

// firstLine is what of stderr fits into a log.
func firstLine(s string) string {
	line, _, _ := bytes.Cut([]byte(s), []byte("\n"))
	return string(line)
}

// tail keeps the first bytes of what a command tells.
type tail struct{ b bytes.Buffer }

func (w *tail) Write(b []byte) (int, error) {
	if w.b.Len() < 4096 {
		w.b.Write(b)
	}
	return len(b), nil
}

func (w *tail) String() string { return w.b.String() }

func mkdir(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o777))
}

func remove(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, os.RemoveAll(dir))
}
