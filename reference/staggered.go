package reference

// Staggered returns the one-link staggered operator
//
//	D = m + 1/2 sum_mu eta_mu(n) [ U_mu(n) delta_{n+mu} - U_mu(n-mu)^† delta_{n-mu} ],
//
// eta_0 = 1, eta_mu = (-1)^(n_0 + ... + n_{mu-1}). It panics unless all extents
// are even and there is one phase per direction. Source: [KS].
func Staggered(u *Links, mass float64, phases []complex128) *Operator {
	for _, e := range u.Extents {
		if e%2 != 0 {
			panic("reference: staggered fermions need even extents")
		}
	}
	op := &Operator{Rows: make([][]Entry, u.Volume()*u.N)}
	one := Identity(1)
	for site := range u.Volume() {
		op.addBlock(site, site, one, Identity(u.N).ScaleBy(complex(mass, 0)))
	}
	hops(u, phases, func(to, from, mu, sign int, link Matrix) {
		op.addBlock(to, from, one, link.ScaleBy(complex(0.5*float64(sign)*Eta(u.Coordinates(to), mu), 0)))
	})
	return op
}

// Eta returns the staggered phase (-1)^(x_0 + ... + x_{mu-1}).
func Eta(x []int, mu int) float64 {
	s := 0
	for _, xi := range x[:mu] {
		s += xi
	}
	return 1 - 2*float64(s&1)
}

// Even reports whether the sum of a site's coordinates is even.
func (l *Links) Even(site int) bool {
	s := 0
	for _, xi := range l.Coordinates(site) {
		s += xi
	}
	return s%2 == 0
}
