package kernel

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

const eps = 0x1p-52

func groups(t testing.TB) []group.Group {
	su4, err := group.SU(4)
	require.NoError(t, err)
	return []group.Group{group.U1, group.SU2, group.SU3, su4}
}

// random fills a block with normal numbers.
func random(n int, r *rng.Source) []Vec {
	v := make([]Vec, n)
	for k := range v {
		for l := range v[k] {
			v[k][l] = r.Normal()
		}
	}
	return v
}

func get(o *Ops, m []Vec, l int) group.Matrix {
	g := o.Group.NewMatrix()
	o.Get(g, m, l)
	return g
}

func lane(v []Vec, l int) []float64 {
	x := make([]float64, len(v))
	for k := range v {
		x[k] = v[k][l]
	}
	return x
}

// near asserts that blocks agree within tol.
func near(t *testing.T, want, got group.Matrix, tol float64, msg string) {
	t.Helper()
	for k := range want {
		d := want[k] - got[k]
		if math.Abs(real(d)) > tol || math.Abs(imag(d)) > tol || math.IsNaN(real(d)+imag(d)) {
			t.Fatalf("%s: element %d: %v, want %v (tolerance %.1e)", msg, k, got[k], want[k], tol)
		}
	}
}

// each runs f for every kernel set of this machine and every group.
func each(t *testing.T, f func(t *testing.T, o *Ops, r *rng.Source)) {
	for _, s := range Sets() {
		for _, g := range groups(t) {
			t.Run(s.Name+"/"+g.String(), func(t *testing.T) {
				r := rng.New(1).Child(g.String()).Site(0)
				f(t, s.Ops(g), &r)
			})
		}
	}
}

// guarded returns a copy of a block with a Vec behind it that must not change.
func guarded(v []Vec) []Vec {
	var guard Vec
	for l := range guard {
		guard[l] = math.Float64frombits(0x7ff8_dead_beef_0000 + uint64(l))
	}
	return append(append([]Vec(nil), v...), guard)
}

func intact(t *testing.T, v []Vec, what string) {
	t.Helper()
	for l, x := range v[len(v)-1] {
		require.Equal(t, 0x7ff8_dead_beef_0000+uint64(l), math.Float64bits(x), "%s wrote beyond its block", what)
	}
}

// plain returns the matrix of lane l^mask, daggered if asked for.
func plain(o *Ops, m []Vec, l, mask int, dagger bool) group.Matrix {
	x := get(o, m, (l^mask)&7)
	if dagger {
		y := o.Group.NewMatrix()
		group.Dagger(y, x)
		return y
	}
	return x
}

func product2(o *Ops, x, y group.Matrix) group.Matrix {
	z := o.Group.NewMatrix()
	group.Mul(z, x, y)
	return z
}

// Products under all daggers and lane masks against single matrices. An
// element is a sum of 2N products of normal numbers: round-off below
// 2 (2N+2) eps times the sum of their sizes, at most 2N 36 for |x| < 6; a
// triple product has another factor 2N 6.
func TestProducts(t *testing.T) {
	each(t, func(t *testing.T, o *Ops, r *rng.Source) {
		n := o.N
		tol := float64(2*(2*n+2)*2*n*36) * eps
		for ma := range lattice.Lanes {
			for mb := range lattice.Lanes {
				md := (3*ma + 5*mb) & 7
				a, b, d, d0 := random(o.M, r), random(o.M, r), random(o.M, r), random(o.M, r)
				for dag := range 8 {
					da, db, dd := dag&1 != 0, dag&2 != 0, dag&4 != 0
					mul, add, triple := guarded(d0), guarded(d0), guarded(d0)
					o.AddTriple[dag](triple, -.5, a, ma, b, mb, d, md)
					intact(t, triple, "AddTriple")
					if dag < 4 {
						o.Mul[dag](mul, a, ma, b, mb)
						o.AddMul[dag](add, -.5, a, ma, b, mb)
						intact(t, mul, "Mul")
						intact(t, add, "AddMul")
					}
					for l := range lattice.Lanes {
						ab := product2(o, plain(o, a, l, ma, da), plain(o, b, l, mb, db))
						abd := product2(o, ab, plain(o, d, l, md, dd))
						start := get(o, d0, l)
						for k := range abd {
							abd[k] = start[k] - abd[k]/2
						}
						near(t, abd, get(o, triple, l), float64(12*n)*tol, fmt.Sprintf("AddTriple[%d] masks %d %d %d lane %d", dag, ma, mb, md, l))
						if dag >= 4 {
							continue
						}
						near(t, ab, get(o, mul, l), tol, fmt.Sprintf("Mul[%d] masks %d %d lane %d", dag, ma, mb, l))
						for k := range ab {
							ab[k] = start[k] - ab[k]/2
						}
						near(t, ab, get(o, add, l), tol, fmt.Sprintf("AddMul[%d] masks %d %d lane %d", dag, ma, mb, l))
					}
				}
			}
		}
	})
}

// onVector returns x v.
func onVector(o *Ops, x group.Matrix, v []Vec, l int) []complex128 {
	y := make([]complex128, o.N)
	for i := range y {
		for k := range o.N {
			y[i] += x[i*o.N+k] * complex(v[2*k][l&7], v[2*k+1][l&7])
		}
	}
	return y
}

func nearVector(t *testing.T, want []complex128, got []Vec, l int, tol float64, msg string) {
	t.Helper()
	for i, z := range want {
		d := z - complex(got[2*i][l], got[2*i+1][l])
		if !(math.Abs(real(d)) <= tol && math.Abs(imag(d)) <= tol) {
			t.Fatalf("%s: component %d of lane %d off by %v (tolerance %.1e)", msg, i, l, d, tol)
		}
	}
}

// Matrix times vector, and the algebra components of products and outer
// products; tolerances as above, the latter with N sums more.
func TestVectors(t *testing.T) {
	precisions(t, func(t *testing.T, o *Ops, h *Hops[float64], r *rng.Source, unit float64) {
		n := o.N
		tol := float64(2*(2*n+2)*2*n*36) * unit
		for ma := range lattice.Lanes {
			for mv := range lattice.Lanes {
				a, b, v, y, f0 := random(o.M, r), random(o.M, r), random(o.V, r), random(o.V, r), random(o.A, r)
				for dag := range 2 {
					d := guarded(random(o.V, r))
					h.MulVec[dag](d, a, ma, v, mv)
					intact(t, d, "MulVec")
					start := random(o.V, r)
					sum := guarded(start)
					h.AddMulVec[dag](sum, -.5, a, ma, v, mv)
					intact(t, sum, "AddMulVec")
					for l := range lattice.Lanes {
						want := onVector(o, plain(o, a, l, ma, dag == 1), v, l^mv)
						nearVector(t, want, d, l, tol, "MulVec")
						for i := range want {
							want[i] = complex(start[2*i][l], start[2*i+1][l]) - want[i]/2
						}
						nearVector(t, want, sum, l, tol, "AddMulVec")
					}
				}
				algebra, force := guarded(f0), guarded(f0)
				o.AddAlgebra(algebra, -.5, a, b)
				o.AddForce(force, 1.5, a, v, mv, y)
				intact(t, algebra, "AddAlgebra")
				intact(t, force, "AddForce")
				for l := range lattice.Lanes {
					want := make([]float64, o.A)
					check := func(c float64, m group.Matrix, got []Vec, tol float64, what string) {
						o.Group.TA(want, m)
						for k, x := range want {
							require.InDelta(t, f0[k][l]+c*x, got[k][l], tol, "%s, component %d of lane %d", what, k, l)
						}
					}
					check(-.5, product2(o, get(o, a, l), get(o, b, l)), algebra, float64(4*n)*tol, "AddAlgebra")
					ux, outer := onVector(o, get(o, a, l), v, l^mv), o.Group.NewMatrix()
					for i := range n {
						for j := range n {
							outer[i*n+j] = ux[i] * complex(y[2*j][l], -y[2*j+1][l])
						}
					}
					check(1.5, outer, force, float64(24*n)*tol, "AddForce")
				}
			}
		}
	})
}

// The algebra of a plaquette, and one carried along a (unitary) link, against
// single matrices. Products of three and four matrices: each multiplies size and
// round-off by 2N 6.
func TestPlaquette(t *testing.T) {
	each(t, func(t *testing.T, o *Ops, r *rng.Source) {
		n := o.N
		tol := float64(2*(2*n+2)*2*n*36) * eps * float64(12*n*12*n)
		for mb := range lattice.Lanes {
			for md := range lattice.Lanes {
				a, b, c, d := random(o.M, r), random(o.M, r), random(o.M, r), random(o.M, r)
				f0, y, u := random(o.A, r), random(o.A, r), make([]Vec, o.M)
				for l := range lattice.Lanes {
					m := o.Group.NewMatrix()
					o.Group.Haar(m, r)
					o.Set(u, l, m)
				}
				x := guarded(random(o.A, r))
				o.Plaquette(x, a, b, mb, c, d, md)
				intact(t, x, "Plaquette")
				f := guarded(f0)
				o.AddRotated(f, -1.5, u, x, mb, y)
				intact(t, f, "AddRotated")
				want := make([]float64, o.A)
				for l := range lattice.Lanes {
					ab, cd := product2(o, get(o, a, l), plain(o, b, l, mb, false)), product2(o, get(o, c, l), plain(o, d, l, md, false))
					dagger := o.Group.NewMatrix()
					group.Dagger(dagger, cd)
					o.Group.TA(want, product2(o, ab, dagger))
					for k, w := range want {
						require.InDelta(t, w, x[k][l], tol, "Plaquette, component %d of lane %d, masks %d %d", k, l, mb, md)
					}
					h := o.Group.NewMatrix()
					o.Group.Element(h, lane(x[:o.A], (l^mb)&7))
					if n == 1 {
						copy(want, lane(x[:1], (l^mb)&7)) // phases cancel
					} else {
						o.Group.TA(want, product2(o, plain(o, u, l, mb, true), product2(o, h, plain(o, u, l, mb, false))))
					}
					for k, w := range want {
						require.InDelta(t, f0[k][l]-1.5*(y[k][l]-w), f[k][l], 10*tol, "AddRotated, component %d of lane %d, mask %d", k, l, mb)
					}
				}
			}
		}
	})
}

// What a plaquette brings to Re tr(Phi loop) is linear in each of its links, so its
// derivative is its value with a link replaced by i T_k times it.
func TestPlaquetteBack(t *testing.T) {
	each(t, func(t *testing.T, o *Ops, r *rng.Source) {
		g := o.Group
		n := o.N
		unitary := func() []Vec {
			u := make([]Vec, o.M)
			for l := range lattice.Lanes {
				m := g.NewMatrix()
				g.Haar(m, r)
				o.Set(u, l, m)
			}
			return u
		}
		// products of four unitary matrices with an algebra element below 6 N^2
		tol := 100 * float64(n*n*n) * 36 * eps
		for _, masks := range [][2]int{{0, 0}, {1, 0}, {0, 4}, {6, 3}, {5, 7}} {
			mb, md := masks[0], masks[1]
			link := [4][]Vec{unitary(), unitary(), unitary(), unitary()}
			mask := [4]int{0, mb, 0, md}
			x := [4][]Vec{random(o.A, r), random(o.A, r), random(o.A, r), random(o.A, r)}
			phi := make([]Vec, 4*o.A+1)
			copy(phi, x[0])
			copy(phi[2*o.A:], x[2])
			b, d := guarded(phi[:o.A]), guarded(phi[:o.A])
			o.Rotate(b, link[0], x[1], mb)
			o.Rotate(d, link[2], x[3], md)
			intact(t, b, "Rotate")
			copy(phi[o.A:2*o.A], b)
			copy(phi[3*o.A:4*o.A], d)
			y := guarded(random(4*o.A, r))
			o.PlaquetteBack(y, phi, link[0], link[1], mb, link[2], link[3], md)
			intact(t, y, "PlaquetteBack")
			for l := range lattice.Lanes {
				var u, p [4]group.Matrix
				for k := range u {
					u[k] = plain(o, link[k], l, mask[k], false)
					p[k] = g.NewMatrix()
					g.Element(p[k], lane(x[k], l^mask[k]))
				}
				value := func(u [4]group.Matrix) float64 {
					var v [4]group.Matrix
					for k := range v {
						v[k] = g.NewMatrix()
						group.Dagger(v[k], u[k])
					}
					sum := 0.0
					for _, path := range [4][5]group.Matrix{
						{p[0], u[0], u[1], v[3], v[2]},
						{p[1], u[1], v[3], v[2], u[0]},
						{p[2], u[2], u[3], v[1], v[0]},
						{p[3], u[3], v[1], v[0], u[2]},
					} {
						m := path[0]
						for _, f := range path[1:] {
							m = product2(o, m, f)
						}
						for i := range n {
							sum += real(m[i*n+i])
						}
					}
					return sum
				}
				for k := range u {
					got := lane(y[k*o.A:][:o.A], l)
					if k%2 == 1 && n > 1 { // carried: back to the start of the link
						h := g.NewMatrix()
						g.Element(h, got)
						by := plain(o, link[k-1], l, 0, false)
						g.TA(got, product2(o, plain(o, link[k-1], l, 0, true), product2(o, h, by)))
					}
					for a := range o.A {
						moved := u
						unit := make([]float64, o.A)
						unit[a] = 1
						h := g.NewMatrix()
						g.Element(h, unit)
						moved[k] = product2(o, h, u[k])
						require.InDelta(t, value(moved), -o.Index*got[a], tol, "link %d, component %d, lane %d, masks %v", k, a, l, masks)
					}
				}
			}
		}
	})
}

// The staggered hop against single matrices, on lattices that cut three, two, one
// and no direction into lanes: all masks occur. Up to 8 products of N terms.
func TestHop(t *testing.T) {
	for _, extents := range [][]int{{4, 4, 4, 4}, {4, 6, 4, 2}, {8, 4, 4}, {4, 2, 6}, {4, 4}, {2, 2}, {3, 5}, {2, 2, 2, 2}, {16, 4, 2, 2}} {
		geo, err := lattice.New(extents)
		require.NoError(t, err)
		d := geo.Dims()
		precisions(t, func(t *testing.T, o *Ops, h *Hops[float64], r *rng.Source, unit float64) {
			links, src, add := random(geo.Blocks()*d*o.M, r), random(geo.Blocks()*o.V, r), random(geo.Blocks()*o.V, r)
			tol := float64(2*d*2*(2*o.N+2)*2*o.N*36) * unit
			lo, hi := geo.Blocks()/4, geo.Blocks()
			for _, with := range [][]Vec{nil, add} {
				got := guarded(random(geo.Blocks()*o.V, r))
				before := append([]Vec(nil), got[:lo*o.V]...)
				if with != nil {
					copy(got, add) // dst's own storage is allowed
					with = got
					before = append([]Vec(nil), got[:lo*o.V]...)
				}
				h.Hop(got, -.5, links, geo.Blocks(), src, geo.Neighbours(), d, .75, with, lo, hi)
				intact(t, got, "Hop")
				require.Equal(t, before, got[:lo*o.V], "blocks below lo")
				for b := lo; b < hi; b++ {
					for l := range lattice.Lanes {
						want := make([]complex128, o.N)
						for mu := range d {
							e := geo.Neighbours()[2*d*b+mu]
							for i, z := range onVector(o, get(o, links[(mu*geo.Blocks()+b)*o.M:], l), src[e.Block()*o.V:], l^e.Mask()) {
								want[i] -= z / 2
							}
							e = geo.Neighbours()[2*d*b+d+mu]
							for i, z := range onVector(o, plain(o, links[(mu*geo.Blocks()+e.Block())*o.M:], l, e.Mask(), true), src[e.Block()*o.V:], l^e.Mask()) {
								want[i] += z / 2
							}
						}
						if with != nil {
							for i := range want {
								want[i] += complex(.75*add[b*o.V+2*i][l], .75*add[b*o.V+2*i+1][l])
							}
						}
						nearVector(t, want, got[b*o.V:], l, tol, fmt.Sprintf("%v block %d", extents, b))
					}
				}
			}
		})
	}
}

// Hops whose links are so many that they come from memory do the same in another
// way: the same bits.
func TestHopsFromMemory(t *testing.T) {
	geo, err := lattice.New([]int{4, 4, 4, 4})
	require.NoError(t, err)
	precisions(t, func(t *testing.T, o *Ops, h *Hops[float64], r *rng.Source, _ float64) {
		n := geo.Blocks()
		far := 1<<16/o.M + n // 4 MiB a direction and more, 2 in single precision
		links, distant := random(n*4*o.M, r), make([]Vec, far*4*o.M)
		for mu := range 4 {
			copy(distant[mu*far*o.M:], links[mu*n*o.M:][:n*o.M])
		}
		x := random(4*n*o.V, r)
		near, got := make([]Vec, len(x)), make([]Vec, len(x))
		h.Hop(near[:n*o.V], 2, links, n, x[:n*o.V], geo.Neighbours(), 4, 0, nil, 0, n)
		h.Hop(got[:n*o.V], 2, distant, far, x[:n*o.V], geo.Neighbours(), 4, 0, nil, 0, n)
		require.Equal(t, near, got, "Hop")
		for k := range h.Wilson {
			h.Wilson[k](near, 2, links, n, x, geo.Neighbours(), 0, nil, 0, n)
			h.Wilson[k](got, 2, distant, far, x, geo.Neighbours(), 0, nil, 0, n)
			require.Equal(t, near, got, "Wilson")
		}
	})
}

// gammas are the Dirac matrices of Wilson's convention, whole.
func gammas() (g [4][4][4]complex128) {
	sigma := [3][2][2]complex128{{{0, 1}, {1, 0}}, {{0, -1i}, {1i, 0}}, {{1, 0}, {0, -1}}}
	for k, s := range sigma {
		for i := range 2 {
			for j := range 2 {
				g[k][i][2+j], g[k][2+i][j] = -1i*s[i][j], 1i*s[i][j]
			}
		}
	}
	for i := range 2 {
		g[3][i][2+i], g[3][2+i][i] = 1, 1
	}
	return g
}

// The Dirac matrices anticommute, and the fifth is diagonal.
func TestGammas(t *testing.T) {
	g := gammas()
	times := func(a, b [4][4]complex128) (c [4][4]complex128) {
		for i := range 4 {
			for j := range 4 {
				for k := range 4 {
					c[i][j] += a[i][k] * b[k][j]
				}
			}
		}
		return c
	}
	for mu := range 4 {
		for nu := range 4 {
			ab, ba := times(g[mu], g[nu]), times(g[nu], g[mu])
			for i := range 4 {
				for j := range 4 {
					want := complex128(0)
					if mu == nu && i == j {
						want = 2
					}
					assert.Equal(t, want, ab[i][j]+ba[i][j])
				}
			}
		}
	}
	five := times(times(g[0], g[1]), times(g[2], g[3]))
	for i := range 4 {
		assert.Equal(t, complex([]float64{1, 1, -1, -1}[i], 0), five[i][i])
	}
}

// The Wilson hop against whole Dirac matrices and single colour matrices: 8
// directions, 2 spins, N terms.
func TestWilson(t *testing.T) {
	gamma := gammas()
	for _, extents := range [][]int{{4, 4, 4, 4}, {4, 6, 4, 2}, {2, 3, 2, 5}, {2, 2, 2, 2}, {16, 2, 2, 4}} {
		geo, err := lattice.New(extents)
		require.NoError(t, err)
		precisions(t, func(t *testing.T, o *Ops, h *Hops[float64], r *rng.Source, unit float64) {
			n, blocks := o.N, geo.Blocks()
			v := 4 * o.V
			links, src, add := random(blocks*4*o.M, r), random(blocks*v, r), random(blocks*v, r)
			tol := float64(8*4*2*(2*n+2)*2*n*36) * unit
			lo, hi := blocks/4, blocks
			for k, with := range [][]Vec{nil, add, nil, add} {
				got, adjoint := guarded(random(blocks*v, r)), k/2
				if with != nil {
					copy(got, add)
					with = got
				}
				before := append([]Vec(nil), got[:lo*v]...)
				h.Wilson[adjoint](got, -.5, links, blocks, src, geo.Neighbours(), .75, with, lo, hi)
				intact(t, got, "Wilson")
				require.Equal(t, before, got[:lo*v], "blocks below lo")
				for b := lo; b < hi; b++ {
					for l := range lattice.Lanes {
						want := make([]complex128, 4*n)
						for k := range 8 {
							mu, sign := k%4, -1.
							e := geo.Neighbours()[8*b+k]
							link := plain(o, links[(mu*blocks+b)*o.M:], l, 0, false)
							if k >= 4 {
								sign = 1
								link = plain(o, links[(mu*blocks+e.Block())*o.M:], l, e.Mask(), true)
							}
							if adjoint == 1 {
								sign = -sign
							}
							for s := range 4 {
								y := onVector(o, link, src[e.Block()*v+s*o.V:], l^e.Mask())
								for to := range 4 {
									f := complex(sign, 0) * gamma[mu][to][s]
									if to == s {
										f++
									}
									for i, z := range y {
										want[to*n+i] += f * z
									}
								}
							}
						}
						for i := range want {
							want[i] *= -.5
							if with != nil {
								want[i] += complex(.75*add[b*v+2*i][l], .75*add[b*v+2*i+1][l])
							}
						}
						nearVector(t, want, got[b*v:], l, tol, fmt.Sprintf("%v block %d", extents, b))
					}
				}
			}
		})
	}
}

// The force of a Wilson hop against whole Dirac matrices and outer products: 4
// spins, twice, of products of three numbers.
func TestWilsonForce(t *testing.T) {
	gamma := gammas()
	each(t, func(t *testing.T, o *Ops, r *rng.Source) {
		n := o.N
		tol := float64(2*4*4*2*(2*n+2)*2*n*36*6) * eps
		for mu := range 4 {
			for mp := range lattice.Lanes {
				u, f0 := random(o.M, r), random(o.A, r)
				x, y, xp, yp := random(4*o.V, r), random(4*o.V, r), random(4*o.V, r), random(4*o.V, r)
				f := guarded(f0)
				o.AddWilson[mu](f, -1.5, u, x, y, xp, mp, yp)
				intact(t, f, "AddWilson")
				spin := func(v []Vec, s, i, l int) complex128 {
					k := 2 * (s*n + i)
					return complex(v[k][l], v[k+1][l])
				}
				for l := range lattice.Lanes {
					m := o.Group.NewMatrix()
					for to := range 4 {
						for s := range 4 {
							g := gamma[mu][to][s]
							one := complex128(0)
							if to == s {
								one = 1
							}
							for i := range n {
								for j := range n {
									m[i*n+j] += (one-g)*spin(xp, s, i, l^mp)*conj(spin(y, to, j, l)) + (one+g)*spin(yp, s, i, l^mp)*conj(spin(x, to, j, l))
								}
							}
						}
					}
					um := product2(o, get(o, u, l), m)
					want := make([]float64, o.A)
					o.Group.TA(want, um)
					for k, w := range want {
						require.InDelta(t, f0[k][l]-1.5*w, f[k][l], tol, "mu %d, mask %d, component %d of lane %d", mu, mp, k, l)
					}
				}
			}
		}
	})
}

// Linear algebra for all lengths that take another way through the loops. The
// sums of up to 13 squares below 36 per lane: round-off below 13 · 13 · 36 eps.
func TestLinear(t *testing.T) {
	type precision struct {
		name   string
		linear *Linear[float64]
		eps    float64
	}
	var all []precision
	for _, s := range Sets() {
		all = append(all, precision{s.Name, s.linear, eps}, precision{s.Name + "/single", widenedLinear(s.single), 0x1p-23})
	}
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			eps := s.eps
			r := rng.New(4).Site(0)
			for n := range 14 {
				x0, y0, z0 := random(n, &r), random(n, &r), random(n, &r)
				check := func(name string, got []Vec, f func(k, l int) float64) {
					intact(t, got, name)
					for k := range n {
						for l := range lattice.Lanes {
							require.InDelta(t, f(k, l), got[k][l], 100*eps, "%s of %d, %d lane %d", name, n, k, l)
						}
					}
				}
				total := func(name string, got Vec, f func(k, l int) float64) {
					for l := range lattice.Lanes {
						want := 0.
						for k := range n {
							want += f(k, l)
						}
						require.InDelta(t, want, got[l], 13*13*36*eps, "%s of %d, lane %d", name, n, l)
					}
				}
				axpy := func(k, l int) float64 { return x0[k][l] - 1.5*y0[k][l] }
				x := guarded(x0)
				s.linear.Axpy(x[:n], -1.5, y0)
				check("axpy", x, axpy)
				x = guarded(x0)
				s.linear.Xpay(x[:n], y0, -1.5)
				check("xpay", x, func(k, l int) float64 { return y0[k][l] - 1.5*x0[k][l] })
				x = guarded(x0)
				s.linear.Scale(x[:n], -1.5)
				check("scale", x, func(k, l int) float64 { return -1.5 * x0[k][l] })
				x = guarded(x0)
				s.linear.Triad(x[:n], y0, -1.5, z0)
				check("triad", x, func(k, l int) float64 { return y0[k][l] - 1.5*z0[k][l] })
				x, p := guarded(x0), guarded(y0)
				s.linear.Step(x[:n], -1.5, p[:n], z0, .25)
				check("step x", x, axpy)
				check("step p", p, func(k, l int) float64 { return z0[k][l] + .25*y0[k][l] })
				x = guarded(x0)
				sum := s.linear.AxpyNorm(x[:n], -1.5, y0)
				check("axpyNorm", x, axpy)
				total("axpyNorm", sum, func(k, l int) float64 { return axpy(k, l) * axpy(k, l) })
				total("dot", s.linear.Dot(x0, y0), func(k, l int) float64 { return x0[k][l] * y0[k][l] })
				if n%2 != 0 {
					continue
				}
				// part k of u + z v
				plus := func(u []Vec, z complex128, v []Vec, k, l int) float64 {
					w := complex(u[k&^1][l], u[k|1][l]) + z*complex(v[k&^1][l], v[k|1][l])
					return []float64{real(w), imag(w)}[k&1]
				}
				x = guarded(x0)
				s.linear.Caxpy(x[:n], -1.5, .25, y0)
				check("caxpy", x, func(k, l int) float64 { return plus(x0, -1.5+.25i, y0, k, l) })
				x = guarded(x0)
				s.linear.Cxpay(x[:n], y0, -1.5, .25)
				check("cxpay", x, func(k, l int) float64 { return plus(y0, -1.5+.25i, x0, k, l) })
				total("imDot", s.linear.ImDot(x0, y0), func(k, l int) float64 {
					if k&1 != 0 {
						return -x0[k][l] * y0[k-1][l]
					}
					return x0[k][l] * y0[k+1][l]
				})
			}
		})
	}
}

// Numbers that are none, infinities, denormal numbers and signed zeros go
// through every set as through the plain one: lane by lane, nothing flushed,
// nothing dropped.
func TestSpecialNumbers(t *testing.T) {
	special := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 5e-324, -3e-310, 0, math.Copysign(0, -1), 1}
	for _, s := range Sets() {
		for k, v := range special {
			x, y := []Vec{{1, 1, 1, 1, 1, 1, 1, 1}}, []Vec{{}}
			y[0][k] = v
			s.linear.Axpy(x, 1, y)
			z := []Vec{y[0]}
			s.linear.Scale(z, .5)
			for l := range lattice.Lanes {
				want, half := 1., 0.
				if l == k {
					want, half = 1+v, .5*v
				}
				assert.Equal(t, math.Float64bits(want), math.Float64bits(x[0][l]), "%s: 1 + %v in lane %d", s.Name, v, l)
				assert.Equal(t, math.Float64bits(half), math.Float64bits(z[0][l]), "%s: %v/2 in lane %d", s.Name, v, l)
			}
		}
	}
	each(t, func(t *testing.T, o *Ops, r *rng.Source) {
		for l := range lattice.Lanes {
			a, b, d := random(o.M, r), random(o.M, r), make([]Vec, o.M)
			a[0][l] = math.NaN()
			o.Mul[NN](d, a, 5, b, 0)
			x, e := random(o.A, r), make([]Vec, o.M)
			x[0][l] = math.NaN()
			o.Exp(e, 1e-3, x)
			for m := range lattice.Lanes {
				assert.Equal(t, m^5 == l, math.IsNaN(d[0][m]), "product, lane %d of %d", m, l)
				assert.Equal(t, m == l, math.IsNaN(e[0][m]), "exp, lane %d of %d", m, l)
			}
		}
	})
}

// Algebra, exponential and its derivative against package group. Group's own
// tests bound its error by some 50 N eps (|x|+1) on unitary matrices; two such.
// Sizes lie on both sides of the border between series and lanes.
func TestAlgebra(t *testing.T) {
	each(t, func(t *testing.T, o *Ops, r *rng.Source) {
		g := o.Group
		for _, size := range []float64{0, 1e-9, 1e-3, .1, .3, .5, 1, 2, 5, 20} {
			x, y, m, u := random(o.A, r), random(o.A, r), random(o.M, r), random(o.M, r)
			for k := range x {
				for l := range x[k] {
					x[k][l] *= size
					if l == 1 { // degenerate eigenvalues
						x[k][l] = 0
						if k == o.A-1 {
							x[k][l] = size
						}
					}
				}
			}
			e, q, ta, dx, moved := guarded(m), guarded(m), guarded(x), guarded(x), guarded(u)
			o.Exp(e, .7, x)
			o.Element(q, .7, x)
			o.TA(ta, m)
			o.DExpTranspose(dx, x, y)
			o.Drift(moved, .7, x, make([]Vec, 2*o.M))
			for name, v := range map[string][]Vec{"Exp": e, "Element": q, "TA": ta, "DExpTranspose": dx, "Drift": moved} {
				intact(t, v, name)
			}
			for l := range lattice.Lanes {
				tol := 100 * float64(g.N()) * eps * (1 + 6*size)
				want, xs := g.NewMatrix(), lane(x, l)
				for k := range xs {
					xs[k] *= .7
				}
				g.Exp(want, xs)
				near(t, want, get(o, e, l), tol, fmt.Sprintf("exp, size %g", size))
				near(t, product2(o, want, get(o, u, l)), get(o, moved, l), 12*float64(g.N())*tol, fmt.Sprintf("drift, size %g", size))
				g.Element(want, xs)
				near(t, want, get(o, q, l), tol, "element")
				comp := make([]float64, o.A)
				g.TA(comp, get(o, m, l))
				assert.InDeltaSlice(t, comp, lane(ta[:o.A], l), 100*eps)
				g.DExpTranspose(comp, lane(x, l), lane(y, l))
				assert.InDeltaSlice(t, comp, lane(dx[:o.A], l), 30*tol, "dexp, size %g lane %d", size, l)
			}
		}
	})
}

// Matrices that are off the group by a little against package group, whose own
// bound on unitarity is some 20 N eps; the two agree to the condition of the
// projection, which is 1 near the group.
func TestReunitarize(t *testing.T) {
	each(t, func(t *testing.T, o *Ops, r *rng.Source) {
		for _, off := range []float64{0, 1e-14, 1e-3, .1} {
			u := make([]Vec, o.M)
			for l := range lattice.Lanes {
				m := o.Group.NewMatrix()
				o.Group.Haar(m, r)
				o.Set(u, l, m)
			}
			for k := range u {
				for l := range u[k] {
					u[k][l] += off * r.Normal()
				}
			}
			got := guarded(u)
			o.Reunitarize(got)
			intact(t, got, "Reunitarize")
			for l := range lattice.Lanes {
				want := get(o, u, l)
				o.Group.Reunitarize(want)
				near(t, want, get(o, got, l), 200*float64(o.N)*eps, fmt.Sprintf("off by %g, lane %d", off, l))
				assert.Less(t, o.Group.Unitarity(get(o, got, l)), 20*float64(o.N)*eps)
			}
		}
	})
}

// The environment chooses, and what cannot be had is said with what can.
func TestChoose(t *testing.T) {
	sets := Sets()
	assert.Equal(t, sets[len(sets)-1].Name, choose("").set.Name)
	for _, s := range sets {
		c := choose(s.Name)
		require.NoError(t, c.err)
		assert.Equal(t, s.Name, c.set.Name)
	}
	err := choose("sse").err
	require.Error(t, err)
	assert.Contains(t, err.Error(), "SLHMC_KERNEL=sse")
	assert.Contains(t, err.Error(), "portable")
}

func BenchmarkMul(b *testing.B) {
	for _, s := range Sets() {
		for _, g := range []group.Group{group.SU2, group.SU3} {
			o := s.Ops(g)
			r := rng.New(1).Site(0)
			x, y, d := random(o.M, &r), random(o.M, &r), make([]Vec, o.M)
			flops := float64(8 * 198)
			if g == group.SU2 {
				flops = 8 * 28
			}
			for _, masks := range []int{0, 1} {
				b.Run(fmt.Sprintf("%s/%v/mask=%d", s.Name, g, masks), func(b *testing.B) {
					for b.Loop() {
						o.Mul[NA](d, x, masks, y, 2*masks)
					}
					b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
				})
			}
			b.Run(fmt.Sprintf("%s/%v/triple", s.Name, g), func(b *testing.B) {
				for b.Loop() {
					o.AddTriple[2](d, 1e-9, x, 0, y, 0, x, 0)
				}
				b.ReportMetric(2*flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}

func BenchmarkHop(b *testing.B) {
	for _, l := range []int{4, 8, 12, 16, 24} {
		geo, _ := lattice.New([]int{l, l, l, l})
		for _, s := range Sets() {
			for _, g := range []group.Group{group.SU2, group.SU3} {
				o := s.Ops(g)
				r := rng.New(1).Site(0)
				links, x, d := random(geo.Blocks()*4*o.M, &r), random(geo.Blocks()*o.V, &r), random(geo.Blocks()*o.V, &r)
				b.Run(fmt.Sprintf("L=%d/%s/%v", l, s.Name, g), func(b *testing.B) {
					for b.Loop() {
						o.Hop(d, .5, links, geo.Blocks(), x, geo.Neighbours(), 4, 0, nil, 0, geo.Blocks())
					}
					n := float64(g.N())
					sites := float64(geo.Volume()) * float64(b.N)
					b.ReportMetric(sites*8*n*8*n/b.Elapsed().Seconds()/1e9, "GFLOP/s")
					b.ReportMetric(b.Elapsed().Seconds()*1e9/sites, "ns/site")
				})
			}
		}
	}
}

func BenchmarkWilson(b *testing.B) {
	for _, l := range []int{4, 8, 12, 16, 24} {
		geo, _ := lattice.New([]int{l, l, l, l})
		for _, s := range Sets() {
			o := s.Ops(group.SU3)
			r := rng.New(1).Site(0)
			links, x, d := random(geo.Blocks()*4*o.M, &r), random(geo.Blocks()*4*o.V, &r), random(geo.Blocks()*4*o.V, &r)
			b.Run(fmt.Sprintf("L=%d/%s/SU(3)", l, s.Name), func(b *testing.B) {
				for b.Loop() {
					o.Wilson[0](d, .5, links, geo.Blocks(), x, geo.Neighbours(), 0, nil, 0, geo.Blocks())
				}
				sites := float64(geo.Volume()) * float64(b.N)
				b.ReportMetric(sites*1320/b.Elapsed().Seconds()/1e9, "GFLOP/s")
				b.ReportMetric(b.Elapsed().Seconds()*1e9/sites, "ns/site")
			})
		}
	}
}

func BenchmarkWilsonForce(b *testing.B) {
	geo, _ := lattice.New([]int{8, 8, 8, 8})
	for _, s := range Sets() {
		o := s.Ops(group.SU3)
		r := rng.New(1).Site(0)
		blocks := geo.Blocks()
		u, x, y, f := random(blocks*4*o.M, &r), random(blocks*4*o.V, &r), random(blocks*4*o.V, &r), random(blocks*4*o.A, &r)
		b.Run(s.Name, func(b *testing.B) {
			for b.Loop() {
				for k := range blocks {
					for mu := range 4 {
						e := geo.Neighbours()[8*k+mu]
						at, to := 4*o.V*k, 4*o.V*e.Block()
						o.AddWilson[mu](f[(4*k+mu)*o.A:], 1e-9, u[(4*k+mu)*o.M:], x[at:], y[at:], x[to:], e.Mask(), y[to:])
					}
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(geo.Volume()), "ns/site")
		})
	}
}

func BenchmarkExp(b *testing.B) {
	for _, s := range Sets() {
		for _, g := range []group.Group{group.SU2, group.SU3} {
			o := s.Ops(g)
			r := rng.New(1).Site(0)
			x, y, e, d := random(o.A, &r), random(o.A, &r), make([]Vec, o.M), make([]Vec, o.A)
			Scale(x, .1)
			o.Unit(e)
			name := s.Name + "/" + g.String()
			b.Run("drift/"+name, func(b *testing.B) {
				for b.Loop() {
					o.Drift(e, .1, x, nil)
				}
			})
			b.Run("dexp/"+name, func(b *testing.B) {
				for b.Loop() {
					o.DExpTranspose(d, x, y)
				}
			})
			b.Run("algebra/"+name, func(b *testing.B) {
				for b.Loop() {
					o.AddAlgebra(d, .1, e, e)
				}
			})
			v, w := random(o.V, &r), random(o.V, &r)
			b.Run("force/"+name, func(b *testing.B) {
				for b.Loop() {
					o.AddForce(d, .1, e, v, 0, w)
				}
			})
		}
	}
}
