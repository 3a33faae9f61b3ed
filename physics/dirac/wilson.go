package dirac

import (
	"fmt"
	"math"
	"math/cmplx"

	"github.com/slhmc/slhmc/internal/kernel"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Wilson is the Wilson operator of mass m, with r = 1 [W], in d dimensions,
//
//	D = (d + m) + i mu g_5 + H,
//	H = -1/2 sum_nu [ (1 - g_nu) U_nu(n) delta_{n+nu} + (1 + g_nu) U_nu(n-nu)^† delta_{n-nu} ],
//
// on fields of four spins in four dimensions, of two below. mu is the twisted mass
// [FGSW], zero unless SetTwist says otherwise. Without it D^† = g_5 D g_5 where
// there is a g_5; with it D(mu)^† = g_5 D(-mu) g_5 and
// det D(mu)^†D(mu) = det(D(0)^†D(0) + mu^2). Directions may have weights, see
// SetAnisotropy. Wilson is [EvenOdd] on lattices of even extents, and [Parametric].
type Wilson struct {
	mass, twist float64
	weight      []float64 // of each direction; nil: 1
	geo         *lattice.Geometry
	ops         *kernel.Ops
	spins       int
	gamma       []spinMatrix
	phase       [2][][2]lattice.Vec // of the hop to (block, nu), forward and backward: real and imaginary parts
	inLinks     bool                // the links in use have the phases
	double      *wilsonHops[float64]
	single      *wilsonHops[float32] // nil until bound to links in single precision
	shape       *fermion.Field
	force       wilsonForce
}

// Phases returns real boundary phases, as NewWilson takes them.
func Phases(boundary []int) []complex128 {
	p := make([]complex128, len(boundary))
	for mu, b := range boundary {
		p[mu] = complex(float64(b), 0)
	}
	return p
}

// KappaMass returns the mass m = 1/(2 kappa) - d of a hopping parameter: the
// operator in its kappa form is 1 + 2 kappa H = 2 kappa D.
func KappaMass(kappa float64, d int) float64 { return 1/(2*kappa) - float64(d) }

// NewWilson returns the operator on unit links. A boundary phase exp(i theta)
// multiplies the links that leave the last slice of its direction.
//
// Errors: a lattice without two to four directions, a boundary phase whose modulus
// is not 1 to round-off, a mass that is not a number.
func NewWilson(geo *lattice.Geometry, g group.Group, mass float64, boundary []complex128) (*Wilson, error) {
	d := geo.Dims()
	if d < 2 || d > 4 {
		return nil, fmt.Errorf("dirac: Wilson fermions in %d dimensions (allowed: 2, 3, 4)", d)
	}
	if len(boundary) != d {
		return nil, fmt.Errorf("dirac: %d boundary phases in %d dimensions", len(boundary), d)
	}
	inLinks := d == 4
	for mu, b := range boundary {
		if !(math.Abs(cmplx.Abs(b)-1) <= 4*0x1p-53) {
			return nil, fmt.Errorf("dirac: boundary phase %v in direction %d (allowed: modulus 1)", b, mu)
		}
		if g.N() == 2 && imag(b) != 0 {
			inLinks = false // a block of SU(2) has no room for U times a phase
		}
	}
	if math.IsNaN(mass) || math.IsInf(mass, 0) {
		return nil, fmt.Errorf("dirac: mass %v", mass)
	}
	w := &Wilson{mass: mass, geo: geo, ops: kernel.For(g), gamma: gammas(d), inLinks: inLinks}
	w.spins = len(w.gamma[0])
	w.setPhases(boundary)
	w.shape = w.NewField()
	w.double = newWilsonHops(w, &w.ops.Hops, kernel.Double())
	w.force.d = w
	w.force.t = make([][]lattice.Vec, geo.Workers())
	for i := range w.force.t {
		w.force.t[i] = make([]lattice.Vec, w.ops.V)
	}
	w.Bind(gauge.NewField(geo, g))
	return w, nil
}

// setPhases tabulates what multiplies U_nu(n) and U_nu(n-nu)^† in the row of n.
func (w *Wilson) setPhases(boundary []complex128) {
	dims := w.geo.Dims()
	x := make([]int, dims)
	for k := range w.phase {
		w.phase[k] = make([][2]lattice.Vec, w.geo.Blocks()*dims)
		for i := range w.phase[k] {
			for l := range lattice.Lanes {
				w.phase[k][i][0][l] = 1
			}
		}
	}
	for b := range w.geo.Blocks() {
		for l := range w.geo.ActiveLanes() {
			w.geo.Coordinates(x, w.geo.Site(b, l))
			for mu, z := range boundary {
				k, conj := 0, 1.
				switch x[mu] {
				case w.geo.Extent(mu) - 1:
				case 0:
					k, conj = 1, -1
				default:
					continue
				}
				p := &w.phase[k][b*dims+mu]
				p[0][l], p[1][l] = real(z), conj*imag(z)
			}
		}
	}
}

// Mass returns m.
func (w *Wilson) Mass() float64 { return w.mass }

// SetMass changes m.
func (w *Wilson) SetMass(m float64) { w.mass = m }

// Twist returns mu.
func (w *Wilson) Twist() float64 { return w.twist }

// SetTwist changes mu. Errors: there is no g_5 in three dimensions; mu is not a number.
func (w *Wilson) SetTwist(mu float64) error {
	if w.geo.Dims() == 3 {
		return fmt.Errorf("dirac: twisted mass in 3 dimensions (allowed: 2, 4)")
	}
	if math.IsNaN(mu) || math.IsInf(mu, 0) {
		return fmt.Errorf("dirac: twisted mass %v", mu)
	}
	w.twist = mu
	return nil
}

// NewField returns a zero field of as many spins as D has.
func (w *Wilson) NewField() *fermion.Field { return fermion.NewField(w.geo, w.ops.Group, w.spins) }

// Bind copies the links, multiplied by the weights of directions and by boundary phases
// where they have room for them.
func (w *Wilson) Bind(u *gauge.Field) {
	if u.Geometry() != w.geo || u.Group() != w.ops.Group {
		panic("dirac: links of another geometry or group")
	}
	if u.Precision() == lattice.Float64 {
		w.double.bind(u.Raw())
		return
	}
	if w.single == nil {
		w.single = newWilsonHops(w, &w.ops.Single, kernel.SinglePrecision())
	}
	w.single.bind(u.RawSingle())
}

func (w *Wilson) check(dst, src *fermion.Field) {
	if !dst.SameShape(w.shape) || !src.SameShape(dst) {
		panic("dirac: Wilson operator on fields of another shape")
	}
	if p := dst.Precision(); p != src.Precision() || p == lattice.Float32 && w.single == nil {
		panic("dirac: fields of different precision, or of another than the links that the operator is bound to")
	}
	if dst == src {
		panic("dirac: source is destination")
	}
}

// Apply sets dst = D src.
func (w *Wilson) Apply(dst, src *fermion.Field) { w.whole(dst, src, false) }

// ApplyDagger sets dst = D^† src: D with g_nu and mu of the other sign.
func (w *Wilson) ApplyDagger(dst, src *fermion.Field) { w.whole(dst, src, true) }

func (w *Wilson) whole(dst, src *fermion.Field, dagger bool) {
	w.check(dst, src)
	w.hop(dst, twisted{re: 1}, src, w.block(dagger), src, lattice.All, dagger, nil)
}

// hop sets dst = c H src + ca add on s, or that with H^†; add may be nil. It returns
// Re <with, dst> on s unless with is nil.
func (w *Wilson) hop(dst *fermion.Field, c twisted, src *fermion.Field, ca twisted, add *fermion.Field, s lattice.Subset, dagger bool, with *fermion.Field) float64 {
	src.Ghosts(s.Other())
	if dst.Precision() == lattice.Float64 {
		return w.double.hop(dst.Raw(), c, src.Raw(), ca, raw(add), s, dagger, raw(with))
	}
	return w.single.hop(dst.RawSingle(), c, src.RawSingle(), ca, rawSingle(add), s, dagger, rawSingle(with))
}

func raw(f *fermion.Field) []lattice.Vec {
	if f == nil {
		return nil
	}
	return f.Raw()
}

func rawSingle(f *fermion.Field) []lattice.Single {
	if f == nil {
		return nil
	}
	return f.RawSingle()
}

// times sets dst = c src on s; dst may be src.
func (w *Wilson) times(dst *fermion.Field, c twisted, src *fermion.Field, s lattice.Subset) {
	if dst.Precision() == lattice.Float64 {
		w.double.multiply(dst.Raw(), c, src.Raw(), s)
		return
	}
	w.single.multiply(dst.RawSingle(), c, src.RawSingle(), s)
}

// AddDerivative adds c d/d omega 2 Re <y, D x>. From the terms of U_nu(n),
//
//	2 Re <y, D x> = -Re [ y(n)^† (1 - g_nu) U x(n+nu) + x(n)^† (1 + g_nu) U y(n+nu) ] + …,
//
// with phases in U, so it is Re tr(i omega M) with
// M = -U tr_spin { (1 - g_nu) x(n+nu) y(n)^† + (1 + g_nu) y(n+nu) x(n)^† }.
func (w *Wilson) AddDerivative(f *gauge.Algebra, c float64, y, x *fermion.Field) {
	w.check(y, x)
	if f.Geometry() != w.geo || f.Group() != w.ops.Group {
		panic("dirac: force of another geometry or group")
	}
	if x.Precision() != lattice.Float64 {
		panic("dirac: forces are computed in double precision")
	}
	x.Ghosts(lattice.All)
	y.Ghosts(lattice.All)
	j := &w.force
	j.f, j.x, j.y, j.c = f.Raw(), x.Raw(), y.Raw(), w.ops.Index*c
	w.geo.Sweep(j, lattice.All)
}
