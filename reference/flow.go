package reference

// Exponent returns [C_mu(n) U_mu(n)^†]_TA of all links, in the order of Links.U: what
// the layer exponentiates.
func (layer Layer) Exponent(u *Links) []Matrix {
	var z []Matrix
	for site := range u.Volume() {
		for mu := range u.Dim() {
			c := NewMatrix(u.N, make([]complex128, u.N*u.N))
			for _, term := range layer {
				for _, path := range term.Paths[mu] {
					w, _ := u.Follow(site, path)
					c = c.Add(w.Scale(term.Rho(site, mu)))
				}
			}
			z = append(z, c.Mul(u.At(site, mu).Dagger()).TA())
		}
	}
	return z
}

// SecondDifference returns z + (1/12) nabla^*_mu nabla_mu z_mu for an algebra-valued
// field on links, transported along each link's own direction by u.
func SecondDifference(u *Links, z []Matrix) []Matrix {
	out := make([]Matrix, len(z))
	for site := range u.Volume() {
		for mu := range u.Dim() {
			at := func(s int) Matrix { return z[u.Dim()*s+mu] }
			up, down := u.Step(site, mu+1), u.Step(site, -mu-1)
			here, behind := u.At(site, mu), u.At(down, mu)
			sum := here.Mul(at(up)).Mul(here.Dagger())
			sum = sum.Add(behind.Dagger().Mul(at(down)).Mul(behind))
			sum = sum.Sub(at(site).ScaleBy(2))
			out[u.Dim()*site+mu] = at(site).Add(sum.ScaleBy(1. / 12))
		}
	}
	return out
}

// RK3 returns the links after one step eps of dU/dt = z(U) U by Luescher's scheme
// (arXiv:1006.4518, appendix C), as it is written there.
func RK3(u *Links, eps float64, z func(u *Links) []Matrix) *Links {
	scaled := func(c float64, z []Matrix) []Matrix {
		out := make([]Matrix, len(z))
		for i := range z {
			out[i] = z[i].ScaleBy(complex(c*eps, 0))
		}
		return out
	}
	add := func(a ...[]Matrix) []Matrix {
		out := append([]Matrix(nil), a[0]...)
		for _, b := range a[1:] {
			for i := range out {
				out[i] = out[i].Add(b[i])
			}
		}
		return out
	}
	move := func(z []Matrix, u *Links) *Links {
		return u.each(func(site, mu int, link Matrix) Matrix { return z[u.Dim()*site+mu].Exp().Mul(link) })
	}
	z0 := z(u)
	u1 := move(scaled(1./4, z0), u)
	z1 := z(u1)
	u2 := move(add(scaled(8./9, z1), scaled(-17./36, z0)), u1)
	z2 := z(u2)
	return move(add(scaled(3./4, z2), scaled(-8./9, z1), scaled(17./36, z0)), u2)
}
