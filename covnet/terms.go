package covnet

import (
	"slices"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// Sharing says which links share a weight.
type Sharing int

// The sharings.
const (
	Shared       Sharing = iota // one weight a term
	PerDirection                // one a term and direction
	PerSite                     // one a term, direction and site
)

// Term is what one weight multiplies: for each direction mu, paths from n to
// n+mu.
type Term struct {
	Name  string
	Paths [][]gauge.Loop // [mu]
}

// PlaquetteTerm is the sum of the 2(D-1) staples of each link.
func PlaquetteTerm(d int) Term { return loopTerm("plaquette", d, gauge.Plaquettes(d, 1)) }

// SpaceTerm is the sum of the 2(D-2) staples in space of each link of space; links of
// time, the last direction, have no path.
func SpaceTerm(d int) Term {
	var loops []gauge.Loop
	for _, l := range gauge.Plaquettes(d, 1) {
		if l.Path[0] != d && l.Path[1] != d {
			loops = append(loops, l)
		}
	}
	return loopTerm("plaquette in space", d, loops)
}

// plaquettes reports whether the paths are those of PlaquetteTerm, for which
// there is a faster sum.
func (t Term) plaquettes() bool {
	return slices.EqualFunc(t.Paths, PlaquetteTerm(len(t.Paths)).Paths, func(a, b []gauge.Loop) bool {
		return slices.EqualFunc(a, b, func(x, y gauge.Loop) bool {
			return x.Coefficient == y.Coefficient && slices.Equal(x.Path, y.Path)
		})
	})
}

// RectangleTerm is the sum of the 6(D-1) paths that close a link to a 2 x 1
// rectangle.
func RectangleTerm(d int) Term { return loopTerm("rectangle", d, gauge.Rectangles(d, 1)) }

// LoopTerm is the sum of all paths that remain of closed loops when a link is
// taken away.
func LoopTerm(name string, d int, loops []gauge.Loop) Term { return loopTerm(name, d, loops) }

func loopTerm(name string, d int, loops []gauge.Loop) Term {
	t := Term{Name: name, Paths: make([][]gauge.Loop, d)}
	for mu := range t.Paths {
		t.Paths[mu] = gauge.Staples(loops, mu+1)
	}
	return t
}

// PolyakovTerm closes the links of the directions for which winds is true by the
// rest of the line around the lattice: P_mu(n)^† with P_mu(n) = U_mu(n+mu) …
// U_mu(n+(L-1)mu), once per link.
func PolyakovTerm(name string, geo *lattice.Geometry, winds func(mu int) bool) Term {
	t := Term{Name: name, Paths: make([][]gauge.Loop, geo.Dims())}
	for mu := range t.Paths {
		if !winds(mu) {
			continue
		}
		line := make(gauge.Path, geo.Extent(mu)-1)
		for i := range line {
			line[i] = -(mu + 1)
		}
		t.Paths[mu] = []gauge.Loop{{Path: line, Coefficient: 1}}
	}
	return t
}

// PolyakovTime is PolyakovTerm for the time direction, PolyakovSpace for the
// others: the talk gives them weights of their own.
func PolyakovTime(geo *lattice.Geometry) Term {
	return PolyakovTerm("polyakov_time", geo, func(mu int) bool { return mu == geo.Dims()-1 })
}

// PolyakovSpace is PolyakovTerm for the space directions.
func PolyakovSpace(geo *lattice.Geometry) Term {
	return PolyakovTerm("polyakov_space", geo, func(mu int) bool { return mu < geo.Dims()-1 })
}
