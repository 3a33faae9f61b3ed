package gauge_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/reference"
	"github.com/slhmc/slhmc/verify"
)

// rectangle returns the action of the case.
func rectangle(c verify.Case, geo *lattice.Geometry) *gauge.Action {
	a, err := gauge.NewRectangleAction(geo, c.GaugeGroup(), c.Beta, c.C1)
	if err != nil {
		panic(err)
	}
	return a
}

// loops returns random loops: one along a random walk and back by another way,
// one that winds in each direction, one that does both, and a step to and fro,
// which on two sites is as long as the way round.
func loops(c verify.Case) []gauge.Loop {
	r := c.Draw("loops")
	d := len(c.Extents)
	walk := func(n int) (p gauge.Path) {
		for range n {
			p = append(p, (1+int(r.Uint64N(uint64(d))))*(1-2*int(r.Uint64N(2))))
		}
		return p
	}
	home := func(p gauge.Path) gauge.Path { // closes p, directions in order
		for mu, x := range p.Displacement(d) {
			for ; x > 0; x-- {
				p = append(p, -mu-1)
			}
			for ; x < 0; x++ {
				p = append(p, mu+1)
			}
		}
		return p
	}
	list := []gauge.Loop{{Path: home(walk(4)), Coefficient: 0.7}}
	for mu, l := range c.Extents {
		var p gauge.Path
		for range l {
			p = append(p, mu+1)
		}
		list = append(list, gauge.Loop{Path: p, Coefficient: -0.3}, gauge.Loop{Path: gauge.Path{mu + 1, -mu - 1}, Coefficient: 0.4})
		if mu == d-1 {
			list = append(list, gauge.Loop{Path: append(home(walk(3)), p...), Coefficient: 0.2})
		}
	}
	var kept []gauge.Loop
	for _, l := range list {
		if len(l.Path) > 0 {
			kept = append(kept, l)
		}
	}
	return kept
}

func terms(list []gauge.Loop) (t []reference.LoopTerm) {
	for _, l := range list {
		t = append(t, reference.LoopTerm{Coefficient: l.Coefficient, Loops: [][]int{l.Path}})
	}
	return t
}

// twin compares value and force of loops with the slow reference.
//
// A product of L matrices errs by (N+2) L u in each element (rows and columns
// of unitary matrices have length one), its trace by N times that; the two
// programs err alike, which makes 2, and another 2 for the sums over sites and
// loops, which carry their terms' roundings but not more.
func twin(c verify.Case, geo *lattice.Geometry, a *gauge.Action, list []reference.LoopTerm) []verify.Result {
	u := c.Links(geo, "links")
	n := float64(c.GaugeGroup().N())
	perTrace, links := 0.0, 0.0 // sum of |c| L and |c| L^2
	for _, t := range list {
		for _, p := range t.Loops {
			length := float64(len(p))
			perTrace += math.Abs(t.Coefficient) * (length + 1)
			links += math.Abs(t.Coefficient) * length * (length + 1)
		}
	}
	value, err := a.Value(u)
	if err != nil {
		panic(err)
	}
	f := gauge.NewAlgebra(geo, c.GaugeGroup())
	if err := a.AddForce(f, 1, u); err != nil {
		panic(err)
	}
	ref := verify.Links(u)
	want := reference.GaugeForce(ref, c.Beta, list)
	worst := 0.0
	x, got := make([]int, geo.Dims()), make([]float64, c.GaugeGroup().Dim())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		for mu := range x {
			f.At(got, x, mu)
			for k, w := range want[geo.Dims()*site+mu] {
				worst = math.Max(worst, math.Abs(got[k]-w))
			}
		}
	}
	unit := 4 * verify.Roundoff * c.Beta * (n + 2)
	return []verify.Result{
		{
			Law:      "value of the twin",
			Measured: math.Abs(value - reference.GaugeAction(ref, c.Beta, list).V),
			Bound:    unit * float64(geo.Volume()) * perTrace, Because: "round-off of the traces",
		},
		{Law: "force of the twin", Measured: worst, Bound: unit * links, Because: "round-off of the loops through a link"},
	}
}

func TestActionTwin(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 40, Volume: 72, Cold: true}, func(c verify.Case) []verify.Result {
		geo := c.Geometry()
		return twin(c, geo, rectangle(c, geo), reference.RectangleAction(geo.Dims(), c.C1))
	})
}

func TestAnyLoopsTwin(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 40, Volume: 48, Cold: true}, func(c verify.Case) []verify.Result {
		geo := c.Geometry()
		list := loops(c)
		a, err := gauge.NewAction(geo, c.GaugeGroup(), c.Beta, list)
		if err != nil {
			panic(err)
		}
		return twin(c, geo, a, terms(list))
	})
}

func TestActionForce(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 24, Volume: 72}, func(c verify.Case) []verify.Result {
		geo := c.Geometry()
		a, u := rectangle(c, geo), c.Links(geo, "links")
		r := verify.Force(a, u, c.Stream("force"))
		r = append(r, verify.ForceOrder(a, u, c.Stream("order"))...)
		r = append(r, verify.ForceAdds(a, u, c.Stream("adds"))...)
		return append(r, verify.Purity(a, u, c.Links(geo, "other"))...)
	})
}

func TestAnyLoopsForce(t *testing.T) {
	verify.Run(t, verify.Domain{Cases: 24, Volume: 64}, func(c verify.Case) []verify.Result {
		geo := c.Geometry()
		a, err := gauge.NewAction(geo, c.GaugeGroup(), c.Beta, loops(c))
		if err != nil {
			panic(err)
		}
		return verify.Force(a, c.Links(geo, "links"), c.Stream("force"))
	})
}

func TestActionCovariance(t *testing.T) {
	verify.Run(t, verify.Domain{}, func(c verify.Case) []verify.Result {
		geo := c.Geometry()
		return verify.Covariance(rectangle(c, geo), c.Links(geo, "links"), c.Stream("covariance"), 0)
	})
}

// S vanishes on unit links; the named coefficients are those of the papers.
func TestColdAction(t *testing.T) {
	for name, c := range map[string][2]float64{
		"Wilson": {gauge.Wilson, 0}, "Symanzik": {gauge.Symanzik, reference.SymanzikC1},
		"Iwasaki": {gauge.Iwasaki, reference.IwasakiC1}, "DBW2": {gauge.DBW2, reference.DBW2C1},
	} {
		assert.Equal(t, c[1], c[0], name)
		for _, g := range verify.Groups() {
			geo := verify.Case{Extents: []int{4, 2, 3}}.Geometry()
			a, err := gauge.NewRectangleAction(geo, g, 2, c[0])
			require.NoError(t, err)
			u, f := gauge.NewField(geo, g), gauge.NewAlgebra(geo, g)
			s, err := a.Value(u)
			require.NoError(t, err)
			// unit = beta V sum |c| over 3 planes and 6 rectangles, rounded once per term
			assert.InDelta(t, 0, s, verify.Roundoff*2*24*(3*(1+8*math.Abs(c[0]))+6*math.Abs(c[0]))*9, name)
			require.NoError(t, a.AddForce(f, 1, u))
			assert.Zero(t, f.Norm2(), name)
		}
	}
}

func TestBadActions(t *testing.T) {
	geo := verify.Case{Extents: []int{4, 4}}.Geometry()
	g := verify.Groups()[1]
	for _, c := range []struct {
		beta  float64
		loops []gauge.Loop
		want  string
	}{
		{math.NaN(), gauge.Plaquettes(2, 1), "beta = NaN"},
		{math.Inf(1), gauge.Plaquettes(2, 1), "beta = +Inf"},
		{1, nil, "needs a loop"},
		{1, []gauge.Loop{{Path: gauge.Path{}, Coefficient: 1}}, "empty path"},
		{1, []gauge.Loop{{Path: gauge.Path{1, 2, -1}, Coefficient: 1}}, "path [1, 2, -1] moves by 1 in direction 2, must by 0 (mod 4)"},
		{1, []gauge.Loop{{Path: gauge.Path{1, 3, -1, -3}, Coefficient: 1}}, "step 3 of path"},
		{1, []gauge.Loop{{Path: gauge.Path{1, 0, -1}, Coefficient: 1}}, "step 0 of path"},
	} {
		_, err := gauge.NewAction(geo, g, c.beta, c.loops)
		assert.ErrorContains(t, err, c.want)
	}
	_, err := gauge.NewStapleSum(geo, g, [][][]gauge.Loop{{{{Path: gauge.Path{2}, Coefficient: 1}}, nil}})
	assert.ErrorContains(t, err, "path [2] moves by 0 in direction 1, must by 1 (mod 4)")
	_, err = gauge.NewStapleSum(geo, g, [][][]gauge.Loop{{nil}})
	assert.ErrorContains(t, err, "paths for 1 directions, the lattice has 2")

	u := gauge.NewField(geo, verify.Groups()[2])
	a, err := gauge.NewRectangleAction(geo, g, 1, 0)
	require.NoError(t, err)
	assert.PanicsWithValue(t, "gauge: loops of another geometry or group", func() { _, _ = a.Value(u) })
}

// A direction that processes share allows paths of two steps beyond.
func TestPathsBeyondGhosts(t *testing.T) {
	geo, err := lattice.New([]int{8, 4}, lattice.WithComm(lattice.InProcess(2)[0], []int{2, 1}))
	require.NoError(t, err)
	long := gauge.Path{1, 1, 1, 2, -1, -1, -1, -2}
	_, err = gauge.NewLoopSum(geo, verify.Groups()[1], []gauge.Loop{{Path: long, Coefficient: 1}})
	assert.ErrorContains(t, err, "reaches 3 sites along direction 1")
	_, err = gauge.NewLoopSum(geo, verify.Groups()[1], []gauge.Loop{{Path: gauge.Path{2, 2, 2, 1, -2, -2, -2, -1}, Coefficient: 1}})
	assert.NoError(t, err)
}

// Rotations of the orientation and of the starting point are the same loop, up
// to the sign of the imaginary part.
func TestLoopSum(t *testing.T) {
	verify.Run(t, verify.Domain{Volume: 64}, func(c verify.Case) (results []verify.Result) {
		geo := c.Geometry()
		u := c.Links(geo, "links")
		sum := func(list ...gauge.Loop) *gauge.LoopSum {
			s, err := gauge.NewLoopSum(geo, c.GaugeGroup(), list)
			if err != nil {
				panic(err)
			}
			return s
		}
		ref := verify.Links(u)
		for _, l := range loops(c) {
			n, length := float64(c.GaugeGroup().N()), float64(len(l.Path))
			var want complex128
			for site := range ref.Volume() {
				w, _ := ref.Follow(site, l.Path)
				want += w.Trace().V
			}
			turned := append(append(gauge.Path{}, l.Path[1:]...), l.Path[0])
			bound := 4 * verify.Roundoff * (n + 2) * n * (length + 1) * float64(geo.Volume())
			check := func(law string, got, want float64) {
				results = append(results, verify.Result{
					Law: fmt.Sprint(law, " ", l.Path), Measured: math.Abs(got - want),
					Bound: bound, Because: "round-off of the traces",
				})
			}
			s, r, shifted := sum(gauge.Loop{Path: l.Path, Coefficient: 1}), sum(gauge.Loop{Path: l.Path.Reverse(), Coefficient: 1}), sum(gauge.Loop{Path: turned, Coefficient: 1})
			check("Re tr", s.ReTr(u), real(want))
			check("Im tr", s.ImTr(u), imag(want))
			check("Re tr reversed", r.ReTr(u), real(want))
			check("Im tr reversed", r.ImTr(u), -imag(want))
			check("Re tr begun elsewhere", shifted.ReTr(u), real(want))
			// coefficients of equal paths add up
			check("merged", sum(gauge.Loop{Path: l.Path, Coefficient: 1.5}, gauge.Loop{Path: l.Path, Coefficient: -0.5}).ReTr(u), real(want))
		}
		return results
	})
}

// Nothing is allocated where molecular dynamics passes by.
func TestAllocations(t *testing.T) {
	for _, g := range verify.Groups() {
		geo := verify.Case{Extents: []int{4, 4, 4}}.Geometry()
		a, err := gauge.NewRectangleAction(geo, g, 2, gauge.Symanzik)
		require.NoError(t, err)
		u, p, f := gauge.NewField(geo, g), gauge.NewAlgebra(geo, g), gauge.NewAlgebra(geo, g)
		other := gauge.NewField(geo, g)
		s := rng.New(1)
		for name, do := range map[string]func(){
			"AddForce":    func() { _ = a.AddForce(f, 1, u) },
			"Value":       func() { _, _ = a.Value(u) },
			"Gaussian":    func() { p.Gaussian(s.Child("momenta")) },
			"Drift":       func() { u.Drift(0.01, p) },
			"Add":         func() { p.Add(-0.1, f) },
			"Dot":         func() { p.Dot(f) },
			"Copy":        func() { other.Copy(u) },
			"Reunitarize": func() { u.Reunitarize() },
		} {
			assert.Zero(t, testing.AllocsPerRun(5, do), "%v %s", g, name)
		}
	}
}

// An anisotropy of 1 is none, to the bit; others must be positive.
func TestAnisotropicAction(t *testing.T) {
	c := verify.Case{Group: "SU(3)", Extents: []int{4, 2, 4}, Roughness: 1, Seed: 5}
	u := c.Links(c.Geometry(), "links")
	one, err := gauge.NewAnisotropicAction(u.Geometry(), u.Group(), 5.7, 1)
	require.NoError(t, err)
	none, err := gauge.NewRectangleAction(u.Geometry(), u.Group(), 5.7, gauge.Wilson)
	require.NoError(t, err)
	got, err := one.Value(u)
	require.NoError(t, err)
	want, err := none.Value(u)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	for _, xi := range []float64{0, -2, math.NaN(), math.Inf(1)} {
		_, err = gauge.NewAnisotropicAction(u.Geometry(), u.Group(), 5.7, xi)
		assert.ErrorContains(t, err, "(allowed: positive)", xi)
	}
}
