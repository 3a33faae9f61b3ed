package gauge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slhmc/slhmc/physics/lattice"
)

// Path is a walk along links: signed directions counted from 1. +1 is the link
// U_0 at the current site, -1 the dagger of the link behind.
type Path []int

// Reverse returns the path walked backwards: the dagger of its product.
func (p Path) Reverse() Path {
	q := make(Path, len(p))
	for i, s := range p {
		q[len(p)-1-i] = -s
	}
	return q
}

// String writes p as in a configuration: [1, 2, -1, -2].
func (p Path) String() string {
	s := make([]string, len(p))
	for i, x := range p {
		s[i] = strconv.Itoa(x)
	}
	return "[" + strings.Join(s, ", ") + "]"
}

// Displacement returns the sum of the steps of p in each of d directions.
func (p Path) Displacement(d int) []int {
	x := make([]int, d)
	for _, s := range p {
		x[axis(s)] += sign(s)
	}
	return x
}

func axis(step int) int {
	if step < 0 {
		return -step - 1
	}
	return step - 1
}

func sign(step int) int {
	if step < 0 {
		return -1
	}
	return 1
}

// check says whether p leads, on the lattice of geo, from a site n to n + target
// (its windings aside).
func (p Path) check(geo *lattice.Geometry, target []int) error {
	if len(p) == 0 {
		return fmt.Errorf("gauge: empty path")
	}
	for _, s := range p {
		if s == 0 || axis(s) >= geo.Dims() {
			return fmt.Errorf("gauge: step %d of path %v (allowed: 1 … %d and their negatives)", s, p, geo.Dims())
		}
	}
	for mu, x := range p.Displacement(geo.Dims()) {
		if (x-target[mu])%geo.Extent(mu) != 0 {
			return fmt.Errorf("gauge: path %v moves by %d in direction %d, must by %d (mod %d)", p, x, mu+1, target[mu], geo.Extent(mu))
		}
	}
	return nil
}

// Loop is a closed path with its coefficient in a sum.
type Loop struct {
	Path        Path
	Coefficient float64
}

// Plaquettes returns the 1 x 1 loops of all planes mu < nu with coefficient c.
func Plaquettes(d int, c float64) (loops []Loop) {
	for mu := 1; mu <= d; mu++ {
		for nu := mu + 1; nu <= d; nu++ {
			loops = append(loops, Loop{Path{mu, nu, -mu, -nu}, c})
		}
	}
	return loops
}

// Rectangles returns the 2 x 1 loops of all ordered pairs of directions.
func Rectangles(d int, c float64) (loops []Loop) {
	for mu := 1; mu <= d; mu++ {
		for nu := 1; nu <= d; nu++ {
			if mu != nu {
				loops = append(loops, Loop{Path{mu, mu, nu, -mu, -mu, -nu}, c})
			}
		}
	}
	return loops
}

// Staples returns the open paths from n to n+mu that remain of a set of loops
// when one link U_mu(n) is taken away from each, in the orientation of that
// link: C_mu(n) with loops = Re tr(U_mu(n) C_mu(n)^†). One path per occurrence
// of a link of direction mu in a loop; mu counts from 1.
func Staples(loops []Loop, mu int) (paths []Loop) {
	for _, l := range loops {
		p := l.Path
		for i, s := range p {
			if axis(s) != mu-1 {
				continue
			}
			// The rest of the loop leads from the link's end to its start.
			rest := slices.Concat(p[i+1:], p[:i])
			if s > 0 {
				rest = rest.Reverse()
			}
			paths = append(paths, Loop{rest, l.Coefficient})
		}
	}
	return paths
}
