package reference

import (
	"math/cmplx"
	"math/rand/v2"
	"slices"
)

// Links is a gauge field: U[D*site + mu] is the N x N matrix U_mu(site), sites
// numbered lexicographically with direction 0 fastest.
type Links struct {
	Extents []int
	N       int
	U       []Matrix
}

// NewLinks returns the links u(x, mu), N*N entries row-major, at coordinates x.
// It panics for fewer than one direction, an extent below 1 or entries of the
// wrong number. The callback must not keep x.
func NewLinks(extents []int, n int, u func(x []int, mu int) []complex128) *Links {
	if len(extents) == 0 || n < 1 || slices.Min(extents) < 1 {
		panic("reference: links need directions, positive extents and N >= 1")
	}
	l := &Links{Extents: slices.Clone(extents), N: n}
	for site := range l.Volume() {
		for mu := range l.Dim() {
			l.U = append(l.U, NewMatrix(n, u(l.Coordinates(site), mu)))
		}
	}
	return l
}

// Unit returns links that are all the unit matrix.
func Unit(extents []int, n int) *Links {
	return NewLinks(extents, n, func([]int, int) []complex128 { return Identity(n).V })
}

// Random returns independent Haar-distributed links, a pure function of the seed.
func Random(extents []int, n int, seed uint64) *Links {
	r := rand.New(rand.NewPCG(seed, 0))
	return NewLinks(extents, n, func([]int, int) []complex128 { return Haar(n, r).V })
}

// Haar returns a Haar-distributed element of SU(N), for N = 1 of U(1): Gaussian
// columns made orthonormal by Gram-Schmidt (which is Haar on U(N), since the
// Gaussian law is invariant under left multiplication and the diagonal of R is
// positive), then one column multiplied by det^{-1}.
func Haar(n int, r *rand.Rand) Matrix {
	u := make([]complex128, n*n)
	for j := range n { // column j
		for i := range n {
			u[i*n+j] = complex(r.NormFloat64(), r.NormFloat64())
		}
		for range 2 { // twice: orthogonal to round-off
			for k := range j {
				var dot complex128
				for i := range n {
					dot += cmplx.Conj(u[i*n+k]) * u[i*n+j]
				}
				for i := range n {
					u[i*n+j] -= dot * u[i*n+k]
				}
			}
		}
		norm := 0.0
		for i := range n {
			norm += real(u[i*n+j] * cmplx.Conj(u[i*n+j]))
		}
		for i := range n {
			u[i*n+j] /= cmplx.Sqrt(complex(norm, 0))
		}
	}
	m := NewMatrix(n, u)
	if n > 1 {
		phase := cmplx.Conj(m.Determinant())
		for i := range n {
			u[i*n] *= phase
		}
	}
	return m
}

// Dim returns the number of directions D.
func (l *Links) Dim() int { return len(l.Extents) }

// Volume returns the number of sites.
func (l *Links) Volume() int {
	v := 1
	for _, e := range l.Extents {
		v *= e
	}
	return v
}

// Site returns the index of the site at coordinates x, which wrap around.
func (l *Links) Site(x []int) int {
	if len(x) != l.Dim() {
		panic("reference: one coordinate per direction needed")
	}
	site := 0
	for mu := l.Dim() - 1; mu >= 0; mu-- {
		e := l.Extents[mu]
		site = site*e + ((x[mu]%e)+e)%e
	}
	return site
}

// Coordinates returns the coordinates of a site, each in [0, extent).
func (l *Links) Coordinates(site int) []int {
	x := make([]int, l.Dim())
	for mu, e := range l.Extents {
		x[mu] = site % e
		site /= e
	}
	return x
}

// Step returns the site reached from site by one step in the signed 1-based
// direction: +1 is forward in direction 0, -1 backward.
func (l *Links) Step(site, step int) int {
	mu, sign := direction(step)
	stride := 1
	for _, e := range l.Extents[:mu] {
		stride *= e
	}
	e := l.Extents[mu]
	x := site / stride % e
	return site + ((x+sign+e)%e-x)*stride
}

// At returns U_mu(site).
func (l *Links) At(site, mu int) Matrix { return l.U[l.Dim()*site+mu] }

// Along returns the same links with the derivative along a direction in the
// algebra: U_mu(n) -> exp(eps A_mu(n)) U_mu(n) at eps = 0,
//
//	dU_mu(n) = A_mu(n) U_mu(n).
//
// Derivatives already carried by the links are replaced.
func (l *Links) Along(a func(site, mu int) Matrix) *Links {
	return l.each(func(site, mu int, u Matrix) Matrix {
		return Matrix{N: l.N, V: u.V, D: a(site, mu).Mul(Matrix{N: l.N, V: u.V}).V}
	})
}

// Moved returns exp(eps A_mu(n)) U_mu(n), the finite form of Along.
func (l *Links) Moved(eps float64, a func(site, mu int) Matrix) *Links {
	return l.each(func(site, mu int, u Matrix) Matrix {
		return a(site, mu).ScaleBy(complex(eps, 0)).Exp().Mul(u)
	})
}

// Transform returns the gauge transform G(n) U_mu(n) G(n+mu)^†, one G per site.
func (l *Links) Transform(g []Matrix) *Links {
	return l.each(func(site, mu int, u Matrix) Matrix {
		return g[site].Mul(u).Mul(g[l.Step(site, mu+1)].Dagger())
	})
}

func (l *Links) each(f func(site, mu int, u Matrix) Matrix) *Links {
	out := &Links{Extents: slices.Clone(l.Extents), N: l.N, U: make([]Matrix, len(l.U))}
	for i, u := range l.U {
		out.U[i] = f(i/l.Dim(), i%l.Dim(), u)
	}
	return out
}

// direction splits a signed 1-based direction into mu and +1 or -1.
func direction(step int) (mu, sign int) {
	switch {
	case step > 0:
		return step - 1, 1
	case step < 0:
		return -step - 1, -1
	}
	panic("reference: a step is a signed 1-based direction, never 0")
}
