package measure

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/group"
)

// copyFile copies within dir.
func copyFile(t *testing.T, dir, from, to string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, from))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, to), b, 0o666))
}

// names returns the files of results.
func names(results []measured) (all []string) {
	for _, m := range results {
		all = append(all, m.File)
	}
	return all
}

// While one command writes a file of results, a second one is refused, names the first
// and leaves the file as it is.
func TestMeasureLocksItsResults(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Configuration(t, dir, "u.ildg", group.SU2, 4, 4)
	lock, err := rundir.AcquireFile(filepath.Join(dir, "results"))
	require.NoError(t, err)
	o := harness.Run(t, dir, "measure", "u.ildg", "--out", "results")
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Contains(t, o.Stderr, fmt.Sprintf("results is in use by process %d on host ", os.Getpid()))
	assert.NoFileExists(t, filepath.Join(dir, "results"))
	require.NoError(t, lock.Release())
	harness.Done(t, dir, "measure", "u.ildg", "--out", "results")
}

// A file is known by what it holds: replaced under its name it is measured anew; by
// another name, spelling or link it has its numbers, noise included, and is not measured
// again. One file counts once; two of the same content are two.
func TestMeasureKnowsContent(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Configuration(t, dir, "x.ildg", group.SU2, 4, 4)
	harness.Configuration(t, dir, "other.ildg", group.SU3, 4, 4)
	args := func(files ...string) []string {
		return append(files, "-w", "plaquette,condensate", "--noise", "3", "--out", "results")
	}
	lines := func() int { return strings.Count(harness.Content(t, dir, "results"), `"file"`) }
	first := measure(t, dir, args("x.ildg")...)[0]
	require.Len(t, first.SHA256, 64)
	require.Equal(t, 1, lines())

	for _, spelling := range []string{"./x.ildg", filepath.Join(dir, "x.ildg")} {
		again := measure(t, dir, args(spelling)...)[0]
		assert.Equal(t, spelling, again.File)
		assert.Equal(t, first.Numbers, again.Numbers)
	}
	assert.Equal(t, 1, lines(), "nothing was measured")

	o := harness.Run(t, dir, append([]string{"measure", "--json"}, args("x.ildg", "./x.ildg")...)...)
	assert.Equal(t, rundir.ExitDone, o.Code)
	assert.Contains(t, o.Stderr, "./x.ildg is the file x.ildg: it counts once")
	assert.Equal(t, 1, strings.Count(o.Stdout, "\n"))

	copyFile(t, dir, "x.ildg", "copy.ildg")
	o = harness.Run(t, dir, append([]string{"measure", "--json"}, args("x.ildg", "copy.ildg")...)...)
	assert.Contains(t, o.Stderr, "x.ildg and copy.ildg have the same content: measured once, each of them counts")
	assert.Equal(t, 2, strings.Count(o.Stdout, "\n"))
	assert.Equal(t, 2, lines(), "by either name")
	assert.Equal(t, first.Numbers, measure(t, dir, "copy.ildg", "-w", "plaquette,condensate", "--noise", "3")[0].Numbers, "noise is of the content")

	copyFile(t, dir, "other.ildg", "x.ildg")
	anew := measure(t, dir, args("x.ildg")...)[0]
	assert.Equal(t, "SU(3)", anew.Group)
	assert.NotEqual(t, first.value(t, "plaquette"), anew.value(t, "plaquette"))
	assert.Equal(t, 3, lines())
	require.NoError(t, os.Remove(filepath.Join(dir, "x.ildg")))
	assert.Equal(t, anew, measure(t, dir, args("x.ildg")...)[0], "the last that had the name")
}

// Files of results that knew files by their names, and files that are none, are refused
// and left alone.
func TestMeasureRefusesOtherResults(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Configuration(t, dir, "u.ildg", group.SU2, 4, 4)
	old := `{"crc":"707ebaab","record":{"what":["plaquette","polyakov"],"flow":{"kind":"","time":1,"step":0.01},"quarks":{"mass":0.1,"tolerance":1e-10,"noise":10,"eigenvalues":10},"seed":1}}` + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "old"), []byte(old), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes"), []byte("mine"), 0o666))
	for file, want := range map[string]string{
		"old":   "old was written by another version of slhmc, which knew files by their names: choose another --out",
		"notes": "notes is no file of results: choose another --out",
	} {
		before := harness.Content(t, dir, file)
		o := harness.Run(t, dir, "measure", "u.ildg", "--out", file)
		assert.Equal(t, rundir.ExitUsage, o.Code)
		assert.Contains(t, o.Stderr, want)
		assert.Equal(t, before, harness.Content(t, dir, file))
	}
}

// A name that is not UTF-8 is a name: its results are found again, and what is printed is
// valid JSON.
func TestMeasureOddNames(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Configuration(t, dir, "u.ildg", group.SU2, 4, 4)
	odd := "o\xff\n.ildg"
	if err := os.Rename(filepath.Join(dir, "u.ildg"), filepath.Join(dir, odd)); err != nil {
		t.Skip("the file system has no such names: ", err)
	}
	for range 2 {
		assert.Equal(t, []string{`o\xff\x0a.ildg`}, names(measure(t, dir, odd, "--out", "results")))
	}
	assert.Equal(t, 1, strings.Count(harness.Content(t, dir, "results"), `"file"`))
}

// Files that cannot be measured, wherever they stand, are named; the others have their
// table; the exit code is 1. If none can, nothing is printed.
func TestMeasureGoesOn(t *testing.T) {
	dir := harness.Scratch(t)
	files := configurations(t, dir, 9)
	b, err := os.ReadFile(filepath.Join(dir, files[4]))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, files[4]), b[:len(b)/2], 0o666))
	list := append(slices.Clone(files), "absent.ildg", ".")
	o := harness.Run(t, dir, append([]string{"measure", "--quiet", "--out", "results"}, list...)...)
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Contains(t, o.Stdout, "8 files")
	assert.Contains(t, o.Stderr, "slhmc: format: c04.ildg: ")
	assert.Contains(t, o.Stderr, "absent.ildg: no such file")
	assert.Contains(t, o.Stderr, ".: not a regular file")
	assert.Contains(t, o.Stderr, "3 of 11 files could not be measured: c04.ildg, absent.ildg, .\n")
	assert.Equal(t, 8, strings.Count(harness.Content(t, dir, "results"), `"file"`))

	o = harness.Run(t, dir, "measure", files[4], "absent.ildg", "--csv")
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Empty(t, o.Stdout)

	// what the command line does wrong for one lattice is an error of it, and not for the others
	harness.Configuration(t, dir, "two.ildg", group.SU2, 4, 4)
	o = harness.Run(t, dir, "measure", files[0], "two.ildg", "-w", "eigenvalues", "--eigenvalues", "20", "--tolerance", "1e-6")
	assert.Equal(t, rundir.ExitUsage, o.Code)
	assert.Contains(t, o.Stdout, files[0])
	assert.Contains(t, o.Stderr, "two.ildg: eigenvalues: --eigenvalues 20")
}

// Lattices and groups have a table each, in JSON and CSV their names.
func TestMeasureMixedEnsembles(t *testing.T) {
	dir := harness.Scratch(t)
	var files []string
	for i := range 9 {
		for k, g := range []group.Group{group.SU2, group.SU3} {
			name := fmt.Sprintf("%c%d.ildg", 'a'+k, i)
			harness.Configuration(t, dir, name, g, 4, 4)
			files = append(files, name)
		}
	}
	harness.Configuration(t, dir, "c.ildg", group.SU2, 4, 2, 2)
	files = append(files, "c.ildg")
	o := harness.Done(t, dir, append([]string{"measure", "-w", "plaquette"}, files...)...)
	assert.Regexp(t, `^SU\(2\) on \[4 4\]\n9 files .*\nplaquette .*\nplaquette_time .*\n\nSU\(3\) on \[4 4\]\n9 files [^$]*\n\nSU\(2\) on \[4 2 2\]\nc.ildg\nplaquette `, o.Stdout)
	alone := harness.Done(t, dir, append([]string{"measure", "-w", "plaquette"}, files[0], files[2], files[4], files[6], files[8], files[10], files[12], files[14], files[16])...)
	assert.Contains(t, o.Stdout, alone.Stdout, "as if it were alone")

	o = harness.Done(t, dir, append([]string{"measure", "--csv", "-w", "plaquette"}, files...)...)
	assert.True(t, strings.HasPrefix(o.Stdout, "file,group,extents,plaquette,plaquette_time,plaquette_space\na0.ildg,SU(2),4x4,"), o.Stdout)
	m := measure(t, dir, "c.ildg")[0]
	assert.Equal(t, []any{"SU(2)", []int{4, 2, 2}}, []any{m.Group, m.Extents})
}

// Numbers in names are numbers; a list in which they go down is sorted, and that is said;
// one that only has several names for its parts is not.
func TestMeasureOrder(t *testing.T) {
	dir := harness.Scratch(t)
	for _, name := range []string{"n9", "n10", "n1", "b2", "b3"} {
		harness.Configuration(t, dir, name+".ildg", group.SU2, 4, 4)
	}
	list := func(args ...string) (order []string, stderr string) {
		o := harness.Done(t, dir, append([]string{"measure", "--json", "--quiet"}, args...)...)
		for d := json.NewDecoder(strings.NewReader(o.Stdout)); d.More(); {
			var m measured
			require.NoError(t, d.Decode(&m))
			order = append(order, strings.TrimSuffix(m.File, ".ildg"))
		}
		return order, o.Stderr
	}
	order, said := list("n1.ildg", "n10.ildg", "n9.ildg")
	assert.Equal(t, []string{"n1", "n9", "n10"}, order)
	assert.Contains(t, said, "n10.ildg stands before n9.ildg: the files are taken in natural order (--as-given keeps")
	order, said = list("n1.ildg", "n10.ildg", "n9.ildg", "--as-given")
	assert.Equal(t, []string{"n1", "n10", "n9"}, order)
	assert.Empty(t, said)
	order, said = list("n9.ildg", "n10.ildg", "b2.ildg", "b3.ildg")
	assert.Equal(t, []string{"n9", "n10", "b2", "b3"}, order)
	assert.Empty(t, said)
}

func TestNaturalOrder(t *testing.T) {
	sorted := []string{"", "1", "01", "2", "10", "a", "a1b2", "a1b10", "a2", "a18446744073709551616", "a18446744073709551617", "b", "ä1"}
	for i, a := range sorted {
		for j, b := range sorted {
			want := 0
			if i < j && a != b {
				want = -1
			} else if i > j {
				want = 1
			}
			if a == "01" && b == "1" || a == "1" && b == "01" {
				continue // some order
			}
			assert.Equal(t, want, natural(a, b), "%q %q", a, b)
		}
	}
	assert.Equal(t, []string{"", "12", "a", "3", ""}, append(numbered("12a3"), ""))
}

// Asked to stop, a measurement ends within a step of its flow or solve: exit 75 where
// results are kept, with those of the files before.
func TestMeasureIsInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be sent an interrupt")
	}
	dir := harness.Scratch(t)
	files := configurations(t, dir, 2)
	for name, args := range map[string][]string{
		"flow":       {"-w", "plaquette", "--flow", "wilson", "--flow-time", "100000", "--flow-step", ".1"},
		"adaptive":   {"-w", "plaquette", "--flow", "zeuthen", "--flow-time", "100000", "--flow-tolerance", "1e-14"},
		"noise":      {"-w", "condensate", "--noise", "1000000000"},
		"long smear": {"-w", "plaquette", "--smear", "hyp:0.75,0.6,0.3:maxretrx100000000"},
	} {
		for _, out := range []string{"", "results"} {
			arguments := append([]string{"measure", files[1], "--workers", "1"}, args...)
			if out != "" {
				arguments = append(arguments, "--out", name)
			}
			c := harness.Command(t, dir, arguments...)
			stderr, err := c.StderrPipe()
			require.NoError(t, err)
			require.NoError(t, c.Start())
			hung := time.AfterFunc(time.Minute, func() { _ = c.Process.Kill() })
			r := bufio.NewReader(stderr)
			line, err := r.ReadString('\n') // the last thing before the links are read
			require.NoError(t, err)
			assert.Contains(t, line, "of memory")
			signal := syscall.SIGTERM
			if out == "" {
				signal = syscall.SIGINT
			}
			require.NoError(t, c.Process.Signal(signal))
			rest, err := io.ReadAll(r)
			require.NoError(t, err)
			_ = c.Wait()
			hung.Stop()
			want := rundir.ExitFailed
			if out != "" {
				want = rundir.ExitResume
			}
			assert.Equal(t, want, c.ProcessState.ExitCode(), "%s: %s", name, rest)
			assert.Contains(t, string(rest), "after 0 of 1 files", name)
		}
	}
}

// What is told of a file, for all or behind its name, is part of what its result is kept
// by: the same bytes read as two lattices are two results.
func TestMeasureTold(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Configuration(t, dir, "u.ildg", group.SU2, 4, 2, 4, 2)
	harness.Done(t, dir, "convert", "u.ildg", "u.txt")
	args := func(file string, more ...string) []string {
		return append([]string{file, "-w", "plaquette,condensate", "--noise", "2", "--out", "results"}, more...)
	}
	first := measure(t, dir, args("u.txt@4x2x4x2@SU(2)")...)[0]
	assert.Equal(t, []int{4, 2, 4, 2}, first.Extents)
	again := measure(t, dir, args("u.txt", "-L", "4,2,4,2", "-N", "2")...)[0]
	assert.Equal(t, "u.txt", again.File)
	assert.Equal(t, first.Numbers, again.Numbers)
	assert.Equal(t, 1, strings.Count(harness.Content(t, dir, "results"), `"file"`), "told the same")
	other := measure(t, dir, args("u.txt@2x4x2x4@2")...)[0]
	assert.Equal(t, []int{2, 4, 2, 4}, other.Extents)
	assert.NotEqual(t, first.Numbers, other.Numbers)
	both := measure(t, dir, args("u.txt@4x2x4x2@2", "u.txt@2x4x2x4@2")...)
	assert.Equal(t, [][]number{first.Numbers, other.Numbers}, [][]number{both[0].Numbers, both[1].Numbers})
}
