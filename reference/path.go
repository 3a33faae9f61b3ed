package reference

import "slices"

// Follow returns the product of links along a path of signed 1-based directions
// that starts at site, and the site where it ends:
//
//	forward step  +mu at n: U_mu(n),        then n -> n+mu
//	backward step -mu at n: U_mu(n-mu)^†,   then n -> n-mu.
func (l *Links) Follow(site int, path []int) (Matrix, int) {
	w := Identity(l.N)
	for _, step := range path {
		var u Matrix
		u, _, site = l.cross(site, step)
		w = w.Mul(u)
	}
	return w, site
}

// cross returns the matrix of one step, the site that owns its link, and the
// site after the step.
func (l *Links) cross(site, step int) (u Matrix, owner, end int) {
	end = l.Step(site, step)
	mu, sign := direction(step)
	if sign < 0 {
		return l.At(end, mu).Dagger(), end, end
	}
	return l.At(site, mu), site, end
}

// Reverse returns the path walked backward.
func Reverse(path []int) []int {
	r := slices.Clone(path)
	slices.Reverse(r)
	for i := range r {
		r[i] = -r[i]
	}
	return r
}

// Plaquettes returns the 1x1 loops of D dimensions, one per plane mu < nu.
func Plaquettes(d int) [][]int {
	var loops [][]int
	for mu := 1; mu <= d; mu++ {
		for nu := mu + 1; nu <= d; nu++ {
			loops = append(loops, []int{mu, nu, -mu, -nu})
		}
	}
	return loops
}

// Rectangles returns the 2x1 loops of D dimensions, one per ordered pair
// (mu, nu), mu != nu, with the long side along mu.
func Rectangles(d int) [][]int {
	var loops [][]int
	for mu := 1; mu <= d; mu++ {
		for nu := 1; nu <= d; nu++ {
			if mu != nu {
				loops = append(loops, []int{mu, mu, nu, -mu, -mu, -nu})
			}
		}
	}
	return loops
}

// WilsonLoop returns the R x T rectangle with side R along mu and T along nu
// (both 0-based).
func WilsonLoop(mu, r, nu, t int) []int {
	return slices.Concat(straight(mu+1, r), straight(nu+1, t), straight(-mu-1, r), straight(-nu-1, t))
}

func straight(step, length int) []int { return slices.Repeat([]int{step}, length) }

// Staples returns every path from n to n+mu (mu 0-based) that a set of closed
// loops leaves when one occurrence of the link U_mu(n), in either orientation,
// is taken out. The sum C of their products transforms like the link, and
//
//	d/d omega sum_{x, loops} Re tr L(x) under U -> exp(i omega T) U  =  Re tr(i T U C^†).
func Staples(loops [][]int, mu int) [][]int {
	var staples [][]int
	for _, loop := range loops {
		for i, step := range loop {
			rest := slices.Concat(loop[i+1:], loop[:i])
			switch step {
			case mu + 1: // loop = U R, R from n+mu to n
				staples = append(staples, Reverse(rest))
			case -mu - 1: // loop = U^† R, R from n to n+mu
				staples = append(staples, rest)
			}
		}
	}
	return staples
}

// PolyakovStaple returns the path of P_mu(n)^†, P_mu(n) = U_mu(n+mu) ...
// U_mu(n+(L-1)mu): from n backward around the lattice to n+mu, where it counts
// once (it is not repeated for each of the L links of the loop).
func PolyakovStaple(extents []int, mu int) []int { return straight(-mu-1, extents[mu]-1) }
