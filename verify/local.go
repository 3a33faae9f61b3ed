package verify

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// Update makes the next configuration without momenta, proposal and dH: sweeps of heat
// baths, overrelaxation, or hits of single links.
type Update func(u *gauge.Field, s rng.Stream) error

// Local claims local updates: a system has an Update and no Sampler, and nothing is
// asked of trajectories.
func Local() Option { return func(o *settings) { o.local = true } }

// updates is the sampler of an update, whose trajectories say nothing.
type updates struct{ update Update }

func (s updates) Step(u *gauge.Field, stream rng.Stream) (sampler.Trajectory, error) {
	return sampler.Trajectory{}, s.update(u, stream)
}

func (updates) Proposal() (start, end *gauge.Field) { return nil, nil }

// localLaws are those of local updates.
func localLaws(build SystemBuilder, o settings) []Law {
	laws := []Law{
		{Name: "moves", Check: func(c Case) []Result { return localMoves(c, build) }},
		{Name: "repeatable", Check: func(c Case) []Result { return identical(c, build, build) }},
	}
	if !o.single {
		laws = append(laws, Law{Name: "equilibrium", Cost: 2, Check: func(c Case) []Result { return localEquilibrium(c, build) }})
	}
	if o.starts != nil {
		laws = append(laws, Law{Name: "independent starts", Cost: 4, Check: func(c Case) []Result { return endsAreStarts(c, build, o.starts) }})
	}
	return laws
}

// withUpdates puts the update of a system in the place of its sampler.
func withUpdates(build SystemBuilder) SystemBuilder {
	return func(c Case, u *gauge.Field) (System, error) {
		s, err := build(c, u)
		if err == nil && s.Update == nil {
			err = fmt.Errorf("verify: a system of local updates without an Update")
		}
		s.Sampler = updates{s.Update}
		return s, err
	}
}

// localMoves: updates change the links and leave them in the group, which they leave by
// a few roundings of each link at a time.
func localMoves(c Case, build SystemBuilder) []Result {
	const sweeps = 4
	s, u := newSystem(c, build)
	before := gauge.NewField(u.Geometry(), u.Group())
	before.Copy(u)
	for i := range uint64(sweeps) {
		must(s.Sampler.Step(u, c.Stream("chain").At(i)))
	}
	still := 0
	if differ(ownLinks(before), ownLinks(u)) == 0 {
		still = 1
	}
	before.Copy(u)
	before.Reunitarize()
	n := float64(u.Group().N() * u.Geometry().Volume() * u.Geometry().Dims())
	return []Result{
		exact("an update moves", still),
		{
			Law: "links stay in the group", Measured: distance(u, before), Bound: 64 * sweeps * Roundoff * math.Sqrt(n) * float64(u.Group().N()),
			Because: "64 roundings of each component in each of four updates",
		},
	}
}

// localEquilibrium holds a chain against the Schwinger-Dyson equation of [System] and
// averages that are known.
func localEquilibrium(c Case, build SystemBuilder) (results []Result) {
	s, u := newSystem(c, build)
	var known []Observed
	for _, a := range s.Exact {
		known = append(known, a.observe(u))
	}
	if known == nil && s.Plaquettes == nil {
		Skip("no average of this system is known")
	}
	h := s.run(c, u, "chain", known)
	if h.dyson != nil {
		results = append(results, mean("Schwinger-Dyson", h.dyson, 0, ""))
	}
	for k, a := range s.Exact {
		results = append(results, mean(a.Name, h.observed[k], a.Value, ""))
	}
	return results
}

// endsAreStarts: from independent starts in equilibrium two updates lead to others. Of
// every average that is known, and of the plaquette, the change has a mean of zero.
func endsAreStarts(c Case, build SystemBuilder, starts Starts) (results []Result) {
	s, u := newSystem(c, build)
	geo := u.Geometry()
	known := append([]Average{{Name: "plaquette", Loops: gauge.Plaquettes(geo.Dims(), 1)}}, s.Exact...)
	stream, change := c.Stream("independent starts"), make([][]float64, len(known))
	var of []Observed
	for _, a := range known {
		of = append(of, a.observe(u))
	}
	before := make([]float64, len(known))
	for i := range max(2*c.Draws, 200) {
		at := stream.At(uint64(i))
		check(starts(c, u, at.Child("start")))
		for k, o := range of {
			before[k] = must(o.Measure(u, at))
		}
		for _, sweep := range []string{"first", "second"} {
			must(s.Sampler.Step(u, at.Child(sweep)))
		}
		for k, o := range of {
			change[k] = append(change[k], must(o.Measure(u, at))-before[k])
		}
	}
	for k, a := range known {
		results = append(results, mean("the ends are starts: "+a.Name, change[k], 0, ""))
	}
	return results
}
