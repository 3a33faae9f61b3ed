package bench

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/bench"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
)

// bench run prints a table and writes a record, which bench compare judges with
// its three exit codes.
func TestBenchRunAndCompare(t *testing.T) {
	dir := harness.Scratch(t)
	ran := harness.Done(t, dir, "bench", "run", "--samples", "8", "--visits", "1", "--time", "1us", "--only", "staggered-dslash/SU3/L=4/double", "--out", "new.txt")
	assert.Contains(t, ran.Stdout, "staggered-dslash/SU3/L=4/double/workers=1")
	assert.Contains(t, ran.Stdout, "roofline-peak")
	assert.Contains(t, ran.Stderr, "round 8 of 8")
	text, err := os.ReadFile(filepath.Join(dir, "new.txt"))
	require.NoError(t, err)
	assert.Contains(t, string(text), "kernels: ")

	recorded, err := os.ReadFile(harness.Checkout(t, "bench/testdata/recorded.txt"))
	require.NoError(t, err)
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	write("old.txt", string(recorded))
	harness.Done(t, dir, "bench", "compare", "old.txt", "old.txt")

	write("allocates.txt", strings.ReplaceAll(string(recorded), " 0 allocs/op", " 1 allocs/op"))
	worse := harness.Run(t, dir, "bench", "compare", "old.txt", "allocates.txt")
	assert.Equal(t, rundir.ExitFailed, worse.Code)
	assert.Contains(t, worse.Stdout, "MORE")
	assert.Contains(t, worse.Stderr, "allocates.txt is worse than old.txt in 8 respects")

	write("elsewhere.txt", strings.ReplaceAll(string(recorded), "cores: ", "cores: 9"))
	write("others.txt", strings.ReplaceAll(string(recorded), "BenchmarkCases/", "BenchmarkCases/other-"))
	write("empty.txt", "goos: linux\n")
	for name, want := range map[string]string{"elsewhere.txt": "not comparable", "missing.txt": "missing.txt", "others.txt": "no case in common", "empty.txt": "no line of a case"} {
		no := harness.Run(t, dir, "bench", "compare", "old.txt", name)
		assert.Equal(t, rundir.ExitUsage, no.Code, name)
		assert.Contains(t, no.Stderr, want)
		assert.Empty(t, no.Stdout)
	}
	for _, args := range [][]string{{"--set", "long"}, {"--only", "("}, {"--only", "nothing"}, {"--samples", "0"}, {"--visits", "0"}, {"--time", "0s"}, {"--baseline"}, {"--baseline", "--out", "x"}} {
		assert.Equal(t, rundir.ExitUsage, harness.Run(t, dir, append([]string{"bench", "run"}, args...)...).Code, args)
	}
}

// Pictures go beside each other, and a baseline's history is that of git.
func TestBenchPlotAndHistory(t *testing.T) {
	recorded, err := os.ReadFile(harness.Checkout(t, "bench/testdata/recorded.txt"))
	require.NoError(t, err)
	dir := harness.Scratch(t)
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	}
	write("rec.txt", string(recorded))
	ran := harness.Done(t, dir, "bench", "plot", "rec.txt", "--out", "pictures")
	for _, name := range []string{"pictures/rec-roofline.svg", "pictures/rec-volume.svg", "pictures/rec.html"} {
		assert.Contains(t, ran.Stdout, name)
		assert.FileExists(t, filepath.Join(dir, name))
	}
	assert.Contains(t, ran.Stdout, "no picture of the cost against workers")
	assert.NotContains(t, ran.Stdout, "against volume")
	assert.Equal(t, rundir.ExitUsage, harness.Run(t, dir, "bench", "plot", "none.txt").Code)

	git := func(args ...string) {
		t.Helper()
		c := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.org"}, args...)...)
		c.Dir = dir
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	git("init", "-q")
	const name = "staggered-dslash/SU3/L=8/double/workers=1"
	git("commit", "-q", "--allow-empty", "-m", "first")
	assert.Equal(t, rundir.ExitUsage, harness.Run(t, dir, "bench", "history", "--machine", "m", name).Code)
	for _, cpu := range []string{"cpu: a", "cpu: b"} {
		write("bench/baselines/m.txt", strings.Replace(string(recorded), "cpu: ", cpu, 1))
		git("add", "bench")
		git("commit", "-q", "-m", cpu)
	}
	ran = harness.Done(t, dir, "bench", "history", "--machine", "m", "--out", "h.svg", name)
	assert.Equal(t, 4, strings.Count(ran.Stdout, "\n"), "a header, two commits, the picture")
	assert.Contains(t, ran.Stdout, "+0.0%")
	assert.FileExists(t, filepath.Join(dir, "h.svg"))
	assert.Equal(t, rundir.ExitUsage, harness.Run(t, dir, "bench", "history", "--machine", "m", "none").Code)
	assert.Contains(t, harness.Run(t, dir, "bench", "history", "--machine", "x", name).Stderr, "bench/baselines/m.txt")

	// a baseline names its commit, which nothing differs from
	baseline := []string{"bench", "run", "--baseline", "--samples", "4", "--visits", "1", "--time", "1us", "--only", "staggered-dslash/SU3/L=4/double"}
	harness.Done(t, dir, baseline...)
	m, err := bench.ThisMachine()
	require.NoError(t, err)
	rec, err := bench.ReadFile(filepath.Join(dir, "bench", "baselines", m.Key()+".txt"))
	require.NoError(t, err)
	head, err := exec.Command("git", "-C", dir, "rev-parse", "HEAD").Output()
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, rec.Write(&text))
	assert.Contains(t, text.String(), "commit: "+string(head))
	write("bench/baselines/m.txt", "changed")
	refused := harness.Run(t, dir, baseline...)
	assert.Equal(t, rundir.ExitUsage, refused.Code)
	assert.Contains(t, refused.Stderr, "bench/baselines/m.txt")
}

// Where there is nothing to compare with, the gate says so and passes nobody.
func TestBenchGateWithoutBase(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	t.Setenv("BENCH_BASE", "")
	dir := harness.Scratch(t)
	for _, args := range [][]string{{"init", "-q"}, {"-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "--allow-empty", "-m", "only"}} {
		c := exec.Command("git", args...)
		c.Dir = dir
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	for _, args := range [][]string{nil, {"--base", "elsewhere"}, {"--rounds", "0"}, {"--limit", "0s"}} {
		none := harness.Run(t, dir, append([]string{"bench", "gate"}, args...)...)
		assert.Equal(t, rundir.ExitUsage, none.Code, args)
		assert.Empty(t, none.Stdout)
		if len(args) == 0 || args[0] == "--base" {
			assert.Contains(t, none.Stderr, "nothing is judged")
		}
	}
}
