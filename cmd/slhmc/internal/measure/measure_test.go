package measure

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/group"
)

// measure runs the command with --json and returns the results.
func measure(t *testing.T, dir string, args ...string) (results []measured) {
	t.Helper()
	o := harness.Done(t, dir, append([]string{"measure", "--json", "--quiet", "--workers", "1"}, args...)...)
	d := json.NewDecoder(strings.NewReader(o.Stdout))
	for d.More() {
		var m measured
		require.NoError(t, d.Decode(&m))
		results = append(results, m)
	}
	return results
}

func (m *measured) value(t *testing.T, name string) float64 {
	t.Helper()
	n, ok := m.find(name)
	require.True(t, ok, name)
	return float64(n.Value)
}

// Numbers of other codes by way of the command: values.json to its 1e-9, stout layers
// included, and the flow of Bridge++ to all its digits.
func TestMeasureOfOtherCodes(t *testing.T) {
	dir := harness.Scratch(t)
	file := harness.Data(t, "julia/su3_4444_testconf.txt")
	m := measure(t, dir, file, "-w", "plaquette,rectangle,polyakov,charge,pion", "--mass", ".5", "--tolerance", "1e-12")[0]
	for name, want := range map[string]float64{
		"plaquette": .587818337847024, "rectangle": .3714647106838029,
		"polyakov_trace": .5255246068616177, "polyakov_trace_im": -.15140850971249725,
		"charge_plaquette": -.273096012640026, "charge_clover": -.027164585971546026,
		"pion[0]": 1.5469594183694004, "pion[1]": .32645894689895805, "pion[2]": .08634701391893475, "pion[3]": .3047023125185546,
	} {
		assert.InEpsilon(t, want, m.value(t, name), 1e-9, name)
	}
	m = measure(t, dir, file, "-w", "plaquette", "--smear", "stout:0.1x2")[0]
	assert.InEpsilon(t, .9274425360431038, m.value(t, "plaquette"), 1e-9)

	m = measure(t, dir, harness.Data(t, "bridgepp/conf_04040408.txt.gz"), "-L", "4,4,4,8", "-N", "3", "--flow", "wilson", "--flow-time", ".04", "--plot", "flow.svg")[0]
	last := m.Flow[len(m.Flow)-1]
	require.Len(t, m.Flow, 5)
	assert.InEpsilon(t, .0154888237555128, .04*.04*float64(last.EnergyPlaquette), 1e-12)
	assert.InDelta(t, .04, float64(last.Time), 1e-15)
	harness.WellFormed(t, filepath.Join(dir, "flow.svg"))
}

// configurations writes n small ones.
func configurations(t *testing.T, dir string, n int) (files []string) {
	for i := range n {
		name := fmt.Sprintf("c%02d.ildg", i)
		harness.Configuration(t, dir, name, group.SU2, 4, 4, 4, 4)
		files = append(files, name)
	}
	return files
}

// A survey that was killed while it wrote a line continues to the same results as one
// that was not, and does not measure anything twice.
func TestMeasureContinues(t *testing.T) {
	dir := harness.Scratch(t)
	files := configurations(t, dir, 4)
	args := func(files []string) []string {
		return append(files, "-w", "plaquette,condensate", "--mass", ".4", "--noise", "2", "--smear", "hyp", "--smear", "ape:0.5", "--flow", "symanzik", "--flow-time", ".05", "--flow-tolerance", "1e-4")
	}
	want := measure(t, dir, args(files)...)
	require.Len(t, want, 4)
	assert.Equal(t, want[:3], measure(t, dir, append(args(files[:3]), "--out", "results")...))
	path := filepath.Join(dir, "results")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, b[:len(b)-20], 0o666))
	require.NoError(t, os.Remove(filepath.Join(dir, files[0]))) // its result is there
	assert.Equal(t, want, measure(t, dir, append(args(files), "--out", "results")...))

	o := harness.Run(t, dir, "measure", files[1], "--out", "results")
	assert.Equal(t, rundir.ExitUsage, o.Code)
	assert.Contains(t, o.Stderr, "results holds results of other settings")
	require.NoError(t, os.WriteFile(path, append([]byte("x"), b[1:]...), 0o666))
	o = harness.Run(t, dir, append([]string{"measure"}, append(args(files), "--out", "results")...)...)
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Contains(t, o.Stderr, "results:1")
}

// CSV has a row for each file; a table of eight files has means with errors and what
// follows from them; progress goes to standard error.
func TestMeasureTables(t *testing.T) {
	dir := harness.Scratch(t)
	files := configurations(t, dir, 9)
	o := harness.Done(t, dir, append([]string{"measure", "--csv", "-w", "plaquette"}, files...)...)
	rows, err := csv.NewReader(strings.NewReader(o.Stdout)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 10)
	assert.Equal(t, []string{"file", "plaquette", "plaquette_time", "plaquette_space"}, rows[0])
	sum := 0.0
	for _, row := range rows[1:] {
		v, err := strconv.ParseFloat(row[1], 64)
		require.NoError(t, err)
		sum += v
	}
	assert.Contains(t, o.Stderr, "9 of 9 files")

	o = harness.Done(t, dir, append([]string{"measure", "-w", "plaquette,wilson_loops,pion", "--quiet"}, files...)...)
	assert.Empty(t, o.Stderr)
	assert.Contains(t, o.Stdout, "9 files")
	for _, name := range []string{"pion_mass[1]", "pion_mass[2]", "potential[1] at 1", "potential[2] at 1"} {
		assert.Contains(t, o.Stdout, name)
	}
	assert.NotContains(t, o.Stdout, "pion_mass[3]")
	assert.Contains(t, o.Stdout, fmt.Sprintf("%.10g", sum/9))
}

func TestMeasureUsage(t *testing.T) {
	dir := harness.Scratch(t)
	harness.Configuration(t, dir, "u.ildg", group.SU2, 4, 4)
	for args, want := range map[string]string{
		"measure":                                    "requires at least 1 arg(s)",
		"measure u.ildg -w plaquete":                 `there is no observable "plaquete" (allowed: plaquette, rectangle,`,
		"measure u.ildg -w pion,pion":                "--what: pion twice",
		"measure u.ildg u.ildg":                      "u.ildg twice",
		"measure u.ildg --smear fuzz:1":              "unknown kind (allowed: ape:ALPHA, stout:RHO,",
		"measure u.ildg --smear stout":               "--smear stout: 0 numbers",
		"measure u.ildg --smear stout:a":             `"a" is not a number`,
		"measure u.ildg --smear stout:.1x0":          "not a number of times",
		"measure u.ildg --flow ricci":                "--flow ricci (allowed: wilson, symanzik, zeuthen)",
		"measure u.ildg --flow wilson --flow-step 0": "--flow-step 0 (allowed: above 0)",
		"measure u.ildg --plot x.svg":                "--plot needs --flow",
		"measure u.ildg --json --csv":                "--json and --csv",
		"measure u.ildg --workers 0":                 "--workers 0",

		// numbers that are none, or that nothing can be done with
		"measure u.ildg --smear stout:nan":                                   "nan is not within -1 and 1 (allowed: ape:ALPHA, stout:RHO,",
		"measure u.ildg --smear stout:inf":                                   "inf is not within -1 and 1",
		"measure u.ildg --smear stout:1e300":                                 "1e300 is not within -1 and 1",
		"measure u.ildg --smear stout:1e999":                                 "1e999 is not within -1 and 1",
		"measure u.ildg --smear ape:nan":                                     "nan is not within 0 and 1",
		"measure u.ildg --smear ape:-0.1":                                    "-0.1 is not within 0 and 1",
		"measure u.ildg --smear hyp:.1,.2":                                   "2 numbers",
		"measure u.ildg --smear hyp:.1,.2,-inf":                              "-inf is not within 0 and 1",
		"measure u.ildg --smear hyp:space":                                   `"space" is not for it`,
		"measure u.ildg --smear stout:.1:maxretr":                            `"maxretr" is not for it`,
		"measure u.ildg --smear ape:.1:maxretr:maxretr":                      `"maxretr" is not for it`,
		"measure u.ildg --smear ape:.1:.2":                                   `".2" is not for it`,
		"measure u.ildg --smear ape::space":                                  `"" is not a number`,
		"measure u.ildg --smear stout:.1x99999999999999999999":               "not a number of times",
		"measure u.ildg -w pion --mass nan":                                  "--mass NaN (allowed: numbers)",
		"measure u.ildg -w pion --mass -inf":                                 "--mass -Inf",
		"measure u.ildg -w pion --quarks overlap":                            "--quarks overlap (allowed: staggered, wilson, clover)",
		"measure u.ildg -w pion --kappa .1":                                  "--kappa with --quarks staggered (allowed with --quarks wilson, clover)",
		"measure u.ildg -w pion --quarks wilson --kappa .1 --mass 1":         "--mass and --kappa (allowed: one of them)",
		"measure u.ildg -w pion --quarks wilson --kappa 0":                   "--kappa 0 (allowed: numbers > 0)",
		"measure u.ildg -w pion --quarks wilson --c-sw 1":                    "--c-sw with --quarks wilson (allowed with --quarks clover)",
		"measure u.ildg -w pion --quarks wilson --twist nan":                 "--twist NaN (allowed: numbers)",
		"measure u.ildg -w pion --quarks wilson --theta 1":                   "u.ildg: pion: --theta [1]: 1 angles in 2 dimensions",
		"measure u.ildg -w condensate --quarks wilson":                       "u.ildg: condensate: --quarks wilson (allowed: staggered)",
		"measure u.ildg -w mesons --quarks wilson":                           "u.ildg: mesons: --quarks wilson (allowed: staggered)",
		"measure u.ildg -w condensate --noise 0":                             "--noise 0 (allowed: at least 1)",
		"measure u.ildg -w condensate --tolerance 1e-30":                     "--tolerance 1e-30 (allowed: 2.3e-16, where round-off begins, to 1)",
		"measure u.ildg -w condensate --tolerance nan":                       "--tolerance NaN",
		"measure u.ildg -w eigenvalues --eigenvalues 0":                      "--eigenvalues 0 (allowed: at least 1)",
		"measure u.ildg -w eigenvalues --eigenvalues 64":                     "u.ildg: eigenvalues: --eigenvalues 64: observe: 64 eigenvalues of an operator that has 16",
		"measure u.ildg -w eigenvalues_largest --eigenvalues 17":             "17 eigenvalues of an operator that has 16",
		"measure u.ildg -w pion --boundary periodic,odd":                     `--boundary periodic,odd: "odd" (allowed: periodic, antiperiodic,`,
		"measure u.ildg -w pion --boundary periodic":                         "u.ildg: pion: --boundary periodic: 1 conditions in 2 dimensions",
		"measure u.ildg --flow wilson --flow-step .4":                        "u.ildg: --flow-step 0.4: the wilson flow in 2 dimensions is unstable beyond steps of 0.3141",
		"measure u.ildg --flow wilson --flow-step 1e-300":                    "--flow-time 1 in steps of --flow-step 1e-300 are 1e+300 steps (allowed: at most 1000000)",
		"measure u.ildg --flow wilson --flow-time 1e9":                       "--flow-time 1e+09 in steps of --flow-step 0.01 are 1e+11 steps",
		"measure u.ildg --flow wilson --flow-time inf":                       "--flow-time +Inf (allowed: above 0)",
		"measure u.ildg --flow wilson --flow-tolerance 1e-17":                "--flow-tolerance 1e-17: round-off of SU(2) is above that (allowed: 0, fixed steps, or at least 4.4e-16)",
		"measure u.ildg --flow wilson --flow-tolerance 1e-30":                "--flow-tolerance 1e-30: round-off",
		"measure u.ildg --flow wilson --flow-tolerance nan":                  "--flow-tolerance NaN",
		"measure u.ildg --flow wilson --flow-tolerance 1e-5 --flow-time 1e9": "--flow-time 1e+09 takes more than 1000000 steps",
		"measure u.ildg --flow wilson --flow-at 2":                           "--flow-at [2] (allowed: ascending times above 0, to the --flow-time 1)",
		"measure u.ildg --flow wilson --flow-at .5,.5":                       "--flow-at [0.5 0.5]",
		"measure u.ildg --flow wilson --flow-at nan":                         "--flow-at [NaN]",
		"measure u.ildg --flow wilson --flow-level 0":                        "--flow-level 0 (allowed: above 0)",

		// what nothing uses
		"measure u.ildg --flow-time 2":                 "--flow-time needs --flow",
		"measure u.ildg --flow-tolerance 0":            "--flow-tolerance needs --flow",
		"measure u.ildg --flow-at .5":                  "--flow-at needs --flow",
		"measure u.ildg --mass .2":                     "--mass: nothing in --what plaquette,polyakov uses it (what does: condensate, condensate_exact, pion, mesons, eigenvalues, eigenvalues_largest)",
		"measure u.ildg -w pion --noise 3":             "--noise: nothing in --what pion uses it (what does: condensate)",
		"measure u.ildg -w pion --seed 3":              "--seed: nothing in --what pion uses it",
		"measure u.ildg -w condensate --eigenvalues 3": "--eigenvalues: nothing in --what condensate uses it",
		"measure u.ildg --plot u.ildg --flow wilson":   "--plot u.ildg is one of the files to be measured",
		"measure u.ildg --out u.ildg":                  "--out u.ildg is one of the files to be measured",
	} {
		o := harness.Run(t, dir, strings.Fields(args)...)
		assert.Equal(t, rundir.ExitUsage, o.Code, args)
		assert.Contains(t, o.Stderr, want, args)
	}
	for args, want := range map[string]string{
		"measure nothing.ildg":                  "nothing.ildg: no such file",
		"measure u.ildg -w charge":              "u.ildg: charge: observe: topological charge in 2 dimensions (allowed: 4)",
		"measure u.ildg --smear hyp":            "u.ildg: covnet: HYP smearing in 2 dimensions (allowed: 4)",
		"measure u.ildg --smear ape:.5:space":   "u.ildg: covnet: smearing in space in 2 dimensions (allowed: 3, 4)",
		"measure u.ildg --smear stout:.1:space": "u.ildg: stout smearing in space in 2 dimensions (allowed: 3, 4)",
	} {
		o := harness.Run(t, dir, strings.Fields(args)...)
		assert.Equal(t, rundir.ExitFailed, o.Code, args)
		assert.Contains(t, o.Stderr, want, args)
	}
}
