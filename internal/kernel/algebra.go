package kernel

import (
	"math"

	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
)

// diagonal returns the entries of the diagonal generators: T_l,ii at l N + i.
func diagonal(g group.Group) []float64 {
	n := g.N()
	if n == 1 {
		return nil
	}
	t := make([]float64, 0, n*(n-1))
	for a := n * (n - 1); a < g.Dim(); a++ {
		m := g.Generator(a)
		for i := range n {
			t = append(t, real(m[i*n+i]))
		}
	}
	return t
}

// TA sets x to the components of the traceless anti-Hermitian part of m:
//
//	i x^a T_a = (m - m^†)/2 - tr(m - m^†)/(2N),
//
// that is x^a = 2 Re tr(-i T_a m); U(1): x = Im m.
func (o *Ops) TA(x, m []Vec) {
	n := o.N
	if n == 1 {
		x[0] = m[1]
		return
	}
	if n == 2 {
		ta, q := (*[3]Vec)(x), (*[4]Vec)(m)
		for l := range lattice.Lanes {
			ta[0][l], ta[1][l], ta[2][l] = 2*q[3][l], 2*q[2][l], 2*q[1][l]
		}
		return
	}
	a := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			up, down := m[2*(i*n+j):], m[2*(j*n+i):]
			ur, ui, dr, di := &up[0], &up[1], &down[0], &down[1]
			s, t := &x[a], &x[a+1]
			for l := range lattice.Lanes {
				s[l] = ui[l] + di[l]
				t[l] = ur[l] - dr[l]
			}
			a += 2
		}
	}
	for k := range n - 1 {
		t := o.diag[k*n:][:n]
		var sum Vec
		for i := range k + 2 {
			im, c := &m[2*(i*n+i)+1], 2*t[i]
			for l := range lattice.Lanes {
				sum[l] += c * im[l]
			}
		}
		x[a+k] = sum
	}
}

// Element sets m = i c x^a T_a.
func (o *Ops) Element(m []Vec, c float64, x []Vec) {
	n := o.N
	if n == 1 {
		for l := range lattice.Lanes {
			m[0][l], m[1][l] = 0, c*x[0][l]
		}
		return
	}
	if n == 2 {
		q, y, h := (*[4]Vec)(m), (*[3]Vec)(x), c/2
		for l := range lattice.Lanes {
			q[0][l], q[1][l], q[2][l], q[3][l] = 0, h*y[2][l], h*y[1][l], h*y[0][l]
		}
		return
	}
	a, h := 0, c/2
	for i := range n {
		for j := i + 1; j < n; j++ {
			up, down := m[2*(i*n+j):], m[2*(j*n+i):]
			s, t := &x[a], &x[a+1]
			for l := range lattice.Lanes {
				up[0][l], up[1][l] = h*t[l], h*s[l]
				down[0][l], down[1][l] = -h*t[l], h*s[l]
			}
			a += 2
		}
	}
	for i := range n {
		var sum Vec
		for k := max(i-1, 0); k < n-1; k++ {
			v, f := &x[a+k], c*o.diag[k*n+i]
			for l := range lattice.Lanes {
				sum[l] += f * v[l]
			}
		}
		m[2*(i*n+i)], m[2*(i*n+i)+1] = Vec{}, sum
	}
}

// ReTr adds c Re tr m to sum, lane by lane.
func (o *Ops) ReTr(sum *Vec, c float64, m []Vec) {
	if o.N == 2 {
		for l := range lattice.Lanes {
			sum[l] += 2 * c * m[0][l]
		}
		return
	}
	for i := range o.N {
		v := &m[2*i*(o.N+1)]
		for l := range lattice.Lanes {
			sum[l] += c * v[l]
		}
	}
}

// ImTr adds c Im tr m to sum, lane by lane: nothing for SU(2).
func (o *Ops) ImTr(sum *Vec, c float64, m []Vec) {
	if o.N == 2 {
		return
	}
	for i := range o.N {
		v := &m[2*i*(o.N+1)+1]
		for l := range lattice.Lanes {
			sum[l] += c * v[l]
		}
	}
}

// AddMasked sets dst += c a, a under lane mask m.
func AddMasked(dst []Vec, c float64, a []Vec, m int) {
	if m == 0 {
		Axpy(dst, c, a)
		return
	}
	for k := range dst {
		d, x := &dst[k], &a[k]
		for l := range lattice.Lanes {
			d[l] += c * x[(l^m)&7]
		}
	}
}

// AddDagger sets dst += c a^†, a under lane mask m.
func (o *Ops) AddDagger(dst []Vec, c float64, a []Vec, m int) {
	n := o.N
	if n == 2 {
		d, x := (*[4]Vec)(dst), (*[4]Vec)(a)
		for l := range lattice.Lanes {
			lx := (l ^ m) & 7
			d[0][l] += c * x[0][lx]
			d[1][l] -= c * x[1][lx]
			d[2][l] -= c * x[2][lx]
			d[3][l] -= c * x[3][lx]
		}
		return
	}
	for i := range n {
		for j := range n {
			d, x := dst[2*(i*n+j):], a[2*(j*n+i):]
			for l := range lattice.Lanes {
				lx := (l ^ m) & 7
				d[0][l] += c * x[0][lx]
				d[1][l] -= c * x[1][lx]
			}
		}
	}
}

// Unit sets m to the unit matrix in all lanes.
func (o *Ops) Unit(m []Vec) {
	clear(m[:o.M])
	rows := o.N
	if rows == 2 {
		rows = 1
	}
	for i := range rows {
		for l := range lattice.Lanes {
			m[2*i*(o.N+1)][l] = 1
		}
	}
}

// Get copies lane l of a matrix block to dst.
func (o *Ops) Get(dst group.Matrix, m []Vec, l int) {
	if o.N == 2 {
		dst[0], dst[1] = complex(m[0][l], m[1][l]), complex(m[2][l], m[3][l])
		dst[2], dst[3] = complex(-m[2][l], m[3][l]), complex(m[0][l], -m[1][l])
		return
	}
	for k := range dst {
		dst[k] = complex(m[2*k][l], m[2*k+1][l])
	}
}

// Set copies src to lane l of a matrix block. For SU(2) src is a real multiple of
// a group element, of which the first row is kept.
func (o *Ops) Set(m []Vec, l int, src group.Matrix) {
	for k, z := range src[:o.M/2] {
		m[2*k][l], m[2*k+1][l] = real(z), imag(z)
	}
}

func expU1(dst []Vec, c float64, x []Vec) {
	for l := range lattice.Lanes {
		dst[1][l], dst[0][l] = math.Sincos(c * x[0][l])
	}
}

func dexpU1(dst, _, y []Vec) { dst[0] = y[0] }

// Total adds the lanes, in double precision.
func Total[F lattice.Real](sum lattice.VecOf[F]) float64 {
	var v Vec
	for l, s := range sum {
		v[l] = float64(s)
	}
	return Lanes(&v, lattice.Lanes)
}

// Lanes returns the sum of the first n lanes, in pairs.
func Lanes(v *Vec, n int) float64 {
	switch n {
	case 1:
		return v[0]
	case 2:
		return v[0] + v[1]
	case 4:
		return (v[0] + v[1]) + (v[2] + v[3])
	}
	return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]))
}
