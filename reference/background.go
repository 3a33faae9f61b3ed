package reference

import (
	"math"
	"math/cmplx"
)

// Phased returns u with the link of direction mu at x multiplied by phase(x, mu).
func Phased(u *Links, phase func(x []int, mu int) complex128) *Links {
	v := &Links{Extents: u.Extents, N: u.N}
	for site := range u.Volume() {
		for mu := range u.Dim() {
			v.U = append(v.U, u.U[u.Dim()*site+mu].ScaleBy(phase(u.Coordinates(site), mu)))
		}
	}
	return v
}

// Magnetic returns the phases of a constant magnetic field through the plane of the
// directions x and y, flux times 2 pi through the whole plane:
//
//	u_y(n) = exp(i b n_x),  u_x(n) = exp(-i b L_x n_y) where n_x = L_x - 1,  b = 2 pi flux / (L_x L_y),
//
// and 1 elsewhere. Source: [BMW].
func Magnetic(extents []int, x, y, flux int) func(n []int, mu int) complex128 {
	b := 2 * math.Pi * float64(flux) / float64(extents[x]*extents[y])
	return func(n []int, mu int) complex128 {
		switch {
		case mu == y:
			return cmplx.Exp(complex(0, b*float64(n[x])))
		case mu == x && n[x] == extents[x]-1:
			return cmplx.Exp(complex(0, -b*float64(extents[x]*n[y])))
		}
		return 1
	}
}

// PotentialStaggered returns the staggered operator at a complex chemical potential: hops
// forward in the last direction take exp(mu), those backward exp(-mu). Source: [HK].
func PotentialStaggered(u *Links, mass float64, mu complex128, phases []complex128) *Operator {
	op := &Operator{Rows: make([][]Entry, u.Volume()*u.N)}
	one := Identity(1)
	for site := range u.Volume() {
		op.addBlock(site, site, one, Identity(u.N).ScaleBy(complex(mass, 0)))
	}
	hops(u, phases, func(to, from, nu, sign int, link Matrix) {
		c := complex(0.5*float64(sign)*Eta(u.Coordinates(to), nu), 0)
		if nu == u.Dim()-1 {
			c *= cmplx.Exp(complex(float64(sign), 0) * mu)
		}
		op.addBlock(to, from, one, link.ScaleBy(c))
	})
	return op
}
