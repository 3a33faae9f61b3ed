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

// buggy is an action with a planted bug. Nil functions leave it as it is.
type buggy struct {
	action.Action
	value func(u *gauge.Field, s float64) float64
	force func(f, before *gauge.Algebra, c float64, u *gauge.Field)
}

func (b *buggy) Value(u *gauge.Field) (float64, error) {
	s, err := b.Action.Value(u)
	if b.value != nil {
		s = b.value(u, s)
	}
	return s, err
}

func (b *buggy) AddForce(f *gauge.Algebra, c float64, u *gauge.Field) error {
	before := gauge.NewAlgebra(f.Geometry(), f.Group())
	before.Copy(f)
	err := b.Action.AddForce(f, c, u)
	if b.force != nil {
		b.force(f, before, c, u)
	}
	return err
}

type forceBug = func(f, before *gauge.Algebra, c float64, u *gauge.Field)

// scaled makes the force k times what it is.
func scaled(k float64) forceBug {
	return func(f, before *gauge.Algebra, _ float64, _ *gauge.Field) {
		f.Add(-1, before)
		f.Scale(k)
		f.Add(1, before)
	}
}

// without leaves out the force of the links for which drop is true.
func without(drop func(geo *lattice.Geometry, x []int, mu int) bool) forceBug {
	return func(f, before *gauge.Algebra, _ float64, _ *gauge.Field) {
		geo := f.Geometry()
		x, c := make([]int, geo.Dims()), make([]float64, f.Group().Dim())
		for site := range geo.Volume() {
			geo.Coordinates(x, site)
			for mu := range x {
				if drop(geo, x, mu) {
					before.At(c, x, mu)
					f.Set(x, mu, c)
				}
			}
		}
	}
}

func rectangles(bug func() buggy) verify.Subject {
	return verify.OfAction("rectangle action", func(c verify.Case, geo *lattice.Geometry) (action.Action, error) {
		a, err := verify.BuildRectangle(c, geo)
		b := bug()
		b.Action = a
		return &b, err
	}, verify.Has(verify.Hypercubic()...))
}

func origin(x []int) bool {
	for _, n := range x {
		if n != 0 {
			return false
		}
	}
	return true
}

func gaugeMutants() (list []mutant) {
	add := func(law, bug string, b func() buggy) {
		list = append(list, mutant{area: "action", bug: bug, law: law, subject: rectangles(b)})
	}
	force := func(law, bug string, b forceBug) { add(law, bug, func() buggy { return buggy{force: b} }) }
	value := func(law, bug string, b func(u *gauge.Field, s float64) float64) {
		add(law, bug, func() buggy { return buggy{value: b} })
	}
	force("force", "force with the wrong sign", scaled(-1))
	force("force", "force twice too large", scaled(2))
	force("force", "force off by 1e-7", scaled(1+1e-7))
	force("force order", "force off by 1e-3", scaled(1+1e-3))
	force("witness", "force zero", scaled(0))
	force("force", "one link without its force", without(func(_ *lattice.Geometry, x []int, mu int) bool { return mu == 0 && origin(x) }))
	force("force", "one boundary slice without its force", without(func(geo *lattice.Geometry, x []int, _ int) bool { return x[1] == geo.Extent(1)-1 }))
	force("force", "one direction without its force", without(func(_ *lattice.Geometry, _ []int, mu int) bool { return mu == 1 }))
	force("force adds", "force set, not added", func(f, before *gauge.Algebra, _ float64, _ *gauge.Field) { f.Add(-1, before) })
	force("force adds", "coefficient of AddForce ignored", func(f, before *gauge.Algebra, c float64, _ *gauge.Field) {
		f.Add(-1, before)
		f.Scale(1 / c)
		f.Add(1, before)
	})
	force("gauge", "one component turned", func(f, _ *gauge.Algebra, _ float64, _ *gauge.Field) {
		a := len(f.Raw()) / (f.Geometry().Blocks() * f.Geometry().Dims())
		for k := 0; k < len(f.Raw()); k += a {
			for l := range f.Raw()[k] {
				f.Raw()[k][l] *= -1
			}
		}
	})
	add("force", "staples of the conjugated links", func() buggy {
		var other action.Action
		return buggy{force: func(f, before *gauge.Algebra, c float64, u *gauge.Field) {
			if other == nil {
				a, err := gauge.NewRectangleAction(u.Geometry(), u.Group(), 1, 0)
				if err != nil {
					panic(err)
				}
				other = a
			}
			v, m := gauge.NewField(u.Geometry(), u.Group()), u.Group().NewMatrix()
			x := make([]int, u.Geometry().Dims())
			for site := range u.Geometry().Volume() {
				u.Geometry().Coordinates(x, site)
				for mu := range x {
					u.At(m, x, mu)
					for i, z := range m {
						m[i] = complex(real(z), -imag(z))
					}
					v.Set(x, mu, m)
				}
			}
			f.Copy(before)
			if err := other.AddForce(f, c, v); err != nil {
				panic(err)
			}
		}}
	})
	add("pure", "value kept from other links", func() buggy {
		stale := math.NaN()
		return buggy{value: func(_ *gauge.Field, s float64) float64 {
			if math.IsNaN(stale) {
				stale = s
			}
			return stale
		}}
	})
	add("pure", "force kept from other links", func() buggy {
		var stale *gauge.Algebra
		return buggy{force: func(f, before *gauge.Algebra, _ float64, _ *gauge.Field) {
			f.Add(-1, before)
			if stale == nil {
				stale = gauge.NewAlgebra(f.Geometry(), f.Group())
			} else if stale.Norm2() != 0 {
				f.Copy(stale)
			}
			stale.Copy(f)
			f.Add(1, before)
			stale.Scale(1 + 1e-15)
		}}
	})
	add("pure", "value depends on history", func() buggy {
		calls := 0
		return buggy{value: func(_ *gauge.Field, s float64) float64 {
			calls++
			return s + 1e-12*float64(calls)
		}}
	})
	force("pure", "links changed", func(_, _ *gauge.Algebra, _ float64, u *gauge.Field) { u.Raw()[0][0] += 1e-15 })
	value("gauge", "value not invariant by 1e-6", func(u *gauge.Field, s float64) float64 {
		m := u.Group().NewMatrix()
		u.At(m, make([]int, u.Geometry().Dims()), 0)
		return s + 1e-6*real(m[0])
	})
	value("witness", "value not a number", func(*gauge.Field, float64) float64 { return math.NaN() })
	value("witness", "value constant", func(*gauge.Field, float64) float64 { return 12 })
	value("force", "value half of what the force belongs to", func(_ *gauge.Field, s float64) float64 { return s / 2 })
	value("workers", "value depends on the number of workers", func(u *gauge.Field, s float64) float64 {
		return s * (1 + 1e-15*float64(u.Geometry().Workers()))
	})
	add("symmetries", "a term that is odd under charge conjugation", func() buggy {
		return buggy{value: func(u *gauge.Field, s float64) float64 {
			p, err := gauge.NewLoopSum(u.Geometry(), u.Group(), gauge.Plaquettes(u.Geometry().Dims(), 1))
			if err != nil {
				panic(err)
			}
			return s + 0.01*p.ImTr(u)
		}}
	})
	value("symmetries", "another coupling on one time slice", func(u *gauge.Field, s float64) float64 {
		g, m := u.Group(), make([]complex128, u.Group().N()*u.Group().N())
		line := g.NewMatrix()
		g.Identity(line)
		x := make([]int, u.Geometry().Dims())
		for n := range u.Geometry().Extent(0) { // the winding line through the origin
			x[0] = n
			u.At(m, x, 0)
			next := g.NewMatrix()
			for i := range g.N() {
				for j := range g.N() {
					for k := range g.N() {
						next[i*g.N()+j] += line[i*g.N()+k] * m[k*g.N()+j]
					}
				}
			}
			line = next
		}
		for i := range g.N() {
			s += 1e-3 * real(line[i*g.N()+i])
		}
		return s
	})
	return list
}

// theoryMutants are consistent actions of the wrong theory: no law but the twin,
// or a symmetry, sees them.
func theoryMutants() (list []mutant) {
	add := func(law, bug string, loops func(d int, c verify.Case) []gauge.Loop) {
		list = append(list, mutant{area: "theory", bug: bug, law: law, cases: 24, subject: verify.OfAction("rectangle action",
			func(c verify.Case, geo *lattice.Geometry) (action.Action, error) {
				return gauge.NewAction(geo, c.GaugeGroup(), c.Beta, loops(geo.Dims(), c))
			}, verify.Has(verify.Hypercubic()...), verify.TwinOfAction(verify.TwinRectangle))})
	}
	add("symmetries", "one plane missing", func(d int, _ verify.Case) []gauge.Loop {
		if d == 2 { // nothing would be left
			return gauge.Plaquettes(d, 1)
		}
		return gauge.Plaquettes(d, 1)[1:]
	})
	add("twin", "rectangles of one orientation only", func(d int, c verify.Case) []gauge.Loop {
		r := gauge.Rectangles(d, c.C1)
		return append(gauge.Plaquettes(d, 1-8*c.C1), r[:len(r)/2]...)
	})
	add("twin", "c0 = 1 with rectangles", func(d int, c verify.Case) []gauge.Loop {
		return append(gauge.Plaquettes(d, 1), gauge.Rectangles(d, c.C1)...)
	})
	add("twin", "c1 with the wrong sign", func(d int, c verify.Case) []gauge.Loop {
		return append(gauge.Plaquettes(d, 1-8*c.C1), gauge.Rectangles(d, -c.C1)...)
	})
	add("twin", "each plaquette counted twice", func(d int, c verify.Case) []gauge.Loop {
		return append(gauge.Plaquettes(d, 2*(1-8*c.C1)), gauge.Rectangles(d, c.C1)...)
	})
	return list
}

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
	}, verify.Within(verify.Domain{Even: true}), verify.Has(verify.EvenTranslations, verify.ChargeConjugation), verify.Accuracy(1e-11, 1e-10), verify.TwinOfAction(verify.TwinQuarks))
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
	list[len(list)-1].subject = staggeredQuarks(all, exactly, func(c verify.Case, q *quarks) { q.n = q.TwoFlavour.Components() / 2 })
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
