package files

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/gaugefile"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/format"
	"github.com/slhmc/slhmc/physics/group"
)

// caseFile copies a file that users of other codes ran into; the test is skipped if
// the folder is absent.
func caseFile(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(harness.Shared(t, "cases", name))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o666))
	return name
}

// infoOf returns what slhmc info says as JSON.
func infoOf(t *testing.T, dir string, args ...string) (i info) {
	t.Helper()
	o := harness.Done(t, dir, append([]string{"info", "--json"}, args...)...)
	require.NoError(t, json.Unmarshal([]byte(o.Stdout), &i))
	return i
}

// The files of the field are read, all to the links that they hold.
func TestFieldCases(t *testing.T) {
	dir := harness.Scratch(t)
	right := infoOf(t, dir, caseFile(t, dir, "case00-reference.nersc"))
	require.InDelta(t, .619958793293, right.Plaquette, 6e-13)
	for name, c := range map[string]struct {
		note string
		off  float64 // of the plaquette: rounding of single precision
	}{
		"case02-mu-slowest.npy":          {"axes mu,t,z,y,x, decided by the plaquette", 0},
		"case06-antiperiodic.nersc":      {"", 0},
		"case07-single-in-double.ildg":   {"links of single precision in 64 bits: off by up to 8.5e-08", 1e-9},
		"case10-lime-version0.ildg":      {"LIME version 0", 0},
		"case13-two-blank-lines.nersc":   {"", 0},
		"case14-zeros-at-end.ildg":       {"512 zero bytes behind the last record", 0},
		"case14-latin1.ildg":             {"", 0},
		"case08-good.nersc":              {"", 0},
		"case16-su2-data-says-su3.nersc": {"", 0},
	} {
		args := []string{caseFile(t, dir, name)}
		if strings.HasPrefix(name, "case16") {
			assert.Contains(t, harness.Run(t, dir, "info", name).Stderr, "those of SU(2) would")
			i := infoOf(t, dir, name, "-N", "2")
			assert.InDelta(t, .768630256592, i.Plaquette, 6e-13)
			assert.Equal(t, []string{"told SU(2); the header says SU(3)"}, i.Notes)
			assert.Equal(t, infoOf(t, dir, name+"@2").Plaquette, i.Plaquette)
			continue
		}
		i := infoOf(t, dir, args...)
		assert.InDelta(t, right.Plaquette, i.Plaquette, c.off+1e-14, name)
		assert.Equal(t, []int{4, 2, 2, 4}, i.Extents, name)
		assert.Contains(t, strings.Join(i.Notes, ";"), c.note, name)
		assert.Empty(t, i.Accepted, name)
		if name == "case06-antiperiodic.nersc" {
			assert.Equal(t, []string{"PERIODIC", "PERIODIC", "PERIODIC", "ANTIPERIODIC"}, i.Boundary)
			assert.Contains(t, harness.Done(t, dir, "info", name).Stdout, "PERIODIC, ANTIPERIODIC  (of the quarks; links are periodic)")
		}
	}
	o := harness.Run(t, dir, "info", caseFile(t, dir, "case08-cut.ildg"), "--accept", gaugefile.Promises())
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Contains(t, o.Stderr, "claims 36864 bytes")

	// Single precision in 64 bits is written in 64 bits once it is back in the group.
	o = harness.Done(t, dir, "convert", "case07-single-in-double.ildg", "seven.nersc")
	assert.Contains(t, o.Stderr, "links of 64 bits, off by up to 8.5e-08, have been brought back to SU(3)")
	seven := infoOf(t, dir, "seven.nersc")
	assert.InDelta(t, right.Plaquette, seven.Plaquette, 1e-9)
	assert.Less(t, seven.Unitarity, 1e-14)
	assert.Contains(t, strings.Join(seven.Remarks, ";"), "have been brought back")
}

// What is broken is read by its word, said in text and JSON, and goes with the links.
func TestAcceptBroken(t *testing.T) {
	dir := harness.Scratch(t)
	u := harness.Configuration(t, dir, "good.nersc", group.SU3, 2, 2, 2, 4)
	b, err := os.ReadFile(filepath.Join(dir, "good.nersc"))
	require.NoError(t, err)
	text := strings.Replace(strings.Replace(string(b), "PLAQUETTE = ", "PLAQUETTE = 0", 1), "CHECKSUM = ", "CHECKSUM = 1+", 1)
	text = strings.Replace(text, "PLAQUETTE = 0", "PLAQUETTE = 1", 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad.nersc"), []byte(text), 0o666))

	for args, want := range map[string]string{
		"info bad.nersc":                       "(--accept checksum reads it all the same); it breaks in all: checksum,plaquette",
		"info bad.nersc --accept checksum":     "(--accept plaquette reads it all the same)",
		"convert bad.nersc x.ildg":             "(--accept checksum reads it all the same)",
		"measure bad.nersc":                    "(--accept checksum reads it all the same)",
		"info bad.nersc --accept trace,header": "(--accept checksum",
	} {
		o := harness.Run(t, dir, strings.Fields(args)...)
		assert.Equal(t, rundir.ExitFailed, o.Code, args)
		assert.Contains(t, o.Stderr, want, args)
	}
	for args, want := range map[string]string{
		"info bad.nersc --accept sums":   `--accept: format: unknown promise "sums" (allowed: checksum, plaquette, trace, unitarity, header, flags)`,
		"convert bad.nersc x --accept ,": `--accept: format: unknown promise ""`,
		"measure bad.nersc --accept all": `--accept: format: unknown promise "all"`,
		"info bad.nersc --axes t,x,y,mu": "--axes: format: unknown axes",
		"info bad.nersc@2x2xa":           `bad.nersc@2x2xa: no such file, and behind an @: "a" is not a number of sites`,
		"info bad.nersc@so3":             "behind an @: group: unknown gauge group",
		"info good.nersc -L 2x2x2xb":     `--extents 2x2x2xb: "b" is not a number of sites (allowed: as in 4,4,4,8 or 4x4x4x8)`,
		"info good.nersc -L 2x2x2x2x2":   "5 directions (allowed: 2 … 4)",
	} {
		o := harness.Run(t, dir, strings.Fields(args)...)
		assert.Equal(t, rundir.ExitUsage, o.Code, args)
		assert.Contains(t, o.Stderr, want, args)
	}
	accept := []string{"--accept", "checksum,plaquette,header"}
	i := infoOf(t, dir, append(accept, "bad.nersc")...)
	require.Len(t, i.Accepted, 2)
	assert.Equal(t, "checksum", i.Accepted[0].Promise)
	assert.Equal(t, "plaquette", i.Accepted[1].Promise)
	o := harness.Done(t, dir, append(accept, "info", "bad.nersc")...)
	assert.Regexp(t, `(?m)^accepted +plaquette: byte \d+: plaquette 1`, o.Stdout)
	assert.Empty(t, infoOf(t, dir, append(accept, "good.nersc")...).Accepted)

	for _, name := range []string{"x.ildg", "x.scidac", "x.nersc", "x.npy", "x.milc"} {
		o := harness.Done(t, dir, append(accept, "convert", "bad.nersc", name)...)
		assert.Contains(t, o.Stderr, "note: accepted plaquette: byte ", name)
		k, err := format.ParseKind(strings.TrimPrefix(filepath.Ext(name), "."))
		require.NoError(t, err)
		if k.HoldsText() {
			assert.Contains(t, strings.Join(infoOf(t, dir, name).Remarks, ";"), "accepted when read: plaquette: ", name)
		} else {
			assert.Contains(t, o.Stdout, name+", which has no room to say it: accepted when read: plaquette: ", name)
		}
	}
	// It is handed on.
	harness.Done(t, dir, "convert", "x.ildg", "y.nersc")
	assert.Contains(t, harness.Done(t, dir, "info", "y.nersc").Stdout, "accepted when read: plaquette: ")
	o = harness.Done(t, dir, append(accept, "measure", "bad.nersc")...)
	assert.Contains(t, o.Stdout, "note: bad.nersc: accepted plaquette: ")
	o = harness.Done(t, dir, append(accept, "measure", "bad.nersc", "--json")...)
	assert.Contains(t, o.Stdout, `"notes":["accepted checksum: `)
	o = harness.Done(t, dir, append(accept, "measure", "bad.nersc", "--csv")...)
	assert.Contains(t, o.Stderr, "note: bad.nersc: accepted plaquette: ")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "worse.nersc"), []byte(strings.Replace(text, "ENSEMBLE_ID = unknown", "ENSEMBLE_ID = anything", 1)), 0o666))
	o = harness.Done(t, dir, append(accept, "measure", "bad.nersc", "worse.nersc", "--out", "results")...)
	assert.Contains(t, o.Stdout, "note: bad.nersc: accepted plaquette: ")
	// What was accepted is part of how a file was read.
	o = harness.Run(t, dir, "measure", "bad.nersc", "--out", "results")
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Contains(t, o.Stderr, "(--accept checksum")
	_ = u
}

// Links that are off are put back by --project up to 1e-4, and written as they are by
// --accept unitarity.
func TestConvertProject(t *testing.T) {
	dir := harness.Scratch(t)
	for n, c := range map[string]struct {
		off float64
		ok  bool
	}{"near.ildg": {2e-5, true}, "far.ildg": {2e-4, false}} {
		u := harness.Configuration(t, dir, "u.ildg", group.SU3, 2, 2, 2, 4)
		m := u.Group().NewMatrix()
		u.At(m, []int{1, 0, 1, 2}, 3)
		for k := range 3 {
			m[k] *= complex(1+c.off, 0)
		}
		u.Set([]int{1, 0, 1, 2}, 3, m)
		require.NoError(t, format.Write(filepath.Join(dir, n), u, format.Encoding{Accept: []format.Promise{format.PromiseUnitarity}}))
		o := harness.Run(t, dir, "convert", n, n+".nersc")
		assert.Equal(t, rundir.ExitFailed, o.Code)
		assert.Contains(t, o.Stderr, "link in direction 3 at site [1 0 1 2]: not in SU(3): off by ")
		assert.Contains(t, o.Stderr, "(--accept unitarity reads it all the same)")
		o = harness.Run(t, dir, "convert", "--project", n, n+".nersc")
		if c.ok {
			assert.Equal(t, rundir.ExitDone, o.Code)
			assert.Contains(t, o.Stderr, "off by up to 4e-05, have been brought back to SU(3)")
			assert.Less(t, infoOf(t, dir, n+".nersc").Unitarity, 1e-14)
		} else {
			assert.Equal(t, rundir.ExitFailed, o.Code)
			assert.Contains(t, o.Stderr, "not in SU(3): off by 0.0004")
			assert.Contains(t, o.Stderr, "--project allows 1e-04")
			assert.NoFileExists(t, filepath.Join(dir, n+".nersc"))
		}
		harness.Done(t, dir, "convert", "--accept", "unitarity", n, n+".scidac")
		o = harness.Run(t, dir, "info", n+".scidac")
		assert.Contains(t, o.Stderr, "not in SU(3)")
		i := infoOf(t, dir, n+".scidac", "--accept", "unitarity")
		assert.InDelta(t, 2*c.off, i.Unitarity, 1e-7)
		assert.Contains(t, i.Remarks[0], "accepted when read: unitarity: ")
	}
}

// Names may tell the shape of one file each, and hold an @ themselves.
func TestFileAtShape(t *testing.T) {
	dir := harness.Scratch(t)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "a@b"), 0o777))
	harness.Configuration(t, dir, "u.txt", group.SU3, 2, 2, 4, 2)
	harness.Configuration(t, dir, "a@b/v@x.bin", group.SU2, 2, 4)
	for _, name := range []string{"u.txt@2x2x4x2@SU(3)", "u.txt@2,2,4,2@3", "u.txt@SU(3)@2X2X4X2", "u.txt@su3@2x2x4x2"} {
		i := infoOf(t, dir, name)
		assert.Equal(t, "SU(3)", i.Group, name)
		assert.Equal(t, []int{2, 2, 4, 2}, i.Extents, name)
	}
	o := harness.Done(t, dir, "info", "-L", "2x4", "-N", "2", "u.txt@2x2x4x2@SU(3)", "a@b/v@x.bin")
	assert.Contains(t, o.Stdout, "[2 2 4 2]")
	assert.Contains(t, o.Stdout, "[2 4]")
	harness.Done(t, dir, "convert", "u.txt@2x2x4x2@3", "u.npy")
	assert.Contains(t, harness.Done(t, dir, "measure", "u.txt@2x2x4x2@3", "--json").Stdout, `"plaquette"`)
}

// Files that are compressed, of unusual names, or none at all.
func TestUnusualFiles(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Configuration(t, dir, "u.nersc", group.SU2, 2, 4)
	b, err := os.ReadFile(filepath.Join(dir, "u.nersc"))
	require.NoError(t, err)
	w, err := os.Create(filepath.Join(dir, "u.nersc.gz"))
	require.NoError(t, err)
	z := gzip.NewWriter(w)
	_, err = z.Write(b)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, w.Close())
	assert.Contains(t, harness.Done(t, dir, "info", "u.nersc.gz").Stdout, "NERSC, compressed by gzip")
	assert.Equal(t, "gzip", infoOf(t, dir, "u.nersc.gz").Packed)

	name := "u\xff.nersc"
	if os.WriteFile(filepath.Join(dir, name), b, 0o666) == nil { // not on every system
		i := infoOf(t, dir, name)
		assert.Equal(t, `u\xff.nersc`, i.File)
		assert.Contains(t, harness.Done(t, dir, "info", name).Stdout, `u\xff.nersc`)
		harness.Done(t, dir, "convert", name, "v\xff.ildg")
	}
	for _, args := range []string{"convert u.nersc . --force -f ildg", "convert u.nersc " + os.DevNull + " --force -f ildg"} {
		o := harness.Run(t, dir, strings.Fields(args)...)
		assert.Equal(t, rundir.ExitUsage, o.Code, args)
		assert.Contains(t, o.Stderr, "is not a regular file: it is not written over", args)
	}
	o := harness.Run(t, dir, "info", ".")
	assert.Contains(t, o.Stderr, "not a regular file")
}

// What a killed conversion left goes with the next one into the folder, and nothing
// else.
func TestConvertKilled(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only there is it certain that a process has ended")
	}
	dir := harness.Scratch(t)
	harness.Configuration(t, dir, "u.ildg", group.SU3, 8, 8, 8, 8)
	other := filepath.Join(dir, ".slhmc-abc.tmp")
	require.NoError(t, os.WriteFile(other, []byte("of another program"), 0o666))
	left := func() (names []string) {
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".slhmc-") && e.Name() != ".slhmc-abc.tmp" {
				names = append(names, e.Name())
			}
		}
		return names
	}
	for try := 0; len(left()) == 0 && try < 20; try++ { // it may be faster than its killer
		c := harness.Command(t, dir, "convert", "--force", "u.ildg", "v.txt")
		require.NoError(t, c.Start())
		ended := make(chan struct{})
		go func() {
			_ = c.Wait() // killed or done
			close(ended)
		}()
		for running := true; running; {
			select {
			case <-ended:
				running = false
			default:
				if len(left()) > 0 {
					_ = c.Process.Kill()
					<-ended
					running = false
				}
			}
		}
	}
	require.NotEmpty(t, left())
	harness.Done(t, dir, "convert", "--force", "u.ildg", "w.nersc")
	assert.Empty(t, left())
	assert.FileExists(t, other)
}
