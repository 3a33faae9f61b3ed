package verify

import (
	"fmt"
	"math"
	"math/cmplx"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
)

// dense returns the matrix of apply on the components that it is given.
func (b bound) dense(components []int, apply func(dst, src *fermion.Field)) reference.Matrix {
	n := len(components)
	m := reference.NewMatrix(n, make([]complex128, n*n))
	src, dst := b.d.NewField(), b.d.NewField()
	e := make([]complex128, src.Components(lattice.All))
	for j, column := range components {
		e[column] = 1
		SetVector(src, e)
		apply(dst, src)
		v := Vector(dst)
		for i, row := range components {
			m.V[i*n+j] = v[row]
		}
		e[column] = 0
	}
	return m
}

// components returns the numbers of the components on sites of s.
func (b bound) components(s lattice.Subset) (list []int) {
	f := b.d.NewField()
	f.Gaussian(b.c.Stream("where"), s)
	for i, z := range Vector(f) {
		if z != 0 {
			list = append(list, i)
		}
	}
	return list
}

// factor returns ln |det m| and its phase, and the bound on the round-off of
// both: n² operations, each off by the condition number, which |m| |m^-1| bounds
// in the Frobenius norm.
func factor(m reference.Matrix) (logDet float64, phase complex128, bound float64, inverse reference.Matrix) {
	lu := must(reference.Factor(m))
	logDet, phase = lu.LogDet()
	inverse = lu.Inverse()
	condition := math.Sqrt(m.Norm2() * inverse.Norm2())
	return logDet, phase, 16 * Roundoff * float64(m.N) * condition, inverse
}

// determinant: det D^† = (det D)^*, and for an operator that is Decoupled
// |det D|^2 = det (D^†D)_ee det (D^†D)_oo, both of which are positive; for one that is
// EvenOdd det D = det A det S.
func determinant(b bound) []Result {
	all := b.components(lattice.All)
	logDet, phase, bound, _ := factor(b.dense(all, b.d.Apply))
	dagger, conjugate, other, _ := factor(b.dense(all, b.d.ApplyDagger))
	bound += other
	const because = "round-off of dense factorisations, with the condition number"
	results := []Result{
		{Law: "|det D†| = |det D|", Measured: math.Abs(logDet - dagger), Bound: bound, Because: because, Vacuous: bound > 1e-6},
		{Law: "det D† = (det D)*", Measured: cmplx.Abs(conjugate - cmplx.Conj(phase)), Bound: bound, Because: because, Vacuous: bound > 1e-6},
	}
	if e, ok := b.d.(dirac.EvenOdd); ok && b.geo.EvenOdd() {
		results = append(results, schurDeterminants(b, e, logDet, bound)...)
	}
	d, ok := b.d.(dirac.Decoupled)
	if !ok {
		return results
	}
	sum := 0.0
	for _, s := range []lattice.Subset{lattice.Even, lattice.Odd} {
		half, positive, more, _ := factor(b.dense(b.components(s), func(dst, src *fermion.Field) {
			dst.Zero(lattice.All)
			d.ApplyNormal(dst, src, s)
		}))
		sum += half
		bound += more
		results = append(results, Result{Law: "det D†D > 0 on a parity", Measured: cmplx.Abs(positive - 1), Bound: bound, Because: because, Vacuous: bound > 1e-6})
	}
	return append(results, Result{Law: "2 ln |det D| = ln det (D†D)_ee + ln det (D†D)_oo", Measured: math.Abs(sum - 2*logDet), Bound: 2 * bound, Because: because, Vacuous: bound > 1e-6})
}

// freeSpectrum: on unit links the determinant, and the traces of D, D² and D^-1,
// are those of the known eigenvalues. A plain sum of n terms errs by n² u times the
// largest of them, which n equal ones come near to; tr D takes two.
func freeSpectrum(b bound, spectrum []complex128) []Result {
	const law = "free spectrum"
	all := b.components(lattice.All)
	if len(spectrum) != len(all) {
		return failed(law, fmt.Errorf("%d eigenvalues for %d components", len(spectrum), len(all)))
	}
	m := b.dense(all, b.d.Apply)
	logDet, _, bound, inverse := factor(m)
	var log float64
	var one, two, minus complex128
	largest, smallest := 0.0, math.Inf(1)
	for _, z := range spectrum {
		log += math.Log(cmplx.Abs(z))
		one, two, minus = one+z, two+z*z, minus+1/z
		largest, smallest = max(largest, cmplx.Abs(z)), min(smallest, cmplx.Abs(z))
	}
	n := float64(len(spectrum))
	const because = "round-off of a dense matrix, with its condition number"
	trace := func(law string, got, want complex128, bound float64) Result {
		return Result{Law: law, Measured: cmplx.Abs(got - want), Bound: bound, Because: because, Vacuous: !(bound < 1e-6*n)}
	}
	return []Result{
		{Law: "ln |det D| of free quarks", Measured: math.Abs(logDet - log), Bound: bound + 16*Roundoff*n*(1+math.Abs(log)), Because: because, Vacuous: bound > 1e-6},
		trace("tr D of free quarks", m.Trace().V, one, 2*Roundoff*n*n*largest),
		trace("tr D² of free quarks", m.Mul(m).Trace().V, two, 16*Roundoff*n*n*largest*largest),
		trace("tr D^-1 of free quarks", inverse.Trace().V, minus, bound*n/smallest),
	}
}
