package reference

// Gamma returns the Hermitian gamma matrices g_0 ... g_{D-1}, {g_mu, g_nu} = 2
// delta_munu: the first Pauli matrices s_k with 2 spins in D = 2 and 3, the chiral
// ((0, -i s_k), (i s_k, 0)) and ((0, 1), (1, 0)) with 4 spins in D = 4. It panics for
// other D.
func Gamma(d int) []Matrix {
	switch d {
	case 2, 3:
		return []Matrix{
			NewMatrix(2, []complex128{0, 1, 1, 0}),
			NewMatrix(2, []complex128{0, -1i, 1i, 0}),
			NewMatrix(2, []complex128{1, 0, 0, -1}),
		}[:d]
	case 4:
		return []Matrix{
			NewMatrix(4, []complex128{0, 0, 0, -1i, 0, 0, -1i, 0, 0, 1i, 0, 0, 1i, 0, 0, 0}),
			NewMatrix(4, []complex128{0, 0, 0, -1, 0, 0, 1, 0, 0, 1, 0, 0, -1, 0, 0, 0}),
			NewMatrix(4, []complex128{0, 0, -1i, 0, 0, 0, 0, 1i, 1i, 0, 0, 0, 0, -1i, 0, 0}),
			NewMatrix(4, []complex128{0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0}),
		}
	}
	panic("reference: gamma matrices in 2, 3 or 4 dimensions")
}

// Gamma5 returns the Hermitian matrix that anticommutes with all gammas:
// g_0 g_1 g_2 g_3 in D = 4, -i g_0 g_1 in D = 2. It panics in D = 3, where there
// is none with 2 spins.
func Gamma5(d int) Matrix {
	g := Gamma(d)
	switch d {
	case 2:
		return g[0].Mul(g[1]).ScaleBy(-1i)
	case 4:
		return g[0].Mul(g[1]).Mul(g[2]).Mul(g[3])
	}
	panic("reference: no gamma5 in odd dimensions")
}

// WilsonDirac returns the Wilson operator (r = 1) in its mass form
//
//	D = (dim + m) - 1/2 sum_mu [ (1 - g_mu) U_mu(n) delta_{n+mu} + (1 + g_mu) U_mu(n-mu)^† delta_{n-mu} ]
//
// in D = dim dimensions; D = D_kappa/(2 kappa) with kappa = 1/(2(dim + m)).
// Spins as Gamma. It panics unless there is one phase per direction. Source: [Wilson].
func WilsonDirac(u *Links, mass float64, phases []complex128) *Operator {
	gamma := Gamma(u.Dim())
	one := Identity(gamma[0].N)
	op := &Operator{Rows: make([][]Entry, u.Volume()*one.N*u.N)}
	for site := range u.Volume() {
		op.addBlock(site, site, one, Identity(u.N).ScaleBy(complex(float64(u.Dim())+mass, 0)))
	}
	hops(u, phases, func(to, from, mu, sign int, link Matrix) {
		spin := one.Sub(gamma[mu].ScaleBy(complex(float64(sign), 0)))
		op.addBlock(to, from, spin, link.ScaleBy(-0.5))
	})
	return op
}

// AnisotropicDirac returns the Wilson operator with a weight c_mu for each direction,
//
//	D = m + sum_mu c_mu { 1 - 1/2 [ (1 - g_mu) U_mu(n) delta_{n+mu} + (1 + g_mu) U_mu(n-mu)^† delta_{n-mu} ] }.
func AnisotropicDirac(u *Links, mass float64, weights []float64, phases []complex128) *Operator {
	gamma := Gamma(u.Dim())
	one := Identity(gamma[0].N)
	op := &Operator{Rows: make([][]Entry, u.Volume()*one.N*u.N)}
	for site := range u.Volume() {
		a := mass
		for _, c := range weights {
			a += c
		}
		op.addBlock(site, site, one, Identity(u.N).ScaleBy(complex(a, 0)))
	}
	hops(u, phases, func(to, from, mu, sign int, link Matrix) {
		spin := one.Sub(gamma[mu].ScaleBy(complex(float64(sign), 0)))
		op.addBlock(to, from, spin, link.ScaleBy(complex(-0.5*weights[mu], 0)))
	})
	return op
}

// TwistedDirac returns the Wilson operator plus i twist g_5. It panics in D = 3.
func TwistedDirac(u *Links, mass, twist float64, phases []complex128) *Operator {
	op := WilsonDirac(u, mass, phases)
	for site := range u.Volume() {
		op.addBlock(site, site, Gamma5(u.Dim()), Identity(u.N).ScaleBy(complex(0, twist)))
	}
	return op
}

// CloverDirac returns the Wilson operator plus the clover term
//
//	(csw/2) sum_{mu<nu} sigma_munu i F_munu(n),  sigma = (i/2)[g_mu, g_nu],  F = (Q - Q^†)/8,
//
// Q the sum of the four leaves. Source: [SW].
func CloverDirac(u *Links, mass, csw float64, phases []complex128) *Operator {
	return AnisotropicClover(u, mass, csw, csw, 0, phases)
}

// AnisotropicClover is CloverDirac with csw of planes in space and of those with time,
// the last direction, plus i twist g_5 unless twist is zero. It panics with a twist in
// D = 3.
func AnisotropicClover(u *Links, mass, space, time, twist float64, phases []complex128) *Operator {
	op := WilsonDirac(u, mass, phases)
	if twist != 0 {
		op = TwistedDirac(u, mass, twist, phases)
	}
	gamma := Gamma(u.Dim())
	for site := range u.Volume() {
		for mu := range u.Dim() {
			for nu := mu + 1; nu < u.Dim(); nu++ {
				csw := space
				if nu == u.Dim()-1 {
					csw = time
				}
				sigma := gamma[mu].Mul(gamma[nu]).Sub(gamma[nu].Mul(gamma[mu])).ScaleBy(0.5i)
				q := Leaves(u, site, mu, nu)
				f := q.Sub(q.Dagger()).ScaleBy(1.0 / 8)
				op.addBlock(site, site, sigma, f.ScaleBy(complex(0, csw/2)))
			}
		}
	}
	return op
}
