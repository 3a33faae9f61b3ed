package dirac

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/lattice"
)

// Background is what staggered quarks feel beside the links, phases of U(1) that
// multiply them: a constant magnetic field, an imaginary chemical potential, and
// angles of the boundary. The zero Background is none.
//
// A flux goes through the plane of two directions x and y. With
//
//	b = a^2 q B = 2 pi Charge Flux / (L_x L_y),
//	u_y(n) = exp(i b n_x),   u_x(n) = exp(-i b L_x n_y) where n_x = L_x - 1, else 1,
//
// each plaquette of the plane, in the order x, y, has the phase exp(i b): those at the
// border too, since b L_x L_y is a multiple of 2 pi [BMW, DSTW].
type Background struct {
	Charge int    // of the quark, in units of e/3: 2 of u; -1 of d and of s
	Flux   int    // N_b, that of a charge e/3 in units of 2 pi: a^2 e B = 6 pi N_b / (L_x L_y)
	Plane  [2]int // x and y
	// Potential is a mu_I: the links of the last direction, time, take exp(i a mu_I),
	// which is a boundary phase exp(i a mu_I L_t) in another gauge.
	Potential float64
	Angles    []float64 // theta_mu: the boundary phase takes exp(i theta_mu); nil: none
}

// none reports whether b is no phase anywhere.
func (b *Background) none() bool {
	for _, theta := range b.Angles {
		if theta != 0 {
			return false
		}
	}
	return b.Charge*b.Flux == 0 && b.Potential == 0
}

func (b *Background) check(geo *lattice.Geometry) error {
	dims, x, y := geo.Dims(), b.Plane[0], b.Plane[1]
	if b.Charge*b.Flux != 0 && (x < 0 || x >= dims || y < 0 || y >= dims || x == y) {
		return fmt.Errorf("dirac: magnetic flux through the plane %v in %d dimensions (allowed: two directions)", b.Plane, dims)
	}
	if err := finite("imaginary chemical potential", b.Potential); err != nil {
		return err
	}
	if b.Angles != nil && len(b.Angles) != dims {
		return fmt.Errorf("dirac: %d angles of the boundary in %d dimensions", len(b.Angles), dims)
	}
	for _, theta := range b.Angles {
		if err := finite("angle of the boundary", theta); err != nil {
			return err
		}
	}
	return nil
}

// angle returns that of the link (x, mu).
func (b *Background) angle(geo *lattice.Geometry, x []int, mu int) (angle float64) {
	last := x[mu] == geo.Extent(mu)-1
	if flux := b.Charge * b.Flux; flux != 0 {
		lx, ly := geo.Extent(b.Plane[0]), geo.Extent(b.Plane[1])
		units := 0 // of b
		switch {
		case mu == b.Plane[1]:
			units = x[b.Plane[0]]
		case mu == b.Plane[0] && last:
			units = -lx * x[b.Plane[1]]
		}
		area := lx * ly // whole turns are dropped while numbers are whole
		angle = 2 * math.Pi * float64(flux%area*units%area) / float64(area)
	}
	if mu == geo.Dims()-1 {
		angle += b.Potential
	}
	if b.Angles != nil && last {
		angle += b.Angles[mu]
	}
	return angle
}

// staggeredPhases are what multiplies U_mu(n), by (block, mu). Those of the backward hop
// are conjugate: eta_mu does not change along mu.
type staggeredPhases struct {
	sign []lattice.Vec // eta and the signs of the boundary; nil: there is a Background
	// turn has all of it, real and imaginary parts: of the hop forward to (block, mu), and of
	// the one backward unless the links have the phases. nil: there is no Background.
	turn [2][][2]lattice.Vec
}

func newStaggeredPhases(geo *lattice.Geometry, boundary []int, b *Background, backward bool) (p staggeredPhases) {
	dims, n := geo.Dims(), geo.Blocks()*geo.Dims()
	x := make([]int, dims)
	if b.none() {
		p.sign = make([]lattice.Vec, n)
		eachLane(geo, x, func(k, l, mu int, active bool) {
			p.sign[k][l] = 1
			if active {
				p.sign[k][l] = linkSign(geo, boundary, x, mu)
			}
		})
		return p
	}
	for way := range p.turn {
		if way == 1 && !backward {
			continue
		}
		p.turn[way] = make([][2]lattice.Vec, n)
		eachLane(geo, x, func(k, l, mu int, active bool) {
			t := &p.turn[way][k]
			t[0][l] = 1
			if !active {
				return
			}
			here := x[mu]
			if way == 1 {
				x[mu] = (here + geo.Extent(mu) - 1) % geo.Extent(mu)
			}
			s := linkSign(geo, boundary, x, mu)
			im, re := math.Sincos(b.angle(geo, x, mu))
			x[mu] = here
			if way == 1 {
				im = -im
			}
			t[0][l], t[1][l] = s*re, s*im
		})
	}
	return p
}

// eachLane calls f for lane l of the link k = (block, mu) at the site x.
func eachLane(geo *lattice.Geometry, x []int, f func(k, l, mu int, active bool)) {
	for b := range geo.Blocks() {
		for l := range lattice.Lanes {
			active := l < geo.ActiveLanes()
			if active {
				geo.Coordinates(x, geo.Site(b, l))
			}
			for mu := range x {
				f(b*len(x)+mu, l, mu, active)
			}
		}
	}
}

// linkSign returns eta_mu(x) and the sign of the boundary.
func linkSign(geo *lattice.Geometry, boundary, x []int, mu int) float64 {
	sign := 1.0
	for _, n := range x[:mu] {
		if n%2 != 0 {
			sign = -sign
		}
	}
	if x[mu] == geo.Extent(mu)-1 {
		sign *= float64(boundary[mu])
	}
	return sign
}

// turnAt multiplies x by the phases p, lane l of x being that of site l^mask.
func turnAt(x []lattice.Vec, p *[2]lattice.Vec, mask int) {
	for i := 0; i < len(x); i += 2 {
		for l := range lattice.Lanes {
			re, im := p[0][l^mask], p[1][l^mask]
			a, b := x[i][l], x[i+1][l]
			x[i][l] = float64(re*a) - float64(im*b)
			x[i+1][l] = float64(re*b) + float64(im*a)
		}
	}
}
