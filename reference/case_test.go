package reference_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/reference"
)

// propertySeed is the master seed of every property test here.
const propertySeed = 20241

// latticeCase is a recipe: everything is regenerated from what String prints.
type latticeCase struct {
	N       int
	Extents []int
	Seed    uint64
}

func (c latticeCase) String() string { return fmt.Sprintf("SU(%d) %v seed %d", c.N, c.Extents, c.Seed) }

func (c latticeCase) links() *reference.Links { return reference.Random(c.Extents, c.N, c.Seed) }

// direction is a Gaussian element of the algebra on every link.
func (c latticeCase) direction() [][]float64 {
	r := rand.New(rand.NewPCG(c.Seed, 1))
	a := make([][]float64, c.links().Volume()*len(c.Extents))
	for i := range a {
		a[i] = make([]float64, len(reference.Generators(c.N)))
		for j := range a[i] {
			a[i][j] = r.NormFloat64()
		}
	}
	return a
}

func (c latticeCase) algebra() func(site, mu int) reference.Matrix {
	omega := c.direction()
	return func(site, mu int) reference.Matrix {
		return reference.AlgebraElement(c.N, omega[site*len(c.Extents)+mu])
	}
}

func (c latticeCase) rotation() []reference.Matrix {
	r := rand.New(rand.NewPCG(c.Seed, 2))
	g := make([]reference.Matrix, c.links().Volume())
	for i := range g {
		g[i] = reference.Haar(c.N, r)
	}
	return g
}

func (c latticeCase) vector(size int) []complex128 {
	r := rand.New(rand.NewPCG(c.Seed, 3))
	x := make([]complex128, size)
	for i := range x {
		x[i] = complex(r.NormFloat64(), r.NormFloat64())
	}
	return x
}

// forAll checks a law on generated lattices: U(1) to SU(4), 2 to 4 dimensions,
// extents 2 to 4 (even ones only on request), at most 64 sites.
func forAll(t *testing.T, cases int, even bool, law func(latticeCase) error) {
	t.Helper()
	parameters := gopter.DefaultTestParametersWithSeed(propertySeed)
	parameters.MinSuccessfulTests = cases
	p := prop.ForAllNoShrink(func(seed uint64) (bool, error) {
		r := rand.New(rand.NewPCG(seed, 4))
		c := latticeCase{N: 1 + r.IntN(4), Seed: seed}
		sites := 1
		for range 2 + r.IntN(3) {
			e := 2 + r.IntN(3)
			if sites*e > 32 {
				e = 2
			}
			if even {
				e &^= 1
			}
			sites *= e
			c.Extents = append(c.Extents, e)
		}
		if err := law(c); err != nil {
			return false, fmt.Errorf("%v: %w", c, err)
		}
		return true, nil
	}, gen.UInt64())
	result := p.Check(parameters)
	require.True(t, result.Passed(), "%v %v\nseed %d; replay: go test ./reference -run '^%s$'", result.Error, result, propertySeed, t.Name())
}

// near is an error unless |got - want| <= tol max(1, |want|).
func near(what string, want, got, tol float64) error {
	if math.Abs(got-want) <= tol*math.Max(1, math.Abs(want)) {
		return nil
	}
	return fmt.Errorf("%s: %.17g instead of %.17g (tolerance %.1e)", what, got, want, tol)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// richNet has two layers with plaquettes, rectangles and Polyakov loops.
func richNet(extents []int) reference.Network {
	return net(extents, plain([][]float64{{0.1, 0.04, -0.03, 0.02}, {-0.05, 0.02, 0.06, 0.01}}))
}
