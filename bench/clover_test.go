package bench_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// A block by counting one row; what the operator and its Schur complement say that they
// take is what the cases count.
func TestCloverFlopsByCounting(t *testing.T) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		var k counter
		row := []complex128{0}
		for range 2*g.N() - 1 { // the diagonal is real: a complex number times it takes 2
			row = k.sum(row, []complex128{k.mul(1, 1)})
		}
		sites := 256.
		block := sites * 2 * 2 * float64(g.N()) * (k.flops + 2)

		d, err := dirac.NewClover(newGrid(t, g).u.Geometry(), g, 0.1, 1, []complex128{1, 1, 1, 1})
		require.NoError(t, err)
		s, err := dirac.NewSchur(d, lattice.Even)
		require.NoError(t, err)
		hop := find(t, "wilson-hop", g, 4).Once.Flops
		assert.Equal(t, block, d.BlockFlops(lattice.All), g)
		assert.Equal(t, block/2, d.BlockFlops(lattice.Odd), g)
		assert.Equal(t, hop+block, find(t, "clover-dslash", g, 4).Once.Flops)
		assert.Equal(t, 2*(hop+block), d.NormalFlops(lattice.All))
		assert.Equal(t, s.NormalFlops(lattice.Even), find(t, "clover-normal-evenodd", g, 4).Once.Flops)
		assert.Equal(t, s.DerivativeFlops(lattice.Even), find(t, "clover-force", g, 4).Once.Flops)
		assert.Equal(t, d.DerivativeFlops(lattice.All)-d.Wilson.DerivativeFlops(lattice.All),
			d.LogDetDerivativeFlops(lattice.Odd)+sites*2*8*float64(4*g.N()*g.N()))
		assert.Positive(t, d.LogDetFlops(lattice.Odd))
	}
}
