package covnet_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/observe"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// smearing is a layer that projects, with its twin in dual numbers.
type smearing struct {
	layer covnet.Layer
	twin  func(u *reference.Links, w []reference.Real) *reference.Links
}

// smearings returns an APE layer of two terms and, in four dimensions, HYP, with
// weights near those of use: sums stay far from singular ones (|1 - a| U is larger
// than the mean of the staples' part), so that the projection magnifies errors little.
func (r recipe) smearings(u *gauge.Field) []smearing {
	d := len(r.Extents)
	x := r.normals("weights", 5)
	ape, err := covnet.NewAPE(u, covnet.PlaquetteTerm(d), covnet.RectangleTerm(d))
	if err != nil {
		panic(err)
	}
	copy(ape.Params(), []float64{1 + .1*x[0], .4 * (1 + .2*x[1]) / float64(2*(d-1)), .02 * x[2] / float64(d)})
	all := []smearing{{ape, func(u *reference.Links, w []reference.Real) *reference.Links {
		return reference.APE(u, w[0], []reference.Term{
			reference.PlaquetteStaples(d, reference.Shared(w[1])), reference.RectangleStaples(d, reference.Shared(w[2])),
		})
	}}}
	if d > 2 {
		space, err := covnet.NewAPESmearingInSpace(u, .4)
		if err != nil {
			panic(err)
		}
		all = append(all, smearing{space, func(u *reference.Links, w []reference.Real) *reference.Links {
			return reference.APE(u, w[0], []reference.Term{spaceStaples(d, reference.Shared(w[1]))})
		}})
	}
	if d == 4 {
		hyp, err := covnet.NewHYP(u, [3]float64{.4 + .03*x[3], .35, .3 + .03*x[4]})
		if err != nil {
			panic(err)
		}
		all = append(all, smearing{hyp, func(u *reference.Links, w []reference.Real) *reference.Links {
			return reference.HYP(u, [3]reference.Real{w[0], w[1], w[2]})
		}})
	}
	return all
}

// spaceStaples are the staples of plaquettes that have no link of time.
func spaceStaples(d int, rho reference.Rho) reference.Term {
	var loops [][]int
	for _, l := range reference.Plaquettes(d) {
		if l[0] != d && l[1] != d {
			loops = append(loops, l)
		}
	}
	return reference.LoopStaples(d, loops, rho)
}

// gentle keeps links smooth enough that no sum is near a singular one.
func (r recipe) gentle() recipe {
	r.Rough = min(r.Rough, .5)
	return r
}

// constants are weights along a direction dw (nil: none).
func constants(w, dw []float64) []reference.Real {
	out := make([]reference.Real, len(w))
	for k := range w {
		out[k].V = w[k]
		if dw != nil {
			out[k].D = dw[k]
		}
	}
	return out
}

// Links agree with the twin, and the derivatives of S[U'] by links and weights with
// its dual numbers, to the 1e-12 that the design asks for, relative to the size of the
// force: 1e-14 is typical.
func TestSmearingTwin(t *testing.T) {
	forAll(t, 10, generator{sites: 16}, func(r recipe) (b []bound) {
		r = r.gentle()
		u := r.links()
		d := len(r.Extents)
		for _, s := range r.smearings(u) {
			w := s.layer.Params()
			v := gauge.NewField(u.Geometry(), u.Group())
			s.layer.Forward(v, u)
			links := verify.Links(u)
			b = append(b, bound{"links", apart(v, s.twin(links, constants(w, nil))), 1e-13})

			e := covnet.NewEffective(u, covnet.NewNetwork(u, s.layer), gaugeAction(u))
			f, p, grad := gauge.NewAlgebra(u.Geometry(), u.Group()), r.direction(u), make([]float64, len(w))
			dw := r.normals("direction of weights", len(w))
			for _, err := range []error{e.AddForce(f, 1, u), e.AddParamGradient(grad, 1, u)} {
				if err != nil {
					return []bound{{err.Error(), 1, 0}}
				}
			}
			byLinks := twinGaugeAction(s.twin(links.Along(along(p)), constants(w, nil))).D
			byWeights := twinGaugeAction(s.twin(links, constants(w, dw))).D
			n := sqrt(float64(r.volume() * d))
			b = append(b,
				bound{"links' derivative", abs(f.Dot(p) - byLinks), 1e-12 * r.outputForce() * n * norm(p)},
				bound{"weights' derivative", abs(dot(grad, dw) - byWeights), 1e-12 * r.outputForce() * n * n * float64(4*d)})
		}
		return b
	})
}

// Smearing and gauge transformations may be exchanged, and links stay in the group.
func TestSmearingIsGaugeCovariant(t *testing.T) {
	forAll(t, 20, generator{}, func(r recipe) (b []bound) {
		r = r.gentle()
		u := r.links()
		for _, s := range r.smearings(u) {
			v, w := gauge.NewField(u.Geometry(), u.Group()), gauge.NewField(u.Geometry(), u.Group())
			s.layer.Forward(v, u)
			v.Transform(r.rotation(u))
			w.Copy(u)
			w.Transform(r.rotation(u))
			x := gauge.NewField(u.Geometry(), u.Group())
			s.layer.Forward(x, w)
			b = append(b, bound{"covariant", apart(v, verify.Links(x)), 1e-13}, bound{"unitary", x.Unitarity(), 1e-14})
		}
		return b
	})
}

// At w_0 = 1 and no other weight, or alpha = 0, nothing changes; with usual weights links
// become smoother, and HYP does more than one APE of its outer weight.
func TestSmearingSmooths(t *testing.T) {
	r := recipe{N: 3, Extents: []int{4, 4, 4, 4}, Rough: .5, Seed: 2}
	u := r.links()
	v := gauge.NewField(u.Geometry(), u.Group())
	plaq := observe.NewPlaquette(u.Geometry(), u.Group())
	identity, err := covnet.NewAPE(u, covnet.PlaquetteTerm(4))
	require.NoError(t, err)
	identity.Forward(v, u)
	assert.LessOrEqual(t, apart(v, verify.Links(u)), 1e-14)
	hyp, err := covnet.NewHYP(u, [3]float64{})
	require.NoError(t, err)
	hyp.Forward(v, u)
	assert.LessOrEqual(t, apart(v, verify.Links(u)), 1e-14)

	ape, err := covnet.NewAPESmearing(u, .75)
	require.NoError(t, err)
	ape.Forward(v, u)
	once := plaq.Measure(v)
	copy(hyp.Params(), []float64{.75, .6, .3})
	hyp.Forward(v, u)
	assert.Greater(t, once, plaq.Measure(u))
	assert.Greater(t, plaq.Measure(v), once)

	_, err = covnet.NewAPE(u)
	assert.ErrorContains(t, err, "needs a term")
	_, err = covnet.NewHYP(recipe{N: 2, Extents: []int{4, 4, 4}}.links(), [3]float64{})
	assert.ErrorContains(t, err, "in 3 dimensions (allowed: 4)")
	assert.Panics(t, func() { hyp.Forward(u, u) })
	assert.Panics(t, func() { ape.Forward(u, u) })
}

// Two processes smear as one does; a pass allocates nothing.
func TestSmearingOnRanksAndFree(t *testing.T) {
	r := recipe{N: 3, Extents: []int{4, 2, 2, 4}, Rough: .5, Seed: 4}
	u := r.links()
	for i, s := range r.smearings(u) {
		v, f, dv := gauge.NewField(u.Geometry(), u.Group()), gauge.NewAlgebra(u.Geometry(), u.Group()), r.direction(u)
		grad := make([]float64, len(s.layer.Params()))
		assert.Zero(t, testing.AllocsPerRun(2, func() {
			s.layer.Forward(v, u)
			s.layer.Backward(f, grad, dv)
		}))
		f.Zero()
		s.layer.Backward(f, nil, dv)
		norms := make(chan [2]float64)
		for _, comm := range lattice.InProcess(2) {
			geo, err := lattice.New(r.Extents, lattice.WithComm(comm, []int{1, 1, 1, 2}))
			require.NoError(t, err)
			go func() {
				u := gauge.NewField(geo, groupOf(r.N))
				u.Rough(r.Rough, r.stream("links"))
				layer := r.smearings(u)[i].layer
				v, f := gauge.NewField(geo, u.Group()), gauge.NewAlgebra(geo, u.Group())
				layer.Forward(v, u)
				layer.Backward(f, nil, r.direction(u))
				norms <- [2]float64{observe.NewPlaquette(geo, u.Group()).Measure(v), f.Norm2()}
			}()
		}
		want := [2]float64{observe.NewPlaquette(u.Geometry(), u.Group()).Measure(v), f.Norm2()}
		for range 2 {
			got := <-norms
			assert.InEpsilon(t, want[0], got[0], 1e-13)
			assert.InEpsilon(t, want[1], got[1], 1e-12)
		}
	}
}

// Smearing in space leaves the links of time as they are, to the bit and for a weight 0 of
// the link itself; a stout layer of the same staples is the twin's.
func TestSmearingInSpace(t *testing.T) {
	for _, extents := range [][]int{{4, 3, 2}, {3, 2, 4, 2}} {
		r := recipe{N: 3, Extents: extents, Rough: .4, Seed: 6}
		u, d := r.links(), len(extents)
		v := gauge.NewField(u.Geometry(), u.Group())
		kept := func() {
			t.Helper()
			a, b, x := u.Group().NewMatrix(), u.Group().NewMatrix(), make([]int, d)
			for site := range u.Geometry().Volume() {
				u.Geometry().Coordinates(x, site)
				u.At(a, x, d-1)
				v.At(b, x, d-1)
				require.Equal(t, a, b)
			}
		}
		ape, err := covnet.NewAPESmearingInSpace(u, 1)
		require.NoError(t, err)
		ape.Forward(v, u)
		kept()
		stout, err := covnet.NewStout(u, covnet.Shared, covnet.SpaceTerm(d))
		require.NoError(t, err)
		stout.Params()[0] = .1
		stout.Forward(v, u)
		kept()
		twin := reference.Layer{spaceStaples(d, reference.Shared(reference.Constant(.1)))}
		assert.LessOrEqual(t, apart(v, twin.Forward(verify.Links(u))), 1e-13)
	}
	_, err := covnet.NewAPESmearingInSpace(recipe{N: 2, Extents: []int{4, 4}}.links(), .5)
	assert.ErrorContains(t, err, "in 2 dimensions (allowed: 3, 4)")
}

// Projected by the largest Re tr, layers are those of the twin, which climbs there. A
// maximum is met to the root of what climbing leaves, 1e-13 here; HYP magnifies that by
// the sizes of its weights. For SU(2) that is the polar projection. There is no Backward.
func TestMaxReTr(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4} {
		r := recipe{N: n, Extents: []int{2, 2, 2, 2}, Rough: .5, Seed: 3}
		u := r.links()
		links := verify.Links(u)
		ape, err := covnet.NewAPESmearing(u, .5)
		require.NoError(t, err)
		ape.Project(covnet.MaxReTr)
		hyp, err := covnet.NewHYP(u, [3]float64{.5, .4, .3})
		require.NoError(t, err)
		hyp.Project(covnet.MaxReTr)
		weight := func(x float64) reference.Real { return reference.Constant(x) }
		term := []reference.Term{reference.PlaquetteStaples(4, reference.Shared(weight(.5/6)))}
		alpha := [3]reference.Real{weight(.5), weight(.4), weight(.3)}
		v := gauge.NewField(u.Geometry(), u.Group())
		for _, c := range []struct {
			layer       covnet.Layer
			twin, polar *reference.Links
		}{
			{ape, reference.APEBy(links, weight(.5), term, reference.Matrix.ProjectMaxReTr), reference.APE(links, weight(.5), term)},
			{hyp, reference.HYPBy(links, alpha, reference.Matrix.ProjectMaxReTr), reference.HYP(links, alpha)},
		} {
			c.layer.Forward(v, u)
			assert.LessOrEqual(t, apart(v, c.twin), 1e-6, "SU(%d)", n)
			if n > 2 {
				assert.Greater(t, apart(v, c.polar), 1e-3, "SU(%d): the projections differ", n)
			} else {
				assert.LessOrEqual(t, apart(v, c.polar), 1e-13, "SU(%d)", n)
			}
			assert.PanicsWithValue(t, "covnet: Backward of a projection by the largest Re tr (allowed: the polar one)", func() {
				c.layer.Backward(gauge.NewAlgebra(u.Geometry(), u.Group()), nil, r.direction(u))
			})
		}
	}
}
