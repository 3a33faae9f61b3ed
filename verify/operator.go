package verify

import (
	"math"
	"math/cmplx"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
)

// OperatorBuilder makes the Dirac operator of a case on a lattice, or answers
// ErrUnsupported. It will be bound to links.
type OperatorBuilder func(c Case, geo *lattice.Geometry) (dirac.Operator, error)

// Operator judges a Dirac operator of one's own.
func Operator(t TB, build OperatorBuilder, options ...Option) {
	t.Helper()
	test(t, OfOperator(t.Name(), build, options...), newSettings(options))
}

// TwinOperator is an independent program for the matrix of an operator.
type TwinOperator func(c Case, u *reference.Links) (*reference.Operator, error)

// TwinOfOperator adds the comparison of an operator with an independent matrix.
func TwinOfOperator(twin TwinOperator) Option { return func(o *settings) { o.twinOperator = twin } }

// Hermitian names the matrix g with g D g = D^†, g^2 = 1: gamma5 of Wilson
// quarks, and for staggered ones (-1)^(n_0 + … + n_{D-1}), [Epsilon]. It is
// applied to f in place, and calls [Skip] on a lattice that has none.
func Hermitian(g func(f *fermion.Field)) Option { return func(o *settings) { o.gamma5 = g } }

// Free gives the eigenvalues of the operator on unit links, for its determinant and
// traces.
func Free(spectrum func(c Case) []complex128) Option {
	return func(o *settings) { o.free = spectrum }
}

// Epsilon multiplies f by the parity of its sites.
func Epsilon(f *fermion.Field) { f.Scale(-1, lattice.Odd) }

// OfOperator returns a Dirac operator as a subject.
func OfOperator(name string, build OperatorBuilder, options ...Option) Subject {
	o := newSettings(options)
	on := func(name string, law func(b bound) []Result) Law {
		return Law{Name: name, Check: func(c Case) []Result { return law(newBound(build, c)) }}
	}
	laws := []Law{
		on("linear", linear),
		on("adjoint", adjoint),
		on("positive", positive),
		on("pure", operatorPure),
		on("gauge", operatorCovariant),
		on("derivative", derivative),
		on("parities", parities),
		{Name: "determinant", Volume: 32, Strict: true, Cost: 2, Check: func(c Case) []Result { return determinant(newBound(build, c)) }},
		{Name: "workers", Cost: 3, Check: func(c Case) []Result { return operatorWorkers(build, c) }},
	}
	if o.divided {
		laws = append(laws, Law{Name: "ranks", Cost: 3, Check: func(c Case) []Result { return operatorRanks(build, c) }})
	}
	if o.parameters != nil {
		laws = append(laws, on("parameters", func(b bound) []Result { return operatorParameters(b, o.parameters) }))
	}
	if o.free != nil {
		laws = append(laws, Law{Name: "free", Volume: 32, Strict: true, Cost: 2, Check: func(c Case) []Result {
			c.Roughness = 0
			return freeSpectrum(newBound(build, c), o.free(c))
		}})
	}
	if o.gamma5 != nil {
		laws = append(laws, on("gamma5", func(b bound) []Result { return hermitian(b, o.gamma5) }))
	}
	var phases bool
	var moving []Symmetry
	for _, s := range o.symmetries {
		if s == Boundary {
			phases = true
			continue
		}
		moving = append(moving, s)
	}
	if phases {
		laws = append(laws, Law{Name: "boundary", Check: func(c Case) []Result { return boundaryPhases(build, c) }})
	}
	if moving != nil {
		laws = append(laws, on("symmetries", func(b bound) []Result { return operatorSymmetries(b, moving) }))
	}
	if o.twinOperator != nil {
		laws = append(laws, Law{Name: "twin", Volume: 96, Strict: true, Check: func(c Case) []Result { return operatorTwin(newBound(build, c), o.twinOperator) }})
	}
	return Subject{Name: name, Domain: o.within, Laws: laws}
}

// bound is an operator of a case, bound to its links.
type bound struct {
	c    Case
	geo  *lattice.Geometry
	d    dirac.Operator
	u    *gauge.Field
	x, y *fermion.Field // noise
	a, b *fermion.Field
}

func newBound(build OperatorBuilder, c Case, options ...lattice.Option) bound {
	return boundOn(build, c, c.Geometry(options...))
}

func boundOn(build OperatorBuilder, c Case, geo *lattice.Geometry) bound {
	d := must(build(c, geo))
	b := bound{c: c, geo: geo, d: d, u: c.Links(geo, "links"), x: d.NewField(), y: d.NewField(), a: d.NewField(), b: d.NewField()}
	b.x.Gaussian(c.Stream("x"), lattice.All)
	b.y.Gaussian(c.Stream("y"), lattice.All)
	d.Bind(b.u)
	return b
}

// roundoff returns the error allowed in D x, as a norm: 32 x its change when the
// links change by round-off, and some roundings of the operands.
func (b bound) roundoff() float64 {
	v := gauge.NewField(b.geo, b.u.Group())
	b.d.Apply(b.a, b.x)
	noise := 0.0
	for k := range jitters {
		Jitter(v, b.u, b.c.Stream("jitter").At(uint64(k)))
		b.d.Bind(v)
		b.d.Apply(b.b, b.x)
		b.b.Axpy(-1, b.a, lattice.All)
		noise += b.b.Norm2(lattice.All) / jitters
	}
	b.d.Bind(b.u)
	return margin*math.Sqrt(noise) + 16*Roundoff*(math.Sqrt(b.a.Norm2(lattice.All))+math.Sqrt(b.x.Norm2(lattice.All)))
}

const becauseHops = "32 x the change of D x when links change by round-off"

// near says that a and b agree to the bound.
func near(law string, a, b *fermion.Field, bound float64) Result {
	size := math.Sqrt(b.Norm2(lattice.All))
	d := a.Like()
	d.Copy(a, lattice.All)
	d.Axpy(-1, b, lattice.All)
	return Result{Law: law, Measured: math.Sqrt(d.Norm2(lattice.All)), Bound: bound, Because: becauseHops, Vacuous: !(bound < 1e-6*size)}
}

// linear: D (x + c y) = D x + c D y, for complex c by way of i x.
func linear(b bound) []Result {
	allowed := 4 * b.roundoff()
	const c = -0.7
	z, dz := b.x.Like(), b.x.Like()
	z.Copy(b.x, lattice.All)
	z.Axpy(c, b.y, lattice.All)
	b.d.Apply(dz, z)
	b.d.Apply(b.a, b.x)
	b.d.Apply(b.b, b.y)
	b.a.Axpy(c, b.b, lattice.All)
	results := []Result{near("D (x + c y) = D x + c D y", dz, b.a, allowed)}
	timesI(z, b.x)
	b.d.Apply(dz, z)
	b.d.Apply(b.b, b.x)
	timesI(b.a, b.b)
	return append(results, near("D i x = i D x", dz, b.a, allowed))
}

func timesI(dst, src *fermion.Field) {
	v := Vector(src)
	for i := range v {
		v[i] *= 1i
	}
	SetVector(dst, v)
}

// adjoint: <x, D y> = <D^† x, y>.
func adjoint(b bound) []Result {
	allowed := 4 * b.roundoff() * math.Sqrt(b.y.Norm2(lattice.All))
	b.d.Apply(b.a, b.y)
	left := b.x.Dot(b.a, lattice.All)
	size := math.Sqrt(b.a.Norm2(lattice.All)) // <x, D y> has this spread
	b.d.ApplyDagger(b.b, b.x)
	return []Result{{
		Law: "<x, D y> = <D† x, y>", Measured: cmplx.Abs(left - b.b.Dot(b.y, lattice.All)), Bound: allowed,
		Because: becauseHops, Vacuous: !(allowed < 1e-6*size),
	}}
}

// hermitian: g D g = D^†.
func hermitian(b bound, g func(f *fermion.Field)) []Result {
	allowed := 2 * b.roundoff()
	b.d.ApplyDagger(b.b, b.x)
	z := b.x.Like()
	z.Copy(b.x, lattice.All)
	g(z)
	b.d.Apply(b.a, z)
	g(b.a)
	return []Result{near("g D g = D†", b.a, b.b, allowed)}
}

// positive: <x, D^†D x> = |D x|^2, which is not zero.
func positive(b bound) []Result {
	allowed := 4 * b.roundoff()
	b.d.Apply(b.a, b.x)
	b.d.ApplyDagger(b.b, b.a)
	norm2 := b.a.Norm2(lattice.All)
	allowed *= 4 * math.Sqrt(norm2)
	alive := 0
	if !(norm2 > 1e-12*b.x.Norm2(lattice.All)) {
		alive = 1
	}
	z := b.x.Dot(b.b, lattice.All)
	return []Result{
		{Law: "<x, D†D x> = |D x|^2", Measured: cmplx.Abs(z - complex(norm2, 0)), Bound: allowed, Because: becauseHops, Vacuous: !(allowed < 1e-6*norm2)},
		exact("D is not zero", alive),
	}
}

// operatorPure: the same bits again, and after other links; sources and links
// are left alone; what was in the destination does not matter.
func operatorPure(b bound) []Result {
	d, x := b.d, b.x
	source, links := x.Like(), gauge.NewField(b.geo, b.u.Group())
	source.Copy(x, lattice.All)
	links.Copy(b.u)
	d.Apply(b.a, x)
	d.ApplyDagger(b.b, x)
	again, dagger := x.Like(), x.Like()
	again.Gaussian(b.c.Stream("what was there"), lattice.All)
	dagger.Copy(again, lattice.All)
	other := b.c.Links(b.geo, "other")
	other.Hot(b.c.Stream("other links"))
	d.Bind(other)
	d.Apply(again, x)
	stale := 0
	if bits(again, b.a) == 0 {
		stale = 1
	}
	d.Bind(b.u)
	d.ApplyDagger(dagger, x)
	d.Apply(again, x)
	return []Result{
		exact("D is the same after other links", bits(again, b.a)),
		exact("D† is the same after other links", bits(dagger, b.b)),
		exact("other links make another D", stale),
		exact("the source is untouched", bits(source, x)),
		exact("links are untouched", differ(ownLinks(b.u), ownLinks(links))),
	}
}

// bits counts the components of a and b that differ in a bit.
func bits(a, b *fermion.Field) (n int) {
	v, w := Vector(a), Vector(b)
	for i := range v {
		if v[i] != w[i] {
			n++
		}
	}
	return n
}

// ownLinks returns the storage of u without what is fetched from other
// processes.
func ownLinks(u *gauge.Field) [][8]float64 {
	return u.Raw()[:u.Geometry().Blocks()*len(u.Raw())/u.Geometry().BlocksWithGhosts()]
}

// parities: what an operator says of parities, EvenOdd or Decoupled, is true.
func parities(b bound) []Result {
	switch d := b.d.(type) {
	case dirac.Decoupled:
		return decoupled(b, d)
	case dirac.EvenOdd:
		if !b.geo.EvenOdd() {
			Skip("an odd extent has no parities")
		}
		return evenOdd(b, d)
	}
	Skip("the operator is neither EvenOdd nor Decoupled")
	return nil
}

// decoupled: parities of D^†D stay apart, short ways are the long ones, and the two
// halves of the derivative add up.
func decoupled(b bound, d dirac.Decoupled) []Result {
	allowed := 8 * b.roundoff() * (1 + math.Sqrt(b.a.Norm2(lattice.All)/b.x.Norm2(lattice.All)))
	var results []Result
	whole, parts := gauge.NewAlgebra(b.geo, b.u.Group()), gauge.NewAlgebra(b.geo, b.u.Group())
	d.AddDerivative(whole, 1, b.y, b.x)
	noise := b.derivativeNoise(whole)
	for _, s := range []lattice.Subset{lattice.All, lattice.Even, lattice.Odd} {
		half, long, short := b.x.Like(), b.x.Like(), b.x.Like()
		half.Copy(b.x, s)
		d.Apply(b.a, half)
		short.Gaussian(b.c.Stream("what was there"), lattice.All)
		d.ApplyFrom(short, half, s)
		results = append(results, near("D from a subset", short, b.a, allowed))
		d.ApplyDagger(long, b.a)
		d.ApplyNormal(short, half, s)
		if s != lattice.All {
			results = append(results, Result{
				Law: "D†D keeps the parity", Measured: math.Sqrt(long.Norm2(s.Other())), Bound: allowed, Because: becauseHops,
			})
			long.Zero(s.Other())
			short.Zero(s.Other())
			d.AddDerivativeFrom(parts, 1, b.y, half, s)
		}
		results = append(results, near("D†D on a subset", short, long, allowed))
	}
	size := math.Sqrt(whole.Norm2())
	parts.Add(-1, whole)
	return append(results, Result{
		Law: "the derivatives of the parities add up", Measured: math.Sqrt(parts.Norm2()), Bound: noise, Because: "32 x its change when links change by round-off",
		Vacuous: !(noise < 1e-6*size),
	})
}
