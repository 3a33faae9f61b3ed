package kernel

import (
	"math"

	"github.com/slhmc/slhmc/physics/lattice"
)

// A polynomial c0 + c1 H + c2 H^2 in a traceless Hermitian 3 x 3 matrix, its
// coefficients functions of the invariants alpha = tr(H^2)/2 and delta = det H
// with H^3 = alpha H + delta (Cayley-Hamilton).
type cayley [3]complex128

// times returns f g, reduced.
func (f *cayley) times(g *cayley, alpha, delta float64) cayley {
	h3, h4 := f[1]*g[2]+f[2]*g[1], f[2]*g[2]
	return cayley{
		f[0]*g[0] + real1(delta, h3),
		f[0]*g[1] + f[1]*g[0] + real1(alpha, h3) + real1(delta, h4),
		f[0]*g[2] + f[1]*g[1] + f[2]*g[0] + real1(alpha, h4),
	}
}

func real1(r float64, z complex128) complex128 { return complex(r*real(z), r*imag(z)) }

// expSeries is the order of the Taylor series of exp for eigenvalues within
// the unit circle: 1/19! = 8e-18.
const expSeries = 18

// halvings returns how often H must be halved for its eigenvalues to lie in
// [-1, 1]: they are bounded by sqrt(4 alpha / 3).
func halvings(alpha float64) (s int, scale float64) {
	scale = 1
	for alpha*scale*scale > 0.75 && s < 1000 {
		scale /= 2
		s++
	}
	return s, scale
}

// expCayley returns the coefficients of exp(i H). The Taylor series reduced by
// Cayley-Hamilton has no denominators, so degenerate eigenvalues need no care,
// unlike the trigonometric form of Morningstar and Peardon (hep-lat/0311018);
// large H are halved, and the polynomial squared.
func expCayley(alpha, delta float64) cayley {
	s, scale := halvings(alpha)
	alpha *= scale * scale
	delta *= scale * scale * scale
	// Horner: p <- i H p + 1/k!
	var r0, i0, r1, i1, r2, i2 float64
	for k := expSeries; k >= 0; k-- {
		r0, i0, r1, i1, r2, i2 = inverseFactorial[k]-i2*delta, r2*delta, -i0-i2*alpha, r0+r2*alpha, -i1, r1
	}
	f := cayley{complex(r0, i0), complex(r1, i1), complex(r2, i2)}
	for range s {
		f = f.times(&f, alpha, delta)
	}
	f[1] = real1(scale, f[1])
	f[2] = real1(scale*scale, f[2])
	return f
}

// dexpCayley returns the coefficients of exp(i H) and their derivatives with
// respect to alpha and delta.
func dexpCayley(alpha, delta float64) (f, fa, fd cayley) {
	s, scale := halvings(alpha)
	sa, sd := scale*scale, scale*scale*scale
	alpha *= sa
	delta *= sd
	step := func(p *cayley) cayley { // i H p
		return cayley{complex(0, delta) * p[2], 1i * (p[0] + real1(alpha, p[2])), 1i * p[1]}
	}
	for k := expSeries; k >= 0; k-- {
		// derivative of i H p: the explicit alpha and delta act on p[2]
		da, dd := step(&fa), step(&fd)
		da[1] += 1i * f[2]
		dd[0] += 1i * f[2]
		f = step(&f)
		f[0] += complex(inverseFactorial[k], 0)
		fa, fd = da, dd
	}
	for range s {
		// (f^2)' = 2 f f' + the explicit invariants in the reduction
		h3, h4 := 2*f[1]*f[2], f[2]*f[2]
		da, dd := f.times(&fa, alpha, delta), f.times(&fd, alpha, delta)
		for j := range da {
			da[j] *= 2
			dd[j] *= 2
		}
		da[1] += h3
		da[2] += h4
		dd[0] += h3
		dd[1] += h4
		f, fa, fd = f.times(&f, alpha, delta), da, dd
	}
	// back from the scaled H and invariants to H and its own
	for j, w := range []float64{1, scale, sa} {
		f[j] = real1(w, f[j])
		fa[j] = real1(w*sa, fa[j])
		fd[j] = real1(w*sd, fd[j])
	}
	return f, fa, fd
}

var inverseFactorial = func() (t [expSeries + 1]float64) {
	f := 1.0
	for k := range t {
		t[k] = 1 / f
		f *= float64(k + 1)
	}
	return t
}()

type matrix3 [9]complex128

// hermitian3 returns H = c x^a T_a of one lane.
func hermitian3(c float64, x *[8]Vec, l int) (h matrix3) {
	z := func(re, im float64) complex128 { return complex(c/2*re, c/2*im) }
	third := x[7][l] / math.Sqrt(3)
	h[0], h[4], h[8] = z(third+x[6][l], 0), z(third-x[6][l], 0), z(-2*third, 0)
	h[1], h[2], h[5] = z(x[0][l], -x[1][l]), z(x[2][l], -x[3][l]), z(x[4][l], -x[5][l])
	h[3], h[6], h[7] = conj(h[1]), conj(h[2]), conj(h[5])
	return h
}

func conj(z complex128) complex128 { return complex(real(z), -imag(z)) }

func (a *matrix3) times(b *matrix3) (c matrix3) {
	for i := 0; i < 9; i += 3 {
		for j := range 3 {
			c[i+j] = a[i]*b[j] + a[i+1]*b[3+j] + a[i+2]*b[6+j]
		}
	}
	return c
}

// traceOf returns tr(a b).
func (a *matrix3) traceOf(b *matrix3) (t complex128) {
	for i := range 3 {
		t += a[3*i]*b[i] + a[3*i+1]*b[3+i] + a[3*i+2]*b[6+i]
	}
	return t
}

// invariants returns H^2, tr(H^2)/2 and det H = tr(H^3)/3.
func (a *matrix3) invariants() (h2 matrix3, alpha, delta float64) {
	h2 = a.times(a)
	return h2, real(h2[0]+h2[4]+h2[8]) / 2, real(a.traceOf(&h2)) / 3
}

// in returns the polynomial of h.
func (f *cayley) in(h, h2 *matrix3) (e matrix3) {
	for k := range e {
		e[k] = f[1]*h[k] + f[2]*h2[k]
	}
	for i := range 3 {
		e[4*i] += f[0]
	}
	return e
}

func expSU3(dst []Vec, c float64, x []Vec) {
	d, y := (*[18]Vec)(dst), (*[8]Vec)(x)
	for l := range lattice.Lanes {
		h := hermitian3(c, y, l)
		h2, alpha, delta := h.invariants()
		f := expCayley(alpha, delta)
		e := f.in(&h, &h2)
		for k, z := range e {
			d[2*k][l], d[2*k+1][l] = real(z), imag(z)
		}
	}
}

// dexpSU3: with Y = y^a T_a, E = exp(i H) and i w^a T_a = dE E^†,
//
//	y.w = Re tr(G dE),  G = -2i E^† Y,
//	dE = c1 dH + c2 (dH H + H dH) + (a0 + a1 H + a2 H^2) tr(H dH) + (d0 + d1 H + d2 H^2) tr((H^2 - alpha) dH)
//
// (a, d: derivatives of the coefficients by alpha and delta), hence
// dst^a = Re tr(L T_a) with L = c1 G + c2 (H G + G H) + H tr(G a(H)) + H^2 tr(G d(H)).
func dexpSU3(dst, x, y []Vec) {
	d, v, w := (*[8]Vec)(dst), (*[8]Vec)(x), (*[8]Vec)(y)
	for l := range lattice.Lanes {
		h := hermitian3(1, v, l)
		h2, alpha, delta := h.invariants()
		f, fa, fd := dexpCayley(alpha, delta)
		e, ea, ed := f.in(&h, &h2), fa.in(&h, &h2), fd.in(&h, &h2)
		var ed1 matrix3
		for i := range 3 {
			for j := range 3 {
				ed1[3*i+j] = -2i * conj(e[3*j+i])
			}
		}
		t := hermitian3(1, w, l)
		g := ed1.times(&t)
		hg, gh := h.times(&g), g.times(&h)
		ta, td := g.traceOf(&ea), g.traceOf(&ed)
		var m matrix3
		for k := range m {
			m[k] = f[1]*g[k] + f[2]*(hg[k]+gh[k]) + ta*h[k] + td*h2[k]
		}
		// Re tr(L T_a)
		r := func(a, b int) float64 { return real(m[a]+m[b]) / 2 }
		i := func(up, down int) float64 { return imag(m[down]-m[up]) / 2 }
		d[0][l], d[1][l] = r(1, 3), i(1, 3)
		d[2][l], d[3][l] = r(2, 6), i(2, 6)
		d[4][l], d[5][l] = r(5, 7), i(5, 7)
		d[6][l] = real(m[0]-m[4]) / 2
		d[7][l] = real(m[0]+m[4]-2*m[8]) / (2 * math.Sqrt(3))
	}
}
