package kernel

import (
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// loops returns the products for any N: the same sums as the generated ones,
// over colour in loops, over lanes innermost. They call each other directly, not
// through the table, so that their scratch stays on the stack.
func loops(n int) table {
	var o table
	for daggers := range 4 {
		o.Mul[daggers] = func(dst, a []Vec, ma int, b []Vec, mb int) {
			clear(dst[:2*n*n])
			addProduct(n, daggers, dst, 1, a, ma, b, mb)
		}
		o.AddMul[daggers] = func(dst []Vec, c float64, a []Vec, ma int, b []Vec, mb int) {
			addProduct(n, daggers, dst, c, a, ma, b, mb)
		}
	}
	for daggers := range 8 {
		o.AddTriple[daggers] = func(dst []Vec, c float64, a []Vec, ma int, b []Vec, mb int, d []Vec, md int) {
			var ab [2 * group.MaxN * group.MaxN]Vec
			addProduct(n, daggers&3, ab[:], 1, a, ma, b, mb)
			addProduct(n, daggers>>2<<1, dst, c, ab[:], 0, d, md)
		}
	}
	o.Hops = hopLoops[float64](n)
	return o
}

// addProduct sets dst += c a b.
func addProduct(n, daggers int, dst []Vec, c float64, a []Vec, ma int, b []Vec, mb int) {
	for i := range n {
		for j := range n {
			re, im := dotElement(n, a, i, daggers&1 != 0, ma, b, j, daggers&2 != 0, mb)
			accumulate(dst[2*(i*n+j):], c, &re, &im)
		}
	}
}

// addAlgebraLoops is AddAlgebra for any N.
func (o *Ops) addAlgebraLoops(f []Vec, c float64, a, b []Vec) {
	var ab [2 * group.MaxN * group.MaxN]Vec
	addProduct(o.N, NN, ab[:], 1, a, 0, b, 0)
	o.addTA(f, c, ab[:o.M])
}

// addForceLoops is AddForce for any N.
func (o *Ops) addForceLoops(f []Vec, c float64, u, x []Vec, mx int, y []Vec) {
	var ux [2 * group.MaxN]Vec
	var outer [2 * group.MaxN * group.MaxN]Vec
	addHop(o.N, ux[:], 1, u, 0, false, x, mx)
	for i := range o.N {
		for j := range o.N {
			xr, xi, yr, yi := &ux[2*i], &ux[2*i+1], &y[2*j], &y[2*j+1]
			m := outer[2*(i*o.N+j):]
			for l := range lattice.Lanes {
				m[0][l] = xr[l]*yr[l] + xi[l]*yi[l]
				m[1][l] = xi[l]*yr[l] - xr[l]*yi[l]
			}
		}
	}
	o.addTA(f, c, outer[:o.M])
}

// plaquetteLoops is Plaquette for any N.
func (o *Ops) plaquetteLoops(x, a, b []Vec, mb int, c, d []Vec, md int) {
	var ab, cd, p [2 * group.MaxN * group.MaxN]Vec
	addProduct(o.N, NN, ab[:], 1, a, 0, b, mb)
	addProduct(o.N, NN, cd[:], 1, c, 0, d, md)
	addProduct(o.N, NA, p[:], 1, ab[:], 0, cd[:], 0)
	o.TA(x, p[:])
}

// addRotatedLoops is AddRotated for any N.
func (o *Ops) addRotatedLoops(f []Vec, c float64, u, x []Vec, mx int, y []Vec) {
	var h, hu, w [2 * group.MaxN * group.MaxN]Vec
	o.Element(h[:], 1, x)
	addProduct(o.N, NN, hu[:], 1, h[:], 0, u, 0)
	addProduct(o.N, AN, w[:], 1, u, 0, hu[:], 0)
	var ta [group.MaxN * group.MaxN]Vec
	o.TA(ta[:], w[:])
	for k := range f[:o.A] {
		for l := range lattice.Lanes {
			f[k][l] += c * (y[k][l] - ta[k][(l^mx)&7])
		}
	}
}

// rotateLoops is Rotate for any N.
func (o *Ops) rotateLoops(y, u, x []Vec, mx int) {
	var h, uh, w [2 * group.MaxN * group.MaxN]Vec
	o.Element(h[:], 1, x)
	addProduct(o.N, NN, uh[:], 1, u, 0, h[:], mx)
	addProduct(o.N, NA, w[:], 1, uh[:], 0, u, 0)
	o.TA(y, w[:])
}

// plaquetteBackLoops is PlaquetteBack for any N, without the shortcuts of the
// generated ones.
func (o *Ops) plaquetteBackLoops(y, phi, a, b []Vec, mb int, c, d []Vec, md int) {
	type matrix [2 * group.MaxN * group.MaxN]Vec
	var ab, cd, p, s, m, e matrix
	addProduct(o.N, NN, ab[:], 1, a, 0, b, mb)
	addProduct(o.N, NN, cd[:], 1, c, 0, d, md)
	addProduct(o.N, NA, p[:], 1, ab[:], 0, cd[:], 0)
	add := func(to *matrix, c float64, from *matrix) {
		for k := range to[:o.M] {
			for l := range lattice.Lanes {
				to[k][l] += c * from[k][l]
			}
		}
	}
	for k := range 4 {
		o.Element(e[:], 1, phi[k*o.A:])
		add(&s, []float64{1, 1, -1, -1}[k], &e)
	}
	addProduct(o.N, NN, m[:], 1, p[:], 0, s[:], 0)
	o.TA(y[o.A:], m[:])
	o.Element(e[:], 1, phi[o.A:])
	addProduct(o.N, NN, m[:], 1, e[:], 0, p[:], 0)
	addProduct(o.N, NN, m[:], -1, p[:], 0, e[:], 0)
	o.TA(y, m[:])
	m = matrix{}
	addProduct(o.N, NN, m[:], -1, s[:], 0, p[:], 0)
	o.TA(y[3*o.A:], m[:])
	o.Element(e[:], 1, phi[3*o.A:])
	addProduct(o.N, NN, m[:], -1, e[:], 0, p[:], 0)
	addProduct(o.N, NN, m[:], 1, p[:], 0, e[:], 0)
	o.TA(y[2*o.A:], m[:])
}

// leafLoops is Leaf for N > 3.
func (o *Ops) leafLoops(x, a, b []Vec, mb int, c, d []Vec, md int) {
	var ab, cd, p [2 * group.MaxN * group.MaxN]Vec
	addProduct(o.N, NN, ab[:], 1, a, 0, b, mb)
	addProduct(o.N, NN, cd[:], 1, c, 0, d, md)
	addProduct(o.N, NA, p[:], 1, ab[:], 0, cd[:], 0)
	o.TA(x[:o.A], p[:])
	x[o.A] = Vec{}
	o.ImTr(&x[o.A], 1, p[:])
}

// leafBackLoops is LeafBack for N > 3: each link's change as it stands there.
func (o *Ops) leafBackLoops(y, phi, a, b []Vec, mb int, c, d []Vec, md int) {
	type matrix [2 * group.MaxN * group.MaxN]Vec
	n := o.N
	var ab, cd, p, m matrix
	var x [4]matrix
	addProduct(n, NN, ab[:], 1, a, 0, b, mb)
	addProduct(n, NN, cd[:], 1, c, 0, d, md)
	addProduct(n, NA, p[:], 1, ab[:], 0, cd[:], 0)
	for k := range x {
		o.Element(x[k][:], 1, phi[k*o.A:])
	}
	for i := range n { // the trace, with the first
		for l := range lattice.Lanes {
			x[0][2*i*(n+1)+1][l] += phi[4*o.A][l] / float64(n)
		}
	}
	left := [4][4]bool{{false, true, true, false}, {false, false, true, false}, {true, true, true, false}, {true, true, true, true}}
	for link, sign := range [4]float64{1, 1, -1, -1} {
		m = matrix{}
		for k := range x {
			if left[link][k] {
				addProduct(n, NN, m[:], sign, x[k][:], 0, p[:], 0)
			} else {
				addProduct(n, NN, m[:], sign, p[:], 0, x[k][:], 0)
			}
		}
		o.TA(y[link*o.A:], m[:])
	}
}

// reunitarizeLanes is Reunitarize for any N.
func (o *Ops) reunitarizeLanes(u []Vec) {
	var m [group.MaxN * group.MaxN]complex128
	for l := range lattice.Lanes {
		o.Get(m[:o.N*o.N], u, l)
		o.Group.Reunitarize(m[:o.N*o.N])
		o.Set(u, l, m[:o.N*o.N])
	}
}

func (o *Ops) addTA(f []Vec, c float64, m []Vec) {
	var ta [group.MaxN * group.MaxN]Vec
	o.TA(ta[:o.A], m)
	for k := range f[:o.A] {
		for l := range lattice.Lanes {
			f[k][l] += c * ta[k][l]
		}
	}
}

// element returns a_ij, or (a^†)_ij with its sign of the imaginary part.
func element[F lattice.Real](n int, a []lattice.VecOf[F], i, j int, dagger bool) (re, im *lattice.VecOf[F], sign F) {
	if dagger {
		k := 2 * (j*n + i)
		return &a[k], &a[k+1], -1
	}
	k := 2 * (i*n + j)
	return &a[k], &a[k+1], 1
}

// dotElement returns element (i, j) of a product.
func dotElement(n int, a []Vec, i int, da bool, ma int, b []Vec, j int, db bool, mb int) (re, im Vec) {
	for k := range n {
		ar, ai, sa := element(n, a, i, k, da)
		br, bi, sb := element(n, b, k, j, db)
		for l := range lattice.Lanes {
			la, lb := (l^ma)&7, (l^mb)&7
			xr, xi, yr, yi := ar[la], sa*ai[la], br[lb], sb*bi[lb]
			re[l] += xr*yr - xi*yi
			im[l] += xr*yi + xi*yr
		}
	}
	return re, im
}

func accumulate(dst []Vec, c float64, re, im *Vec) {
	for l := range lattice.Lanes {
		dst[0][l] += c * re[l]
		dst[1][l] += c * im[l]
	}
}
