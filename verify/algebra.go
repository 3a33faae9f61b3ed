package verify

import (
	"math"

	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/reference"
)

// Exponential is the functions between an algebra and its group, with the
// meaning of those of package group.
type Exponential struct {
	Exp           func(g group.Group, dst group.Matrix, x []float64)
	DExp          func(g group.Group, dst, x, y []float64)
	DExpTranspose func(g group.Group, dst, x, y []float64)
	TA            func(g group.Group, x []float64, m group.Matrix)
	Project       func(g group.Group, m group.Matrix) error
}

// GroupFunctions returns the functions of package group.
func GroupFunctions() Exponential {
	return Exponential{
		Exp:           func(g group.Group, dst group.Matrix, x []float64) { g.Exp(dst, x) },
		DExp:          func(g group.Group, dst, x, y []float64) { g.DExp(dst, x, y) },
		DExpTranspose: func(g group.Group, dst, x, y []float64) { g.DExpTranspose(dst, x, y) },
		TA:            func(g group.Group, x []float64, m group.Matrix) { g.TA(x, m) },
		Project:       func(g group.Group, m group.Matrix) error { return g.Project(m) },
	}
}

// OfExponential returns the functions between an algebra and its group as a
// subject: elements are random ones of lengths from 1e-9 to 10, zero, and
// diagonal ones with degenerate and nearly degenerate eigenvalues.
func OfExponential(name string, f Exponential, options ...Option) Subject {
	o := newSettings(options)
	on := func(name string, law func(e element) []Result) Law {
		return Law{Name: name, Check: func(c Case) (results []Result) {
			for k := range elements {
				results = append(results, law(newElement(c, f, k))...)
			}
			return results
		}}
	}
	return Subject{Name: name, Domain: o.within, Laws: []Law{
		on("group", inGroup), on("derivative", dexp), on("twin", expTwin), on("components", components),
	}}
}

// element is one of the algebra, with a direction.
type element struct {
	f    Exponential
	g    group.Group
	x, y []float64
	size float64 // max(1, |x|)
}

// elements is the number of kinds of them.
const elements = 6

func newElement(c Case, f Exponential, kind int) element {
	e := element{f: f, g: c.GaugeGroup()}
	n := e.g.Dim()
	e.x, e.y = make([]float64, n), make([]float64, n)
	r := c.Draw("element")
	for a := range n {
		e.x[a], e.y[a] = r.Normal(), r.Normal()
	}
	scale := func(s float64) {
		for a := range e.x {
			e.x[a] *= s
		}
	}
	diagonal := func(v ...float64) { // v_i on the diagonal, made traceless
		m, t := e.g.NewMatrix(), 0.0
		for i := range e.g.N() {
			t += v[i] / float64(e.g.N())
		}
		for i := range e.g.N() {
			m[i*e.g.N()+i] = complex(0, v[i]-t)
		}
		e.g.TA(e.x, m)
	}
	switch kind {
	case 0:
		clear(e.x)
	case 1:
		scale(1e-9)
	case 2:
		scale(3 / math.Sqrt(float64(n)))
	case 3:
		scale(10 / math.Sqrt(float64(n)))
	case 4: // two equal eigenvalues, where SU(N) has room for them
		diagonal(1.3, 1.3, -0.7, 0.2)
	case 5:
		diagonal(1.3, 1.3+1e-9, -0.7, 0.2)
	}
	e.size = 1
	for _, v := range e.x {
		e.size = math.Max(e.size, math.Abs(v)*math.Sqrt(float64(n)))
	}
	return e
}

func (e element) exp(x []float64) group.Matrix {
	m := e.g.NewMatrix()
	e.f.Exp(e.g, m, x)
	return m
}

// ulps is the error of an element of exp, that of [group.Group.Exp].
func (e element) ulps() float64 { return 2 * float64(e.g.N()+2) * Roundoff * e.size }

const becauseExp = "2 (N+2) ulp max(1, |x|) an element of exp"

// inGroup: exp(x) is unitary of determinant one, exp(x) exp(-x) = 1, exp(2x) =
// exp(x)^2, and Project finds the way back from near the group.
func inGroup(e element) []Result {
	u := e.exp(e.x)
	minus, twice := make([]float64, len(e.x)), make([]float64, len(e.x))
	for a, v := range e.x {
		minus[a], twice[a] = -v, 2*v
	}
	n := float64(e.g.N())
	one, square := e.g.NewMatrix(), e.g.NewMatrix()
	group.Mul(one, u, e.exp(minus))
	group.Mul(square, u, u)
	unit := e.g.NewMatrix()
	e.g.Identity(unit)
	off := e.g.NewMatrix()
	copy(off, u)
	c := complex(1.2, 0.1) // the projection of c U is U, less a phase that is small
	if e.g.N() == 1 {
		c = 1.25 // U(1) keeps the phase
	}
	for i := range off {
		off[i] *= c
	}
	results := []Result{
		{Law: "exp is in the group", Measured: e.g.Unitarity(u), Bound: 4 * n * e.ulps(), Because: becauseExp},
		{Law: "exp(x) exp(-x) = 1", Measured: Distance(one, unit), Bound: 4 * n * e.ulps(), Because: becauseExp},
		{Law: "exp(2x) = exp(x)^2", Measured: Distance(square, e.exp(twice)), Bound: 6 * n * e.ulps(), Because: becauseExp},
	}
	if err := e.f.Project(e.g, off); err != nil {
		return append(results, failed("Project", err)...)
	}
	return append(results, Result{Law: "Project(c U) = U", Measured: Distance(off, u), Bound: 32 * n * n * e.ulps(), Because: "round-off of the projection of a matrix of condition one"})
}

// dexp: J(x) y is the derivative of exp along y, J(x) x = x, and DExpTranspose is
// the transpose. What was in the destination does not matter.
func dexp(e element) []Result {
	n := len(e.x)
	jy, jx, jz, z, stale := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for a := range z {
		z[a] = e.y[(a+1)%n] - 0.3*e.y[a]
		jy[a], jx[a], jz[a], stale[a] = 1e3, -1e3, 7, math.NaN()
	}
	e.f.DExp(e.g, jy, e.x, e.y)
	e.f.DExp(e.g, stale, e.x, e.y)
	e.f.DExp(e.g, jx, e.x, e.x)
	e.f.DExpTranspose(e.g, jz, e.x, z)
	// by differences: [exp(x + h y) exp(-x)]_TA = h J y + O(h^3), even orders
	// canceling between h and -h
	v, w, step := e.g.NewMatrix(), make([]float64, n), make([]float64, n)
	base := e.exp(e.x)
	worst, allowed, length := 0.0, 0.0, math.Sqrt(dot(e.y, e.y))
	for a := range n {
		want, estimate, h := Ridders(func(h float64) float64 {
			for b := range step {
				step[b] = e.x[b] + h*e.y[b]/length
			}
			group.MulDagger(v, e.exp(step), base)
			e.g.TA(w, v)
			return w[a]
		}, firstStep)
		d := math.Abs(jy[a]/length-want) / (margin * (estimate + 4*e.ulps()/h))
		if !(d <= worst) {
			worst, allowed = d, estimate
		}
	}
	wrong, history := 0.0, 0
	for a := range n {
		wrong = math.Max(wrong, math.Abs(jx[a]-e.x[a]))
		if math.Float64bits(stale[a]) != math.Float64bits(jy[a]) {
			history++
		}
	}
	bound := 4 * float64(e.g.N()+2) * Roundoff * e.size * math.Sqrt(float64(n))
	sizes := math.Sqrt(dot(z, z)) * length
	return []Result{
		{Law: "DExp is the derivative of Exp", Measured: worst, Bound: 1, Because: "32 x Ridders' estimate and round-off over the step, as the unit", Vacuous: allowed > 1e-4},
		{Law: "J(x) x = x", Measured: wrong, Bound: bound * e.size, Because: "4 (N+2) ulp |y| max(1, |x|)"},
		{Law: "<z, J y> = <J^T z, y>", Measured: math.Abs(dot(z, jy) - dot(jz, e.y)), Bound: 2 * bound * sizes, Because: "4 (N+2) ulp |y| max(1, |x|)"},
		exact("DExp does not see what was there", history),
	}
}

func dot(x, y []float64) float64 {
	s := 0.0
	for i := range x {
		s += x[i] * y[i]
	}
	return s
}

// expTwin: exp and its derivative of the reference, a Taylor series with dual
// numbers.
func expTwin(e element) []Result {
	n := e.g.N()
	a := reference.AlgebraElement(n, e.x)
	a.D = reference.AlgebraElement(n, e.y).V
	want := a.Exp()
	u := e.exp(e.x)
	results := []Result{{
		Law: "exp of the twin", Measured: Distance(u, want.V), Bound: 4 * e.ulps() * float64(n), Because: becauseExp + ", twice",
	}}
	// d exp exp^-1 = i J y
	m, j, jy := e.g.NewMatrix(), make([]float64, len(e.x)), make([]float64, len(e.x))
	group.MulDagger(m, want.D, want.V)
	e.g.TA(j, m)
	e.f.DExp(e.g, jy, e.x, e.y)
	worst := 0.0
	for i := range j {
		if d := math.Abs(j[i] - jy[i]); !(d <= worst) {
			worst = d
		}
	}
	bound := 16 * float64(n*(n+2)) * Roundoff * e.size * e.size * math.Sqrt(dot(e.y, e.y))
	return append(results, Result{Law: "derivative of the twin", Measured: worst, Bound: bound, Because: "4 (N+2) ulp |y| max(1, |x|), twice, and a product"})
}

// components: TA of i x^a T_a is x, of a Hermitian matrix zero, and of the unit
// matrix times i zero (U(1): one).
func components(e element) []Result {
	n := e.g.N()
	m := group.Matrix(append([]complex128(nil), reference.AlgebraElement(n, e.x).V...))
	got := make([]float64, len(e.x))
	e.f.TA(e.g, got, m)
	worst := 0.0
	for a := range got {
		if d := math.Abs(got[a] - e.x[a]); !(d <= worst) {
			worst = d
		}
	}
	for i := range m {
		m[i] *= 1i // Hermitian
	}
	e.f.TA(e.g, got, m)
	hermitian := math.Sqrt(dot(got, got))
	clear(m)
	for i := range n {
		m[i*n+i] = 1i
	}
	e.f.TA(e.g, got, m)
	trace := math.Sqrt(dot(got, got))
	if n == 1 {
		trace = math.Abs(got[0] - 1)
	}
	bound := 8 * float64(n) * Roundoff * e.size
	return []Result{
		{Law: "components of i x^a T_a", Measured: worst, Bound: bound, Because: "round-off of traces"},
		{Law: "a Hermitian matrix has none", Measured: hermitian, Bound: bound, Because: "round-off of traces"},
		{Law: "the trace is removed", Measured: trace, Bound: bound, Because: "round-off of traces"},
	}
}
