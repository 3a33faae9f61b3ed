// Package harness lets tests run the whole command, and has what tests of several
// commands use. Only tests import it.
//
// A test binary is the command too, in a process of its own. For that its package has,
// in an external test package, as the command imports them all,
//
//	func TestMain(m *testing.M) { harness.Main(m, root.Execute) }
package harness

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/internal/rundir"
)

// asCommand makes the test binary be the command, in a process of its own.
const asCommand = "SLHMC_TEST_COMMAND"

// Seed is that of the moments at which tests kill runs: -slhmc.seed.
var Seed = flag.Uint64("slhmc.seed", 20263, "seed of the moments at which runs are killed")

// Main runs the tests of a package or, in a process that Command has made, the command:
// execute returns its exit code.
func Main(m *testing.M, execute func(args []string, stdout, stderr *os.File) int) {
	if os.Getenv(asCommand) != "" {
		os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// Scratch returns an empty folder in memory where the system has one, else on disk:
// what a run writes is synced again and again, and a test should not wait for that.
func Scratch(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "slhmc")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// Command returns slhmc with the given arguments, to be run in dir.
func Command(t testing.TB, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.Command(self, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), asCommand+"=1", "GORACE=atexit_sleep_ms=0") // the race detector's exit takes a second
	return c
}

// Outcome is what a command left.
type Outcome struct {
	Code           int
	Stdout, Stderr string
}

// Finish runs a command to its end, whatever its exit code.
func Finish(t testing.TB, c *exec.Cmd) Outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return Outcome{c.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// Run runs slhmc to its end, whatever its exit code.
func Run(t testing.TB, dir string, args ...string) Outcome {
	t.Helper()
	return Finish(t, Command(t, dir, args...))
}

// Done runs slhmc, which must succeed.
func Done(t testing.TB, dir string, args ...string) Outcome {
	t.Helper()
	o := Run(t, dir, args...)
	require.Equal(t, rundir.ExitDone, o.Code, "slhmc %s: %s", strings.Join(args, " "), o.Stderr)
	return o
}

// Little has arguments of slhmc run: the talk's system made small: two dimensions, a millisecond a trajectory.
var Little = []string{
	"--workers", "1",
	"--set", "lattice.extents=[4,4]", "--set", "quarks.flavours=2", "--set", "hmc.steps=3", "--set", "training.rate=0.001",
	"--set", "run.thermalise=10", "--set", "run.train=20", "--set", "run.hmc=30", "--set", "run.slhmc=30", "--set", "run.checkpoint_every=8",
}

// With returns slhmc run with a list of arguments and more.
func With(list []string, more ...string) []string {
	return append(append([]string{"run"}, list...), more...)
}
