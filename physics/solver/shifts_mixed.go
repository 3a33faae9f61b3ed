package solver

import (
	"math"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/lattice"
)

// MixedMultiShift is MultiShift with iterations in single precision. The recursion
// goes as far as single precision carries the shared Krylov space; from there each
// equation is solved to its tolerance by the correction of its defect that [Mixed]
// makes. A acts on fields of either precision.
//
// The corrections share nothing, since round-off has made the residuals different. So
// it gains at loose tolerances, where the recursion does it all, and loses against
// MultiShift where many small shifts are to be solved far beyond single precision.
type MixedMultiShift struct {
	MaxIterations int // of the recursion and of all that follows it
	// Stop is as that of CG.
	Stop func() error

	w equations
	d defect
	y []*fermion.Field // single
}

// shared is the relative residual to which the equations are solved together: about what
// their rounding to single precision leaves. For twelve shifts from 1e-3 to 10 and a
// tolerance of 1e-10 all takes 1297 iterations, 1424 with 1e-5 and 1311 with 1e-7.
const shared = 1e-6

// SolveShifts sets x_i to the solution of (A + sigma_i) x_i = b on the sites of s.
//
// Cost: that of MultiShift in single precision to a residual of 1e-6, and that of
// Mixed from there for each shift.
// Errors, panics: as those of MultiShift.
func (m *MixedMultiShift) SolveShifts(x []*fermion.Field, a Operator, shifts []Shift, b *fermion.Field, s lattice.Subset) (Report, error) {
	bb, report := m.w.begin(x, shifts, b, s)
	if bb == 0 || len(x) == 0 {
		return report, nil
	}
	m.d.prepare(b)
	if len(m.y) > 0 && !m.y[0].SameShape(b) {
		m.y = nil
	}
	for len(m.y) < len(x) {
		m.y = append(m.y, b.LikeIn(lattice.Float32))
	}
	y := m.y[:len(x)]
	for _, f := range y {
		f.Zero(s)
	}
	// the source as a unit vector, in reach of single precision whatever it is
	size := math.Sqrt(bb)
	m.d.r.Copy(b, s)
	m.d.r.Scale(1/size, s)
	k := &m.w.k
	k.prepare(len(x), m.d.y)
	k.r.Copy(m.d.r, s)
	n, err := k.run(y, a, shifts, shared, k.r.Norm2(s), m.MaxIterations, s, m.Stop)
	report.Iterations, report.Applications, report.History = n, n, k.history
	if err != nil {
		return report, err
	}
	for i, f := range x {
		f.Axpy(size, y[i], s)
	}
	return m.w.finish(x, a, shifts, b, bb, s, report, m.MaxIterations, m.Stop, m)
}

func (m *MixedMultiShift) more(l *search, x, b *fermion.Field, rr, tolerance float64, most int) (Report, error) {
	return m.d.converge(l, x, b, rr, tolerance, most)
}

func (m *MixedMultiShift) residual() *fermion.Field { return m.d.r }
