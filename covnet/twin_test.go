package covnet_test

import (
	"math"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/reference"
)

// sharings by name, the simplest first.
var sharings = []struct {
	name  string
	value covnet.Sharing
}{{"shared", covnet.Shared}, {"per direction", covnet.PerDirection}, {"per site", covnet.PerSite}}

func sharingOf(name string) covnet.Sharing {
	for _, s := range sharings {
		if s.name == name {
			return s.value
		}
	}
	panic("covnet: no sharing " + name)
}

// termNames are the terms that recipes choose from, the simplest first.
var termNames = []string{"plaquette", "rectangle", "polyakov", "polyakov time", "polyakov space", "loops"}

// userLoops are loops of no symmetry: one that passes its first link twice, a
// square of side two and, above two dimensions, a chair.
func userLoops(d int) []gauge.Loop {
	loops := []gauge.Loop{
		{Path: gauge.Path{1, 2, -1, -2, 1, 2, -1, -2}, Coefficient: -.5},
		{Path: gauge.Path{1, 1, 2, 2, -1, -1, -2, -2}, Coefficient: .3},
	}
	if d > 2 {
		loops = append(loops, gauge.Loop{Path: gauge.Path{1, 2, 3, -1, -2, -3}, Coefficient: .7})
	}
	return loops
}

func termOf(name string, geo *lattice.Geometry) covnet.Term {
	d := geo.Dims()
	switch name {
	case "plaquette":
		return covnet.PlaquetteTerm(d)
	case "rectangle":
		return covnet.RectangleTerm(d)
	case "polyakov":
		return covnet.PolyakovTerm(name, geo, func(int) bool { return true })
	case "polyakov time":
		return covnet.PolyakovTime(geo)
	case "polyakov space":
		return covnet.PolyakovSpace(geo)
	case "loops":
		return covnet.LoopTerm(name, d, userLoops(d))
	}
	panic("covnet: no term " + name)
}

// network returns the recipe's network with Gaussian weights.
func (r recipe) network(u *gauge.Field) *covnet.Network {
	var layers []covnet.Layer
	for _, l := range r.Layers {
		layers = append(layers, l.stout(u))
	}
	net := covnet.NewNetwork(u, layers...)
	if err := net.SetParams(r.weights(net.NumParams())); err != nil {
		panic(err)
	}
	return net
}

func (l layer) stout(u *gauge.Field) *covnet.Stout {
	var terms []covnet.Term
	for _, name := range l.Terms {
		terms = append(terms, termOf(name, u.Geometry()))
	}
	s, err := covnet.NewStout(u, sharingOf(l.Sharing), terms...)
	if err != nil {
		panic(err)
	}
	return s
}

func (r recipe) weights(n int) []float64 {
	w := r.normals("weights", n)
	for i := range w {
		w[i] *= r.Weight
	}
	return w
}

// twinTerm returns the paths of a term as the reference builds them, each list
// with its coefficient.
func twinTerm(name string, extents []int, rho reference.Rho) []reference.Term {
	d := len(extents)
	only := func(t reference.Term, keep func(mu int) bool) []reference.Term {
		for mu := range t.Paths {
			if !keep(mu) {
				t.Paths[mu] = nil
			}
		}
		return []reference.Term{t}
	}
	switch name {
	case "plaquette":
		return []reference.Term{reference.PlaquetteStaples(d, rho)}
	case "rectangle":
		return []reference.Term{reference.RectangleStaples(d, rho)}
	case "polyakov":
		return []reference.Term{reference.PolyakovStaples(extents, rho)}
	case "polyakov time":
		return only(reference.PolyakovStaples(extents, rho), func(mu int) bool { return mu == d-1 })
	case "polyakov space":
		return only(reference.PolyakovStaples(extents, rho), func(mu int) bool { return mu < d-1 })
	}
	var terms []reference.Term
	for _, l := range userLoops(d) {
		terms = append(terms, reference.LoopStaples(d, [][]int{l.Path}, func(site, mu int) reference.Real {
			return rho(site, mu).Scale(l.Coefficient)
		}))
	}
	return terms
}

// twin returns the recipe's network as the reference has it, differentiated
// along the direction dw in its weights (nil: constant).
func (r recipe) twin(w, dw []float64) reference.Network {
	var net reference.Network
	d, v := len(r.Extents), r.volume()
	first := 0
	for _, l := range r.Layers {
		var twin reference.Layer
		for _, name := range l.Terms {
			from := first
			index := func(int, int) int { return from }
			switch l.Sharing {
			case "shared":
				first++
			case "per direction":
				index = func(_, mu int) int { return from + mu }
				first += d
			default:
				index = func(site, mu int) int { return from + mu*v + site }
				first += d * v
			}
			twin = append(twin, twinTerm(name, r.Extents, func(site, mu int) reference.Real {
				rho := reference.Constant(w[index(site, mu)])
				if dw != nil {
					rho.D = dw[index(site, mu)]
				}
				return rho
			})...)
		}
		net = append(net, twin)
	}
	return net
}

// along returns a direction in the algebra as the reference wants it.
func along(p *gauge.Algebra) func(site, mu int) reference.Matrix {
	geo := p.Geometry()
	x, c := make([]int, geo.Dims()), make([]float64, p.Group().Dim())
	return func(site, mu int) reference.Matrix {
		geo.Coordinates(x, site)
		p.At(c, x, mu)
		return reference.AlgebraElement(p.Group().N(), c)
	}
}

// conditions are bounds on how a network moves its errors; see (recipe).errors.
type conditions struct {
	forward float64 // error of an output element
	gain    float64 // |dU'| <= gain |dU|, in components, links and gradients alike
	fresh   float64 // relative error of the derivative
	weights float64 // |dU'| <= weights sqrt(links) max |d rho|
}

// errors bounds the round-off of the recipe's network. Let the k-th path of a
// layer have l links and coefficient c, and s = sum |rho c|, m = sum |rho c| (l+1)
// over the paths of a link, each rho the largest that occurs. To first order:
//
//   - A perturbation e of all links moves Omega by m e, hence exp(Q) U by
//     g e = (1 + m) e at most, exp being unitary. The same number bounds the
//     columns of the Jacobian: a link is in as many paths as a path has links.
//   - A product of l+1 unitary matrices errs by l (N+2) ulp in an element, and
//     the sum over paths by as many as there are: (m + s) (N+2) ulp sqrt(paths) for
//     roundings that are not aligned. exp adds 2 (N+2) ulp max(1, |x|) with
//     |x| <= s sqrt(2 N), the product with U another (N+2) ulp.
//   - The errors of a layer's input grow by g: forward <- g forward + fresh.
//   - Derivatives err by the roundings of the same operations, thrice as many
//     (J^T, Ad, back-propagated paths), and because they are taken at links that
//     are off by the forward error, which moves a derivative by 2 g² of its
//     bound at most: each of the two factors of a second derivative is a first one.
//
// Both programs round: twice all of it.
func (r recipe) errors(w []float64) conditions {
	n := float64(r.N + 2)
	c := conditions{forward: n * ulp, gain: 1}
	for _, l := range r.strengths(w) {
		g := 1 + l.m
		x := l.s * math.Sqrt(float64(2*r.N))
		fresh := n * ulp * ((l.m+l.s)*math.Sqrt(l.paths) + 2*math.Max(1, x) + 1)
		c.fresh += 3*fresh + 2*g*g*c.forward
		c.forward = g*c.forward + fresh
		c.weights = g*c.weights + l.unit*math.Sqrt(float64(2*r.N)) // |x| = sqrt(2) |Q|, |path| = sqrt(N)
		c.gain *= g
	}
	c.forward *= 2
	c.fresh *= 2
	return c
}

// strength is s and m of a layer, its number of paths and s at unit weights.
type strength struct{ s, m, paths, unit float64 }

func (r recipe) strengths(w []float64) (layers []strength) {
	d := len(r.Extents)
	first := 0
	for _, l := range r.Layers {
		var f strength
		for _, name := range l.Terms {
			count := map[string]int{"shared": 1, "per direction": d, "per site": d * r.volume()}[l.Sharing]
			rho := 0.0
			for _, x := range w[first : first+count] {
				rho = math.Max(rho, math.Abs(x))
			}
			first += count
			for _, term := range twinTerm(name, r.Extents, func(int, int) reference.Real { return reference.Constant(1) }) {
				c := math.Abs(term.Rho(0, 0).V)
				for _, p := range longest(term.Paths) {
					f.paths++
					f.unit += c
					f.s += rho * c
					f.m += rho * c * float64(len(p)+1)
				}
			}
		}
		layers = append(layers, f)
	}
	return layers
}

// longest returns the paths of the direction that has most links in its paths.
func longest(paths [][][]int) (most [][]int) {
	links := -1
	for _, p := range paths {
		n := 0
		for _, path := range p {
			n += len(path) + 1
		}
		if n > links {
			links, most = n, p
		}
	}
	return most
}
