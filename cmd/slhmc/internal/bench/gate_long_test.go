//go:build long

package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
)

// The gate passes a checkout that is its own base, and names each of three things
// that are planted in it: an allocation, iterations of a solver, instructions.
func TestLongGate(t *testing.T) {
	root, err := git("rev-parse", "--show-toplevel")
	require.NoError(t, err)
	dir := filepath.Join(harness.Scratch(t), "checkout")
	out, err := exec.Command("git", "clone", "-q", strings.TrimSpace(root), dir).CombinedOutput()
	require.NoError(t, err, "%s", out)
	gate := func(extra ...string) harness.Outcome {
		return harness.Run(t, dir, append([]string{"bench", "gate", "--base", "HEAD", "--rounds", "1", "--limit", "6m"}, extra...)...)
	}
	valgrind := true
	if _, err := exec.LookPath("valgrind"); err != nil {
		t.Log("no valgrind: instructions are not looked at")
		valgrind = false
	}
	same := gate()
	require.Equal(t, rundir.ExitDone, same.Code, same.Stderr)
	assert.Contains(t, same.Stdout, "counts are equal")
	assert.Equal(t, valgrind, strings.Contains(same.Stdout, "instructions/op"))

	const apply = "	d.hop(dst, 1, src, d.mass, src, lattice.All, false)\n"
	for _, p := range []struct {
		file, old, new string
		callgrind      bool
		want           string
	}{
		{"physics/dirac/staggered.go", apply, apply + "	d.double.buf, d.double.half = lattice.HaloBuffers{}, d.double.half.Like()\n", false, "allocs/op"},
		{"physics/solver/mixed.go", "reduction = 1e-4", "reduction = 1e-1", false, "iterations/op"},
		{"physics/dirac/staggered.go", apply, apply + apply, true, "instructions/op"},
	} {
		if p.callgrind && !valgrind {
			continue
		}
		path := filepath.Join(dir, p.file)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, 1, strings.Count(string(text), p.old), p.file)
		require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), p.old, p.new, 1)), 0o666))
		var extra []string
		if !p.callgrind {
			extra = append(extra, "--callgrind=false")
		}
		caught := gate(extra...)
		assert.Equal(t, rundir.ExitFailed, caught.Code, caught.Stderr)
		found := false
		for line := range strings.Lines(caught.Stdout) {
			found = found || strings.HasPrefix(line, "MORE") && strings.Contains(line, p.want)
		}
		assert.True(t, found, "%s is planted: %s", p.want, caught.Stdout)
		require.NoError(t, os.WriteFile(path, text, 0o666))
	}
}
