package bench

import (
	"sync"

	"github.com/slhmc/slhmc/covnet"
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/group"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/sampler"
)

// trajectories returns whole trajectories that other codes were timed on. Each
// call repeats one trajectory, from the same links with the same noise: its
// iterations are a number that nothing but the algorithm changes.
func trajectories() (t []Case) {
	talk := &talkSystem{}
	talk.equilibrium = sync.OnceValues(talk.thermalise)
	for _, c := range []Case{
		{Kernel: "trajectory-gauge", Group: group.SU3, L: 8, Build: gaugeTrajectory},
		{Kernel: "trajectory-staggered", Group: group.SU3, L: 8, Build: staggeredTrajectory},
		{Kernel: "trajectory-wilson", Group: group.SU3, L: 8, Build: wilsonTrajectory},
		{Kernel: "trajectory-talk-HMC", Group: group.SU2, L: 4, Build: talk.hmc},
		{Kernel: "trajectory-talk-SLHMC", Group: group.SU2, L: 4, Build: talk.slhmc},
	} {
		gluons, value := forceCount(&c), valueCount(&c)
		quarks, network := quarkForceCount(&c), forwardCount(&c, true)
		switch c.Kernel {
		case "trajectory-gauge":
			c.Once = dynamicsCount(&c, sampler.Omelyan2(), gaugeSteps, gluons).plus(2, value)
			c.Sweep = gluons.plus(1, driftCount(&c))
		case "trajectory-staggered":
			c.Once = dynamicsCount(&c, sampler.Leapfrog(), staggeredSteps, gluons.plus(1, quarks))
		case "trajectory-wilson":
			inner := dynamicsCount(&c, sampler.Omelyan2(), wilsonSubsteps, gluons)
			outer := wilsonSteps * len(sampler.Omelyan2().Drifts)
			// the outer level's drifts are integrations of the inner one, but for its norms
			c.Once = Count{}.plus(float64(outer), inner.plus(-2, normCount(&c))).plus(float64(outer+1), kickCount(&c, schurQuarkForceCount(&c))).
				plus(2, normCount(&c)).
				plus(2, value).plus(1, schurQuarkValueCount(&c)).plus(1, schurCount(&c)).plus(1, schurDotCount(&c)) // phi = S^† xi, |xi|²
			c.Iteration = schurIterationCount(&c)
		case "trajectory-talk-HMC":
			c.Once = dynamicsCount(&c, sampler.Omelyan2(), talkSteps, gluons.plus(1, quarks))
		default:
			guide := gluons.plus(1, quarks).plus(1, network).plus(1, backwardCount(&c, true))
			c.Once = dynamicsCount(&c, sampler.Omelyan2(), talkSteps, guide).
				plus(2, value.plus(1, quarkValueCount(&c)).plus(1, network)) // of the guide
		}
		if c.Iteration == (Count{}) && c.Kernel != "trajectory-gauge" {
			c.Once = c.Once.plus(2, value.plus(1, quarkValueCount(&c))).plus(1, hopCount(&c)) // phi = D^† xi
			c.Iteration = iterationCount(&c)
		}
		for _, workers := range []int{1, 2} {
			c.Workers, c.Short = workers, workers == 1 && c.Kernel != "trajectory-wilson" // seconds
			t = append(t, c)
		}
	}
	return t
}

// Steps of the trajectories.
const (
	gaugeSteps     = 20
	staggeredSteps = 20
	talkSteps      = 8
	wilsonSteps    = 20
	wilsonSubsteps = 4 // of the links, in each half of a step
)

// dynamicsCount is the cost of a trajectory's motion: a drift for each of the
// scheme's; one kick more than that; and the norm of the momenta at both ends. Random
// numbers, copies and the return to the group are left out.
func dynamicsCount(c *Case, s sampler.Scheme, steps int, force Count) Count {
	drifts := float64(steps * len(s.Drifts))
	return Count{}.plus(drifts, driftCount(c)).plus(drifts+1, kickCount(c, force)).plus(2, normCount(c))
}

// kickCount is the cost of a force with its norm and its addition to the momenta: a
// field cleared, read, and read, read and written.
func kickCount(c *Case, force Count) Count {
	_, p, _ := fields(c)
	return force.plus(2, normCount(c)).plus(1, Count{Bytes: 3 * p})
}

// normCount is the cost of the norm of an algebra field, or of a sum of two.
func normCount(c *Case) Count {
	_, p, links := fields(c)
	return Count{2 * links * float64(c.Group.Dim()), p}
}

// quarkValueCount is the cost of the quarks' action, iterations aside: the residual
// of the solve, and a product of half vectors.
func quarkValueCount(c *Case) Count {
	_, half := traffic(c)
	return residualCount(c).plus(1, Count{2 * c.Sites() / 2 * vectorReals(c.Group), 2 * half})
}

// quarkForceCount is the cost of their force, iterations aside: the residual; D on a
// half vector, half a hop with all links, and its mass term; the derivative.
func quarkForceCount(c *Case) Count {
	links, half := traffic(c)
	return residualCount(c).plus(1, Count{c.Sites() / 2 * hopFlops(c.Group), links + 3*half}).plus(1, derivativeCount(c))
}

// repeat returns a call that does one trajectory of s from start.
func repeat(s *sampler.SLHMC, start *gauge.Field, stream rng.Stream) Call {
	u := gauge.NewField(start.Geometry(), start.Group())
	return func() (int, error) {
		u.Copy(start)
		t, err := s.Step(u, stream)
		return t.Work.Iterations, err
	}
}

// gaugeTrajectory is SU(3) on 8^4 at beta 5.6 without quarks: 20 steps of
// Omelyan's integrator.
func gaugeTrajectory(c *Case, geo *lattice.Geometry) (Call, error) {
	u, _ := hot(geo, c.Group)
	sg, err := gauge.NewRectangleAction(geo, c.Group, 5.6, gauge.Wilson)
	if err != nil {
		return nil, err
	}
	s, err := sampler.NewSLHMC(u, sg, []sampler.Level{{Force: sg, Scheme: sampler.Omelyan2(), Steps: gaugeSteps}}, 1)
	return repeat(s, u, rng.New(1).At(0)), err
}

// staggeredTrajectory adds four staggered tastes of mass 0.05, from unit links:
// 20 leapfrog steps, residual 1e-8.
func staggeredTrajectory(c *Case, geo *lattice.Geometry) (Call, error) {
	u := gauge.NewField(geo, c.Group)
	target, _, _, err := tastes(u, 5.6, 0.05, action.Tolerances{Action: 1e-8, Force: 1e-8, MaxIterations: 10000})
	if err != nil {
		return nil, err
	}
	s, err := sampler.NewSLHMC(u, target, []sampler.Level{{Force: target, Scheme: sampler.Leapfrog(), Steps: staggeredSteps}}, 1)
	return repeat(s, u, rng.New(1).At(0)), err
}

// wilsonTrajectory is SU(3) on 8^4 at beta 5.6 with two flavours of Wilson quarks of
// mass -0.77, even-odd, from unit links: 20 steps of Omelyan's integrator, 4 for the
// links in each of their halves, residual 1e-8.
func wilsonTrajectory(c *Case, geo *lattice.Geometry) (Call, error) {
	u := gauge.NewField(geo, c.Group)
	sg, err := gauge.NewRectangleAction(geo, c.Group, 5.6, gauge.Wilson)
	if err != nil {
		return nil, err
	}
	d, err := dirac.NewWilson(geo, c.Group, wilsonMass, dirac.Phases(dirac.AntiperiodicTime(directions)))
	if err != nil {
		return nil, err
	}
	schur, err := dirac.NewSchur(d, lattice.Even)
	if err != nil {
		return nil, err
	}
	sf, err := action.NewTwoFlavour(schur, lattice.Even, action.Tolerances{Action: 1e-8, Force: 1e-8, MaxIterations: 10000})
	if err != nil {
		return nil, err
	}
	s, err := sampler.NewSLHMC(u, action.Sum{sg, sf}, []sampler.Level{
		{Force: sf, Scheme: sampler.Omelyan2(), Steps: wilsonSteps},
		{Force: sg, Scheme: sampler.Omelyan2(), Steps: wilsonSubsteps},
	}, 1)
	return repeat(s, u, rng.New(1).At(0)), err
}

// tastes returns the action of links and of four staggered tastes, and its terms.
func tastes(u *gauge.Field, beta, mass float64, t action.Tolerances) (action.Sum, *gauge.Action, *action.TwoFlavour, error) {
	sg, err := gauge.NewRectangleAction(u.Geometry(), u.Group(), beta, gauge.Wilson)
	if err != nil {
		return nil, nil, nil, err
	}
	d, err := dirac.NewStaggered(u.Geometry(), u.Group(), mass, dirac.AntiperiodicTime(directions))
	if err != nil {
		return nil, nil, nil, err
	}
	sf, err := action.NewTwoFlavour(d, lattice.Even, t)
	return action.Sum{sg, sf}, sg, sf, err
}

// talkSystem is that of [TN]: SU(2) on 4^4 with four staggered tastes, beta 2.7,
// m 0.3, tau 1 in 8 Omelyan steps, residuals 1e-10 in the force and 1e-12 in the
// action.
type talkSystem struct {
	equilibrium func() ([]float64, error) // links, the same in every case
}

// thermalise returns the links after 50 trajectories of HMC from a hot start.
func (s *talkSystem) thermalise() ([]float64, error) {
	geo, err := lattice.New([]int{4, 4, 4, 4})
	if err != nil {
		return nil, err
	}
	u := gauge.NewField(geo, group.SU2)
	u.Hot(rng.New(1).Child("start"))
	target, _, _, err := tastes(u, 2.7, 0.3, action.Tight())
	if err != nil {
		return nil, err
	}
	h, err := sampler.NewSLHMC(u, target, []sampler.Level{{Force: target, Scheme: sampler.Omelyan2(), Steps: talkSteps}}, 1)
	if err != nil {
		return nil, err
	}
	for i := range 50 {
		if _, err := h.Step(u, rng.New(1).Child("run").At(uint64(i))); err != nil {
			return nil, err
		}
	}
	return u.Export(nil), nil
}

// start returns the links of equilibrium with their action and its terms.
func (s *talkSystem) start(geo *lattice.Geometry) (u *gauge.Field, target action.Sum, sg *gauge.Action, sf *action.TwoFlavour, err error) {
	links, err := s.equilibrium()
	if err != nil {
		return nil, nil, nil, nil, err
	}
	u = gauge.NewField(geo, group.SU2)
	u.Import(links)
	target, sg, sf, err = tastes(u, 2.7, 0.3, action.Tight())
	return u, target, sg, sf, err
}

func (s *talkSystem) hmc(_ *Case, geo *lattice.Geometry) (Call, error) {
	u, target, _, _, err := s.start(geo)
	if err != nil {
		return nil, err
	}
	return s.trajectory(u, target, target)
}

// slhmc has the guide of trained weights and of mass 0.4.
func (s *talkSystem) slhmc(_ *Case, geo *lattice.Geometry) (Call, error) {
	u, target, sg, sf, err := s.start(geo)
	if err != nil {
		return nil, err
	}
	d, err := dirac.NewStaggered(geo, group.SU2, 0.4, dirac.AntiperiodicTime(directions))
	if err != nil {
		return nil, err
	}
	heavy, err := sf.With(d)
	if err != nil {
		return nil, err
	}
	net, err := covnet.NewTalkNetwork(u)
	if err != nil {
		return nil, err
	}
	if err := net.SetParams([]float64{-.0045, .005, -.005, -.0045, .005, -.005}); err != nil {
		return nil, err
	}
	return s.trajectory(u, target, action.Sum{sg, covnet.NewEffective(u, net, heavy)})
}

func (s *talkSystem) trajectory(u *gauge.Field, target, guide action.Action) (Call, error) {
	h, err := sampler.NewSLHMC(u, target, []sampler.Level{{Force: guide, Scheme: sampler.Omelyan2(), Steps: talkSteps}}, 1)
	return repeat(h, u, rng.New(1).Child("run").At(50)), err
}
