package verify

import (
	"math"

	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// evenOdd: D = A + H on either parity, A^-1 A = 1, each with its adjoint, nothing
// else is touched; ln |det A| has the derivative that it tells.
func evenOdd(b bound, d dirac.EvenOdd) (results []Result) {
	allowed := 4 * b.roundoff()
	whole := []func(dst, src *fermion.Field){d.Apply, d.ApplyDagger}
	for _, s := range []lattice.Subset{lattice.Even, lattice.Odd} {
		for k, apply := range whole {
			dagger := k == 1
			apply(b.a, b.x)
			before, got := b.x.Like(), b.x.Like()
			before.Gaussian(b.c.Stream("what was there"), lattice.All)
			got.Copy(before, lattice.All)
			d.Hop(got, b.x, s, dagger)
			d.Block(b.b, b.x, s, dagger)
			got.Axpy(1, b.b, s)
			b.a.Copy(before, s.Other())
			results = append(results, near("D = A + H, each on a parity", got, b.a, allowed))

			// in place, and of A what D may lose
			got.Copy(b.x, lattice.All)
			d.Block(got, got, s, dagger)
			size := math.Sqrt(got.Norm2(s) / b.x.Norm2(s))
			d.BlockInverse(got, got, s, dagger)
			d.BlockInverse(b.b, b.x, s, dagger)
			size *= math.Sqrt(b.b.Norm2(s) / b.x.Norm2(s))
			results = append(results, near("A^-1 A = 1", got, b.x, allowed*(1+size)))
		}
		results = append(results, blockDerivative(b, d, s))
	}
	return results
}

// blockDerivative: AddLogDetBlockDerivative is the derivative of LogDetBlock.
func blockDerivative(b bound, d dirac.EvenOdd, s lattice.Subset) Result {
	p, f, v := gauge.NewAlgebra(b.geo, b.u.Group()), gauge.NewAlgebra(b.geo, b.u.Group()), gauge.NewField(b.geo, b.u.Group())
	p.Gaussian(b.c.Stream("direction"))
	const scale = -1.5
	d.AddLogDetBlockDerivative(f, scale, s)
	size := 0.0
	want, estimate, step := Ridders(func(h float64) float64 {
		v.Copy(b.u)
		v.Drift(h, p)
		d.Bind(v)
		value := d.LogDetBlock(s)
		size = max(size, math.Abs(value))
		return value
	}, firstStep)
	d.Bind(b.u)
	// a logarithm of each component, none larger than their sum and their number
	n := size + float64(b.x.Components(s))
	bound := math.Abs(scale) * (margin*estimate + 16*Roundoff*n/step)
	return Result{
		Law: "derivative of ln |det A|", Measured: math.Abs(f.Dot(p) - scale*want), Bound: bound,
		Because: "32 x Ridders' estimate, and round-off over the step", Vacuous: !(bound < 1e-5*n),
	}
}

// schurDeterminants: ln |det A| is that of the dense block, and
// ln |det D| = ln |det A_oo| + ln |det S|.
func schurDeterminants(b bound, d dirac.EvenOdd, logDet, bound float64) (results []Result) {
	const because = "round-off of dense factorisations, with the condition number"
	for _, s := range []lattice.Subset{lattice.Even, lattice.Odd} {
		schur := must(dirac.NewSchur(d, s))
		block, _, first, _ := factor(b.dense(b.components(s.Other()), func(dst, src *fermion.Field) {
			dst.Zero(lattice.All)
			d.Block(dst, src, s.Other(), false)
		}))
		rest, _, second, _ := factor(b.dense(b.components(s), schur.Apply))
		told := d.LogDetBlock(s.Other())
		results = append(results,
			Result{Law: "ln |det A|", Measured: math.Abs(told - block), Bound: first + 16*Roundoff*math.Abs(block), Because: because, Vacuous: first > 1e-6},
			Result{Law: "det D = det A det S", Measured: math.Abs(told + rest - logDet), Bound: bound + first + second + 16*Roundoff*math.Abs(block), Because: because, Vacuous: second > 1e-6},
		)
	}
	return results
}
