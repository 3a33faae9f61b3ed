package reference

import (
	"math"
	"math/cmplx"
)

// Inverse returns a^-1, d(a^-1) = -a^-1 da a^-1. Panics: a is singular.
func (a Matrix) Inverse() Matrix {
	lu, err := Factor(a)
	if err != nil {
		panic("reference: inverse of a singular matrix")
	}
	b := lu.Inverse()
	if a.D != nil {
		b.D = scaled(-1, product(a.N, product(a.N, b.V, a.D), b.V))
	}
	return b
}

// Project returns the unitary polar factor of a with the phase of its determinant
// taken out, equally for all elements (N = 1: a/|a|), by Newton's iteration
// X <- (X + X^-†)/2 in dual numbers:
//
//	W e^(-i phi/N),  phi = arg det W,  d phi = Im tr(W^-1 dW).
func (a Matrix) Project() Matrix {
	x := a
	for range 60 { // linear while X is far from unitary, a factor of 2 a step, then quadratic
		x = x.Add(x.Inverse().Dagger()).ScaleBy(.5)
	}
	if a.N == 1 {
		return x
	}
	n := complex(float64(a.N), 0)
	out := x.ScaleBy(cmplx.Rect(1, -cmplx.Phase(x.Determinant())/real(n)))
	if x.D != nil {
		dphi := imag(Matrix{N: a.N, V: product(a.N, x.Inverse().V, x.D)}.Trace().V)
		out.D = sum(out.D, scaled(complex(0, -dphi/real(n)), out.V))
	}
	return out
}

// ProjectMaxReTr returns the element V of SU(N) with the largest Re tr(V^† a), from the
// polar projection by rotations in two colours, each to its own maximum: with A the 2 x 2
// part of V^† a, the rotation is the quaternion along A. Values only. N = 1: a/|a|.
func (a Matrix) ProjectMaxReTr() Matrix {
	v := NewMatrix(a.N, a.V).Project()
	for range 300 {
		for p := range a.N {
			for q := p + 1; q < a.N; q++ {
				m := v.Dagger().Mul(NewMatrix(a.N, a.V))
				x := m.At(p, p) + cmplx.Conj(m.At(q, q))
				y := m.At(p, q) - cmplx.Conj(m.At(q, p))
				r := complex(math.Hypot(cmplx.Abs(x), cmplx.Abs(y)), 0)
				rotation := Identity(a.N)
				rotation.V[p*a.N+p], rotation.V[p*a.N+q] = x/r, y/r
				rotation.V[q*a.N+p], rotation.V[q*a.N+q] = -cmplx.Conj(y/r), cmplx.Conj(x/r)
				v = v.Mul(rotation)
			}
		}
	}
	return v
}

// APE returns the links N(w U + sum of the terms), N as in Project: all from the same
// input.
func APE(u *Links, w Real, terms []Term) *Links { return APEBy(u, w, terms, Matrix.Project) }

// APEBy is APE with another projection.
func APEBy(u *Links, w Real, terms []Term, project func(Matrix) Matrix) *Links {
	return u.each(func(site, mu int, link Matrix) Matrix {
		z := link.Scale(w)
		for _, term := range terms {
			for _, path := range term.Paths[mu] {
				c, _ := u.Follow(site, path)
				z = z.Add(c.Scale(term.Rho(site, mu)))
			}
		}
		return project(z)
	})
}

// HYP returns hypercubically smeared links (hep-lat/0103029, eqs. (1)-(3)), as they
// are written there: V-bar is decorated by the direction that is in none of its three
// indices, V-tilde by V-bar, the result by V-tilde. Four dimensions only.
func HYP(u *Links, alpha [3]Real) *Links { return HYPBy(u, alpha, Matrix.Project) }

// HYPBy is HYP with another projection.
func HYPBy(u *Links, alpha [3]Real, project func(Matrix) Matrix) *Links {
	one := Real{V: 1}
	others := func(excluded ...int) (dirs []int) {
		for eta := range 4 {
			free := true
			for _, x := range excluded {
				free = free && eta != x
			}
			if free {
				dirs = append(dirs, eta)
			}
		}
		return dirs
	}
	// decorate returns Proj[(1 - a) U_mu + a/c sum over nu of both staples], sides and
	// middles being links of their own.
	decorate := func(mu int, a Real, nus []int, side func(nu int) []Matrix, middle func(nu int) []Matrix) []Matrix {
		out := make([]Matrix, u.Volume())
		for site := range out {
			z := u.At(site, mu).Scale(one.Sub(a))
			for _, nu := range nus {
				s, m := side(nu), middle(nu)
				up, right, down := u.Step(site, nu+1), u.Step(site, mu+1), u.Step(site, -nu-1)
				c := s[site].Mul(m[up]).Mul(s[right].Dagger())
				c = c.Add(s[down].Dagger().Mul(m[down]).Mul(s[u.Step(down, mu+1)]))
				z = z.Add(c.Scale(a.Scale(.5 / float64(len(nus)))))
			}
			out[site] = project(z)
		}
		return out
	}
	thin := func(mu int) []Matrix {
		out := make([]Matrix, u.Volume())
		for site := range out {
			out[site] = u.At(site, mu)
		}
		return out
	}
	bar := map[[4]bool]map[int][]Matrix{} // by the set {mu, nu, rho}, then mu
	for eta := range 4 {
		set := [4]bool{true, true, true, true}
		set[eta] = false
		bar[set] = map[int][]Matrix{}
		for _, mu := range others(eta) {
			bar[set][mu] = decorate(mu, alpha[2], []int{eta}, thin, func(int) []Matrix { return thin(mu) })
		}
	}
	vbar := func(mu, nu, rho int) []Matrix {
		var set [4]bool
		set[mu], set[nu], set[rho] = true, true, true
		return bar[set][mu]
	}
	tilde := map[[2]int][]Matrix{}
	for mu := range 4 {
		for _, nu := range others(mu) {
			tilde[[2]int{mu, nu}] = decorate(mu, alpha[1], others(mu, nu),
				func(rho int) []Matrix { return vbar(rho, nu, mu) },
				func(rho int) []Matrix { return vbar(mu, rho, nu) })
		}
	}
	var v [4][]Matrix
	for mu := range 4 {
		v[mu] = decorate(mu, alpha[0], others(mu),
			func(nu int) []Matrix { return tilde[[2]int{nu, mu}] },
			func(nu int) []Matrix { return tilde[[2]int{mu, nu}] })
	}
	return u.each(func(site, mu int, _ Matrix) Matrix { return v[mu][site] })
}
