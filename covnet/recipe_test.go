package covnet_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/prop"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
)

const ulp = 0x1p-53 // unit round-off

var masterSeed = flag.Int64("seed", 1, "seed of the property tests")

// layer is the recipe of a stout layer.
type layer struct {
	Sharing string   `json:"sharing"` // a key of sharings
	Terms   []string `json:"terms"`   // see termOf
}

// recipe is all a property needs; links, weights and directions are made from it
// again.
type recipe struct {
	N       int     `json:"n"` // SU(N), 1: U(1)
	Extents []int   `json:"extents"`
	Rough   float64 `json:"rough"` // 0: cold; hot: Haar-random links
	Layers  []layer `json:"layers"`
	Weight  float64 `json:"weight"` // standard deviation of the weights
	Seed    uint64  `json:"seed"`
}

const hot = 10 // roughness that stands for Haar-random links

func (r recipe) String() string {
	b, err := json.Marshal(r)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func groupOf(n int) group.Group {
	if n == 1 {
		return group.U1
	}
	g, err := group.SU(n)
	if err != nil {
		panic(err)
	}
	return g
}

func (r recipe) stream(name string) rng.Stream { return rng.New(r.Seed).Child(name) }

func (r recipe) links() *gauge.Field {
	geo, err := lattice.New(r.Extents)
	if err != nil {
		panic(err)
	}
	u := gauge.NewField(geo, groupOf(r.N))
	if r.Rough == hot {
		u.Hot(r.stream("links"))
	} else {
		u.Rough(r.Rough, r.stream("links"))
	}
	return u
}

// direction is a Gaussian direction along all links.
func (r recipe) direction(u *gauge.Field) *gauge.Algebra {
	p := gauge.NewAlgebra(u.Geometry(), u.Group())
	p.Gaussian(r.stream("direction"))
	return p
}

// normals returns n normal deviates.
func (r recipe) normals(name string, n int) []float64 {
	s := r.stream(name).Site(0)
	x := make([]float64, n)
	for i := range x {
		x[i] = s.Normal()
	}
	return x
}

// rotation is a random gauge transformation.
func (r recipe) rotation(u *gauge.Field) *gauge.Transformation {
	t := gauge.NewTransformation(u.Geometry(), u.Group())
	t.Random(r.stream("rotation"))
	return t
}

func (r recipe) volume() int {
	v := 1
	for _, e := range r.Extents {
		v *= e
	}
	return v
}

// generator says which recipes a law wants.
type generator struct {
	even   bool // all extents even
	sites  int  // at most, 0: 48
	depth  int  // at most, 0: 3
	smooth bool // weights of .02 only, and links no rougher than 1
}

func (g generator) sample(p *gopter.GenParameters) *gopter.GenResult {
	pick := func(s ...float64) float64 { return s[p.Rng.Intn(len(s))] }
	sites, depth := 48, 3
	if g.sites > 0 {
		sites = g.sites
	}
	if g.depth > 0 {
		depth = g.depth
	}
	r := recipe{
		N:      1 + p.Rng.Intn(4),
		Rough:  pick(0, .1, .5, 1, hot, hot),
		Weight: pick(0, .02, .02, .1, .1, .3),
		Seed:   p.NextUint64(),
	}
	if g.smooth {
		r.Rough, r.Weight = pick(0, .1, .5, 1), .02
	}
	d := 2 + p.Rng.Intn(3)
	v := 1
	for mu := range d {
		rest := 1 << (d - 1 - mu) // the other directions need two sites each
		e := 2 + p.Rng.Intn(4)
		if g.even {
			e &^= 1
		}
		for v*e*rest > sites && e > 2 {
			e--
			if g.even {
				e &^= 1
			}
		}
		r.Extents = append(r.Extents, e)
		v *= e
	}
	p.Rng.Shuffle(d, func(i, j int) { r.Extents[i], r.Extents[j] = r.Extents[j], r.Extents[i] })
	for range 1 + p.Rng.Intn(depth) {
		l := layer{Sharing: sharings[p.Rng.Intn(len(sharings))].name}
		for range 1 + p.Rng.Intn(3) {
			l.Terms = append(l.Terms, termNames[p.Rng.Intn(len(termNames))])
		}
		r.Layers = append(r.Layers, l)
	}
	return gopter.NewGenResult(r, g.shrink)
}

// shrink tries fewer and simpler layers, a smaller lattice and group, cold links
// and no weights.
func (g generator) shrink(v any) gopter.Shrink {
	r := v.(recipe)
	var simpler []recipe
	try := func(change func(*recipe)) {
		s := r
		s.Extents = slices.Clone(r.Extents)
		s.Layers = nil
		for _, l := range r.Layers {
			s.Layers = append(s.Layers, layer{l.Sharing, slices.Clone(l.Terms)})
		}
		change(&s)
		if s.String() != r.String() {
			simpler = append(simpler, s)
		}
	}
	for i, l := range r.Layers {
		if len(r.Layers) > 1 {
			try(func(s *recipe) { s.Layers = slices.Delete(s.Layers, i, i+1) })
		}
		for k := range l.Terms {
			if len(l.Terms) > 1 {
				try(func(s *recipe) { s.Layers[i].Terms = slices.Delete(s.Layers[i].Terms, k, k+1) })
			}
			try(func(s *recipe) { s.Layers[i].Terms[k] = termNames[0] })
		}
		try(func(s *recipe) { s.Layers[i].Sharing = sharings[0].name })
	}
	for mu, e := range r.Extents {
		if len(r.Extents) > 2 {
			try(func(s *recipe) { s.Extents = slices.Delete(s.Extents, mu, mu+1) })
		}
		if smaller := max(2, e-2); smaller < e {
			try(func(s *recipe) { s.Extents[mu] = smaller })
		}
	}
	try(func(s *recipe) { s.N = max(1, s.N-1) })
	try(func(s *recipe) { s.Rough = 0 })
	try(func(s *recipe) { s.Weight = 0 })
	return func() (any, bool) {
		if len(simpler) == 0 {
			return nil, false
		}
		s := simpler[0]
		simpler = simpler[1:]
		return s, true
	}
}

// bound is what a law measured and what it allows.
type bound struct {
	what             string
	measured, allows float64
}

// forAll checks the law on recipes (a fifth of them with -short). The law
// returns all the bounds it checked; NaN never satisfies one.
func forAll(t *testing.T, cases int, g generator, law func(r recipe) []bound) {
	t.Helper()
	if testing.Short() {
		cases = (cases + 4) / 5
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(t.Name())) // never fails
	params := gopter.DefaultTestParametersWithSeed(*masterSeed ^ int64(h.Sum64()>>1))
	params.MinSuccessfulTests = cases
	checked, closest := 0, bound{allows: 1}
	result := prop.ForAll(func(r recipe) string {
		for _, b := range law(r) {
			if !(b.measured <= b.allows) {
				return fmt.Sprintf("%s: measured %.3g, allowed %.3g", b.what, b.measured, b.allows)
			}
			checked++
			if b.measured*closest.allows > closest.measured*b.allows {
				closest = b
			}
		}
		return ""
	}, g.sample).Check(params)
	if !result.Passed() {
		t.Fatalf("%v\n%v %v %v\nreplay: go test ./covnet -run '^%s$' -seed %d",
			result.Status, result.Error, result.Args, result.Labels, t.Name(), *masterSeed)
	}
	if checked < cases {
		t.Fatalf("%d checks in %d cases", checked, cases)
	}
	t.Logf("%d checks, the closest at %.3f of its bound (%s)", checked, closest.measured/closest.allows, closest.what)
}

// deviation returns the largest |u_ij - v_ij| over all links, NaN if there is
// one.
func deviation(u, v *gauge.Field) float64 {
	d := 0.0
	a, b := u.Group().NewMatrix(), u.Group().NewMatrix()
	eachLink(u.Geometry(), func(x []int, mu int) {
		u.At(a, x, mu)
		v.At(b, x, mu)
		for i := range a {
			d = math.Max(d, math.Hypot(real(a[i]-b[i]), imag(a[i]-b[i])))
		}
	})
	return d
}

func eachLink(geo *lattice.Geometry, visit func(x []int, mu int)) {
	x := make([]int, geo.Dims())
	for site := range geo.Volume() {
		geo.Coordinates(x, site)
		for mu := range x {
			visit(x, mu)
		}
	}
}
