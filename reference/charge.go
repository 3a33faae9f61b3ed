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

// ChargeImproved returns 5/3 times ChargeClover less 2/3 times the charge of
// F_munu = [R_munu]_TA / 16, R the sum of the eight loops of two plaquettes that
// start and end at the site in the plane, as the clover's leaves do.
func ChargeImproved(u *Links) Real {
	rectangles := charge(u, func(site, mu, nu int) Matrix {
		m, n := mu+1, nu+1
		var r Matrix
		for i, loop := range [][]int{
			{m, m, n, -m, -m, -n}, {m, n, n, -m, -n, -n}, // first quarter
			{n, n, -m, -n, -n, m}, {n, -m, -m, -n, m, m}, // second
			{-m, -m, -n, m, m, n}, {-m, -n, -n, m, n, n}, // third
			{-n, -n, m, n, n, -m}, {-n, m, m, n, -m, -m}, // fourth
		} {
			l := closed(u, site, loop)
			if i == 0 {
				r = l
				continue
			}
			r = r.Add(l)
		}
		return r.TA().ScaleBy(1. / 16)
	})
	return ChargeClover(u).Scale(5. / 3).Sub(rectangles.Scale(2. / 3))
}

// EnergyClover returns E = -1/2 sum_{mu,nu} tr F_munu F_munu averaged over the sites,
// F as in ChargeClover; any dimension.
func EnergyClover(u *Links) Real {
	var e Real
	for site := range u.Volume() {
		for mu := range u.Dim() {
			for nu := range u.Dim() {
				if mu != nu {
					f := Leaves(u, site, mu, nu).TA().ScaleBy(0.25)
					e = e.Sub(f.Mul(f).Trace().Re())
				}
			}
		}
	}
	return e.Scale(.5 / float64(u.Volume()))
}

// PolyakovCorrelator returns the mean over the sites x of space and its directions i
// of Re tr P(x) (tr P(x + r i))^*, P winding around time.
func PolyakovCorrelator(u *Links, r int) float64 {
	t := u.Dim() - 1
	sum, count := 0.0, 0
	for site := range u.Volume() {
		if u.Coordinates(site)[t] != 0 {
			continue
		}
		for i := range t {
			other := site
			for range r {
				other = u.Step(other, i+1)
			}
			p := closed(u, site, straight(t+1, u.Extents[t])).Trace().V
			q := closed(u, other, straight(t+1, u.Extents[t])).Trace().V
			sum += real(p)*real(q) + imag(p)*imag(q)
			count++
		}
	}
	return sum / float64(count)
}
