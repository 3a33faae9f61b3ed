package solver

import (
	"math"
	"math/cmplx"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
)

// General is any invertible operator: neither Hermitian nor positive.
type General interface {
	// Apply sets dst = D src on the sites of the solve, whose result there depends on
	// src there only.
	Apply(dst, src *fermion.Field)
}

// GeneralSolver solves D x = b: [BiCGStab] or [MixedBiCGStab].
type GeneralSolver interface {
	// Solve sets x to the solution of D x = b on the sites of s.
	Solve(x *fermion.Field, d General, b *fermion.Field, s lattice.Subset) (Report, error)
}

// BiCGStab solves D x = b by stabilized biconjugate gradients [V].
//
// The iteration can break down, and its residual can grow so far that round-off
// swamps the solution: it then begins anew from the recomputed residual, with
// another shadow residual if that brought nothing. What it cannot solve - a spectrum
// that surrounds the origin, such as that of an anti-Hermitian D - is an error.
//
// It keeps its work vectors: one per goroutine. Nothing is allocated after the first
// solve of a shape, but for a history longer than any before.
type BiCGStab struct {
	Tolerance     float64 // relative residual
	MaxIterations int
	// Stop is as that of CG.
	Stop func() error

	w stabilized
}

// Solve sets x to the solution of D x = b on the sites of s.
//
// Cost: an iteration takes two applications and fourteen sweeps over vectors; each
// beginning two applications.
// Errors: *NotConverged, after MaxIterations or when several beginnings have not
// taken the residual to a half; that of Stop, as it is.
func (c *BiCGStab) Solve(x *fermion.Field, d General, b *fermion.Field, s lattice.Subset) (Report, error) {
	return c.w.solve(x, d, b, s, lattice.Float64, c.Tolerance, c.MaxIterations, c.Stop)
}

// MixedBiCGStab is BiCGStab in single precision, within a correction of the defect in
// double precision as [Mixed] has it. D acts on fields of either precision.
type MixedBiCGStab struct {
	Tolerance     float64 // relative residual
	MaxIterations int
	// Stop is as that of CG.
	Stop func() error

	w stabilized
}

// Solve sets x to the solution of D x = b on the sites of s.
//
// Cost, errors: as those of BiCGStab, the iterations in single precision.
func (c *MixedBiCGStab) Solve(x *fermion.Field, d General, b *fermion.Field, s lattice.Subset) (Report, error) {
	return c.w.solve(x, d, b, s, lattice.Float32, c.Tolerance, c.MaxIterations, c.Stop)
}

// stabilized solves by corrections y of what is left,
//
//	r = b - D x,  D y = r (in a precision),  x += y.
type stabilized struct {
	defect                *fermion.Field // in double precision, as the solution is
	y, r, shadow, p, v, t *fermion.Field // in that of the iteration
	history               []float64

	d    General
	s    lattice.Subset
	stop func() error
	unit float64 // what residuals in the history are relative to, squared
	used int     // applications
}

// beginnings is how many in a row may bring nothing: each has another shadow residual.
const beginnings = 3

func (w *stabilized) solve(x *fermion.Field, d General, b *fermion.Field, s lattice.Subset, inner lattice.Precision, tolerance float64, most int, stop func() error) (report Report, err error) {
	if w.y == nil || !w.y.SameShape(b) {
		in := func() *fermion.Field { return b.LikeIn(inner) }
		w.defect, w.y, w.r, w.shadow, w.p, w.v, w.t = b.Like(), in(), in(), in(), in(), in(), in()
	}
	w.d, w.s, w.stop, w.history, w.used = d, s, stop, w.history[:0], 0
	x.Zero(s)
	bb := b.Norm2(s)
	if bb == 0 {
		return Report{}, nil
	}
	goal := tolerance * tolerance * bb
	w.defect.Copy(b, s)
	rr := bb
	for vain := 0; ; {
		// the defect as a unit vector, in reach of single precision whatever b is
		size := math.Sqrt(rr)
		w.defect.Scale(1/size, s)
		w.r.Copy(w.defect, s)
		w.unit = bb / rr
		aim := goal / rr
		if inner == lattice.Float32 {
			aim = max(reduction*reduction, aim/4)
		}
		n, left, err := w.iterate(vain, aim, most-report.Iterations)
		report.Iterations += n
		report.History, report.Applications = w.history, w.used
		if err != nil {
			return report, err
		}
		last := rr
		if left < 1 { // a correction that is one
			x.Axpy(size, w.y, s)
		}
		d.Apply(w.defect, x)
		w.defect.Xpay(b, -1, s)
		rr = w.defect.Norm2(s)
		w.used++
		report.Applications, report.Residual = w.used, math.Sqrt(rr/bb)
		if vain++; rr < last/4 {
			vain = 0
		}
		switch {
		case rr <= goal:
			return report, nil
		case vain == beginnings || report.Iterations >= most || !(rr > 0) || math.IsInf(rr, 1):
			return report, &NotConverged{Report: report, Tolerance: tolerance}
		}
	}
}

// iterate solves D y = r from y = 0 until the recursion takes |r|^2, which is 1 at
// first, to aim, or breaks down. It returns |r|^2 as the recursion has it.
//
// The shadow residual is r, in vain attempts r + k D r/|D r| for k = 1, 2, …: where
// <r, D r> = 0 the first step fails with r itself. A residual that has grown by half
// the digits of the precision, its square by all of them, is not followed further.
func (w *stabilized) iterate(k int, aim float64, most int) (n int, rr float64, err error) {
	r, shadow, p, v, t, s := w.r, w.shadow, w.p, w.v, w.t, w.s
	w.y.Zero(s)
	shadow.Copy(r, s)
	if k > 0 {
		w.apply(v, r)
		shadow.Axpy(float64(k)/math.Sqrt(v.Norm2(s)), v, s)
	}
	unit := 0x1p-52
	if r.Precision() == lattice.Float32 {
		unit = 0x1p-23
	}
	p.Copy(r, s)
	rho := shadow.Dot(r, s)
	size := shadow.Norm2(s)
	for rr = 1; rr > aim && n < most; n++ {
		if w.stop != nil {
			if err := w.stop(); err != nil {
				return n, rr, err
			}
		}
		w.apply(v, p)
		alpha := rho / shadow.Dot(v, s)
		if broken(alpha) {
			return n, rr, nil
		}
		r.Caxpy(-alpha, v, s)
		w.apply(t, r)
		omega := t.Dot(r, s)
		tt := t.Norm2(s)
		if tt > 0 { // zero: r is, and so is the correction
			omega /= complex(tt, 0)
		}
		w.y.Caxpy(alpha, p, s)
		w.y.Caxpy(omega, r, s)
		r.Caxpy(-omega, t, s)
		rr = r.Norm2(s)
		w.history = append(w.history, math.Sqrt(rr/w.unit))
		next := shadow.Dot(r, s)
		beta := next / rho * (alpha / omega)
		// rho is round-off once the shadow has lost sight of r
		lost := cmplx.Abs(next) <= 64*unit*math.Sqrt(rr*size)
		if broken(beta) || lost || !(rr < 1/unit) {
			return n + 1, rr, nil
		}
		p.Caxpy(-omega, v, s)
		p.Cxpay(r, beta, s)
		rho = next
	}
	return n, rr, nil
}

func (w *stabilized) apply(dst, src *fermion.Field) {
	w.d.Apply(dst, src)
	w.used++
}

// broken reports a step of zero or one that is no number.
func broken(z complex128) bool { return z == 0 || cmplx.IsNaN(z) || cmplx.IsInf(z) }
