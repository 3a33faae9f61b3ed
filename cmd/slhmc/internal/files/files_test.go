package files

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/group"
)

func TestInfo(t *testing.T) {
	dir := harness.Scratch(t)
	o := harness.Done(t, dir, "info", harness.Data(t, "toolbox/nersc.l8t4b3360"))
	for _, want := range []string{"NERSC", "[8 8 8 4]", "SU(3)", "64 bits, big endian", "b379560a  (header and data)", "(header: 0.5038664469)", "0.005406083858"} {
		assert.Contains(t, o.Stdout, want)
	}
	var i info
	o = harness.Done(t, dir, "info", "--json", harness.Data(t, "julia/su2_4444.ildg"), harness.Data(t, "milc/lat.sample.l4444"))
	d := json.NewDecoder(strings.NewReader(o.Stdout))
	require.NoError(t, d.Decode(&i))
	assert.True(t, i.Inferred)
	assert.Equal(t, "SU(2)", i.Group)
	assert.InDelta(t, .668474886835987, i.Plaquette, 1e-14)
	i = info{}
	require.NoError(t, d.Decode(&i))
	assert.Equal(t, info{
		File: i.File, Format: "MILC", Extents: []int{4, 4, 4, 4}, Group: "SU(3)", Precision: 32, ByteOrder: "little", Rows: 3,
		Checksum: "2352c05 d137321d", Plaquette: i.Plaquette, Unitarity: i.Unitarity,
	}, i)
	o = harness.Done(t, dir, "info", "--extents", "4,4,2,2", "--group", "3", harness.Data(t, "julia/su3_4422_domainwall.ildg"))
	assert.Contains(t, o.Stdout, "0.583296079127")
}

// A file that lies does not keep others from being looked at.
func TestInfoRefuses(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Configuration(t, dir, "good.nersc", group.SU2, 4, 4)
	b, err := os.ReadFile(filepath.Join(dir, "good.nersc"))
	require.NoError(t, err)
	b[len(b)-1] ^= 1
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad.nersc"), b, 0o666))
	o := harness.Run(t, dir, "info", "bad.nersc", "good.nersc")
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Contains(t, o.Stderr, "slhmc: format: bad.nersc: byte ")
	assert.Contains(t, o.Stderr, "checksum")
	assert.Contains(t, o.Stdout, "good.nersc")
	assert.NotContains(t, o.Stdout, "bad.nersc")
}

// There and back again, through every format that holds the field: the same bytes.
func TestConvert(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Configuration(t, dir, "u.ildg", group.SU3, 4, 2, 2, 4)
	first, err := os.ReadFile(filepath.Join(dir, "u.ildg"))
	require.NoError(t, err)
	last := "u.ildg"
	for _, name := range []string{"u.nersc", "u.npy", "u.txt", "u.openqcd", "u.scidac", "u.bin", "v.ildg"} {
		o := harness.Done(t, dir, "convert", last, name, "--extents", "4,2,2,4", "--group", "SU(3)")
		assert.Contains(t, o.Stdout, name+": ")
		assert.Empty(t, o.Stderr)
		last = name
	}
	again, err := os.ReadFile(filepath.Join(dir, last))
	require.NoError(t, err)
	assert.Equal(t, first, again)

	// Single precision, and from it to double.
	o := harness.Done(t, dir, "convert", "u.ildg", "u.milc", "--byte-order", "big")
	assert.Contains(t, o.Stderr, "reals of 64 bits are rounded to 32")
	o = harness.Done(t, dir, "convert", "u.milc", "w", "--format", "nersc", "--rows", "2")
	assert.Contains(t, o.Stdout, "w: NERSC, SU(3) on [4 2 2 4] in 32 bits")
	assert.Empty(t, o.Stderr)
	o = harness.Done(t, dir, "convert", "w", "w.ildg", "--precision", "64")
	assert.Contains(t, o.Stderr, "have been brought back to SU(3)")
	harness.Done(t, dir, "info", "w", "w.ildg")
}

func TestFilesUsage(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Configuration(t, dir, "u.ildg", group.SU2, 4, 4)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "u.txt"), []byte("1\n0\n"), 0o666))
	for args, want := range map[string]string{
		"info u.txt":                            "u.txt: Bridge++ text does not say its extents and group: give --extents and --group",
		"measure u.txt":                         "u.txt: Bridge++ text does not say its extents and group: give --extents and --group",
		"info":                                  "slhmc info: requires at least 1 arg(s)",
		"info u.ildg -L 4,a":                    `--extents 4,a: "a" is not a number of sites`,
		"info u.ildg -L 4":                      "1 directions (allowed: 2 … 4)",
		"info u.ildg -N 99":                     "--group: group: SU(99) is not offered",
		"info u.ildg -N so3":                    `--group: group: unknown gauge group "so3"`,
		"convert u.ildg":                        "slhmc convert: accepts 2 arg(s), received 1",
		"convert u.ildg v.lat":                  `no format has the extension "lat" (allowed: ildg,`,
		"convert u.ildg v -f lat":               `unknown format "lat" (allowed: ildg,`,
		"convert u.ildg v.milc -p 64":           "--precision 64 (allowed for MILC: [32])",
		"convert u.ildg v.npy --byte-order any": "--byte-order any (allowed: big, little)",
		"convert u.ildg u.ildg":                 "u.ildg exists (--force writes over it)",
	} {
		o := harness.Run(t, dir, strings.Fields(args)...)
		assert.Equal(t, rundir.ExitUsage, o.Code, args)
		assert.Contains(t, o.Stderr, want, args)
	}
	for args, want := range map[string]string{
		"info nothing.ildg":             "nothing.ildg: no such file",
		"info u.ildg -L 4,8":            "SU(2) links of extents [4 8] in 64 bits do not fill the 2048 bytes of the data: so it was told, the header says SU(2) on [4 4]",
		"convert u.ildg v.openqcd":      "openQCD holds [SU(3)] in 4 dimensions, not SU(2) on [4 4]",
		"convert u.ildg v.npy --rows 1": "NumPy with 1 rows",
	} {
		o := harness.Run(t, dir, strings.Fields(args)...)
		assert.Equal(t, rundir.ExitFailed, o.Code, args)
		assert.Contains(t, o.Stderr, want, args)
	}
	harness.Done(t, dir, "convert", "u.ildg", "u.ildg", "--force")
}
