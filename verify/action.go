package verify

import (
	"fmt"
	"math"

	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
)

// ActionBuilder makes the action of a case on a lattice, or answers
// ErrUnsupported. Pseudofermions need not be refreshed.
type ActionBuilder func(c Case, geo *lattice.Geometry) (action.Action, error)

// PseudofermionBuilder makes the pseudofermion action of a case on a lattice, or
// answers ErrUnsupported.
type PseudofermionBuilder func(c Case, geo *lattice.Geometry) (action.Pseudofermion, error)

// Action judges an action of one's own by all laws of actions.
func Action(t TB, build ActionBuilder, options ...Option) {
	t.Helper()
	test(t, OfAction(t.Name(), build, options...), newSettings(options))
}

// Pseudofermion judges a pseudofermion action of one's own: the laws of actions,
// and those of the heat bath.
func Pseudofermion(t TB, build PseudofermionBuilder, options ...Option) {
	t.Helper()
	test(t, OfPseudofermion(t.Name(), build, options...), newSettings(options))
}

// OfAction returns an action as a subject.
func OfAction(name string, build ActionBuilder, options ...Option) Subject {
	o := newSettings(options)
	return Subject{Name: name, Domain: o.within, Laws: actionLaws(build, o, o.solves(0, 0))}
}

// OfPseudofermion returns a pseudofermion action as a subject.
func OfPseudofermion(name string, build PseudofermionBuilder, options ...Option) Subject {
	o := newSettings(options)
	solve := o.solves(1e-9, 1e-9)
	s := Subject{Name: name, Domain: o.within, Laws: actionLaws(func(c Case, geo *lattice.Geometry) (action.Action, error) {
		return build(c, geo)
	}, o, solve)}
	s.Laws = append(s.Laws, Law{
		Name: "heat bath", Cost: 2,
		Check: func(c Case) []Result {
			geo := c.Geometry()
			return Refresh(must(build(c, geo)), c.Links(geo, "links"), c.Stream("refresh"), max(c.Draws, 50), solve.value)
		},
	}, Law{
		Name: "heat bath pure",
		Check: func(c Case) []Result {
			geo := c.Geometry()
			return refreshPure(must(build(c, geo)), c, geo)
		},
	})
	return s
}

// theory is an action of a case, its pseudofermions drawn on other links, lest S
// be at its minimum.
type theory struct {
	c   Case
	geo *lattice.Geometry
	a   action.Action
	u   *gauge.Field
}

func newTheory(build ActionBuilder, c Case, options ...lattice.Option) theory {
	return theoryOn(build, c, c.Geometry(options...))
}

func theoryOn(build ActionBuilder, c Case, geo *lattice.Geometry) theory {
	t := theory{c: c, geo: geo, a: must(build(c, geo)), u: c.Links(geo, "links")}
	if f, ok := t.a.(action.Pseudofermion); ok {
		must(f.Refresh(c.Links(geo, "heat bath"), c.Stream("phi")))
	}
	return t
}

// actionLaws returns the laws of an action in which solves may leave the
// relative errors of solve.
func actionLaws(build ActionBuilder, o settings, solve accuracy) []Law {
	on := func(name string, cost int, law func(t theory) []Result) Law {
		return Law{Name: name, Cost: cost, Check: func(c Case) []Result { return law(newTheory(build, c)) }}
	}
	laws := []Law{
		on("pure", 1, func(t theory) []Result { return Purity(t.a, t.u, t.c.Links(t.geo, "other")) }),
		on("gauge", 1, func(t theory) []Result {
			return CovarianceWithin(t.a, t.u, t.c.Stream("covariance"), solve.value, solve.force)
		}),
		on("force", 1, func(t theory) []Result { return ForceWithin(t.a, t.u, t.c.Stream("force"), solve.force) }),
		on("force order", 2, func(t theory) []Result { return ForceOrder(t.a, t.u, t.c.Stream("order")) }),
		on("force adds", 1, func(t theory) []Result { return ForceAdds(t.a, t.u, t.c.Stream("adds")) }),
		on("witness", 1, func(t theory) []Result { return witness(t) }),
		on("sum", 2, func(t theory) []Result { return sums(t) }),
		{Name: "workers", Cost: 3, Check: func(c Case) []Result { return actionWorkers(build, c) }},
	}
	if o.divided {
		laws = append(laws, Law{Name: "ranks", Cost: 3, Check: func(c Case) []Result { return actionRanks(build, c, solve) }})
	}
	if o.parameters != nil {
		laws = append(laws, on("parameters", 2, func(t theory) []Result { return actionParameters(t, o.parameters, solve) }))
	}
	if len(o.symmetries) > 0 {
		laws = append(laws, on("symmetries", 1, func(t theory) []Result { return actionSymmetries(t, o.symmetries, solve.value) }))
	}
	if o.twinAction != nil {
		laws = append(laws, Law{Name: "twin", Volume: 36, Strict: true, Check: func(c Case) []Result { return actionTwin(newTheory(build, c), o.twinAction) }})
	}
	return laws
}

// witness checks that the subject is no constant: a routine that returns zero
// satisfies every invariance.
func witness(t theory) []Result {
	const law = "S and F are not trivial"
	s, f, err := valueAndForce(t.a, t.u)
	if err != nil {
		return failed(law, err)
	}
	cold := gauge.NewField(t.geo, t.u.Group())
	s0, err := t.a.Value(cold)
	if err != nil {
		return failed(law, err)
	}
	size := math.Sqrt(f.Norm2())
	same := func(law string, broken bool) Result {
		if broken {
			return exact(law, 1)
		}
		return exact(law, 0)
	}
	return []Result{
		same("S of rough links is not S of cold ones", !(math.Abs(s-s0) > 1e-9*(math.Abs(s)+math.Abs(s0)))),
		same("the force is not zero", !(size > 1e-9)),
		same("S and F are finite", math.IsInf(s, 0) || math.IsNaN(s) || math.IsInf(size, 0) || math.IsNaN(size)),
		{Law: "links are in the group", Measured: t.u.Unitarity(), Bound: 64 * Roundoff * float64(t.u.Group().N()*(t.u.Group().N()+2)), Because: "round-off of exp and of a product"},
	}
}

// sums checks that a sum has the values and forces of its terms.
func sums(t theory) []Result {
	const law = "sum"
	other := must(gauge.NewRectangleAction(t.geo, t.u.Group(), 1.3, 0))
	sum := action.Sum{t.a, other}
	s, f, err := valueAndForce(sum, t.u)
	if err != nil {
		return failed(law, err)
	}
	sa, fa, err := valueAndForce(t.a, t.u)
	if err != nil {
		return failed(law, err)
	}
	so, fo, err := valueAndForce(other, t.u)
	if err != nil {
		return failed(law, err)
	}
	size := math.Sqrt(fa.Norm2()) + math.Sqrt(fo.Norm2())
	f.Add(-1, fa)
	f.Add(-1, fo)
	return []Result{
		{Law: "value of a sum", Measured: math.Abs(s - sa - so), Bound: 4 * Roundoff * (math.Abs(sa) + math.Abs(so)), Because: "round-off of two additions"},
		{Law: "force of a sum", Measured: math.Sqrt(f.Norm2()), Bound: 64 * Roundoff * size, Because: "round-off of the order of additions", Vacuous: !(size > 0)},
	}
}

// actionWorkers checks that any number of workers computes the same bits.
func actionWorkers(build ActionBuilder, c Case) []Result {
	const law = "same bits for any number of workers"
	var s0 float64
	var f0 *gauge.Algebra
	values, forces := 0, 0
	for _, n := range []int{1, 2, 4} {
		pool := lattice.NewPool(n)
		defer pool.Close()
		t := newTheory(build, c, lattice.WithPool(pool))
		s, f, err := valueAndForce(t.a, t.u)
		if err != nil {
			return failed(law, err)
		}
		if f0 == nil {
			s0, f0 = s, f
			continue
		}
		if math.Float64bits(s) != math.Float64bits(s0) {
			values++
		}
		forces += differ(f.Raw(), f0.Raw())
	}
	return []Result{exact(law+": value", values), exact(law+": force", forces)}
}

// withPhi is the power of a pseudofermion action to show its field, withPhis and
// withFields that of one that has several.
type (
	withPhi    interface{ Phi() *fermion.Field }
	withPhis   interface{ Phi() []*fermion.Field }
	withFields interface{ Fields() []*fermion.Field }
)

// Fields returns the pseudofermion fields that an action shows, by a method Phi or
// Fields; those of a sum are those of its terms.
func Fields(a action.Action) (all []*fermion.Field) {
	switch f := a.(type) {
	case action.Sum:
		for _, t := range f {
			all = append(all, Fields(t)...)
		}
	case withFields:
		return f.Fields()
	case withPhi:
		return []*fermion.Field{f.Phi()}
	case withPhis:
		return f.Phi()
	}
	return all
}

// actionSymmetries checks that S is the same on the image of the links and, with
// them, of phi.
func actionSymmetries(t theory, of []Symmetry, solve float64) (results []Result) {
	const because = "32 x the change of S when links change by round-off, and the tolerance of solves"
	s0, err := t.a.Value(t.u)
	if err != nil {
		return failed("symmetries", err)
	}
	noise, _, err := Noise(t.a, t.u, t.c.Stream("noise"))
	if err != nil {
		return failed("symmetries", err)
	}
	p := gauge.NewAlgebra(t.geo, t.u.Group())
	p.Gaussian(t.c.Stream("direction"))
	signal := change(t.a, t.u, p, s0, &err)
	fields := Fields(t.a)
	before := make([]*fermion.Field, len(fields))
	for i, phi := range fields {
		before[i] = phi.Like()
		before[i].Copy(phi, lattice.All)
	}
	for _, m := range moves(t.c, of) {
		for i, phi := range fields {
			m.vector(phi, before[i], t.c.Boundary)
		}
		s, err := t.a.Value(m.links(t.u))
		if err != nil {
			return failed(m.name, err)
		}
		bound := margin*noise + solve*math.Abs(s0)
		results = append(results, Result{
			Law: "S keeps under " + m.name, Measured: math.Abs(s - s0), Bound: bound, Because: because,
			Vacuous: !(bound < 1e-4*signal),
		})
	}
	if len(results) == 0 {
		Skip(noMoves)
	}
	return results
}

// actionTwin compares value and force with an independent program.
func actionTwin(t theory, twin TwinAction) []Result {
	const law = "twin"
	noise, noiseF, err := Noise(t.a, t.u, t.c.Stream("noise"))
	if err != nil {
		return failed(law, err)
	}
	s, f, err := valueAndForce(t.a, t.u)
	if err != nil {
		return failed(law, err)
	}
	p := gauge.NewAlgebra(t.geo, t.u.Group())
	p.Gaussian(t.c.Stream("direction"))
	want, off, err := twin(t.c, t.a, LinksAlong(t.u, p))
	if err != nil {
		return failed(law, err)
	}
	length := math.Sqrt(p.Norm2())
	boundS := 2*margin*noise + off*math.Abs(want.V)
	boundF := (2*margin*noiseF + off*math.Sqrt(f.Norm2())) * length
	because := fmt.Sprintf("64 x round-off, and the accuracy %.2g of solves", off)
	return []Result{
		{Law: "value of the twin", Measured: math.Abs(s - want.V), Bound: boundS, Because: because, Vacuous: !(boundS < 1e-6*(math.Abs(s)+1))},
		{Law: "force of the twin", Measured: math.Abs(f.Dot(p) - want.D), Bound: boundF, Because: because, Vacuous: !(boundF < 1e-4*math.Sqrt(f.Norm2()))},
	}
}
