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

// Products under all daggers and lane masks against single matrices. An
// element is a sum of 2N products of normal numbers: round-off below
// 2 (2N+2) eps times the sum of their sizes, at most 2N 36 for |x| < 6.
func TestProducts(t *testing.T) {
	for _, g := range groups(t) {
		o := For(g)
		r := rng.New(1).Child(g.String()).Site(0)
		n := g.N()
		tol := float64(2*(2*n+2)*2*n*36) * eps
		for ma := range lattice.Lanes {
			mb := (5 * ma) & 7
			a, b, d0 := random(o.M, &r), random(o.M, &r), random(o.M+1, &r)
			v, w := random(o.V, &r), random(o.V, &r)
			for dag := range 4 {
				d := append([]Vec(nil), d0...)
				o.Mul[dag](d, a, ma, b, mb)
				s := append([]Vec(nil), d0...)
				o.AddMul[dag](s, -.5, a, ma, b, mb)
				assert.Equal(t, d0[o.M], d[o.M], "guard")
				assert.Equal(t, d0[o.M], s[o.M], "guard")
				for l := range lattice.Lanes {
					x, y := get(o, a, l^ma), get(o, b, l^mb)
					want, tmp := g.NewMatrix(), g.NewMatrix()
					if dag&1 != 0 {
						group.Dagger(tmp, x)
						copy(x, tmp)
					}
					if dag&2 != 0 {
						group.Dagger(tmp, y)
						copy(y, tmp)
					}
					group.Mul(want, x, y)
					near(t, want, get(o, d, l), tol, fmt.Sprintf("%v Mul[%d] masks %d %d lane %d", g, dag, ma, mb, l))
					start := get(o, d0, l)
					for k := range want {
						want[k] = start[k] - want[k]/2
					}
					near(t, want, get(o, s, l), tol, fmt.Sprintf("%v AddMul[%d]", g, dag))
				}
			}
			for dag := range 2 {
				d := make([]Vec, o.V)
				o.MulVec[dag](d, a, ma, v, mb)
				for l := range lattice.Lanes {
					x := get(o, a, l^ma)
					if dag == 1 {
						tmp := g.NewMatrix()
						group.Dagger(tmp, x)
						x = tmp
					}
					for i := range n {
						var s complex128
						for k := range n {
							s += x[i*n+k] * complex(v[2*k][l^mb], v[2*k+1][l^mb])
						}
						assert.InDelta(t, real(s), d[2*i][l], tol)
						assert.InDelta(t, imag(s), d[2*i+1][l], tol)
					}
				}
			}
			d := append([]Vec(nil), d0...)
			o.AddOuter(d, 2, v, ma, w, mb)
			for l := range lattice.Lanes {
				want, outer := get(o, d0, l), g.NewMatrix()
				for i := range n {
					for j := range n {
						outer[i*n+j] = 2 * complex(v[2*i][l^ma], v[2*i+1][l^ma]) * complex(w[2*j][l^mb], -w[2*j+1][l^mb])
					}
				}
				if n == 2 { // the quaternion part
					a, b := (outer[0]+conj(outer[3]))/2, (outer[1]-conj(outer[2]))/2
					outer = group.Matrix{a, b, -conj(b), conj(a)}
				}
				for k := range want {
					want[k] += outer[k]
				}
				near(t, want, get(o, d, l), tol, "AddOuter")
			}
		}
	}
}

// Algebra, exponential and its derivative against package group. Group's own
// tests bound its error by some 50 N eps (|x|+1) on unitary matrices; two such.
func TestAlgebra(t *testing.T) {
	for _, g := range groups(t) {
		o := For(g)
		r := rng.New(2).Child(g.String()).Site(0)
		for _, size := range []float64{0, 1e-9, 1e-3, .1, .5, 1, 2, 5, 20} {
			x, y, m := random(o.A, &r), random(o.A, &r), random(o.M, &r)
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
			e, q, ta, dx := make([]Vec, o.M), make([]Vec, o.M), make([]Vec, o.A), make([]Vec, o.A)
			o.Exp(e, .7, x)
			o.Element(q, .7, x)
			o.TA(ta, m)
			o.DExpTranspose(dx, x, y)
			for l := range lattice.Lanes {
				tol := 100 * float64(g.N()) * eps * (1 + 6*size)
				want, xs := g.NewMatrix(), lane(x, l)
				for k := range xs {
					xs[k] *= .7
				}
				g.Exp(want, xs)
				near(t, want, get(o, e, l), tol, fmt.Sprintf("%v exp, size %g", g, size))
				g.Element(want, xs)
				near(t, want, get(o, q, l), tol, "element")
				comp := make([]float64, o.A)
				g.TA(comp, get(o, m, l))
				assert.InDeltaSlice(t, comp, lane(ta, l), 100*eps)
				g.DExpTranspose(comp, lane(x, l), lane(y, l))
				assert.InDeltaSlice(t, comp, lane(dx, l), 30*tol, "%v dexp, size %g lane %d", g, size, l)
			}
		}
	}
}

func BenchmarkMul(b *testing.B) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		o := For(g)
		r := rng.New(1).Site(0)
		x, y, d := random(o.M, &r), random(o.M, &r), make([]Vec, o.M)
		for dag := range 4 {
			b.Run(fmt.Sprint(g, dag), func(b *testing.B) {
				for b.Loop() {
					o.Mul[dag](d, x, 1, y, 2)
				}
				n := float64(g.N())
				b.ReportMetric(8*n*n*(8*n-2)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}

func BenchmarkHop(b *testing.B) {
	geo, _ := lattice.New([]int{4, 4, 4, 4})
	for _, g := range []group.Group{group.SU2, group.SU3} {
		o := For(g)
		r := rng.New(1).Site(0)
		links, x, d := random(geo.Blocks()*8*o.M, &r), random(geo.Blocks()*o.V, &r), random(geo.Blocks()*o.V, &r)
		b.Run(g.String(), func(b *testing.B) {
			for b.Loop() {
				o.Hop(d, .5, links, x, geo.Neighbours(), 8, 1, d, 0, geo.Blocks())
			}
			n := float64(g.N())
			b.ReportMetric(256*8*n*8*n*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

func BenchmarkExp(b *testing.B) {
	for _, g := range []group.Group{group.SU2, group.SU3} {
		o := For(g)
		r := rng.New(1).Site(0)
		x, y, e, d := random(o.A, &r), random(o.A, &r), make([]Vec, o.M), make([]Vec, o.A)
		b.Run("exp"+g.String(), func(b *testing.B) {
			for b.Loop() {
				o.Exp(e, .1, x)
			}
		})
		b.Run("dexp"+g.String(), func(b *testing.B) {
			for b.Loop() {
				o.DExpTranspose(d, x, y)
			}
		})
	}
}
