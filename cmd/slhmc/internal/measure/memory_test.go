package measure

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/gaugefile"
	"github.com/slhmc/slhmc/cmd/slhmc/internal/harness"
	"github.com/slhmc/slhmc/internal/rundir"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// What is said of memory holds what a measurement keeps, and is not more than double that;
// but for a search for eigenvalues, which keeps nothing of what it takes on its way.
func TestMeasureMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("the collector of garbage takes its time")
	}
	dir := t.TempDir()
	const name = "u.ildg"
	harness.Configuration(t, dir, name, group.SU3, 8, 8, 8, 8)
	flow := func(kind string) flowSettings { return flowSettings{Kind: kind, Time: .01, Step: .01, Level: .3} }
	live := func() uint64 {
		runtime.GC()
		runtime.GC() // and what finalizers had
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for _, c := range []struct {
		what   string
		smear  string
		flow   flowSettings
		quarks string
	}{
		{what: "plaquette"},
		{what: "polyakov_correlator"},
		{what: "wilson_loops_planes"},
		{what: "charge"},
		{what: "condensate"},
		{what: "mesons"},
		{what: "pion", quarks: "wilson"},
		{what: "eigenvalues"},
		{what: "plaquette", smear: "ape:0.5x3"},
		{what: "plaquette", smear: "stout:0.1"},
		{what: "plaquette", smear: "hyp"},
		{what: "plaquette", flow: flow("wilson")},
		{what: "plaquette", flow: flow("symanzik")},
		{what: "plaquette", flow: flow("zeuthen")},
	} {
		before := live()
		s := &survey{pool: lattice.NewPool(1), quiet: true, stop: func() error { return nil }}
		s.What, s.Flow = []string{c.what}, c.flow
		s.Quarks = quarkSettings{Action: c.quarks, Mass: .5, Tolerance: 1e-4, Noise: 1, Eigenvalues: 2}
		if c.smear != "" {
			one, err := parseSmearing(c.smear)
			require.NoError(t, err)
			s.smear = []smearing{one}
		}
		f, err := gaugefile.Open(filepath.Join(dir, name), s.told)
		require.NoError(t, err)
		require.NoError(t, s.prepare(f))
		require.NoError(t, f.ReadInto(s.set.u))
		require.NoError(t, f.Close())
		require.NoError(t, s.numbers(&measured{}))
		kept := live() - before
		says := s.memory(s.set.u.Geometry(), s.set.u.Group())
		runtime.KeepAlive(s)
		assert.GreaterOrEqual(t, says, kept, "%+v", c)
		if c.what != "eigenvalues" {
			assert.LessOrEqual(t, says, 2*kept+24<<20, "%+v", c)
		}
	}

	o := harness.Run(t, dir, "measure", name, "--memory", "20MiB")
	assert.Equal(t, rundir.ExitFailed, o.Code)
	assert.Contains(t, o.Stderr, "u.ildg: SU(3) on [8 8 8 8] needs ")
	assert.Contains(t, o.Stderr, "--memory allows 20.0 MiB")
	o = harness.Done(t, dir, "measure", name, "--memory", "1TiB")
	assert.Contains(t, o.Stderr, "SU(3) on [8 8 8 8] needs about 30")
	o = harness.Run(t, dir, "measure", name, "--memory", "much")
	assert.Equal(t, rundir.ExitUsage, o.Code)
	assert.Contains(t, o.Stderr, `--memory: "much" is no size`)
}
