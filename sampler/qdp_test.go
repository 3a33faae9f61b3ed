package sampler_test

import (
	"math"
	"math/cmplx"

	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
)

// qdp are the random numbers of QDP++, on which Chroma is built: a linear congruential
// generator of 47 bits for each site,
//
//	x <- a x mod 2^47,   a = 1222 2^36 + 1498 2^24 + 712 2^12 + 1645,
//
// that of site k (x fastest, of V) at seed a^(k+1) and a draw going on by a^(V+1). A draw
// is x/2^47 in single precision.
type qdp struct {
	site []uint64
	step uint64
}

const (
	qdpMultiplier = 1222<<36 + 1498<<24 + 712<<12 + 1645
	qdpMask       = 1<<47 - 1
)

// newQDP returns the generators of a run that sets no seed: 11.
func newQDP(volume int) *qdp {
	q := &qdp{site: make([]uint64, volume), step: qdpMultiplier}
	x := uint64(11)
	for k := range q.site {
		x = x * qdpMultiplier & qdpMask
		q.site[k] = x
		q.step = q.step * qdpMultiplier & qdpMask
	}
	return q
}

// field draws n complex Gaussian numbers of variance 1 for real and imaginary part on
// each site: two uniform fields, r and s, of n complex numbers each, of which real parts
// make sqrt(-2 ln r) (cos, sin)(6.283185307 s).
func (q *qdp) field(n int) [][]complex128 {
	var r [2][][]complex128
	for k := range r {
		r[k] = make([][]complex128, len(q.site))
		for i := range q.site {
			r[k][i] = make([]complex128, n)
			for j := range n {
				re := q.uniform(i)
				r[k][i][j] = complex(re, q.uniform(i))
			}
		}
	}
	for i := range q.site {
		for j, z := range r[0][i] {
			size, angle := math.Sqrt(-2*math.Log(real(z))), 6.283185307*real(r[1][i][j])
			r[0][i][j] = complex(size*math.Cos(angle), size*math.Sin(angle))
		}
	}
	return r[0]
}

func (q *qdp) uniform(i int) float64 {
	s, x := q.site[i], float32(0)
	for range 3 {
		x = (float32(s&0xfff) + x) / (1 << 12)
		s >>= 12
	}
	q.site[i] = q.site[i] * q.step & qdpMask
	return float64((float32(s) + x) / (1 << 11))
}

// momenta draws p: the traceless antihermitian part of Gaussian matrices over sqrt 2,
// direction by direction.
func (q *qdp) momenta(p *gauge.Algebra) {
	n := p.Group().N()
	x, m, c := make([]int, 4), p.Group().NewMatrix(), make([]float64, p.Group().Dim())
	for mu := range 4 {
		for site, z := range q.field(n * n) {
			p.Geometry().Coordinates(x, site)
			for i := range m {
				m[i] = z[i] / math.Sqrt2
			}
			p.Group().TA(c, m)
			p.Set(x, mu, c)
		}
	}
}

// spinors draws eta with variance 1/2 for real and imaginary parts, and turns it from
// their basis of spins [DeGrand-Rossi] into ours: theirs has g_1 and g_3 of the other
// sign, which commute with g_1 g_3 = diag(s_1 s_3, s_1 s_3) but for that sign.
func (q *qdp) spinors(eta *fermion.Field) {
	n := eta.Group().N()
	x, e := make([]int, 4), make([]complex128, 4*n)
	for site, z := range q.field(4 * n) {
		eta.Geometry().Coordinates(x, site)
		for c := range n {
			for _, half := range []int{0, 2 * n} {
				e[half+c] = -z[half+n+c] / math.Sqrt2
				e[half+n+c] = z[half+c] / math.Sqrt2
			}
		}
		eta.Set(x, e)
	}
}

// disordered draws the links of a disordered start: exp A, A the traceless antihermitian
// part of Gaussian matrices, to the twelfth order, made unitary by columns.
func (q *qdp) disordered(u *gauge.Field) {
	g := u.Group()
	n := g.N()
	x, c, a := make([]int, 4), make([]float64, g.Dim()), g.NewMatrix()
	power, next, m := g.NewMatrix(), g.NewMatrix(), g.NewMatrix()
	for mu := range 4 {
		for site, z := range q.field(n * n) {
			g.TA(c, z)
			g.Element(a, c)
			clear(m)
			for i := range n {
				m[i*n+i] = 1
			}
			copy(power, m)
			for k := 1; k <= 12; k++ {
				group.Mul(next, power, a)
				for i := range next {
					power[i] = next[i] / complex(float64(k), 0)
					m[i] += power[i]
				}
			}
			u.Geometry().Coordinates(x, site)
			u.Set(x, mu, unitary(m))
		}
	}
}

// unitary makes a 3 x 3 matrix one of SU(3): its first column normalised, the second
// orthogonal to that, the third their product.
func unitary(m group.Matrix) group.Matrix {
	column := func(j int) (v [3]complex128) { return [3]complex128{m[j], m[3+j], m[6+j]} }
	normalise := func(v [3]complex128) [3]complex128 {
		s := 0.0
		for _, z := range v {
			s += real(z)*real(z) + imag(z)*imag(z)
		}
		for i := range v {
			v[i] /= complex(math.Sqrt(s), 0)
		}
		return v
	}
	a, b := normalise(column(0)), column(1)
	var along complex128
	for i := range a {
		along += cmplx.Conj(a[i]) * b[i]
	}
	for i := range b {
		b[i] -= along * a[i]
	}
	b = normalise(b)
	for i := range 3 {
		j, k := (i+1)%3, (i+2)%3
		m[3*i], m[3*i+1], m[3*i+2] = a[i], b[i], cmplx.Conj(a[j]*b[k]-a[k]*b[j])
	}
	return m
}
