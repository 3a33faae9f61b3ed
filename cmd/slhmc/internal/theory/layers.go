package theory

import (
	"fmt"
	"slices"

	"github.com/slhmc/slhmc/cmd/slhmc/internal/config"
	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/gauge"
)

func (b *builder) layer(l config.Layer) (covnet.Layer, error) {
	d := b.geo.Dims()
	var terms []covnet.Term
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
	sharing := map[string]covnet.Sharing{"all": covnet.Shared, "direction": covnet.PerDirection, "site": covnet.PerSite}[l.Share]
	layer, err := covnet.NewStout(b.links, sharing, terms...)
	if err != nil {
		return nil, err
	}
	// The weight of a term is that of all its links.
	rho := layer.Params()
	each := len(rho) / len(terms)
	for k, t := range l.Terms {
		for i := range each {
			rho[k*each+i] = t.Weight
		}
	}
	return layer, nil
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
