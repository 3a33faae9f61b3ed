package covnet_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/verify"
)

// The output is that of the dense program, link by link.
func TestForwardIsTheReference(t *testing.T) {
	forAll(t, 120, generator{sites: 36}, func(r recipe) []bound {
		u := r.links()
		net := r.network(u)
		w := make([]float64, net.NumParams())
		net.Params(w)
		want := verify.Field(u.Geometry(), u.Group(), r.twin(w, nil).Forward(verify.Links(u)))
		return []bound{{"deviation", deviation(net.Forward(u), want), r.errors(w).forward}}
	})
}

// Output links are in the group: each layer leaves it by the errors of exp(Q),
// whatever Q, and of a product, 2 (N+2) ulp max(1, |x|) and (N+2) ulp in an
// element; U U^† - 1 and det U - 1 sum up N elements' errors twice. The input is
// left alone.
func TestForwardStaysInTheGroup(t *testing.T) {
	forAll(t, 120, generator{}, func(r recipe) []bound {
		u := r.links()
		net := r.network(u)
		before := gauge.NewField(u.Geometry(), u.Group())
		before.Copy(u)
		w := r.weights(net.NumParams())
		v := net.Forward(u)
		n, allowed := float64(r.N), u.Unitarity()
		for _, l := range r.strengths(w) {
			allowed += 2 * n * (n + 2) * ulp * (2*max(1, l.s*sqrt(2*n)) + 1)
		}
		return []bound{
			{"unitarity", v.Unitarity(), allowed},
			{"input changed", deviation(u, before), 0},
		}
	})
}

// Zero weights are the identity bit for bit: Q is an exact zero (sums of zeros
// times finite numbers), exp(0) exactly one, and 1 U = U without a rounding.
// Only the sign of a zero may differ, which == does not see.
func TestZeroWeightsAreTheIdentity(t *testing.T) {
	forAll(t, 60, generator{}, func(r recipe) []bound {
		r.Weight = 0
		u := r.links()
		return []bound{{"deviation", deviation(r.network(u).Forward(u), u), 0}}
	})
}

// U' of the gauge-rotated links is the gauge-rotated U', to the round-off of
// both sides and of two rotations.
func TestForwardIsGaugeCovariant(t *testing.T) {
	forAll(t, 100, generator{}, func(r recipe) []bound {
		u := r.links()
		g := r.rotation(u)
		net := r.network(u)
		w := r.weights(net.NumParams())
		want := gauge.NewField(u.Geometry(), u.Group())
		want.Copy(net.Forward(u))
		want.Transform(g)
		u.Transform(g)
		c := r.errors(w)
		rotation := 4 * float64(r.N+2) * ulp
		return []bound{{"deviation", deviation(net.Forward(u), want), c.forward + (c.gain+1)*rotation}}
	})
}

// Weights per direction or site that are all equal are shared ones; their
// derivatives add up to that of the shared one.
func TestEqualWeightsAreShared(t *testing.T) {
	forAll(t, 80, generator{depth: 1}, func(r recipe) []bound {
		r.Layers[0].Sharing = "shared"
		u := r.links()
		net := r.network(u)
		w := r.weights(net.NumParams())
		v := gauge.NewField(u.Geometry(), u.Group())
		v.Copy(net.Forward(u))
		dv := r.direction(u)
		du := gauge.NewAlgebra(u.Geometry(), u.Group())
		dw := make([]float64, len(w))
		net.Backward(du, dw, dv)
		c := r.errors(w)
		links, size := float64(r.volume()*len(r.Extents)), norm(dv)
		var bounds []bound
		for _, sharing := range []string{"per direction", "per site"} {
			other := recipe{N: r.N, Extents: r.Extents, Layers: []layer{{sharing, r.Layers[0].Terms}}}.network(u)
			spread := make([]float64, other.NumParams())
			each := len(spread) / len(w)
			for i := range spread {
				spread[i] = w[i/each]
			}
			if err := other.SetParams(spread); err != nil {
				return []bound{{err.Error(), 1, 0}}
			}
			bounds = append(bounds, bound{"output, " + sharing, deviation(other.Forward(u), v), c.forward})
			d := gauge.NewAlgebra(u.Geometry(), u.Group())
			clear(spread)
			other.Backward(d, spread, dv)
			d.Add(-1, du)
			bounds = append(bounds, bound{"cotangent, " + sharing, norm(d), c.derivative() * c.gain * size})
			for k := range w {
				sum := -dw[k]
				for _, x := range spread[k*each:][:each] {
					sum += x
				}
				bounds = append(bounds, bound{"gradient, " + sharing, abs(sum), c.derivative() * c.weights * size * sqrt(links)})
			}
		}
		return bounds
	})
}

func TestMisuse(t *testing.T) {
	geo, err := lattice.New([]int{4, 4})
	require.NoError(t, err)
	u := gauge.NewField(geo, group.SU2)

	_, err = covnet.NewStout(u, covnet.Shared)
	require.ErrorContains(t, err, "needs a term")
	_, err = covnet.NewStout(u, covnet.Sharing(7), covnet.PlaquetteTerm(2))
	require.ErrorContains(t, err, "allowed: Shared, PerDirection, PerSite")
	_, err = covnet.NewStout(u, covnet.Shared, covnet.PlaquetteTerm(3))
	require.Error(t, err, "a term of another dimension")
	_, err = covnet.NewStout(u, covnet.Shared, covnet.Term{Name: "astray", Paths: [][]gauge.Loop{
		{{Path: gauge.Path{2, 1}, Coefficient: 1}}, nil,
	}})
	require.ErrorContains(t, err, "[2, 1]")

	l, err := covnet.NewStout(u, covnet.Shared, covnet.PlaquetteTerm(2))
	require.NoError(t, err)
	assert.PanicsWithValue(t, "covnet: output is input", func() { l.Forward(u, u) })
	f := gauge.NewAlgebra(geo, group.SU2)
	assert.PanicsWithValue(t, "covnet: Backward before Forward", func() { l.Backward(f, nil, f) })
	net := covnet.NewNetwork(u, l)
	require.ErrorContains(t, net.SetParams(make([]float64, 2)), "2 weights for a network of 1")
	l.Forward(gauge.NewField(geo, group.SU2), u)
	assert.Panics(t, func() { l.Backward(gauge.NewAlgebra(geo, group.SU2), make([]float64, 2), f) })
}

// Weights per site need the whole lattice, and say so. Shared ones do not: two
// ranks compute the bits of one in every link (which lane does a site does not
// matter), and the gradient up to the order of its sums.
func TestDividedLattice(t *testing.T) {
	extents := []int{4, 8}
	r := recipe{N: 3, Extents: extents, Rough: hot, Weight: .1, Seed: 3, Layers: []layer{
		{"per direction", []string{"plaquette", "polyakov space"}}, {"shared", []string{"plaquette"}},
	}}
	type answer struct {
		links    map[int]group.Matrix
		gradient []float64
		refused  error
		err      error
	}
	run := func(option ...lattice.Option) (a answer) {
		geo, err := lattice.New(extents, option...)
		if err != nil {
			return answer{err: err}
		}
		u := gauge.NewField(geo, group.SU3)
		u.Hot(r.stream("links"))
		_, a.refused = covnet.NewStout(u, covnet.PerSite, covnet.PlaquetteTerm(2))
		net := r.network(u)
		v := net.Forward(u)
		a.links = map[int]group.Matrix{}
		eachLink(geo, func(x []int, mu int) {
			m := group.SU3.NewMatrix()
			if v.At(m, x, mu) {
				a.links[2*geo.Index(x)+mu] = m
			}
		})
		a.gradient = make([]float64, net.NumParams())
		net.Backward(gauge.NewAlgebra(geo, group.SU3), a.gradient, r.direction(u))
		return a
	}
	want := run()
	require.NoError(t, want.err)
	require.NoError(t, want.refused)
	require.Len(t, want.links, 64)

	answers := make(chan answer, 2)
	for _, comm := range lattice.InProcess(2) {
		go func() { answers <- run(lattice.WithComm(comm, []int{1, 2})) }()
	}
	for range 2 {
		a := <-answers
		require.NoError(t, a.err)
		require.ErrorContains(t, a.refused, "weights per site on a lattice divided among processes")
		require.Len(t, a.links, 32)
		for k, m := range a.links {
			require.Equal(t, want.links[k], m)
		}
		// sums of 32 terms of order one to ten
		require.InDeltaSlice(t, want.gradient, a.gradient, 32*32*10*ulp)
	}
}
