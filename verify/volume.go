package verify

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
)

// volume: the Jacobian of (U, P) -> (U', P') has determinant one, U being moved
// by exp(i omega^a T_a) from the left on both sides, which leaves the Haar measure
// alone. Five-point stencils at h = .02 err by h⁴/30 of a fifth derivative: for
// determinants of matrices of 16 and 48 rows that is below 1e-5, and a kick or
// drift that scales volumes does it by per cents.
func volume(c Case, build MotionBuilder) []Result {
	c.Extents, c.Boundary, c.C1 = []int{2, 2}, []int{1, -1}, 0
	c.Beta = min(c.Beta, 2)
	if c.GaugeGroup().N() > 2 {
		c.Group = "SU(2)"
	}
	m := newMotion(build, c)
	const h = .02
	n, end := m.z.components(), m.run(m.z, m.Tau)
	jacobian := mat.NewDense(n, n, nil)
	moved := func(k int, by float64) []float64 {
		z, q := m.z.copy(), gauge.NewAlgebra(m.z.u.Geometry(), m.z.u.Group())
		component(q, k%(n/2), by)
		if k < n/2 {
			z.u.Drift(1, q)
		} else {
			z.p.Add(1, q)
		}
		return coordinates(m.run(z, m.Tau), end)
	}
	for k := range n {
		a, b, a2, b2 := moved(k, h), moved(k, -h), moved(k, 2*h), moved(k, -2*h)
		for i := range n {
			jacobian.Set(i, k, (8*(a[i]-b[i])-(a2[i]-b2[i]))/(12*h))
		}
	}
	return []Result{{Law: "the volume of phase space is kept", Measured: math.Abs(mat.Det(jacobian) - 1), Bound: 1e-4, Because: "five-point stencils"}}
}

// component sets one component of a zero field: (site, mu, a), a fastest.
func component(q *gauge.Algebra, k int, value float64) {
	geo, dim := q.Geometry(), q.Group().Dim()
	x, c := make([]int, geo.Dims()), make([]float64, dim)
	c[k%dim] = value
	geo.Coordinates(x, k/dim/geo.Dims())
	q.Set(x, k/dim%geo.Dims(), c)
}

// coordinates returns those of z about end, [U U_end^†]_TA and P - P_end: to
// third order in small displacements the ones of exp(i omega).
func coordinates(z, end point) []float64 {
	g := z.u.Group()
	a, b, m := g.NewMatrix(), g.NewMatrix(), g.NewMatrix()
	v, w := make([]float64, g.Dim()), make([]float64, g.Dim())
	var links, momenta []float64
	eachLink(z.u.Geometry(), func(x []int, mu int) {
		z.u.At(a, x, mu)
		end.u.At(b, x, mu)
		group.MulDagger(m, a, b)
		g.TA(v, m)
		links = append(links, v...)
		z.p.At(v, x, mu)
		end.p.At(w, x, mu)
		for i := range v {
			momenta = append(momenta, v[i]-w[i])
		}
	})
	return append(links, momenta...)
}
