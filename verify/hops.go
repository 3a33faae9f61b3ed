package verify

import (
	"math"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// operatorCovariant: D[U^G] G x = G D[U] x, and the derivative turns likewise.
func operatorCovariant(b bound) []Result {
	allowed := 4 * b.roundoff()
	turn := gauge.NewTransformation(b.geo, b.u.Group())
	turn.Random(b.c.Stream("rotation"))
	f, turned := gauge.NewAlgebra(b.geo, b.u.Group()), gauge.NewAlgebra(b.geo, b.u.Group())
	b.d.Apply(b.a, b.x)
	b.d.AddDerivative(f, 1, b.y, b.x)
	noise := b.derivativeNoise(f)
	before := b.a.Like()
	before.Copy(b.a, lattice.All)

	b.a.Transform(turn, lattice.All)
	b.x.Transform(turn, lattice.All)
	b.y.Transform(turn, lattice.All)
	b.u.Transform(turn)
	f.Transform(turn)
	b.d.Bind(b.u)
	b.d.Apply(b.b, b.x)
	b.d.AddDerivative(turned, 1, b.y, b.x)
	size := math.Sqrt(f.Norm2())
	turned.Add(-1, f)
	before.Axpy(-1, b.a, lattice.All)
	moved := near("D[U^G] G x = G D[U] x", b.b, b.a, allowed)
	moved.Vacuous = moved.Vacuous || !(allowed < 1e-6*math.Sqrt(before.Norm2(lattice.All)))
	return []Result{moved, {
		Law: "the derivative is covariant", Measured: math.Sqrt(turned.Norm2()), Bound: noise,
		Because: "32 x the change of the derivative when links change by round-off", Vacuous: !(noise < 1e-6*size),
	}}
}

// derivativeNoise returns 32 x the change of the derivative f when links change
// by round-off.
func (b bound) derivativeNoise(f *gauge.Algebra) float64 {
	v, g := gauge.NewField(b.geo, b.u.Group()), gauge.NewAlgebra(b.geo, b.u.Group())
	noise := 0.0
	for k := range jitters {
		Jitter(v, b.u, b.c.Stream("jitter").At(uint64(k)))
		b.d.Bind(v)
		g.Zero()
		b.d.AddDerivative(g, 1, b.y, b.x)
		g.Add(-1, f)
		noise += g.Norm2() / jitters
	}
	b.d.Bind(b.u)
	return margin*math.Sqrt(noise) + 64*Roundoff*math.Sqrt(f.Norm2())
}

// derivative: AddDerivative adds c d/dh 2 Re <y, D[exp(i h P) U] x>, P normal on
// all links.
func derivative(b bound) []Result {
	const scale = -1.5
	p, f, start := gauge.NewAlgebra(b.geo, b.u.Group()), gauge.NewAlgebra(b.geo, b.u.Group()), gauge.NewAlgebra(b.geo, b.u.Group())
	p.Gaussian(b.c.Stream("direction"))
	plain := gauge.NewAlgebra(b.geo, b.u.Group())
	b.d.AddDerivative(plain, 1, b.y, b.x)
	noise := b.derivativeNoise(plain)
	allowed := b.roundoff() * math.Sqrt(b.y.Norm2(lattice.All)) // of 2 Re <y, D x>, and more

	start.Gaussian(b.c.Stream("start"))
	f.Copy(start)
	b.d.AddDerivative(f, scale, b.y, b.x)
	f.Add(-1, start)
	v := gauge.NewField(b.geo, b.u.Group())
	want, estimate, step := Ridders(func(h float64) float64 {
		v.Copy(b.u)
		v.Drift(h, p)
		b.d.Bind(v)
		b.d.Apply(b.a, b.x)
		return 2 * b.y.ReDot(b.a, lattice.All)
	}, firstStep)
	b.d.Bind(b.u)
	size := math.Sqrt(plain.Norm2())
	bound := math.Abs(scale) * (margin*estimate + allowed/step + noise*math.Sqrt(p.Norm2()))
	got := f.Dot(p)
	f.Add(-scale, plain)
	sum := 8*Roundoff*(math.Sqrt(start.Norm2())+2*size) + noise
	return []Result{
		{Law: "derivative of 2 Re <y, D x>", Measured: math.Abs(got - scale*want), Bound: bound, Because: "32 x Ridders' estimate, and round-off over the step", Vacuous: !(bound < 1e-5*size)},
		{Law: "AddDerivative adds c times", Measured: math.Sqrt(f.Norm2()), Bound: sum, Because: "round-off", Vacuous: !(sum < 1e-6*size)},
	}
}

// operatorWorkers checks that any number of workers computes the same bits.
func operatorWorkers(build OperatorBuilder, c Case) []Result {
	var want []complex128
	var force *gauge.Algebra
	fields, forces := 0, 0
	for _, n := range []int{1, 2, 4} {
		pool := lattice.NewPool(n)
		defer pool.Close()
		b := newBound(build, c, lattice.WithPool(pool))
		f := gauge.NewAlgebra(b.geo, b.u.Group())
		b.d.Apply(b.a, b.x)
		b.d.AddDerivative(f, 1, b.y, b.x)
		if want == nil {
			want, force = Vector(b.a), f
			continue
		}
		for i, z := range Vector(b.a) {
			if z != want[i] {
				fields++
			}
		}
		forces += differ(f.Raw(), force.Raw())
	}
	return []Result{exact("same bits for any number of workers", fields), exact("same derivative for any number of workers", forces)}
}

// boundaryPhases: phases are signs of the links that leave the last slice.
func boundaryPhases(build OperatorBuilder, c Case) []Result {
	b := newBound(build, c)
	allowed := 2 * b.roundoff()
	b.d.Apply(b.a, b.x)
	m, v := b.u.Group().NewMatrix(), gauge.NewField(b.geo, b.u.Group())
	eachLink(b.geo, func(x []int, mu int) {
		b.u.At(m, x, mu)
		if x[mu] == b.geo.Extent(mu)-1 {
			for i := range m {
				m[i] *= complex(float64(c.Boundary[mu]), 0)
			}
		}
		v.Set(x, mu, m)
	})
	periodic := c
	periodic.Boundary = make([]int, len(c.Boundary))
	for mu := range periodic.Boundary {
		periodic.Boundary[mu] = dirac.Periodic
	}
	d := must(build(periodic, b.geo))
	d.Bind(v)
	d.Apply(b.b, b.x)
	return []Result{near("a boundary phase is a sign of the last links", b.b, b.a, allowed)}
}

// operatorSymmetries: D of the image of the links on the image of x is the image
// of D x.
func operatorSymmetries(b bound, of []Symmetry) (results []Result) {
	allowed := 2 * b.roundoff()
	b.d.Apply(b.a, b.x)
	x, want, got := b.x.Like(), b.x.Like(), b.x.Like()
	for _, m := range moves(b.c, of) {
		m.vector(x, b.x, b.c.Boundary)
		m.vector(want, b.a, b.c.Boundary)
		b.d.Bind(m.links(b.u))
		b.d.Apply(got, x)
		results = append(results, near("D keeps "+m.name, got, want, allowed))
	}
	if len(results) == 0 {
		Skip(noMoves)
	}
	b.d.Bind(b.u)
	return results
}

// operatorTwin: D, D^† and the derivative of an independent matrix.
func operatorTwin(b bound, twin TwinOperator) []Result {
	allowed := 2 * b.roundoff()
	p, f := gauge.NewAlgebra(b.geo, b.u.Group()), gauge.NewAlgebra(b.geo, b.u.Group())
	p.Gaussian(b.c.Stream("direction"))
	op := must(twin(b.c, LinksAlong(b.u, p)))
	x, y, want := Vector(b.x), Vector(b.y), b.x.Like()
	b.d.Apply(b.a, b.x)
	b.d.ApplyDagger(b.b, b.x)
	SetVector(want, op.Apply(x))
	results := []Result{near("D of the twin", b.a, want, allowed)}
	SetVector(want, op.ApplyDagger(x))
	results = append(results, near("D† of the twin", b.b, want, allowed))
	b.d.AddDerivative(f, 1, b.y, b.x)
	noise := b.derivativeNoise(f) * math.Sqrt(p.Norm2())
	s := 0.0
	for i, z := range op.ApplyDerivative(x) {
		s += 2 * (real(y[i])*real(z) + imag(y[i])*imag(z))
	}
	return append(results, Result{
		Law: "derivative of the twin", Measured: math.Abs(f.Dot(p) - s), Bound: noise,
		Because: "32 x its change when links change by round-off", Vacuous: !(noise < 1e-6*math.Sqrt(f.Norm2())),
	})
}
