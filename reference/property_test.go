package reference_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"testing"

	"github.com/slhmc/slhmc/reference"
)

func TestGroupElements(t *testing.T) {
	t.Parallel()
	forAll(t, 40, false, func(c latticeCase) error {
		u := richNet(c.Extents).Forward(c.links())
		for _, m := range u.U {
			unit := m.Mul(m.Dagger()).Sub(reference.Identity(c.N)).Norm2()
			// the exponential squares s times: 2^s x 1e-16 per entry, |Q| <= about 10
			if err := near("U U^† - 1", 0, math.Sqrt(unit), 1e-13); err != nil {
				return err
			}
			if c.N > 1 {
				if err := near("det U", 0, cmplx.Abs(m.Determinant()-1), 1e-13); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func TestGaugeCovariance(t *testing.T) {
	t.Parallel()
	forAll(t, 30, false, func(c latticeCase) error {
		u, g := c.links(), c.rotation()
		ug := u.Transform(g)
		p, pg := reference.PolyakovLoop(u, 1).V, reference.PolyakovLoop(ug, 1).V
		if err := firstError(
			near("plaquette", reference.Plaquette(u).V, reference.Plaquette(ug).V, 1e-13),
			near("rectangle", reference.Rectangle(u).V, reference.Rectangle(ug).V, 1e-13),
			near("Polyakov loop", 0, cmplx.Abs(p-pg), 1e-13),
		); err != nil {
			return err
		}
		if len(c.Extents) == 4 {
			if err := near("charge", reference.ChargeClover(u).V, reference.ChargeClover(ug).V, 1e-12); err != nil {
				return err
			}
		}
		n := richNet(c.Extents)
		v, vg := n.Forward(u).Transform(g), n.Forward(ug)
		for i := range v.U {
			if err := near("network", 0, math.Sqrt(v.U[i].Sub(vg.U[i]).Norm2()), 1e-12); err != nil {
				return err
			}
		}
		return nil
	})
}

// sum_a omega^a F^a over all links, by the loop-walking derivative, against the
// dual-number derivative of the action, for plaquettes, rectangles and a loop
// that winds and doubles back.
func TestForceIsDualDerivative(t *testing.T) {
	t.Parallel()
	forAll(t, 40, false, func(c latticeCase) error {
		u, omega := c.links(), c.direction()
		terms := append(reference.RectangleAction(len(c.Extents), reference.DBW2C1),
			reference.LoopTerm{Coefficient: 0.3, Loops: [][]int{{1, 2, 2, -1, -2, 1, -2, -1}, {1, 1, 2, -1, -2, -1}}})
		const beta = 2.3
		d := reference.GaugeAction(u.Along(c.algebra()), beta, terms).D
		sum, size := 0.0, 0.0
		for i, f := range reference.GaugeForce(u, beta, terms) {
			for a := range f {
				sum += omega[i][a] * f[a]
				size += math.Abs(omega[i][a] * f[a])
			}
		}
		if size < 1 {
			return fmt.Errorf("no force: %g", size)
		}
		return near("dS", 0, (d-sum)/size, 1e-14) // round-off of a sum of that size
	})
}

// The same force from staples: F^a = (beta c/N) Im tr T_a U C^†, and the
// plaquette staples written out by hand.
func TestStaples(t *testing.T) {
	t.Parallel()
	forAll(t, 20, false, func(c latticeCase) error {
		u := c.links()
		terms := []reference.LoopTerm{{Coefficient: 1, Loops: reference.Plaquettes(len(c.Extents))}}
		force := reference.GaugeForce(u, 1, terms)
		for i := range u.U {
			site, mu := i/u.Dim(), i%u.Dim()
			m := mu + 1
			staple := reference.NewMatrix(c.N, make([]complex128, c.N*c.N))
			for n := 1; n <= u.Dim(); n++ {
				if n == m {
					continue
				}
				up, down := u.Step(site, n), u.Step(site, -n)
				staple = staple.
					Add(u.At(site, n-1).Mul(u.At(up, mu)).Mul(u.At(u.Step(site, m), n-1).Dagger())).
					Add(u.At(down, n-1).Dagger().Mul(u.At(down, mu)).Mul(u.At(u.Step(down, m), n-1)))
			}
			fromPaths := staple.ScaleBy(0)
			for _, path := range reference.Staples(terms[0].Loops, mu) {
				w, _ := u.Follow(site, path)
				fromPaths = fromPaths.Add(w)
			}
			if err := near("staple", 0, math.Sqrt(staple.Sub(fromPaths).Norm2()), 1e-13); err != nil {
				return err
			}
			for a, ta := range reference.Generators(c.N) {
				f := imag(ta.Mul(u.At(site, mu)).Mul(staple.Dagger()).Trace().V) / float64(c.N)
				if err := near("force", f, force[i][a], 1e-13); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func TestOperatorsAreHermitianInTheirWay(t *testing.T) {
	t.Parallel()
	forAll(t, 30, true, func(c latticeCase) error {
		u, d := c.links(), len(c.Extents)
		bc := reference.AntiperiodicTime(d)
		bc[0] = cmplx.Exp(0.3i)
		stag := reference.Staggered(u, 0.3, bc)
		x, y := c.vector(stag.Dim()), latticeCase{c.N, c.Extents, c.Seed + 1}.vector(stag.Dim())
		// staggered: eps D eps = D^†
		eps := func(v []complex128) []complex128 {
			even := reference.EvenPart(u, v)
			out := make([]complex128, len(v))
			for i := range v {
				out[i] = 2*even[i] - v[i]
			}
			return out
		}
		if err := nearVectors("eps D eps", stag.ApplyDagger(x), eps(stag.Apply(eps(x)))); err != nil {
			return err
		}
		if err := near("<x, D y> - <D^† x, y>", 0, cmplx.Abs(inner(x, stag.Apply(y))-inner(stag.ApplyDagger(x), y)), 1e-11); err != nil {
			return err
		}
		// D^†D keeps even vectors even
		even := stag.ApplyDagger(stag.Apply(reference.EvenPart(u, x)))
		if err := nearVectors("D^†D on even sites", reference.EvenPart(u, even), even); err != nil {
			return err
		}
		if d == 3 {
			return nil
		}
		// Wilson and clover: g5 D g5 = D^†
		g5 := reference.Gamma5(d)
		for _, op := range []*reference.Operator{reference.WilsonDirac(u, 0.1, bc), reference.CloverDirac(u, 0.1, 1.3, bc)} {
			z := c.vector(op.Dim())
			spin := func(v []complex128) []complex128 {
				out := make([]complex128, len(v))
				for i := range v {
					s, rest := i/c.N%g5.N, i-i/c.N%g5.N*c.N
					for ss := range g5.N {
						out[i] += g5.At(s, ss) * v[rest+ss*c.N]
					}
				}
				return out
			}
			if err := nearVectors("g5 D g5", op.ApplyDagger(z), spin(op.Apply(spin(z)))); err != nil {
				return err
			}
		}
		return nil
	})
}

func inner(a, b []complex128) complex128 {
	var s complex128
	for i := range a {
		s += cmplx.Conj(a[i]) * b[i]
	}
	return s
}

func nearVectors(what string, want, got []complex128) error {
	for i := range want {
		if err := near(what, 0, cmplx.Abs(want[i]-got[i]), 1e-12); err != nil {
			return err
		}
	}
	return nil
}

// Determinants are gauge invariant, and the even-site action is the one of the
// even block alone.
func TestPseudofermion(t *testing.T) {
	t.Parallel()
	forAll(t, 8, true, func(c latticeCase) error {
		u := c.links()
		bc := reference.AntiperiodicTime(len(c.Extents))
		op := reference.Staggered(u, 0.4, bc)
		s, err := reference.NewNormal(op)
		if err != nil {
			return err
		}
		rotated, err := reference.NewNormal(reference.Staggered(u.Transform(c.rotation()), 0.4, bc))
		if err != nil {
			return err
		}
		logDet, _ := s.LogDet()
		logDetRotated, _ := rotated.LogDet()
		phi := reference.EvenPart(u, c.vector(op.Dim()))
		var even []int
		for i := range phi {
			if u.Even(i / u.N) {
				even = append(even, i)
			}
		}
		d := op.Dense()
		normal := d.Dagger().Mul(d)
		block := reference.NewMatrix(len(even), make([]complex128, len(even)*len(even)))
		phiEven := make([]complex128, len(even))
		for i, row := range even {
			phiEven[i] = phi[row]
			for j, column := range even {
				block.V[i*len(even)+j] = normal.At(row, column)
			}
		}
		lu, err := reference.Factor(block)
		if err != nil {
			return err
		}
		return firstError(
			near("log det D", logDet, logDetRotated, 1e-12),
			near("S on even sites", real(inner(phiEven, lu.Solve(phiEven))), s.Action(phi).V, 1e-12),
		)
	})
}
