package reference

import "math"

// charge sums the density of the field strength f over the lattice. Of the 24
// terms of eps tr F F, 8 are equal for each of the three pairings of planes:
//
//	Q = -(8/32 pi^2) sum_n tr( F_01 F_23 - F_02 F_13 + F_03 F_12 ).
func charge(u *Links, f func(site, mu, nu int) Matrix) Real {
	if u.Dim() != 4 {
		panic("reference: the topological charge needs four dimensions")
	}
	var q Real
	for site := range u.Volume() {
		q = q.Add(f(site, 0, 1).Mul(f(site, 2, 3)).Trace().Re())
		q = q.Sub(f(site, 0, 2).Mul(f(site, 1, 3)).Trace().Re())
		q = q.Add(f(site, 0, 3).Mul(f(site, 1, 2)).Trace().Re())
	}
	return q.Scale(-1 / (4 * math.Pi * math.Pi))
}

// ChargePlaquette returns the topological charge with F_munu = [P_munu]_TA from
// one plaquette:
//
//	Q = -(1/32 pi^2) sum_n eps_munurhosigma tr F_munu F_rhosigma,  eps_xyzt = +1.
//
// Four dimensions only; panics otherwise.
func ChargePlaquette(u *Links) Real {
	return charge(u, func(site, mu, nu int) Matrix {
		return closed(u, site, []int{mu + 1, nu + 1, -mu - 1, -nu - 1}).TA()
	})
}

// ChargeClover returns the topological charge with F_munu = [Q_munu]_TA / 4,
// Q the sum of the four leaves; normalisation as ChargePlaquette.
func ChargeClover(u *Links) Real {
	return charge(u, func(site, mu, nu int) Matrix {
		return Leaves(u, site, mu, nu).TA().ScaleBy(0.25)
	})
}
