package theory

import (
	"fmt"
	"slices"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/verify"
)

// layer builds a layer with its first weights.
func (b *builder) layer(l config.Layer) (layer covnet.Layer, err error) {
	terms := b.terms(l)
	sharing := map[string]covnet.Sharing{"all": covnet.Shared, "direction": covnet.PerDirection, "site": covnet.PerSite}[l.Share]
	switch l.Kind {
	case "stout":
		layer, err = covnet.NewStout(b.links, sharing, terms...)
	case "ape":
		layer, err = covnet.NewAPE(b.links, terms...)
	case "hyp":
		layer, err = covnet.NewHYP(b.links, [3]float64{})
	case "ode":
		scheme := map[string]covnet.Scheme{"euler": covnet.Euler(), "rk3": covnet.RK3()}[l.Scheme]
		layer, err = covnet.NewODE(b.links, scheme, l.Steps, sharing, terms...)
	}
	if err != nil {
		return nil, err
	}
	for i, x := range untrained(l, b.geo.Extents()).places() {
		layer.Params()[i] = *x
	}
	return layer, nil
}

// terms builds the loops of a layer.
func (b *builder) terms(l config.Layer) (terms []covnet.Term) {
	d := b.geo.Dims()
	for _, t := range l.Terms {
		switch t.Loop {
		case "plaquette":
			terms = append(terms, covnet.PlaquetteTerm(d))
		case "rectangle":
			terms = append(terms, covnet.RectangleTerm(d))
		case "polyakov_space":
			terms = append(terms, covnet.PolyakovSpace(b.geo))
		case "polyakov_time":
			terms = append(terms, covnet.PolyakovTime(b.geo))
		default:
			terms = append(terms, pathTerm(d, t.Path))
		}
	}
	return terms
}

// pathTerm takes a path in which 1 is the direction of the link and 2, 3, … are
// others, in every assignment of different directions to them.
func pathTerm(d int, path []int) covnet.Term {
	t := covnet.Term{Name: fmt.Sprint(path), Paths: make([][]gauge.Loop, d)}
	used := 1
	for _, s := range path {
		used = max(used, s, -s)
	}
	for mu := range d {
		assign(d, []int{mu + 1}, used, func(direction []int) {
			p := make(gauge.Path, len(path))
			for i, s := range path {
				if s > 0 {
					p[i] = direction[s-1]
				} else {
					p[i] = -direction[-s-1]
				}
			}
			t.Paths[mu] = append(t.Paths[mu], gauge.Loop{Path: p, Coefficient: 1})
		})
	}
	return t
}

// assign calls f with every way to give n different directions, the first ones
// being chosen.
func assign(d int, chosen []int, n int, f func([]int)) {
	if len(chosen) == n {
		f(chosen)
		return
	}
	for nu := 1; nu <= d; nu++ {
		if !slices.Contains(chosen, nu) {
			assign(d, append(slices.Clone(chosen), nu), n, f)
		}
	}
}

// smooth restricts the links of cases to those on which the layers are differentiable.
// What ape and hyp project is near a singular matrix on rough links, or has a determinant
// whose phase is near pi: there no difference tells the derivative, and the smallest
// change of links becomes a large one.
func smooth(c *config.Config) verify.Option {
	roughest := 0. // any
	if slices.ContainsFunc(c.SLHMC.Layers, func(l config.Layer) bool { return l.Kind == "ape" || l.Kind == "hyp" }) {
		roughest = 0.4
	}
	return verify.Smooth(roughest)
}

// identity sets the weights with which the network of a guide changes nothing.
func identity(c *config.Config, theta []float64) {
	w := layersOf(c)
	for _, l := range w.Layers {
		l.identity()
		for _, x := range l.places() {
			theta[0] = *x
			theta = theta[1:]
		}
	}
}
