package verify

import (
	"math/rand"
	"reflect"
	"slices"

	"github.com/leanovate/gopter"

	"github.com/slhmc/slhmc/physics/group"
)

// Domain says which cases a law is tried on: groups from U(1) to SU(4), two to
// four directions, extents from 2 (which wraps onto itself) to 6, odd ones
// included, fields from smooth to random.
type Domain struct {
	Cases  int      // how many; 0: 32 of [Run], those of the suite otherwise
	Volume int      // most sites; 0: 128 of [Run], those of the suite otherwise
	Draws  int      // of statistical laws; 0: those of the suite
	Even   bool     // even extents only: staggered fermions
	Cold   bool     // also fields without roughness
	Smooth float64  // largest roughness; 0: any
	Groups []string // nil: all
	Fixed  *Case    // all but roughness, seed and draws is as in this one

	turns bool // groups and dimensions take turns, lest few cases miss one
	dims  int  // directions; 0: any number
}

// and returns d with the values of e that are not zero.
func (d Domain) and(e Domain) Domain {
	if e.Cases > 0 {
		d.Cases = e.Cases
	}
	if e.Volume > 0 {
		d.Volume = e.Volume
	}
	if e.Draws > 0 {
		d.Draws = e.Draws
	}
	if e.Groups != nil {
		d.Groups = e.Groups
	}
	if e.Fixed != nil {
		d.Fixed = e.Fixed
	}
	if e.Smooth > 0 {
		d.Smooth = e.Smooth
	}
	d.Even, d.Cold = d.Even || e.Even, d.Cold || e.Cold
	return d
}

// The values cases are made of, simplest first.
var (
	groupNames  = []string{"U(1)", "SU(2)", "SU(3)", "SU(4)"}
	roughnesses = []float64{0.1, 0.4, 1, 10}
	couplings   = []float64{1, 2.7, 5.7}
	rectangles  = []float64{0, -1.0 / 12, -0.331, -1.4069, 0.2}
	masses      = []float64{1, 0.5, 0.3}
)

// draw returns a random case of the domain.
func (d Domain) draw(r *rand.Rand) Case {
	lengths, rough := []int{2, 2, 3, 4, 4, 5, 6}, d.roughnesses()
	if d.Even {
		lengths = []int{2, 2, 4, 4, 6}
	}
	if d.Fixed != nil {
		c := *d.Fixed
		c.Roughness, c.Seed, c.Draws = pick(r, rough), uint64(r.Uint32()), d.Draws
		return c
	}
	c := Case{
		Group: pick(r, d.groups()), Draws: d.Draws, Beta: pick(r, couplings), C1: pick(r, rectangles),
		Mass: pick(r, masses), Roughness: pick(r, rough), Seed: uint64(r.Uint32()),
	}
	if d.Volume < 4 {
		panic("verify: a domain of fewer than 2 x 2 sites")
	}
	most := 4 // directions that fit: an extent is at least two
	for 1<<most > d.Volume {
		most--
	}
	dims := 2 + r.Intn(most-1)
	if d.dims > 0 {
		dims = min(d.dims, most)
	}
	for c.Extents = nil; c.Extents == nil || c.Volume() > d.Volume; {
		c.Extents = make([]int, dims)
		for mu := range c.Extents {
			c.Extents[mu] = pick(r, lengths)
		}
	}
	for range dims {
		c.Boundary = append(c.Boundary, pick(r, []int{1, -1}))
	}
	return c
}

// roughnesses returns those of the domain, simplest first.
func (d Domain) roughnesses() (all []float64) {
	if d.Cold {
		all = append(all, 0)
	}
	for _, eps := range roughnesses {
		if d.Smooth == 0 || eps <= d.Smooth {
			all = append(all, eps)
		}
	}
	return all
}

// groups returns the names of the groups, simplest first.
func (d Domain) groups() []string {
	if d.Groups != nil {
		return d.Groups
	}
	return groupNames
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.Intn(len(from))] }

// generator hands the cases that are supported to gopter, together with their
// shrinker. If the domain says so, groups and dimensions take turns; where those
// whose turn it is are not supported any others are taken.
func (d Domain) generator(supported func(c Case) bool) gopter.Gen {
	turn := 0
	return func(p *gopter.GenParameters) *gopter.GenResult {
		for try := range redraws {
			of := d
			if d.turns && d.Fixed == nil && try < redraws/4 {
				of.Groups = []string{d.groups()[turn%len(d.groups())]}
				of.dims = 2 + turn%3
			}
			if c := of.draw(p.Rng); supported(c) {
				turn++
				return gopter.NewGenResult(c, d.shrinker)
			}
		}
		turn++
		return gopter.NewEmptyResult(reflect.TypeFor[Case]())
	}
}

// redraws is how many cases are drawn at most for one that is supported.
const redraws = 64

func (d Domain) shrinker(v any) gopter.Shrink {
	simpler := d.shrink(v.(Case))
	return func() (any, bool) {
		if len(simpler) == 0 {
			return nil, false
		}
		c := simpler[0]
		simpler = simpler[1:]
		return c, true
	}
}

// shrink lists cases of the domain that are simpler than c in one respect: a
// direction less, shorter, a smaller group, smoother, a simpler theory.
func (d Domain) shrink(c Case) (simpler []Case) {
	vary := func(change func(*Case)) {
		s := c
		s.Extents, s.Boundary = slices.Clone(c.Extents), slices.Clone(c.Boundary)
		change(&s)
		simpler = append(simpler, s)
	}
	rough := d.roughnesses()
	number := func(values []float64, field func(*Case) *float64) {
		for _, v := range values {
			if v == *field(&c) {
				break
			}
			vary(func(s *Case) { *field(s) = v })
		}
	}
	if d.Fixed != nil {
		number(rough, func(s *Case) *float64 { return &s.Roughness })
		return simpler
	}
	if len(c.Extents) > 2 {
		for mu := range c.Extents {
			vary(func(s *Case) {
				s.Extents = slices.Delete(s.Extents, mu, mu+1)
				s.Boundary = slices.Delete(s.Boundary, mu, mu+1)
			})
		}
	}
	for mu, l := range c.Extents {
		for _, shorter := range []int{2, l / 2, l - 2, l - 1} {
			if shorter < l && shorter >= 2 && !(d.Even && shorter%2 != 0) {
				vary(func(s *Case) { s.Extents[mu] = shorter })
			}
		}
	}
	for _, g := range d.groups() {
		if g == c.Group {
			break
		}
		vary(func(s *Case) { s.Group = g })
	}
	for mu, b := range c.Boundary {
		if b != 1 {
			vary(func(s *Case) { s.Boundary[mu] = 1 })
		}
	}
	number(rough, func(s *Case) *float64 { return &s.Roughness })
	number(couplings, func(s *Case) *float64 { return &s.Beta })
	number(rectangles, func(s *Case) *float64 { return &s.C1 })
	number(masses, func(s *Case) *float64 { return &s.Mass })
	return simpler
}

// Groups returns U(1), SU(2), SU(3) and SU(4).
func Groups() []group.Group {
	var g []group.Group
	for _, name := range groupNames {
		g = append(g, Case{Group: name}.GaugeGroup())
	}
	return g
}
