package verify_test

import (
	"math"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
	"github.com/slhmc/slhmc/verify"
)

// general is generalised hybrid Monte Carlo, a sampler of a stranger with a memory: its
// momenta persist by the factor keep. What a bug changes are rules of its own.
type general struct {
	target     action.Action
	dynamics   *sampler.Dynamics
	keep       float64
	rule       verify.Rule
	afterwards func(g *general, refused bool, s rng.Stream) // of a refusal: the momenta turn

	p, drawn, xi *gauge.Algebra
	start, end   *gauge.Field
	begun        bool
}

func (g *general) Proposal() (start, end *gauge.Field) { return g.start, g.end }

func (g *general) Momenta() *gauge.Algebra { return g.drawn }

func (g *general) Step(u *gauge.Field, s rng.Stream) (t sampler.Trajectory, err error) {
	g.xi.Gaussian(s.Child("momenta"))
	if !g.begun {
		g.begun = true
		g.p.Copy(g.xi)
	} else {
		g.p.Scale(g.keep)
		g.p.Add(math.Sqrt(1-g.keep*g.keep), g.xi)
	}
	g.drawn.Copy(g.p)
	g.start.Copy(u)
	g.end.Copy(u)
	t.Kinetic[0] = g.p.Norm2() / 2
	if t.Target[0], err = g.target.Value(u); err != nil {
		return t, err
	}
	if err := g.dynamics.Integrate(g.end, g.p, 0.9); err != nil {
		return t, err
	}
	t.Kinetic[1] = g.p.Norm2() / 2
	if t.Target[1], err = g.target.Value(g.end); err != nil {
		return t, err
	}
	t.DeltaH = t.Kinetic[1] - t.Kinetic[0] + t.Target[1] - t.Target[0]
	decision := s.Child("decision").Site(0)
	t.Accepted = decision.Float64() < g.rule(t)
	if t.Accepted {
		u.Copy(g.end)
		u.Reunitarize()
	}
	g.afterwards(g, !t.Accepted, s)
	return t, nil
}

// turns is what is right: a refusal turns the momenta.
func turns(g *general, refused bool, _ rng.Stream) {
	if refused {
		g.p.Copy(g.drawn)
		g.p.Scale(-1)
	}
}

func barker(t sampler.Trajectory) float64 { return 1 / (1 + math.Exp(t.DeltaH)) }

// buildGeneral makes it on a torus, with a plan that a bug may have.
func buildGeneral(keep float64, rule verify.Rule, afterwards func(g *general, refused bool, s rng.Stream)) verify.SystemBuilder {
	return func(c verify.Case, u *gauge.Field) (verify.System, error) {
		s, err := verify.BuildTorus(c, u)
		if err != nil {
			return s, err
		}
		d, err := sampler.NewDynamics(u, []sampler.Level{{Force: s.Target, Scheme: sampler.Leapfrog(), Steps: 2}})
		g := &general{target: s.Target, dynamics: d, keep: keep, rule: rule, afterwards: afterwards}
		for _, p := range []**gauge.Algebra{&g.p, &g.drawn, &g.xi} {
			*p = gauge.NewAlgebra(u.Geometry(), u.Group())
		}
		for _, v := range []**gauge.Field{&g.start, &g.end} {
			*v = gauge.NewField(u.Geometry(), u.Group())
		}
		s.Sampler = g
		return s, err
	}
}

var tinyTorus = verify.Within(verify.Domain{Fixed: &verify.Case{Group: "U(1)", Extents: []int{2, 2}, Boundary: []int{1, 1}, Beta: 1.5, Mass: 1}})

// A sampler with a memory, and one of another rule, are judged by what they claim, and
// fail where they claim it not.
func TestRightSampler(t *testing.T) {
	for _, s := range []struct {
		name   string
		build  verify.SystemBuilder
		claims []verify.Option
		broken string // without the claims
	}{
		{"memory", buildGeneral(0.7, verify.Metropolis, turns), []verify.Option{verify.Persistent(0.7)}, "/(repeatable|momenta)$"},
		{"Barker", buildGeneral(0.7, barker, turns), []verify.Option{verify.Persistent(0.7), verify.Accepts(barker)}, "/equilibrium$"},
	} {
		for seed := range int64(5) {
			options := append([]verify.Option{tinyTorus, verify.From(verify.TorusStart)}, s.claims...)
			for _, v := range verify.Judge([]verify.Subject{verify.OfSampler(s.name, s.build, options...)}, 1, nil, verify.Seed(seed)) {
				assert.True(t, v.OK() && v.Applies(), "%v", v)
			}
		}
		wrong := verify.OfSampler(s.name, s.build, tinyTorus)
		for _, v := range verify.Judge([]verify.Subject{wrong}, 1, nil, verify.Only(regexp.MustCompile(s.broken)), verify.With(verify.Suite{Cases: 6, Draws: 2000})) {
			assert.False(t, v.OK(), "%v", v)
		}
	}
	require.Panics(t, func() { verify.Persistent(1) })
}

// hits are local updates: each link in turn is moved by a random step, of which the
// action decides. The rule is what a bug changes.
func buildHits(rule func(before, now, after float64) float64) verify.SystemBuilder {
	return func(c verify.Case, u *gauge.Field) (verify.System, error) {
		s, err := verify.BuildTorus(c, u)
		geo, g := u.Geometry(), u.Group()
		p, old := gauge.NewAlgebra(geo, g), gauge.NewField(geo, g)
		step := make([]float64, g.Dim())
		s.Sampler, s.Update = nil, func(u *gauge.Field, stream rng.Stream) error {
			first, err := s.Target.Value(u)
			if err != nil {
				return err
			}
			r, now, x := stream.Site(0), first, make([]int, geo.Dims())
			for site := range geo.Volume() {
				geo.Coordinates(x, site)
				for mu := range x {
					for a := range step {
						step[a] = 1.5 * r.Normal()
					}
					p.Zero()
					p.Set(x, mu, step)
					old.Copy(u)
					u.Drift(1, p)
					after, err := s.Target.Value(u)
					if err != nil {
						return err
					}
					if r.Float64() < rule(first, now, after) {
						now = after
					} else {
						u.Copy(old)
					}
				}
			}
			u.Reunitarize()
			return nil
		}
		return s, err
	}
}

func metropolisHit(_, now, after float64) float64 { return math.Exp(now - after) }

// Local updates have no trajectories to tell of, and are judged all the same.
func TestRightUpdates(t *testing.T) {
	for seed := range int64(2) {
		s := verify.OfSampler("hits", buildHits(metropolisHit), tinyTorus, verify.Local(), verify.From(verify.TorusStart))
		verdicts := verify.Judge([]verify.Subject{s}, 1, nil, verify.Seed(seed))
		require.Len(t, verdicts, 4)
		for _, v := range verdicts {
			assert.True(t, v.OK() && v.Applies(), "%v", v)
		}
	}
	r := &recorder{}
	verify.Sampler(r, verify.BuildTorus, tinyTorus, verify.Local(), verify.Only(regexp.MustCompile("/moves$")))
	require.Len(t, r.errors, 1)
	assert.Contains(t, r.errors[0], "without an Update")
}

// Delayed acceptance asks the guide first, and the target of what it lets pass: the
// product of both keeps exp(-H) in balance. Given dH, that of Metropolis is another.
func TestRightDelayed(t *testing.T) {
	guide := func(t sampler.Trajectory) float64 { return 0.6*t.DeltaH + 0.2*(t.Kinetic[1]-t.Kinetic[0]) }
	delayed := func(t sampler.Trajectory) float64 {
		g := guide(t)
		return math.Min(1, math.Exp(-g)) * math.Min(1, math.Exp(g-t.DeltaH))
	}
	build := buildGeneral(0.7, delayed, turns)
	only := verify.Only(regexp.MustCompile("/equilibrium$"))
	for k, rule := range []verify.Rule{delayed, verify.Metropolis} {
		s := verify.OfSampler("delayed", build, tinyTorus, verify.Persistent(0.7), verify.Accepts(rule))
		v := verify.Judge([]verify.Subject{s}, 1, nil, only, verify.With(verify.Suite{Cases: 4, Draws: 1000}))
		require.Len(t, v, 1)
		assert.Equal(t, k == 0, v[0].OK(), "%v", v[0])
	}
}
