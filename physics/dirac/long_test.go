//go:build long

package dirac_test

import (
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

// A 32^4 lattice of SU(3): links, the operator and two quark fields fit into a
// machine of 24 GiB, and D is right there: of unit links and a constant source,
// hops cancel but at the boundary in time, where the sign turns them into a sum.
func TestLongLargeLattice(t *testing.T) {
	pool := lattice.NewPool(runtime.GOMAXPROCS(0))
	defer pool.Close()
	geo, err := lattice.New([]int{32, 32, 32, 32}, lattice.WithPool(pool))
	require.NoError(t, err)
	u := gauge.NewField(geo, group.SU3)
	d, err := dirac.NewStaggered(geo, group.SU3, 0.5, dirac.AntiperiodicTime(4))
	require.NoError(t, err)
	x, y := d.NewField(), d.NewField()
	one := []complex128{1, 1, 1}
	at := make([]int, 4)
	for site := range geo.Volume() {
		geo.Coordinates(at, site)
		x.Set(at, one)
	}
	d.Apply(y, x)
	got := make([]complex128, 3)
	for _, n := range [][]int{{0, 0, 0, 5}, {31, 7, 2, 16}, {1, 0, 0, 0}, {1, 1, 1, 31}} {
		want := 0.5
		eta := 1 - 2*float64((n[0]+n[1]+n[2])%2)
		switch n[3] {
		case 0: // -U^† x carries the sign: + 1/2 + 1/2
			want += eta
		case 31:
			want -= eta
		}
		y.At(got, n)
		for _, z := range got {
			assert.InDelta(t, want, real(z), 1e-14, "%v", n)
			assert.Zero(t, imag(z))
		}
	}
	u.Rough(0.5, rng.New(1))
	d.Bind(u)
	d.Apply(y, x)
	assert.False(t, math.IsNaN(y.Norm2(lattice.All)))
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("memory from the system: %.2f GiB", float64(m.Sys)/(1<<30))
	assert.Less(t, m.Sys, uint64(24)<<30)
}
