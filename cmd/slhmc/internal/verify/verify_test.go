package verify

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/theory"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/verify"
)

// What is built in is judged by name, and told in every form.
func TestVerify(t *testing.T) {
	dir := t.TempDir()
	o := harness.Done(t, dir, "verify", "--only", "^(sums|leapfrog)/", "--json", "r.json", "--junit", "r.xml", "--html", "r.html", "--workers", "2")
	assert.Contains(t, o.Stdout, "ok     compensated")
	assert.Regexp(t, `all 8 laws hold: \d+ checks \(quick suite, seed 1`, o.Stdout)
	assert.Contains(t, o.Stderr, "laws, 0 broken")
	for file, want := range map[string]string{"r.json": `"subject": "sums"`, "r.xml": `<testcase name="compensated"`, "r.html": "all 8 laws hold"} {
		b, err := os.ReadFile(filepath.Join(dir, file))
		require.NoError(t, err)
		assert.Contains(t, string(b), want)
	}
	again := harness.Done(t, dir, "verify", "--only", "^(sums|leapfrog)/", "--quiet", "--workers", "1")
	assert.Empty(t, again.Stderr)
	seconds := regexp.MustCompile(`, +[\d.]+ s\)?`)
	assert.Equal(t, seconds.ReplaceAllString(o.Stdout, ""), seconds.ReplaceAllString(again.Stdout, ""), "any number of workers finds the same")
}

// One law is repeated on one case.
func TestVerifyReplays(t *testing.T) {
	dir := t.TempDir()
	given := `{"group":"SU(2)","extents":[2,4],"boundary":[1,-1],"beta":2,"c1":0,"mass":0.5,"roughness":0.4,"seed":5,"draws":50}`
	o := harness.Done(t, dir, "verify", "--law", "staggered operator/adjoint", "--case", given)
	assert.Contains(t, o.Stdout, "ok     <x, D y> = <D† x, y>: measured ")
	o = harness.Run(t, dir, "verify", "--law", "staggered operator/adjoint", "--case", strings.Replace(given, "[2,4]", "[3,4]", 1))
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Contains(t, o.Stdout, "BROKEN no error")
	assert.Contains(t, o.Stdout, "allowed: all even")
}

// Mistakes are told with code 2.
func TestVerifyUsage(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad.toml"), []byte("sed = 1\n"), 0o666))
	for args, want := range map[string]string{
		"--suite=huge":               `--suite "huge" (allowed: quick, full, long)`,
		"--only=(":                   "--only: error parsing regexp",
		"--only=nothing":             "--only nothing: no law has such a name",
		"--law=sums/compensated":     "--law and --case belong together",
		"--workers=0":                "--workers 0",
		"--set=hmc.steps=3":          "FILE.toml is missing",
		"bad.toml":                   "bad.toml",
		"none.toml":                  "none.toml",
		"--law=a/b --case={":         "verify: case",
		"--law=a/b --case={\"a\":1}": `unknown field "a"`,
		`--law=a/b --case={"group":"SU(2)","extents":[2,2],"boundary":[1,1]}`: `no law "a/b"`,
	} {
		o := harness.Run(t, dir, append([]string{"verify"}, strings.Fields(args)...)...)
		assert.Equal(t, rundir.ExitUsage, o.Code, args)
		assert.Contains(t, o.Stderr, want, args)
		assert.Empty(t, o.Stdout, args)
	}
}

// little settings of the talk's system for verify.
var littleSystem = []string{
	"--quiet", "--set", "lattice.extents=[4,4]", "--set", "quarks.flavours=2", "--set", "hmc.steps=4",
}

// A file is judged as it is: its action, network and dynamics, on its lattice.
func TestVerifyFile(t *testing.T) {
	dir := t.TempDir()
	text, err := config.Preset("talk")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "talk.toml"), text, 0o666))
	o := harness.Done(t, dir, append([]string{"verify", "talk.toml", "--json", "r.json"}, littleSystem...)...)
	for _, subject := range []string{"gauge action", "quark operator", "quark action", "guide", "network", "HMC dynamics", "HMC", "SLHMC dynamics", "SLHMC", "omelyan2"} {
		assert.Contains(t, "\n"+o.Stdout, "\n"+subject+"\n")
	}
	b, err := os.ReadFile(filepath.Join(dir, "r.json"))
	require.NoError(t, err)
	var r struct{ Laws []verify.Verdict }
	require.NoError(t, json.Unmarshal(b, &r))
	assert.Greater(t, len(r.Laws), 60)

	// a solver that is too sloppy for its force leaves nothing to be told from wrong
	sloppy := append([]string{"verify", "talk.toml", "--only", "quark action/force$", "--set", "solver.force_tolerance=0.05", "--set", "solver.action_tolerance=0.05"}, littleSystem...)
	o = harness.Run(t, dir, sloppy...)
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Contains(t, o.Stdout, "BROKEN force")
	assert.Contains(t, o.Stdout, `repeat it: slhmc verify talk.toml --set 'solver.force_tolerance=0.05'`)
	law, given, ok := strings.Cut(o.Stdout, " --case '")
	require.True(t, ok, law)
	given, _, _ = strings.Cut(given, "'")
	o = harness.Run(t, dir, append([]string{"verify", "talk.toml", "--law", "quark action/force", "--case", given, "--set", "solver.force_tolerance=0.05", "--set", "solver.action_tolerance=0.05"}, littleSystem...)...)
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Contains(t, o.Stdout, "BROKEN force = dS/dtau")
}

// Every built-in configuration is judged, without quarks and without a guide too.
func TestVerifyPresets(t *testing.T) {
	if testing.Short() {
		t.Skip("all presets")
	}
	alike := []string{"nf3-magnetic", "su3-wilson-nf2", "su2-wilson-nf2", "su3-staggered-nf2"} // those like others here
	for _, p := range config.Presets() {
		if slices.Contains(alike, p.Name) {
			continue
		}
		text, err := config.Preset(p.Name)
		require.NoError(t, err)
		c, err := config.Parse(p.Name, text, nil)
		require.NoError(t, err)
		subjects, err := theory.Subjects(c, verify.Quick())
		require.NoError(t, err, p.Name)
		suite := verify.Suite{Name: "quick", Volume: 16, Draws: 50}
		for _, v := range verify.Judge(subjects, 1, nil, verify.With(suite), verify.Only(regexp.MustCompile("/(force|backward|gamma5|record|coefficients)$")), verify.Within(verify.Domain{Cases: 1})) {
			assert.True(t, v.OK(), "%s: %v", p.Name, v)
		}
	}
}
