package verify_test

import (
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/dirac"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/verify"
)

// quarks is a pseudofermion action with a planted bug.
type quarks struct {
	*action.TwoFlavour
	buggy
	refresh   func(q *quarks, u *gauge.Field, s rng.Stream) (float64, error)
	transform func(t *gauge.Transformation)
	n         int // components; 0: as they are
}

func (q *quarks) Value(u *gauge.Field) (float64, error) { return q.buggy.Value(u) }

func (q *quarks) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	return q.buggy.AddForce(f, c, u)
}

func (q *quarks) Refresh(u *gauge.Field, s rng.Stream) (float64, error) {
	if q.refresh != nil {
		return q.refresh(q, u, s)
	}
	return q.TwoFlavour.Refresh(u, s)
}

func (q *quarks) Transform(t *gauge.Transformation) {
	if q.transform != nil {
		q.transform(t)
		return
	}
	q.TwoFlavour.Transform(t)
}

func (q *quarks) Components() int {
	if q.n != 0 {
		return q.n
	}
	return q.TwoFlavour.Components()
}

var exactly = action.Tolerances{Action: 1e-13, Force: 1e-13, MaxIterations: 5000}

func staggeredQuarks(s lattice.Subset, tolerances action.Tolerances, plant func(c verify.Case, q *quarks)) verify.Subject {
	return verify.OfPseudofermion("staggered action", func(c verify.Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
		d, err := verify.BuildStaggered(c, geo)
		if err != nil {
			return nil, err
		}
		a, err := action.NewTwoFlavour(d, s, tolerances)
		if err != nil {
			return nil, err
		}
		q := &quarks{TwoFlavour: a}
		q.Action = a
		plant(c, q)
		return q, nil
	}, verify.Within(verify.Domain{Even: true}), verify.Has(verify.Staggered()...), verify.Accuracy(1e-11, 1e-10), verify.TwinOfAction(verify.TwinQuarks))
}

func quarkMutants() (list []mutant) {
	const even, all = lattice.Even, lattice.All
	add := func(area, law, bug string, s lattice.Subset, plant func(c verify.Case, q *quarks)) {
		list = append(list, mutant{area: area, bug: bug, law: law, subject: staggeredQuarks(s, exactly, plant)})
	}
	bath := func(law, bug string, s lattice.Subset, refresh func(q *quarks, u *gauge.Field, s rng.Stream) (float64, error)) {
		add("heat bath", law, bug, s, func(_ verify.Case, q *quarks) { q.refresh = refresh })
	}
	rescaled := func(k func(s float64, n int) float64) func(q *quarks, u *gauge.Field, s rng.Stream) (float64, error) {
		return func(q *quarks, u *gauge.Field, s rng.Stream) (float64, error) {
			v, err := q.TwoFlavour.Refresh(u, s)
			if err != nil {
				return v, err
			}
			q.Phi().Scale(k(v, q.Components()), all)
			return q.TwoFlavour.Value(u)
		}
	}
	bath("heat bath", "Refresh tells another S", even, func(q *quarks, u *gauge.Field, s rng.Stream) (float64, error) {
		v, err := q.TwoFlavour.Refresh(u, s)
		return v * (1 + 1e-6), err
	})
	bath("heat bath", "S on even sites is |xi|^2, without its solve", even, func(q *quarks, u *gauge.Field, s rng.Stream) (float64, error) {
		_, err := q.TwoFlavour.Refresh(u, s)
		xi := q.Phi().Like()
		xi.Gaussian(s, all)
		return xi.Norm2(even), err
	})
	bath("heat bath", "noise of variance two", even, rescaled(func(float64, int) float64 { return math.Sqrt2 }))
	bath("heat bath", "noise ten per cent too hot", all, rescaled(func(float64, int) float64 { return 1.1 }))
	bath("heat bath", "noise without spread: |xi| fixed", even, rescaled(func(s float64, n int) float64 { return math.Sqrt(float64(n) / s) }))
	bath("heat bath", "heat bath with the wrong mass", even, func(q *quarks, u *gauge.Field, s rng.Stream) (float64, error) {
		m := q.Mass()
		q.SetMass(m + 0.2)
		_, err := q.TwoFlavour.Refresh(u, s)
		q.SetMass(m)
		if err != nil {
			return 0, err
		}
		return q.TwoFlavour.Value(u)
	})
	bath("heat bath", "Nf = 4 heat bath with noise on even sites only", even, func(q *quarks, u *gauge.Field, s rng.Stream) (float64, error) {
		q.Operator().Bind(u)
		xi, eta := q.Phi().Like(), q.Phi().Like()
		xi.Gaussian(s, even)
		q.Operator().ApplyDagger(eta, xi)
		q.Phi().Copy(eta, even)
		return q.TwoFlavour.Value(u)
	})
	bath("heat bath", "Nf = 8 taken for Nf = 4: components of half the sites", all, nil)
	list[len(list)-1].subject = staggeredQuarks(all, exactly, func(_ verify.Case, q *quarks) { q.n = q.TwoFlavour.Components() / 2 })
	bath("heat bath pure", "phi is not drawn again", even, func(q *quarks, u *gauge.Field, s rng.Stream) (float64, error) {
		if q.Phi().Norm2(even) != 0 {
			return q.TwoFlavour.Value(u)
		}
		return q.TwoFlavour.Refresh(u, s)
	})
	bath("heat bath pure", "phi remembers a little of the last one", even, func(q *quarks, u *gauge.Field, s rng.Stream) (float64, error) {
		old := q.Phi().Like()
		old.Copy(q.Phi(), even)
		if _, err := q.TwoFlavour.Refresh(u, s); err != nil {
			return 0, err
		}
		q.Phi().Axpy(1e-3, old, even)
		return q.TwoFlavour.Value(u)
	})

	add("quark action", "gauge", "phi does not turn", even, func(_ verify.Case, q *quarks) { q.transform = func(*gauge.Transformation) {} })
	add("quark action", "force", "factor two of the force missing", even, func(_ verify.Case, q *quarks) { q.force = scaled(0.5) })
	add("quark action", "force", "force of another mass", all, func(c verify.Case, q *quarks) {
		q.force = func(f, before *gauge.Algebra, k float64, u *gauge.Field) {
			f.Copy(before)
			q.SetMass(c.Mass * 1.01)
			if err := q.TwoFlavour.AddForce(f, k, u); err != nil {
				panic(err)
			}
			q.SetMass(c.Mass)
		}
	})
	add("quark action", "force", "boundary sign missing in the force", even, func(c verify.Case, q *quarks) {
		c.Boundary = make([]int, len(c.Extents))
		for mu := range c.Boundary {
			c.Boundary[mu] = dirac.Periodic
		}
		q.force = func(f, before *gauge.Algebra, k float64, u *gauge.Field) {
			d, err := dirac.NewStaggered(u.Geometry(), u.Group(), c.Mass, c.Boundary)
			if err != nil {
				panic(err)
			}
			other, err := q.With(d)
			if err != nil {
				panic(err)
			}
			f.Copy(before)
			if err := other.AddForce(f, k, u); err != nil {
				panic(err)
			}
		}
	})
	add("quark action", "pure", "value is the number of components", all, func(_ verify.Case, q *quarks) {
		q.value = func(*gauge.Field, float64) float64 { return float64(q.Components()) }
	})
	add("quark action", "symmetries", "phi of one site weighs more", even, func(_ verify.Case, q *quarks) {
		q.value = func(u *gauge.Field, s float64) float64 {
			v := make([]complex128, u.Group().N())
			q.Phi().At(v, make([]int, u.Geometry().Dims()))
			return s + 1e-3*real(v[0])*real(v[0])
		}
	})
	// Each is seen by the one symmetry that is claimed, of even sites alone.
	one := func(s verify.Symmetry, bug string, sign func(x []int, mu int) float64) {
		list = append(list, mutant{area: "quark action", bug: bug, law: "symmetries", subject: verify.OfPseudofermion("staggered action", func(c verify.Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
			d, err := verify.BuildStaggered(c, geo)
			if err != nil {
				return nil, err
			}
			h := &hops{Staggered: d.(*dirac.Staggered)}
			h.bind = func(u *gauge.Field) { h.Staggered.Bind(signed(u, sign)) }
			return action.NewTwoFlavour(h, even, exactly)
		}, verify.Within(verify.Domain{Even: true}), verify.Accuracy(1e-11, 1e-10), verify.Has(s))})
	}
	alternating := func(n int) float64 { return float64(1 - 2*(n%2)) }
	one(verify.StaggeredReflections, "even sites: signs of hops that no reflection keeps", func(x []int, mu int) float64 {
		if mu == 0 {
			return alternating(x[0])
		}
		return 1
	})
	one(verify.StaggeredRotations, "even sites: phase eta_1 = 1", func(x []int, mu int) float64 {
		if mu == 1 {
			return alternating(x[0])
		}
		return 1
	})
	list = append(list,
		mutant{area: "quark action", bug: "a sloppy solver in the force", law: "force", subject: staggeredQuarks(even, action.Tolerances{Action: 1e-13, Force: 1e-3, MaxIterations: 5000}, func(verify.Case, *quarks) {})},
		mutant{area: "quark action", bug: "a sloppy solver in the action", law: "twin", subject: staggeredQuarks(even, action.Tolerances{Action: 1e-2, Force: 1e-13, MaxIterations: 5000}, func(verify.Case, *quarks) {})},
		mutant{area: "quark action", bug: "even sites weighed as all", law: "twin", subject: staggeredQuarks(all, exactly, func(_ verify.Case, q *quarks) {
			q.value = func(_ *gauge.Field, s float64) float64 { return s / 2 }
			q.force = scaled(0.5)
		})},
		mutant{area: "effective action", bug: "chain rule left out: the force of the thick links", law: "force", subject: verify.OfPseudofermion("effective action",
			func(c verify.Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
				a, err := verify.BuildEffective(c, geo)
				if err != nil {
					return nil, err
				}
				e := a.(verify.Smeared)
				return thick{e}, nil
			}, verify.Within(verify.Domain{Even: true}))},
		mutant{area: "effective action", bug: "pseudofermions of the thin links", law: "heat bath", subject: verify.OfPseudofermion("effective action",
			func(c verify.Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
				a, err := verify.BuildEffective(c, geo)
				if err != nil {
					return nil, err
				}
				return thin{a.(verify.Smeared)}, nil
			}, verify.Within(verify.Domain{Even: true}))},
	)
	return list
}

// thick is an effective action with the force at the network's output.
type thick struct{ verify.Smeared }

func (e thick) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	return e.Thin.AddForce(f, c, e.Network().Forward(u))
}

// thin is an effective action whose heat bath forgets the network.
type thin struct{ verify.Smeared }

func (e thin) Refresh(u *gauge.Field, s rng.Stream) (float64, error) { return e.Thin.Refresh(u, s) }
