package verify_test

import (
	"github.com/slhmc/slhmc/physics/action"
	"github.com/slhmc/slhmc/physics/fermion"
	"github.com/slhmc/slhmc/physics/gauge"
	"github.com/slhmc/slhmc/physics/lattice"
	"github.com/slhmc/slhmc/physics/rational"
	"github.com/slhmc/slhmc/physics/rng"
	"github.com/slhmc/slhmc/physics/solver"
	"github.com/slhmc/slhmc/verify"
)

// rationalMutants are of two tastes on even sites, alpha = 1/2.
func rationalMutants() (list []mutant) {
	type powers = *planted[verify.OneField]
	var memo rational.Memo
	half, quarter := rational.Power{Num: 1, Den: 2}, rational.Power{Num: 1, Den: 4}
	// like returns the approximations of a power on the interval that holds every case.
	like := func(p rational.Power, fields int) action.Approximations {
		return action.Approximations{Power: p, Fields: fields, Action: 1e-13, Force: 1e-12, Memo: &memo, Interval: action.Interval{Lo: 0.08, Hi: 20}}
	}
	plantIn := func(law, bug string, fields int, plant func(c verify.Case, geo *lattice.Geometry, p powers)) {
		list = append(list, mutant{area: "rational action", bug: bug, law: law, subject: verify.OfPseudofermion("rational action", func(c verify.Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
			r := like(half, fields)
			if fields > 1 {
				r.Power = rational.Power{Num: 1, Den: 1}
			}
			a, err := action.NewRational(operatorOf(verify.BuildStaggered, c, geo, 0), lattice.Even, r, exactly)
			if err != nil {
				return nil, err
			}
			one := verify.OneField{Rational: a}
			p := &planted[verify.OneField]{flavours: one, a: one}
			plant(c, geo, p)
			return p, nil
		}, verify.Within(verify.Domain{Even: true}), verify.Accuracy(1e-10, 1e-9), verify.Parameters("mass"), verify.TwinOfAction(verify.TwinRational(verify.TwinStaggered, half, false)))})
	}
	add := func(law, bug string, plant func(c verify.Case, geo *lattice.Geometry, p powers)) {
		plantIn(law, bug, 1, plant)
	}
	// other returns the action of the same phi with another power or other errors.
	other := func(c verify.Case, geo *lattice.Geometry, p powers, r action.Approximations, t action.Tolerances) verify.OneField {
		b, err := p.a.With(operatorOf(verify.BuildStaggered, c, geo, 0), nil, r, t)
		must(err)
		return verify.OneField{Rational: b}
	}

	add("twin", "Nf = 1 taken for Nf = 2, consistently", func(c verify.Case, geo *lattice.Geometry, p powers) {
		p.a = other(c, geo, p, like(quarter, 1), exactly)
	})
	add("heat bath", "heat bath of half the exponent", func(c verify.Case, geo *lattice.Geometry, p powers) {
		b := other(c, geo, p, like(quarter, 1), exactly)
		p.refresh = func(u *gauge.Field, s rng.Stream) (float64, error) {
			if _, err := b.Refresh(u, s); err != nil {
				return 0, err
			}
			return p.a.Value(u)
		}
	})
	add("heat bath", "S at refresh of |phi|^2 instead of |xi|^2", func(_ verify.Case, _ *lattice.Geometry, p powers) {
		p.refresh = func(u *gauge.Field, s rng.Stream) (float64, error) {
			_, err := p.a.Refresh(u, s)
			return p.a.Phi().Norm2(lattice.Even), err
		}
	})
	plantIn("heat bath", "fields of an n-th root share their noise", 2, func(_ verify.Case, _ *lattice.Geometry, p powers) {
		p.refresh = func(u *gauge.Field, s rng.Stream) (float64, error) {
			if _, err := p.a.Refresh(u, s); err != nil {
				return 0, err
			}
			fields := p.a.Rational.Phi()
			fields[1].Copy(fields[0], lattice.Even)
			return p.a.Value(u)
		}
	})
	list[len(list)-1].draws = 2000
	plantIn("heat bath", "one field of two is drawn", 2, func(_ verify.Case, _ *lattice.Geometry, p powers) {
		p.refresh = func(u *gauge.Field, s rng.Stream) (float64, error) {
			if _, err := p.a.Refresh(u, s); err != nil {
				return 0, err
			}
			p.a.Rational.Phi()[1].Zero(lattice.All)
			return p.a.Value(u)
		}
	})
	plantIn("gauge", "one field of two turns", 2, func(_ verify.Case, _ *lattice.Geometry, p powers) {
		p.flavours = firstOnly{p.a}
	})
	add("force", "force approximation of an error of 1e-4", func(c verify.Case, geo *lattice.Geometry, p powers) {
		r := like(half, 1)
		r.Force = 1e-4
		p.force = other(c, geo, p, r, exactly).AddForce
	})
	add("force", "force of the exponent of r, not of its square", func(c verify.Case, geo *lattice.Geometry, p powers) {
		p.force = other(c, geo, p, like(quarter, 1), exactly).AddForce
	})
	add("twin", "a loose multi-shift solve in the action", func(c verify.Case, geo *lattice.Geometry, p powers) {
		p.a = other(c, geo, p, like(half, 1), action.Tolerances{Action: 1e-3, Force: 1e-13, MaxIterations: 5000})
	})
	add("parameters", "derivative by the mass off by 1e-6", func(_ verify.Case, _ *lattice.Geometry, p powers) {
		p.derivatives = func(dst []float64, names []string, u *gauge.Field) error {
			err := p.a.ParameterDerivatives(dst, names, u)
			dst[0] *= 1 - 1e-6
			return err
		}
	})
	add("twin", "spectrum below the interval, unnoticed", func(c verify.Case, geo *lattice.Geometry, p powers) {
		r, err := memo.Within(rational.Power{Num: -1, Den: 2}, 2, 20, 1e-13)
		must(err)
		d := operatorOf(verify.BuildStaggered, c, geo, 0)
		p.value = func(u *gauge.Field) (float64, error) {
			return applied(r, d.(solver.Operator), p.a.Phi(), func() { d.Bind(u) })
		}
	})
	return append(list, quotientMutants(&memo)...)
}

// quotientMutants are of one flavour of Wilson quarks, even-odd.
func quotientMutants(memo *rational.Memo) (list []mutant) {
	schur := verify.BuildSchur(verify.BuildWilson)
	r := action.Approximations{Power: rational.Power{Num: 1, Den: 2}, Fields: 1, Action: 1e-13, Force: 1e-12, Memo: memo, Interval: action.Interval{Lo: 0.08, Hi: 100}}
	add := func(law, bug string, plant func(p *planted[verify.OneQuotient], with func(light, heavy float64) verify.OneQuotient)) {
		list = append(list, mutant{area: "quotient", bug: bug, law: law, subject: verify.OfPseudofermion("quotient", func(c verify.Case, geo *lattice.Geometry) (action.Pseudofermion, error) {
			a, err := action.NewQuotient(operatorOf(schur, c, geo, 0), operatorOf(schur, c, geo, 0.5), lattice.Even, r, exactly)
			if err != nil {
				return nil, err
			}
			one := verify.OneQuotient{Quotient: a}
			p := &planted[verify.OneQuotient]{flavours: one, a: one}
			plant(p, func(light, heavy float64) verify.OneQuotient {
				b, err := a.With(operatorOf(schur, c, geo, light), operatorOf(schur, c, geo, heavy), r, exactly)
				must(err)
				return verify.OneQuotient{Quotient: b}
			})
			return p, nil
		}, verify.Within(verify.Domain{Even: true, Volume: 16}), verify.Accuracy(1e-10, 1e-9))})
	}
	add("force", "force of another heavy mass", func(p *planted[verify.OneQuotient], with func(light, heavy float64) verify.OneQuotient) {
		p.force = with(0, 0.501).AddForce
	})
	add("heat bath", "heat bath of the inverted quotient", func(p *planted[verify.OneQuotient], with func(light, heavy float64) verify.OneQuotient) {
		b := with(0.5, 0)
		p.refresh = func(u *gauge.Field, s rng.Stream) (float64, error) {
			if _, err := b.Refresh(u, s); err != nil {
				return 0, err
			}
			return p.a.Value(u)
		}
	})
	return list
}

// firstOnly turns the first field alone.
type firstOnly struct{ verify.OneField }

func (h firstOnly) Transform(t *gauge.Transformation) { h.Phi().Transform(t, lattice.Even) }

// applied returns phi^† r(A) phi.
func applied(r *rational.Approximation, a solver.Operator, phi *fermion.Field, bind func()) (float64, error) {
	bind()
	s := r.Constant() * phi.Norm2(lattice.Even)
	var shifts []solver.Shift
	var x []*fermion.Field
	for _, b := range r.Shifts() {
		shifts, x = append(shifts, solver.Shift{Value: b, Tolerance: 1e-13}), append(x, phi.Like())
	}
	m := solver.MultiShift{MaxIterations: 5000}
	_, err := m.SolveShifts(x, a, shifts, phi, lattice.Even)
	for k, residue := range r.Residues() {
		s += residue * phi.ReDot(x[k], lattice.Even)
	}
	return s, err
}
