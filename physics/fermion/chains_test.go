package fermion_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/verify"
)

// Steps that waited give the bits of steps made at once, whatever number of them each
// chain has, for chunks that are no multiple of a piece; other sites are left alone.
func TestChains(t *testing.T) {
	for _, p := range []lattice.Precision{lattice.Float64, lattice.Float32} {
		for _, extents := range [][]int{{2, 4}, {4, 4, 4}, {8, 8, 4, 4}} {
			for _, s := range []lattice.Subset{lattice.All, lattice.Even, lattice.Odd} {
				seed := uint64(0)
				first := fermion.NewField(verify.Case{Extents: extents}.Geometry(), group.SU3, 4).LikeIn(p)
				like := func() *fermion.Field {
					f := first.Like()
					seed++
					f.Gaussian(rng.New(seed), lattice.All)
					return f
				}
				chains := fermion.Chains{R: []*fermion.Field{like(), like(), like()}}
				var want []*fermion.Field
				for steps := range 4 {
					c := fermion.Chain{X: like(), P: like()}
					x, q := c.X.Like(), c.P.Like()
					x.Copy(c.X, lattice.All)
					q.Copy(c.P, lattice.All)
					for j := range steps {
						c.A, c.B = append(c.A, .5-float64(steps+j)), append(c.B, .25*float64(1+j))
						x.AxpyXpay(c.A[j], q, chains.R[j], c.B[j], s)
					}
					chains.Of = append(chains.Of, c)
					want = append(want, x, q)
				}
				chains.Step(s)
				for i, c := range chains.Of {
					assert.Equal(t, verify.Vector(want[2*i]), verify.Vector(c.X), "x of %d steps, %v %v", i, extents, s)
					assert.Equal(t, verify.Vector(want[2*i+1]), verify.Vector(c.P), "p of %d steps, %v %v", i, extents, s)
				}
			}
		}
	}
	c := fermion.Chains{Of: []fermion.Chain{{A: []float64{1}, B: []float64{1}}}}
	assert.PanicsWithValue(t, "fermion: a chain with other numbers of coefficients or of residuals", func() { c.Step(lattice.All) })
}
